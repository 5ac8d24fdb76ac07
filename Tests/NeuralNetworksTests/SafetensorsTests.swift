import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct SafetensorsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func everyTypeComesBackAsItWas() throws {
    let values: [Float] = [0.5, -2, 3, 0, 1, 7]
    let tensors: [(name: String, tensor: Tensor)] = [
      ("weight", Tensor(values, shape: [2, 3])),
      ("half", Tensor(values).to(.float16)), ("brain", Tensor(values).to(.bfloat16)),
      ("double", Tensor(values).to(.float64)), ("long", Tensor([1, -2, 1 << 40])),
      ("int", Tensor([3, 4]).to(.int32)), ("flags", Tensor([true, false, true])),
      ("bytes", Tensor([UInt8(1), 255])), ("scalar", Tensor(4.5)), ("empty", Tensor.zeros([0, 3])),
      ("quotes \" and \\ / ü", Tensor([Float(1)])),
    ]
    let url = folder("all.safetensors")
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt", "note": "a \"b\""], to: url)
    let file = try SafetensorsFile(url)
    #expect(Set(file.names) == Set(tensors.map(\.name)))
    #expect(file.metadata == ["format": "pt", "note": "a \"b\""])
    for (name, tensor) in tensors {
      let read = try file.tensor(name)
      #expect(read.dtype == tensor.dtype, "\(name)")
      #expect(read.shape == tensor.shape, "\(name)")
      #expect(read.to(.float64).doubles() == tensor.to(.float64).doubles(), "\(name)")
    }
  }

  @Test func theSameTensorsGiveTheSameBytes() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("b", Tensor([Float(1), 2])), ("a", Tensor([3, 4])), ("c", Tensor([true])),
    ]
    try SafetensorsWriter.write(tensors, to: folder("1"))
    try SafetensorsWriter.write(tensors.reversed(), to: folder("2"))
    let bytes = try Data(contentsOf: folder("1"))
    #expect(try bytes == Data(contentsOf: folder("2")))
    let length = Int(bytes[0])
    #expect((8 + length) % 8 == 0)
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    #expect(
      header.hasPrefix("{\"a\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},\"b\""))
  }

  @Test func aMappedTensorOutlivesItsFile() throws {
    let url = folder("file")
    try SafetensorsWriter.write([("x", Tensor([Float(1), 2, 3]))], to: url)
    let tensor = try SafetensorsFile(url).tensor("x")
    try FileManager.default.removeItem(at: url)
    #expect(tensor.floats() == [1, 2, 3])
  }

  /// A file with that header and `count` bytes of data.
  private func file(_ header: String, data count: Int, length: UInt64? = nil) throws -> URL {
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) {
      bytes.append(contentsOf: $0)
    }
    bytes.append(contentsOf: header.utf8)
    bytes.append(Data(count: count))
    let url = folder(UUID().uuidString)
    try bytes.write(to: url)
    return url
  }

  @Test(
    arguments: [
      ("", 0, nil, "header cannot be read"),
      ("{", 0, nil, "it is not JSON"),
      ("[1]", 0, nil, "header cannot be read"),
      ("{}", 4, nil, "take 0 bytes, the file has 4"),
      ("{}", 0, UInt64.max, "claims 18446744073709551615 bytes"),
      ("{}", 0, 1 << 62, "claims 4611686018427387904 bytes"),
      ("{}", 0, 50, "claims 50 bytes, the file has 2 after the length; it is truncated"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, nil, "it is truncated"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, nil, "takes 8 bytes"),
      (#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4, nil, "element type 'F33'"),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, nil, "impossible shape"),
      (
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, nil,
        "impossible shape"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, nil,
        "header cannot be read"
      ),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, nil, "expected [begin, end]"),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, nil, "expected [begin, end]"
      ),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, nil, "expected [begin, end]"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, nil, "'data_offsets' is missing"),
      (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, nil, "'dtype' is missing"),
      (#"{"a":7}"#, 4, nil, "header cannot be read"),
      (#"{"__metadata__":{"x":7}}"#, 0, nil, "header cannot be read"),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6, nil, "no overlaps"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}}"#, 8, nil, "no gaps"
      ),
      (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 5, nil, "the file has 5"),
    ] as [(String, Int, UInt64?, String)])
  func aBrokenFileIsOneClearError(
    header: String, data: Int, length: UInt64?, expected: String
  ) throws {
    let url = try file(header, data: data, length: length)
    let error = try #require(throws: RLHFError.self) { try SafetensorsFile(url) }
    #expect(error.message.contains(expected), "\(error.message)")
    #expect(error.message.contains(url.path))
    #expect(!error.message.contains("\n"))
    #expect(error.code == .invalidData)
  }

  @Test func aFileCutAnywhereIsAnError() throws {
    let url = folder("whole")
    try SafetensorsWriter.write(
      [("a", Tensor([Float(1), 2])), ("b", Tensor([3, 4]))], to: url)
    let bytes = try Data(contentsOf: url)
    for count in 0..<bytes.count {
      try bytes.prefix(count).write(to: folder("cut"))
      #expect(throws: RLHFError.self) { try SafetensorsFile(folder("cut")) }
    }
  }

  @Test func missingFilesAndTensorsAreNamed() throws {
    let missing = try #require(throws: RLHFError.self) { try SafetensorsFile(folder("none")) }
    #expect(missing.code == .notFound)
    let url = try file(#"{"a":{"dtype":"U16","shape":[2],"data_offsets":[0,4]}}"#, data: 4)
    let file = try SafetensorsFile(url)
    let absent = try #require(throws: RLHFError.self) { try file.tensor("b") }
    #expect(absent.message.contains("no tensor 'b'; it has 'a'"))
    let unsupported = try #require(throws: RLHFError.self) { try file.tensor("a") }
    #expect(unsupported.code == .unsupported)
    #expect(unsupported.message.contains("U16"))
  }

  @Test func twoTensorsOfOneNameAreRefused() throws {
    let error = try #require(throws: RLHFError.self) {
      try SafetensorsWriter.write(
        [("a", Tensor([Float(1)])), ("a", Tensor([Float(2)]))], to: folder("x"))
    }
    #expect(error.message.contains("two tensors by the name 'a'"))
    #expect(!FileManager.default.fileExists(atPath: folder("x").path))
  }

  @Test func anUnalignedTensorIsReadAllTheSame() throws {
    let url = try file(
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#, data: 9)
    #expect(try SafetensorsFile(url).tensor("b").floats() == [0, 0])
  }
}
