import Foundation
import Testing

@testable import RLHFCore

@Suite("The content of a file") struct FileContentTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "file-content-\(UUID().uuidString)")
  private let content = FileContent([0, 1, 254, 255], type: "application/octet-stream")

  @Test("is written as Base64 where nothing keeps it")
  func inline() throws {
    let json = try JSONValue(encoding: content)
    #expect(json["content"]?.stringValue == "AAH+/w==" && json["sha256"] == nil)
    let read: FileContent = try json.decoded()
    #expect(read == content)
    #expect(try read.bytes() == [0, 1, 254, 255])
  }

  @Test("is kept by a vault, which JSON refers to")
  func vault() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let vault = FileVault(folder)
    let json = try JSONValue(encoding: content, files: vault)
    #expect(json["content"] == nil && json["sha256"]?.stringValue == content.sha256)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [content.sha256])
    let read: FileContent = try json.decoded(files: vault)
    #expect(read == content)
    #expect(try read.bytes() == [0, 1, 254, 255])
    // Without the vault it stays a reference, which can be written again and not read.
    let reference: FileContent = try json.decoded()
    #expect(reference == content)
    #expect(try JSONValue(encoding: reference) == json)
    #expect(try JSONValue(encoding: reference, files: vault) == json)
    #expect(throws: RLHFError.self) { try reference.bytes() }
    // Elsewhere the bytes go along.
    #expect(try JSONValue(encoding: read)["content"]?.stringValue == "AAH+/w==")
  }

  @Test("is refused where the file was changed or is gone")
  func damaged() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let vault = FileVault(folder)
    let json = try JSONValue(encoding: content, files: vault)
    let read: FileContent = try json.decoded(files: vault)
    let file = folder.appending(path: content.sha256)
    try Data([1]).write(to: file)
    #expect {
      try read.bytes()
    } throws: {
      ($0 as? RLHFError)?.code == .invalidData
    }
    try FileManager.default.removeItem(at: file)
    #expect {
      try read.bytes()
    } throws: {
      ($0 as? RLHFError)?.code == .notFound
    }
    let reference: FileContent = try json.decoded()
    #expect(throws: RLHFError.self) { try JSONValue(encoding: reference, files: vault) }
  }

  @Test(
    "has a SHA-256 for a name and nothing else",
    arguments: ["../../etc/passwd", "", String(repeating: "A", count: 64)])
  func names(name: String) {
    let json: JSONValue = ["sha256": .string(name), "type": "x"]
    #expect(throws: DecodingError.self) {
      try json.decoded(as: FileContent.self, files: FileVault(folder))
    }
  }
}
