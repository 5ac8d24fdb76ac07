import Foundation
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import TextChat
import Torch

/// `rlhf tokenize` and `rlhf logprobs` on a model directory, without a project.
@Suite("Commands that go line by line") struct LineCommandsTests {
  /// A model directory made from scratch.
  private func model() throws -> TemporaryFolder {
    var domain = TextChat()
    domain.configuration.vocabularySize = 300
    domain.configuration.hiddenSize = 16
    domain.configuration.layers = 1
    domain.configuration.heads = 2
    domain.configuration.contextLength = 96
    domain.configuration.promptLength = 48
    domain.configuration.replyLength = 32
    let folder = try TemporaryFolder()
    let demonstration = Sample(
      prompt: ChatPrompt("Is the sky blue?"), artifact: ChatReply("The sky is blue, is it not?"))
    try domain.savePolicy(
      domain.makePolicy(for: Corpus(demonstrations: [demonstration]), seed: 1), to: folder.url)
    return folder
  }

  private func lines(_ result: ProgramRun.Result) throws -> [JSONValue] {
    #expect(result.code == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { try JSONValue(parsing: Data($0.utf8)) }
  }

  @Test("tokenize turns texts into ids, and ids into texts")
  func tokenize() throws {
    let folder = try model()
    let input = """
      {"text": "The sky"}
      "is blue<|end|>"

      {"text": ""}
      """
    let out = try lines(
      ProgramRun.run("tokenize", "--model", folder.url.path, input: input + "\n"))
    #expect(out.map { $0["decoded"]?.stringValue } == ["The sky", "is blue<|end|>", ""])
    #expect(out.allSatisfy { $0["ids"]?.arrayValue?.count == $0["tokens"]?.arrayValue?.count })
    let ids = try #require(out[1]["ids"])
    try Data("{\"ids\": \(ids)}\n\(ids)\n".utf8).write(to: folder("ids.jsonl"))
    let back = try lines(
      ProgramRun.run(
        "tokenize", "--model", folder.url.path, "--skip-special-tokens",
        folder("ids.jsonl").path))
    #expect(back.map { $0["decoded"]?.stringValue } == ["is blue", "is blue"])
    #expect(back[0]["ids"] == ids)
  }

  /// The model directories of the oracles that hold one row's log-probabilities.
  private static let references = Oracles.names(in: "text", holding: "expected.json").filter {
    (try? Oracles.text($0).has("single.logprobs")) == true
  }

  @Test("logprobs are those of the reference", arguments: references)
  func logProbabilities(name: String) throws {
    let oracle = try Oracles.text(name)
    let ids = try oracle.tensor("single.input_ids").ints()
    let short = Array(ids.prefix(3))
    let input = [short, ids, short].map { "{\"input_ids\": \($0)}\n" }.joined()
    for (temperature, batchSize, tensor) in [
      ("1", "4", "single.logprobs"), ("0.7", "1", "single.logprobs_temperature_0.7"),
    ] where oracle.has(tensor) {
      let expected = try oracle.tensor(tensor).doubles()
      let found = try logProbabilities(
        lines(
          ProgramRun.run(
            "logprobs", "--model", oracle.directory.path, "--temperature", temperature,
            "--batch-size", batchSize, input: input)))
      #expect(found.map(\.count) == [2, expected.count, 2])
      for row in found { #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-4 }) }
    }
  }

  @Test(
    "logprobs of adapters are those of the reference",
    arguments: Oracles.names(in: "text", holding: "adapter_config.json"))
  func adapters(name: String) throws {
    let oracle = try Oracles.text(name)
    let ids = try oracle.tensor("input_ids")
    let width = ids.shape[1] - 1
    let expected = try oracle.tensor("logits").narrow(dim: 1, start: 0, length: width)
      .logSoftmax(dim: -1)
      .gather(dim: -1, indices: ids.narrow(dim: 1, start: 1, length: width).unsqueezed(-1))
      .doubles()
    let found = try logProbabilities(
      lines(
        ProgramRun.run(
          "logprobs", "--model", oracle.directory.path, input: "{\"input_ids\": \(ids.ints())}")))
    #expect(found.map(\.count) == [width])
    #expect(zip(found.joined(), expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  private func logProbabilities(_ lines: [JSONValue]) -> [[Double]] {
    lines.compactMap { $0["logprobs"]?.arrayValue?.compactMap(\.doubleValue) }
  }

  @Test("logprobs read texts, completions and conversations")
  func forms() throws {
    let folder = try model()
    let input = """
      {"text": "The sky is blue"}
      {"prompt": "The sky", "completion": " is blue"}
      {"messages": [{"role": "user", "content": "Is it?"}, {"role": "assistant", "content": "It is."}]}
      {"messages": [{"role": "user", "content": "Is it?"}]}
      {"input_ids": [1]}
      """
    let out = try lines(ProgramRun.run("logprobs", "--model", folder.url.path, input: input))
    #expect(out.count == 5)
    #expect(out[0]["ids"] == out[1]["ids"])
    let start = try #require(out[1]["completion_start"]?.integerValue)
    let reply = try #require(out[2]["completion_start"]?.integerValue)
    #expect(start > 0 && out[0]["completion_start"] == nil)
    #expect(out[3]["ids"]?.arrayValue?.count == reply)
    #expect(out[2]["tokens"]?[reply - 1]?.stringValue == "<|assistant|>")
    #expect(out[4]["logprobs"] == [])
    for line in out {
      let count = try #require(line["ids"]?.arrayValue?.count)
      #expect(line["logprobs"]?.arrayValue?.count == count - 1)
    }
  }

  @Test("a bad line is named, after the answers to those before it")
  func mistakes() throws {
    let folder = try model()
    let good = "{\"text\": \"The sky\"}\n"
    func fails(_ command: String, _ input: String, _ parts: String...) throws {
      let result = try ProgramRun.run(command, "--model", folder.url.path, input: input)
      #expect(result.code == 1)
      #expect(result.output.split(separator: "\n").count == 1)
      for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    }
    try fails("tokenize", good + "\n{\"words\": 1}\n" + good, "standard input:3", "'words'")
    try fails("tokenize", good + "{\"ids\": [1, \"a\"]}\n", "standard input:2", "Entry 2 of 'ids'")
    try fails("tokenize", good + "{\"text\": \n", ":2: not JSON")
    try fails("logprobs", good + "{\"input_ids\": [1, 9999]}\n", "standard input:2", "9999")
    try fails("logprobs", good + "{\"messages\": [{\"role\": \"cat\"}]}\n", "standard input:2")
    let nothing = try ProgramRun.run("tokenize", "--model", folder("nowhere").path, input: good)
    #expect(nothing.code == 1 && nothing.errors.contains("nowhere"))
    let cold = try ProgramRun.run(
      "logprobs", "--model", folder.url.path, "--temperature", "0", input: good)
    #expect(cold.code == 2 && cold.errors.contains("--temperature"))
  }
}
