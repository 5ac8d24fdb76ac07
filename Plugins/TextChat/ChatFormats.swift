public import RLHF

/// Which turns of a conversation are learned from.
public enum DemonstrationTurns: String, Codable, Sendable, Hashable, CaseIterable {
  /// Every turn of the assistant, with all that comes before it.
  case every
  /// The last turn of the assistant.
  case last
}

/// What a line of chat data says, in any of the forms that are in common use.
///
/// - hh-rlhf: `chosen` and `rejected` are transcripts of "\n\nHuman:" and "\n\nAssistant:" turns that differ in the
///   last one.
/// - Preferences as TRL has them: `chosen` and `rejected` with a `prompt` of its own or in front of both, each a
///   string or a list of `{"role", "content"}`; optionally `margin`.
/// - Rankings: `prompt` and `completions` with `ranking`, the rank of each. Ratings: `prompt` and `completion` with
///   `label` (KTO's true or false) or `rating` (``OpinionLine``).
/// - Demonstrations: `messages`; `prompt` and `completion`; `instruction`, `input` and `output` (Alpaca).
/// - Prompts: `prompt`, or `turns` (MT-bench), of which the first is taken.
///
/// A list of strings in `facts` says what a correct reply states (``ChatPrompt/facts``). White space around turns is
/// dropped. Throws `UnusableRecord` for records that teach nothing, and `RLHFError` for unknown forms.
public func chatRecords(
  from json: JSONValue, turns: DemonstrationTurns = .every
) throws -> [FeedbackRecord<ChatPrompt, ChatReply>] {
  guard let members = json.objectValue else {
    throw RLHFError(.invalidData, "found \(json.kind), expected a JSON object.")
  }
  let line = ChatLine(members: members)
  if line.has("chosen") || line.has("rejected") { return [.preference(try line.preference())] }
  if line.has("messages") { return try line.conversation("messages", turns) }
  if let opinion = try line.opinion() { return [opinion] }
  if line.has("completion") { return [.demonstration(try line.completion())] }
  if line.has("instruction"), line.has("output") { return [.demonstration(try line.instruction())] }
  if line.has("prompt") { return [.prompt(try line.prompt())] }
  if line.has("turns") { return [.prompt(try line.firstTurn())] }
  if line.has("text") {
    throw RLHFError(
      .unsupported,
      "the record is one string 'text', in which prompt and reply cannot be told apart; "
        + "expected 'messages', 'prompt' and 'completion', or 'chosen' and 'rejected'.")
  }
  throw RLHFError(
    .invalidData,
    "found the keys \(line.keys); expected 'chosen' and 'rejected', 'messages', "
      + "'prompt' (with 'completion'), or 'instruction' and 'output'.")
}

/// The line that TRL reads as this preference, or `nil` for a tie, for which the format has no place.
///
/// `prompt`, `chosen` and `rejected` are lists of messages; `margin` and `facts` are there where the pair has them.
public func trlPreferenceLine(for pair: PreferencePair<ChatPrompt, ChatReply>) -> JSONValue? {
  guard !pair.isTie else { return nil }
  let isSwapped = pair.label < 0.5
  var members: [String: JSONValue] = [
    "prompt": .array(pair.prompt.messages.map { message($0.role, $0.content) }),
    "chosen": [message(.assistant, (isSwapped ? pair.rejected : pair.chosen).text)],
    "rejected": [message(.assistant, (isSwapped ? pair.chosen : pair.rejected).text)],
  ]
  if pair.margin != 0 { members["margin"] = .number(pair.margin) }
  if let facts = pair.prompt.facts { members["facts"] = .array(facts.map { .string($0) }) }
  return .object(members)
}

private func message(_ role: ChatMessage.Role, _ content: String) -> JSONValue {
  ["role": .string(role.rawValue), "content": .string(content)]
}
