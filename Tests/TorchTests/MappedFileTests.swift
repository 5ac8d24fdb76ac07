import Foundation
import RLHFCore
import Testing
import Torch

struct MappedFileTests {
  private func withFile(_ data: Data, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("mapped-\(UUID().uuidString)").path
    try data.write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private let floats = [1, 2, 3, 4, 5, 6].map { Float($0) }

  @Test func tensorsReadTheFileAndKeepItMapped() throws {
    try withFile(floats.withUnsafeBytes { Data($0) }) { path in
      var file: MappedFile? = try MappedFile(path: path)
      weak let watched = file
      #expect(file?.count == 24)
      var tensor: Tensor? = try file.map {
        try Tensor(mapped: $0, offset: 8, shape: [2, 2], dtype: .float32)
      }
      file = nil
      try FileManager.default.removeItem(atPath: path)
      #expect(tensor?.floats() == [3, 4, 5, 6])
      var view = tensor?[1]
      tensor = nil
      #expect(watched != nil)
      #expect(view?.floats() == [5, 6])
      view = nil
      #expect(watched == nil)
    }
  }

  @Test func changesStayInMemory() throws {
    try withFile(floats.withUnsafeBytes { Data($0) }) { path in
      let tensor = try Tensor(
        mapped: MappedFile(path: path), offset: 0, shape: [6], dtype: .float32)
      tensor.fill(9)
      #expect(tensor.floats() == [Float](repeating: 9, count: 6))
      let again = try Tensor(
        mapped: MappedFile(path: path), offset: 0, shape: [6], dtype: .float32)
      #expect(again.floats() == floats)
    }
  }

  @Test func oddOffsetsAndEmptyTensors() throws {
    let data = Data([0]) + floats.withUnsafeBytes { Data($0) }
    try withFile(data) { path in
      let file = try MappedFile(path: path)
      let odd = try Tensor(mapped: file, offset: 1, shape: [6], dtype: .float32)
      #expect(odd.floats() == floats)
      let none = try Tensor(mapped: file, offset: 25, shape: [0, 3], dtype: .float32)
      #expect(none.shape == [0, 3])
    }
    try withFile(Data()) { path in
      let file = try MappedFile(path: path)
      #expect(file.count == 0)
      #expect(try Tensor(mapped: file, offset: 0, shape: [0], dtype: .bool).count == 0)
    }
  }

  @Test func missingFilesAndFolders() throws {
    let error = #expect(throws: RLHFError.self) { try MappedFile(path: "/nowhere/file") }
    #expect(error?.code == .notFound)
    #expect(error?.message == "cannot open '/nowhere/file': No such file or directory")
    let folder = FileManager.default.temporaryDirectory.path
    let other = #expect(throws: RLHFError.self) { try MappedFile(path: folder) }
    #expect(other?.message == "found '\(folder)', which is no file; give the path of a file")
  }

  @Test func tensorsBeyondTheEnd() throws {
    try withFile(floats.withUnsafeBytes { Data($0) }) { path in
      let file = try MappedFile(path: path)
      let impossible: [(Int, [Int])] = [
        (0, [7]), (20, [2]), (-4, [1]), (0, [-1]), (0, [Int.max, 2]), (0, [Int.max / 2]),
        (Int.max, [1]),
      ]
      for (offset, shape) in impossible {
        let error = #expect(throws: RLHFError.self) {
          try Tensor(mapped: file, offset: offset, shape: shape, dtype: .float32)
        }
        #expect(error?.code == .invalidData)
        #expect(
          error?.message.hasPrefix(
            "found '\(path)' of 24 bytes, expected a tensor \(shape) float32 at byte \(offset)")
            == true)
      }
    }
  }
}
