import Foundation
import RLHFCore
import TestSupport
import Testing

/// What a user meets: the whole program on a small project, and what it says to mistakes.
@Suite("The program", .serialized) struct ProgramTests {
  /// Settings of a model so small that every stage takes a moment.
  private static let settings = """
    domain: {vocabularySize: 272, hiddenSize: 16, layers: 1, heads: 2, contextLength: 96, \
    promptLength: 48, replyLength: 16, reward: {layers: 0, lexicalSize: 4, lexicalBuckets: 256}}
    sft: {epochs: 2, batchSize: 8, microbatchSize: 8}
    reward: {epochs: 2, batchSize: 8}
    ppo: {iterations: 8, batchSize: 4, minibatchSize: 4, microbatchSize: 4, checkpointInterval: 3}
    evaluation: {prompts: 4}

    """

  /// A project with pairs of both splits.
  private func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    #expect(try ProgramRun.run("init", folder.url.path).code == 0)
    let yaml = folder("rlhf.yaml")
    let text = try String(contentsOf: yaml, encoding: .utf8) + Self.settings
    try Data(text.utf8).write(to: yaml)
    let lines = (0..<60).map { index in
      """
      {"chosen": "\\n\\nHuman: What is \(index) and one?\\n\\nAssistant: It is \(index + 1), with pleasure.", \
      "rejected": "\\n\\nHuman: What is \(index) and one?\\n\\nAssistant: No."}
      """
    }
    try Data(lines.prefix(48).joined(separator: "\n").utf8).write(to: folder("train.jsonl"))
    try Data(lines.suffix(12).joined(separator: "\n").utf8).write(to: folder("test.jsonl"))
    for (file, split) in [("train.jsonl", "train"), ("test.jsonl", "heldout")] {
      let result = try ProgramRun.run(
        "import", folder(file).path, "--split", split, "--project", folder.url.path)
      #expect(result.code == 0, "\(result.errors)")
    }
    return folder
  }

  private func json(_ result: ProgramRun.Result) throws -> JSONValue {
    #expect(result.code == 0, "\(result.errors)")
    return try JSONValue(parsing: Data(result.output.utf8))
  }

  @Test("goes from pairs to a chat, and every table can be had as JSON")
  func everyStage() throws {
    let folder = try project()
    let path = folder.url.path
    #expect(try json(.init(running: "sft", "-p", path, "--json"))["status"] == "finished")
    let reward = try json(.init(running: "reward", "-p", path, "--json"))
    #expect(reward["heldOut"]?["count"] == 12)
    #expect(try json(.init(running: "ppo", "-p", path, "--json"))["status"] == "finished")
    let direct = try json(.init(running: "dpo", "-p", path, "--loss", "ipo", "--json"))
    #expect(direct["status"] == "finished")
    let evaluation = try json(.init(running: "evaluate", "-p", path, "--json"))
    #expect(evaluation["count"] == 4)
    let samples = try json(
      .init(running: "sample", "-p", path, "--count", "2", "--prompt", "Hello", "--json"))
    #expect(samples.arrayValue?.count == 2)
    let best = try json(
      .init(running: "sample", "-p", path, "--count", "2", "--best-of", "3", "--json"))
    #expect(best["rows"]?.arrayValue?.count == 2)
    #expect(best["expectations"]?.arrayValue?.map { $0["n"] } == [1, 2, 3])
    let rated = try json(
      .init(
        running: "rate", folder("test.jsonl").path, "-p", path, "--out", folder("rated").path,
        "--json"))
    let scores = (rated.arrayValue ?? []).compactMap { $0["score"]?.doubleValue }
    #expect(scores.count == 24 && scores == scores.sorted(by: >))
    let table = try String(contentsOf: folder("rated/scores.csv"), encoding: .utf8)
    #expect(table.split(separator: "\r\n").count == 25)
    // One line that cannot be rated costs the exit code, not the others.
    try Data("{\"prompt\": \"x\", \"completion\": \"y\"}\n{\"prompt\"\n".utf8)
      .write(to: folder("mixed.jsonl"))
    let mixed = try ProgramRun.run("rate", folder("mixed.jsonl").path, "-p", path, "--json")
    #expect(mixed.code == 1 && mixed.errors.contains("mixed.jsonl:2"))
    #expect(try JSONValue(parsing: Data(mixed.output.utf8)).arrayValue?.count == 1)
    let runs = try json(.init(running: "report", "-p", path, "--json"))
    #expect(runs.arrayValue?.count == 5)
    let figures = try json(.init(running: "report", "ppo-1", "-p", path, "--json"))
    #expect(figures["objective/kl"]?.arrayValue?.count == 8)
    for run in ["sft-1", "reward-1", "ppo-1", "evaluate-1"] {
      let page = folder("runs/\(run)/report.html")
      #expect(FileManager.default.fileExists(atPath: page.path))
    }
    let chat = try ProgramRun.run("chat", "-p", path, input: "What is 1 and one?\n\n")
    #expect(chat.code == 0 && chat.output.hasSuffix("\n"))
    #expect(try json(.init(running: "plugins", "--json")).arrayValue?.count ?? 0 >= 1)
  }

  @Test("trains adapters on a fine-tuned model, goes on with them, and merges them")
  func adapters() throws {
    let folder = try project()
    let path = folder.url.path
    let set = ["--set", "domain.adapter.rank=2"]
    let scratch = try ProgramRun.run(["sft", "-p", path] + set)
    #expect(scratch.code == 2 && scratch.errors.contains("domain.adapter"), "\(scratch.errors)")
    #expect(try ProgramRun.run("sft", "-p", path).code == 0)
    #expect(try ProgramRun.run(["sft", "-p", path, "--from", "sft-1"] + set).code == 0)
    let whole = try Data(contentsOf: folder("runs/sft-1/model/model.safetensors"))
    #expect(try ProgramRun.run(["reward", "-p", path] + set).code == 0)
    let ppo = try ProgramRun.run(["ppo", "-p", path, "--from", "sft-2"] + set)
    #expect(ppo.code == 0, "\(ppo.errors)")
    for run in ["sft-2", "ppo-1"] {
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder("runs/\(run)/model").path)
      #expect(names.contains("adapter_model.safetensors") && !names.contains("model.safetensors"))
    }
    let evaluation = try json(
      try ProgramRun.run(
        ["evaluate", "-p", path, "--policy", "ppo-1", "--baseline", "sft-1", "--json"] + set))
    #expect((evaluation["divergence"]?.doubleValue ?? 0) != 0)
    #expect(try Data(contentsOf: folder("runs/sft-1/model/model.safetensors")) == whole)

    let merged = folder("merged").path
    let export = try ProgramRun.run("export", "ppo-1", merged, "--merge", "-p", path)
    #expect(export.code == 0, "\(export.errors)")
    func sample(_ from: String, _ more: [String] = []) throws -> JSONValue {
      try json(
        try ProgramRun.run(
          ["sample", "-p", path, "--from", from, "--count", "3", "--json"] + more))
    }
    #expect(try sample(merged) == sample("ppo-1", set))
    let again = try ProgramRun.run("export", "ppo-1", merged, "--merge", "-p", path)
    #expect(again.code == 2 && again.errors.contains(merged), "\(again.errors)")
  }

  @Test("PPO of adapters that was stopped goes on to the same metrics")
  func resumedAdapters() throws {
    let folder = try project()
    let path = folder.url.path
    let set = ["--set", "domain.adapter.rank=2"]
    #expect(try ProgramRun.run("sft", "-p", path).code == 0)
    #expect(try ProgramRun.run(["sft", "-p", path, "--from", "sft-1"] + set).code == 0)
    #expect(try ProgramRun.run("reward", "-p", path).code == 0)
    let command = ["ppo", "-p", path, "--from", "sft-2"] + set
    #expect(try ProgramRun.run(command + ["--run", "whole"]).code == 0)
    let process = try ProgramRun.process(command + ["--run", "broken"])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let broken = folder("runs/broken/metrics.jsonl")
    while process.isRunning, lines(of: broken) < 4 { usleep(2_000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    let last = try ProgramRun.run("ppo", "-p", path, "--run", "broken", "--resume")
    #expect(last.code == 0 || last.errors.contains("is finished"), "\(last.errors)")
    #expect(
      try Data(contentsOf: broken) == Data(contentsOf: folder("runs/whole/metrics.jsonl")))
  }

  @Test(
    "a run that is killed, whenever that is, resumes to the metrics of an unbroken one",
    arguments: ["ppo", "grpo"])
  func killed(algorithm: String) throws {
    let folder = try project()
    let path = folder.url.path
    #expect(try ProgramRun.run("sft", "-p", path).code == 0)
    #expect(try ProgramRun.run("reward", "-p", path).code == 0)
    let command = ["ppo", "-p", path, "--algorithm", algorithm]
    let whole = try ProgramRun.run(command + ["--run", "whole"])
    #expect(whole.code == 0, "\(whole.errors)")
    let expected = try Data(contentsOf: folder("runs/whole/metrics.jsonl"))
    let broken = folder("runs/broken/metrics.jsonl")
    // Each time a little later: while a checkpoint is written, between two, in the middle of a line.
    for attempt in 0..<6 {
      let process = try ProgramRun.process(
        attempt == 0
          ? command + ["--run", "broken"] : ["ppo", "-p", path, "--run", "broken", "--resume"])
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let wanted = attempt + 1
      while process.isRunning, lines(of: broken) < wanted { usleep(2_000) }
      usleep(UInt32(attempt) * 7_000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try ProgramRun.run("ppo", "-p", path, "--run", "broken", "--resume")
    // The last attempt may have come to its end before it was killed.
    #expect(last.code == 0 || last.errors.contains("is finished"), "\(last.errors)")
    #expect(try Data(contentsOf: broken) == expected)
    let model = "model/model.safetensors"
    #expect(
      try Data(contentsOf: folder("runs/broken/\(model)"))
        == Data(contentsOf: folder("runs/whole/\(model)")))
  }

  private func lines(of url: URL) -> Int {
    (try? Data(contentsOf: url))?.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  @Test("Ctrl-C leaves a checkpoint to resume from")
  func interrupted() throws {
    let folder = try project()
    let path = folder.url.path
    let process = try ProgramRun.process(["sft", "-p", path, "--set", "sft.epochs=200"])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, lines(of: folder("runs/sft-1/metrics.jsonl")) < 3 { usleep(2_000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let runs = try json(.init(running: "report", "-p", path, "--json"))
    #expect(runs.arrayValue?.first?["state"]?["status"] == "interrupted")
    let checkpoints = try FileManager.default.contentsOfDirectory(
      atPath: folder("runs/sft-1/checkpoints").path)
    #expect(checkpoints.contains { $0 != "step-0" })
  }

  @Test(
    "a mistake is one line that says what to do, and exit code 2 or 1",
    arguments: [
      (["sft", "--set", "sft.batchSize=0"], 2, "sft.batchSize"),
      (["ppo", "--set", "ppo.kl.coefficient=-1"], 2, "ppo.kl.coefficient"),
      (["ppo", "--algorithm", "gpro"], 2, "dr-grpo"),
      (["ppo", "--algorithm", "rloo", "--resume"], 2, "--algorithm"),
      (["ppo", "--set", "ppo.algorithm=grpo", "--set", "ppo.groupSize=7"], 2, "groupSize"),
      (["sample", "--best-of", "0"], 2, "--best-of"),
      (["sample", "--reward", "reward-1"], 2, "--best-of"),
      (["sft", "--set", "sft.leaningRate=1"], 2, "leaningRate"),
      (["sft", "--set", "novalue"], 2, "novalue"),
      (["reward", "--set", "reward.epochs=many"], 2, "reward.epochs"),
      (["dpo", "--loss", "dopo"], 2, "one of sigmoid"), (["dpo"], 1, "rlhf sft"),
      (["dpo", "--resume", "--loss", "ipo"], 2, "--loss"),
      (["ppo"], 1, "rlhf sft"), (["chat"], 1, "rlhf sft"),
      (["evaluate", "--policy", "nothing"], 1, "nothing"),
      (["sft", "--from", "no-such-model"], 1, "no-such-model"),
      (["sft", "--resume"], 1, "sft"), (["sft", "--run", "../x"], 2, "../x"),
      (["report", "ppo-9"], 1, "ppo-9"), (["import", "missing.jsonl"], 1, "missing.jsonl"),
      (["rate", "missing.png"], 1, "rlhf reward"), (["rate"], 2, "files"),
      (["rate", "x", "--plugin", "smell"], 2, "smell"), (["demo", "smell"], 2, "smell"),
      (["sample", "--count", "0"], 2, "--count"), (["fly"], 2, "fly"),
      (["init", "--plugin", "smell"], 2, "smell"),
    ])
  func mistakes(arguments: [String], code: Int, named: String) throws {
    let folder = try project()
    let isOutside = ["fly", "init", "demo"].contains(arguments[0])
    let process = isOutside ? arguments : arguments + ["-p", folder.url.path]
    let before = try Data(contentsOf: folder("rlhf.yaml"))
    let result = try ProgramRun.run(process)
    #expect(result.code == code, "\(result.errors)")
    #expect(result.errors.contains(named), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(!result.errors.contains("Fatal") && !result.errors.contains("c10::"))
    #expect(try Data(contentsOf: folder("rlhf.yaml")) == before)
    #expect(!FileManager.default.fileExists(atPath: folder("runs/sft-1").path))
  }

  @Test("damaged models are named, and nothing is lost")
  func damagedModels() throws {
    let folder = try project()
    let path = folder.url.path
    #expect(try ProgramRun.run("sft", "-p", path).code == 0)
    let weights = folder("runs/sft-1/model/model.safetensors")
    let whole = try Data(contentsOf: weights)
    for damaged in [whole.prefix(whole.count / 2), whole.prefix(4), Data(), whole.dropLast(1)] {
      try damaged.write(to: weights)
      let result = try ProgramRun.run("sample", "-p", path, "--count", "1")
      #expect(result.code == 1)
      #expect(result.errors.contains("model.safetensors"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count <= 2, "\(result.errors)")
    }
    try whole.write(to: weights)
    let configuration = folder("runs/sft-1/model/config.json")
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let wider = text.replacing("\"hidden_size\" : 16", with: "\"hidden_size\" : 32")
    #expect(wider != text)
    for damaged in [wider, "{", ""] {
      try Data(damaged.utf8).write(to: configuration)
      let result = try ProgramRun.run("sample", "-p", path, "--count", "1")
      #expect([1, 2].contains(result.code) && result.errors.contains("sft-1"), "\(result.errors)")
    }
    try Data(text.utf8).write(to: configuration)
    #expect(try ProgramRun.run("sample", "-p", path, "--count", "1").code == 0)
  }

  @Test("lines that cannot be used are counted, and files that are none stop the import")
  func imports() throws {
    let folder = try project()
    let path = folder.url.path
    let equal =
      #"{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: b"}"#
    let fine = equal.replacing("b\", \"rej", with: "c\", \"rej")
    try Data("\(equal)\n\(fine)\n".utf8).write(to: folder("equal.jsonl"))
    let counted = try ProgramRun.run("import", folder("equal.jsonl").path, "-p", path)
    #expect(counted.code == 0 && counted.output.contains("not used"), "\(counted)")
    let strict = try ProgramRun.run("import", folder("equal.jsonl").path, "-p", path, "--strict")
    #expect(strict.code == 1)
    for (name, content) in [
      ("words.jsonl", Data("not json\n".utf8)), ("short.jsonl.gz", Data([0x1f, 0x8b, 8, 0])),
      ("noise.jsonl", Data([0xff, 0xfe, 0x00, 0x41])),
    ] {
      try content.write(to: folder(name))
      let result = try ProgramRun.run("import", folder(name).path, "-p", path)
      #expect(result.code == 1 && result.errors.contains(name), "\(result.errors)")
    }
  }
}

extension ProgramRun.Result {
  fileprivate init(running arguments: String...) throws {
    self = try ProgramRun.run(arguments)
  }
}
