import Foundation
import LanguageModels
import RLHF
import Templates
import Tokenizers

/// What `rlhf logprobs` does: the log-probability of every token of a line, given those before it.
///
/// Lines of like length go through the model together, padded on the right; padding changes nothing but rounding.
struct LogProbabilityTool {
  struct Options: Codable {
    /// What the logits are divided by.
    var temperature = 1.0
    /// How many lines go through the model at once.
    var batchSize = 8
    /// Whether what the tokenizer puts around a text is added.
    var specialTokens = false
  }

  /// A line as tokens.
  private struct Entry {
    var ids: [Int]
    /// Where the completion begins, in a line that has one.
    var completionStart: Int?
  }

  let options: Options
  private let model: CausalLanguageModel
  /// `nil` where the directory holds a model alone, which can score ids.
  private let tokenizer: TextTokenizer?
  private let directory: URL
  /// Where the tokenizer lies, and the chat template if there is one.
  private let templateFolder: URL

  init(model directory: URL, options: JSONValue) throws {
    self.options = try Settings.decode(options, over: Options(), source: "logprobs")
    self.directory = directory
    guard AdapterDirectory.exists(at: directory) else {
      model = try CausalLanguageModel.load(from: directory)
      tokenizer = try Self.tokenizer(in: directory)
      templateFolder = directory
      return
    }
    let adapters = try AdapterDirectory(directory)
    let base = try adapters.baseFolder()
    model = try CausalLanguageModel.load(from: base)
    try adapters.load(onto: model.parameters).mergeForGood()
    let own = try Self.tokenizer(in: directory)
    tokenizer = try own ?? Self.tokenizer(in: base)
    templateFolder = own == nil ? base : directory
  }

  private static func tokenizer(in directory: URL) throws -> TextTokenizer? {
    do {
      return try TextTokenizer.load(directory)
    } catch let error as RLHFError where error.code == .notFound {
      return nil
    }
  }

  /// How many lines are looked at together, to find those of like length.
  var lookAhead: Int { options.batchSize > 1 ? 8 * options.batchSize : 1 }

  /// The results of `lines`, in their order.
  func run(_ lines: [JSONValue]) throws -> [Result<JSONValue, any Error>] {
    let entries = lines.map { line in Result { try entry(line) } }
    var found: [Int: [Double]] = [:]
    let sizes = entries.map { (try? $0.get())?.ids.count ?? 0 }
    let order = sizes.indices.filter { sizes[$0] > 0 }
      .sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    for start in stride(from: 0, to: order.count, by: options.batchSize) {
      let rows = Array(order[start..<min(start + options.batchSize, order.count)])
      let values = logProbabilities(try rows.map { try entries[$0].get().ids })
      for (row, list) in zip(rows, values) { found[row] = list }
    }
    return entries.enumerated().map { index, entry in
      entry.map { output($0, found[index] ?? []) }
    }
  }

  private func output(_ entry: Entry, _ logProbabilities: [Double]) -> JSONValue {
    var fields: [String: JSONValue] = [
      "ids": .array(entry.ids.map { .integer($0) }),
      "logprobs": .array(logProbabilities.map { .number($0) }),
    ]
    if let tokenizer { fields["tokens"] = LineFields.tokens(entry.ids, tokenizer) }
    if let start = entry.completionStart { fields["completion_start"] = .integer(start) }
    return .object(fields)
  }

