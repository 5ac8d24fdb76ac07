import Foundation
import RLHFCore
import TestSupport
import Testing

/// Files of other programs, in and out by the command line.
struct FeedbackFilesTests {
  private let folder: TemporaryFolder
  private var path: String { folder("project").path }

  init() throws {
    folder = try TemporaryFolder()
    let made = try ProgramRun.run("init", folder("project").path)
    try #require(made.code == 0, "\(made.errors)")
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let result = try ProgramRun.run(arguments + ["-p", path, "--json"])
    try #require(result.code == 0, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }

  @Test(arguments: ["argilla", "label-studio", "ground-truth", "arena", "csv"])
  func votesComeInGoOutAndComeBack(format: String) throws {
    let table = """
      prompt,response_a,response_b,winner,rater,model_a,model_b
      Name a bird,Robin,Dog,A,u1,m1,m2
      Name a bird,Robin,Dog,tie,u2,m1,m2
      Name a fish,Cat,Trout,B,u1,m1,m2
      """
    try Data(table.utf8).write(to: folder("in.csv"))
    let first = try json("import", folder("in.csv").path)
    #expect(first["files"]?[0]?["format"] == "csv")
    #expect(first["files"]?[0]?["tally"]?["judgments"] == 3)

    let file = folder("out").path
    let manifest = try json("export", "--feedback", format, file)
    #expect(manifest["dropped"] == [:] && manifest["version"] == "0.1.0")
    #expect(FileManager.default.fileExists(atPath: file + ".manifest.json"))
    // The raters are imported ones here too, so that coming back adds nothing.
    let again = try json("import", file)
    #expect(again["files"]?[0]?["format"]?.stringValue == format)
    #expect(again["files"]?[0]?["tally"]?["judgments"] == 0)
    #expect(again["files"]?[0]?["tally"]?["known"] == 3)
  }

  @Test func mediaFoldersNeedADomainOfFiles() throws {
    let media = folder("media")
    try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: media.appending(path: "a.png"))
    try Data(#"{"file_name":"a.png","text":"t","rating":3}"#.utf8)
      .write(to: media.appending(path: "metadata.jsonl"))
    let result = try ProgramRun.run("import", media.path, "-p", path)
    #expect(result.code == 1 && !result.errors.isEmpty)
  }

  @Test func mistakesAreNamed() throws {
    for (arguments, words) in [
      (["export", "ppo-1"], "expected a policy and the folder to write"),
      (["export", "--feedback", "trl", "a", "b"], "expected the file to write"),
      (["export", "--feedback", "xml", "a"], "expected one of trl, argilla"),
      (["import", "x", "--format", "xml"], "expected one of trl, argilla"),
      (["import", "x", "--scale", "5"], "expected two numbers"),
      (["export", "--feedback", "human-evaluation", folder("a").path], "is not written"),
    ] {
      let result = try ProgramRun.run(arguments + ["-p", path])
      #expect(result.code != 0 && result.errors.contains(words), "\(result.errors)")
    }
  }
}
