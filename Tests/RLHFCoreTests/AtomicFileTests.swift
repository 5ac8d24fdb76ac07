import Foundation
import RLHFCore
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Stop: Error {}

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []).sorted()
  }

  @Test func aFileIsWrittenAndReplaced() throws {
    try AtomicFile.write("one", to: folder("x"))
    try AtomicFile.write(Data("two".utf8), to: folder("x"))
    #expect(try String(contentsOf: folder("x"), encoding: .utf8) == "two")
    #expect(names == ["x"])
  }

  @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
    try AtomicFile.write("old", to: folder("x"))
    #expect(throws: Stop.self) {
      try AtomicFile.write(to: folder("x")) { writer in
        try writer.write(Data("new, but not all of i".utf8))
        throw Stop()
      }
    }
    #expect(try String(contentsOf: folder("x"), encoding: .utf8) == "old")
    #expect(names == ["x"])
  }

  @Test func aFullDiskIsOneClearError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    try FileManager.default.createSymbolicLink(
      atPath: folder("full").path, withDestinationPath: "/dev/full")
    let handle = try FileHandle(forWritingTo: folder("full"))
    defer { try? handle.close() }
    try AtomicFile.write("old", to: folder("x"))
    let error = try #require(throws: RLHFError.self) {
      try AtomicFile.write(to: folder("x")) { writer in
        // What the writer does next meets the device that is always full.
        _ = dup2(handle.fileDescriptor, writer.descriptor)
        try writer.write(Data("new".utf8))
      }
    }
    #expect(error.code == .inputOutput)
    #expect(error.message.contains(folder("x").path))
    #expect(error.message.contains("No space left on device; nothing that was there has changed"))
    #expect(try String(contentsOf: folder("x"), encoding: .utf8) == "old")
  }

  @Test func aMissingFolderIsNamed() throws {
    let error = try #require(throws: RLHFError.self) {
      try AtomicFile.write("x", to: folder("none/x"))
    }
    #expect(error.message.contains("create the folder \(folder("none").path) first"))
  }

  @Test func permissionsAndLinksStay() throws {
    try AtomicFile.write("old", to: folder("x"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: folder("x").path)
    try FileManager.default.createSymbolicLink(
      atPath: folder("link").path, withDestinationPath: folder("x").path)
    try AtomicFile.write("new", to: folder("link"))
    #expect(try String(contentsOf: folder("x"), encoding: .utf8) == "new")
    let attributes = try FileManager.default.attributesOfItem(atPath: folder("x").path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder("link").path)
    #expect(link == folder("x").path)
  }

  @Test func aFolderAppearsWholeOrNotAtAll() throws {
    #expect(throws: Stop.self) {
      try AtomicFile.writeFolder(at: folder("run")) { temporary in
        try AtomicFile.write("1", to: temporary.appendingPathComponent("a"))
        throw Stop()
      }
    }
    #expect(names == [])
    for text in ["1", "2"] {
      try AtomicFile.writeFolder(at: folder("run")) { temporary in
        try AtomicFile.write(text, to: temporary.appendingPathComponent("a"))
        try FileManager.default.createDirectory(
          at: temporary.appendingPathComponent("sub"), withIntermediateDirectories: true)
      }
      #expect(names == ["run"])
      #expect(try String(contentsOf: folder("run/a"), encoding: .utf8) == text)
    }
    #expect(throws: Stop.self) {
      try AtomicFile.writeFolder(at: folder("run")) { _ in throw Stop() }
    }
    #expect(try String(contentsOf: folder("run/a"), encoding: .utf8) == "2")
  }

  @Test func leftoversOfAKilledProcessAreRemoved() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "leftovers-\(UUID())")
    let half = folder.appending(path: ".step-2.abc.tmp")
    try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["step-1.json", ".hidden", ".run.json.1x.tmp"] {
      try AtomicFile.write("kept", to: folder.appending(path: name))
    }
    AtomicFile.removeLeftovers(in: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == [".hidden", "step-1.json"])
    AtomicFile.removeLeftovers(in: folder.appending(path: "missing"))
  }
}
