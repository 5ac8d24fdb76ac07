import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

extension Importer where Prompt == String, Artifact == MediaReference {
  /// Pictures for captions, in the coding of the types.
  static var pictures: Importer<String, MediaReference> {
    Importer { json in
      let prompt = json["prompt"]?.stringValue ?? ""
      func picture(_ key: String) throws -> MediaReference {
        guard let value = json[key] else { throw RLHFError(.invalidData, "'\(key)' is missing.") }
        return try value.decoded()
      }
      if json["chosen"] != nil {
        return [
          .preference(
            PreferencePair(
              prompt: prompt, chosen: try picture("chosen"), rejected: try picture("rejected")))
        ]
      }
      if let list = json["completions"]?.arrayValue {
        return [.ranking(Ranking(prompt: prompt, artifacts: try list.map { try $0.decoded() }))]
      }
      let made = try picture("artifact")
      guard let value = json["rating"]?.doubleValue else {
        return [.demonstration(Demonstration(prompt: prompt, artifact: made))]
      }
      return [.rating(Rating(prompt: prompt, artifact: made, value: value, scale: .five))]
    }
  }
}

struct MediaFolderTests {
  private static let lines = [
    #"{"file_name":"a.png","rating":4,"text":"red","rater":"u1"}"#,
    #"{"chosen_file_name":"a.png","rejected_file_name":"sub/b.png","prompt":"red","rater":"u1","seconds":3}"#,
    #"{"left_file_name":"a.png","right_file_name":"sub/b.png","winner":"tie","prompt":"red","rater":"u2"}"#,
    #"{"file_names":["sub/b.png","a.png","c.png"],"ranking":[2,1,3],"prompt":"red","rater":"u2"}"#,
    #"{"file_name":"c.png","prompt":"blue"}"#,
  ]

  private func media(_ url: URL) throws -> MediaReference {
    MediaReference(sha256: try ContentHash(ofFile: url).description, type: "image/png")
  }

  private func fill(_ folder: URL, _ lines: [String]) throws {
    let sub = folder.appending(path: "sub")
    try FileManager.default.createDirectory(at: sub, withIntermediateDirectories: true)
    _ = try folder.with("a.png", "A".utf8)
    _ = try folder.with("c.png", "C".utf8)
    _ = try sub.with("b.png", "B".utf8)
    _ = try folder.with("metadata.jsonl", lines: lines)
  }

  private func options() -> ImportOptions {
    var options = ImportOptions()
    options.addMedia = { try media($0) }
    return options
  }

  @Test(arguments: [FeedbackFormat.mediaFolder, .argilla, .labelStudio, .groundTruth, .csv])
  func foldersComeInAndGoOut(format: FeedbackFormat) throws {
    try withFolder { folder in
      let source = folder.appending(path: "source")
      try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
      try fill(source, Self.lines)
      let store = try FeedbackStore.inMemory()
      let summary = try Importer.pictures.run([source], into: store, options: options())
      #expect(summary.files[0].format == .mediaFolder && summary.lost == 0)
      #expect(
        summary.tally.judgments == 2 && summary.tally.ratings == 1 && summary.tally.rankings == 1
          && summary.tally.demonstrations == 1)

      var export = ExportOptions(format: format)
      export.media = .link
      let files = [
        source.appending(path: "a.png"), source.appending(path: "sub/b.png"),
        source.appending(path: "c.png"),
      ]
      let places = Dictionary(uniqueKeysWithValues: try files.map { (try media($0).sha256, $0) })
      export.mediaFile = { reference in
        try #require(places[reference.sha256])
      }
      let target = folder.appending(path: "target")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      let file = target.appending(path: format == .mediaFolder ? "metadata.jsonl" : "out")
      let manifest = try FeedbackExporter(store).run(to: file, export)
      #expect(try ExportManifest.verify(ExportManifest.place(of: file)) == manifest)
      #expect(manifest.files.count { $0.name.hasPrefix("media/") } == 3)

      let back = try FeedbackStore.inMemory()
      let input = format == .mediaFolder ? target : file
      let again = try Importer.pictures.run([input], into: back, options: options())
      #expect(again.lost == 0, "\(again.files[0].losses)")
      let dropped = manifest.dropped.values.reduce(0, +)
      #expect(dropped == (format == .mediaFolder || format == .csv ? 0 : 1))
      let expected = try opinions(of: store).filter { dropped == 0 || !$0.contains(" shown ") }
      #expect(try opinions(of: back) == expected)
    }
  }

  @Test func pathsThatLeadOutAreRefused() throws {
    try withFolder { folder in
      let inside = folder.appending(path: "in")
      try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
      _ = try folder.with("secret.png", "S".utf8)
      try FileManager.default.createSymbolicLink(
        at: inside.appending(path: "link.png"),
        withDestinationURL: folder.appending(path: "secret.png"))
      try FileManager.default.createSymbolicLink(
        at: inside.appending(path: "up"), withDestinationURL: folder)
      let names = [
        "../secret.png", "sub/../../secret.png", "/etc/passwd", "link.png", "up/secret.png", "",
        "sub", "none.png", "./a.png", "a.png/", "http://x/a.png", "..\\\\secret.png",
        "a\\u0000.png", "sub//b.png",
      ]
      let lines = names.map { #"{"file_name":"\#($0)","rating":3,"text":"t"}"# }
      try fill(inside, [Self.lines[0]] + lines)
      var touched: [String] = []
      let store = try FeedbackStore.inMemory()
      var options = options()
      let summary = try Importer.pictures.run([inside], into: store, options: options)
      #expect(summary.tally.ratings == 1 && summary.lost == names.count)
      touched = summary.files[0].losses.map(\.reason)
      #expect(
        Set(touched) == [
          "a file has a name that leads out of the folder",
          "a file is reached through a symbolic link", "a file is missing",
          "a file is not a regular file",
        ])
      options.addMedia = nil
      let error = thrown {
        try Importer.pictures.run([inside], into: .inMemory(), options: options)
      }
      #expect(error?.message.contains("files are not taken in here") == true)
      let empty = thrown {
        try Importer.pictures.run([folder], into: .inMemory(), options: options)
      }
      #expect(empty?.message.contains("is a folder without a metadata.jsonl") == true)
    }
  }
}
