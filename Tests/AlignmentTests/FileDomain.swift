import Foundation
import RLHFCore
import RLHFPlugin
import RLHFTesting

/// A row of tokens in a file of its own.
struct RowFile: Codable, Hashable, Sendable {
  var file: FileContent

  init(_ tokens: [Int]) {
    file = FileContent(
      Array(tokens.map(String.init).joined(separator: ",").utf8), type: "image/svg+xml")
  }

  init(_ file: FileContent) { self.file = file }

  func tokens() throws -> [Int] {
    try String(decoding: file.bytes(), as: UTF8.self).split(separator: ",").map { text in
      guard let token = Int(text) else {
        throw RLHFError(.invalidData, "'\(text)' is no token; expected a number.")
      }
      return token
    }
  }
}

/// ``ToyDomain`` with artifacts that are files: `2-anything.row` holds a row for the prompt 2.
struct FileDomain: Domain {
  static let descriptor = DomainDescriptor(
    id: "toy-files", title: "Toy files", question: "Which row has more of what was asked for?")

  var configuration = NoConfiguration()
  var fileExtensions: [String] { ["row"] }

  func makePolicy(for corpus: Corpus<Int, RowFile>, seed: Seed) throws -> TokenPolicy<Int, RowFile>
  {
    TokenPolicy(
      .init(promptSize: 3, vocabularySize: 3, responseLength: 4, hiddenSize: 8), seed: seed,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: RowFile.init,
      encode: { (try? $0.tokens()) ?? [] })
  }

  func makeEncoder(
    for corpus: Corpus<Int, RowFile>, policy: TokenPolicy<Int, RowFile>?, seed: Seed
  ) throws -> FeatureEncoder<Int, RowFile> {
    FeatureEncoder(inputSize: 4, hiddenSize: 8, seed: seed) { sample in
      ((try? sample.artifact.tokens()) ?? []).map { $0 == sample.prompt ? 1 : 0 }
    }
  }

  func makeScriptedRater() throws -> (any Rater<Int, RowFile>)? {
    NoisyRater<Int, RowFile>(temperature: 0) { sample in
      Double(((try? sample.artifact.tokens()) ?? []).count { $0 == sample.prompt })
    }
  }

  func sample(fromFile url: URL) throws -> Sample<Int, RowFile> {
    let row = RowFile(FileContent([UInt8](try Data(contentsOf: url)), type: "image/svg+xml"))
    guard try row.tokens().count == 4 else {
      throw RLHFError(.invalidData, "expected 4 tokens.")
    }
    return Sample(prompt: Int(url.lastPathComponent.prefix(1)) ?? 0, artifact: row)
  }

  func file(of artifact: RowFile) throws -> FileContent? { artifact.file }

  func measurements(of sample: Sample<Int, RowFile>) -> [String: Double] {
    ["tokens": Double((try? sample.artifact.tokens())?.count ?? 0)]
  }
}