  /// The log-probabilities of `rows[b][1...]`.
  private func logProbabilities(_ rows: [[Int]]) -> [[Double]] {
    let width = (rows.map(\.count).max() ?? 0) - 1
    guard width > 0 else { return rows.map { _ in [] } }
    func padded(_ row: [Int]) -> [Int] {
      row + Array(repeating: 0, count: width + 1 - row.count)
    }
    let ids = Tensor(rows.flatMap(padded), shape: [rows.count, width + 1])
    let real = Tensor(
      rows.flatMap { row in (0...width).map { $0 < row.count } }, shape: [rows.count, width + 1])
    let isPadded = rows.contains { $0.count <= width }
    let values = withoutGradient {
      let states = model.hiddenStates(
        ids.narrow(dim: 1, start: 0, length: width),
        attentionMask: isPadded ? real.narrow(dim: 1, start: 0, length: width) : nil)
      return model.tokenStatistics(
        states: states, tokens: ids.narrow(dim: 1, start: 1, length: width),
        mask: real.narrow(dim: 1, start: 1, length: width), temperature: options.temperature
      ).logProbabilities.floats()
    }
    return rows.enumerated().map { index, row in
      // Through the shortest digits of the 32 bits that were computed.
      values[index * width..<index * width + row.count - 1].map { Double("\($0)") ?? .nan }
    }
  }

  // MARK: - Reading

  private func entry(_ line: JSONValue) throws -> Entry {
    let entry = try tokens(of: line)
    if let position = entry.ids.firstIndex(where: { !(0..<model.vocabularySize ~= $0) }) {
      throw RLHFError(
        .invalidData,
        "Token \(position + 1) is \(entry.ids[position]); the model has ids from 0 to \(model.vocabularySize - 1)."
      )
    }
    guard entry.ids.count <= model.contextLength || model.configuration.family != .gpt2 else {
      throw RLHFError(
        .invalidData,
        "The line has \(entry.ids.count) tokens, the model's context \(model.contextLength). Shorten it."
      )
    }
    return entry
  }

  private func tokens(of line: JSONValue) throws -> Entry {
    if let list = line["input_ids"]?.arrayValue {
      return Entry(ids: try LineFields.ids(list, in: "input_ids"))
    }
    if let text = line.stringValue ?? line["text"]?.stringValue {
      return Entry(ids: try encode(text))
    }
    if let prompt = line["prompt"]?.stringValue, let completion = line["completion"]?.stringValue {
      // Of the whole text, as a model reads it: its tokens may reach across the border.
      let ids = try encode(prompt + completion)
      let shared = zip(ids, try encode(prompt)).prefix { $0 == $1 }.count
      return Entry(ids: ids, completionStart: shared)
    }
    if let messages = line["messages"], messages.arrayValue?.isEmpty == false {
      return try conversation(turns(of: messages))
    }
    throw RLHFError(
      .invalidData,
      "Found \(LineFields.description(of: line)); expected {\"text\"}, {\"input_ids\"}, {\"prompt\", \"completion\"} or {\"messages\"}."
    )
  }

  private func encode(_ text: String) throws -> [Int] {
    try requiredTokenizer().encode(text, addSpecialTokens: options.specialTokens)
  }

  private func turns(of messages: JSONValue) throws -> [ChatMessage] {
    do {
      return try messages.decoded(as: [ChatMessage].self)
    } catch {
      let roles = "\"system\", \"user\" or \"assistant\""
      throw RLHFError(
        .invalidData,
        "'messages' cannot be read; expected a list of {\"role\": \(roles), \"content\": a string}."
      )
    }
  }

  /// A conversation in the model's format; the assistant's last turn is the completion.
  private func conversation(_ messages: [ChatMessage]) throws -> Entry {
    let tokenizer = try requiredTokenizer()
    let format = try ChatFormat(
      tokenizer: tokenizer,
      endToken: model.configuration.endTokens.first ?? tokenizer.endOfSequenceID,
      template: ChatTemplate.load(from: templateFolder))
    guard let last = messages.last, last.role == .assistant else {
      return Entry(ids: try format.encode(ChatPrompt(messages: messages), limit: .max))
    }
    let example = try format.example(
      ChatPrompt(messages: Array(messages.dropLast())), ChatReply(last.content),
      promptLimit: .max, replyLimit: .max)
    return Entry(ids: example.prompt + example.reply, completionStart: example.prompt.count)
  }

  private func requiredTokenizer() throws -> TextTokenizer {
    guard let tokenizer else {
      throw RLHFError(
        .notFound,
        "\(directory.path) has no tokenizer.json to read texts with. Give {\"input_ids\": […]}.")
    }
    return tokenizer
  }
}
