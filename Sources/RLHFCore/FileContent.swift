public import Foundation

/// The bytes of a file that is an artifact or a prompt, or part of one, known by their SHA-256.
///
/// Values that hold it stay small: what lies in a ``FileVault`` is read when it is asked for. In JSON it is
/// `{"sha256", "type"}` where a vault keeps the bytes, and `{"content", "type"}` with the bytes in Base64 elsewhere.
public struct FileContent: Sendable, Hashable {
  /// The SHA-256 of the bytes, 64 hexadecimal digits.
  public let sha256: String
  /// The MIME type, such as `application/pdf`.
  public let type: String
  private let source: Source

  private enum Source: Sendable {
    case memory([UInt8])
    case file(URL)
    /// Decoded from a reference, where no vault was at hand.
    case elsewhere
  }

  /// Creates the content of a file that is in memory.
  public init(_ bytes: [UInt8], type: String) {
    sha256 = ContentHash(of: bytes).description
    self.type = type
    source = .memory(bytes)
  }

  fileprivate init(sha256: String, type: String, at url: URL?) {
    (self.sha256, self.type) = (sha256, type)
    source = url.map(Source.file) ?? .elsewhere
  }

  /// The bytes.
  ///
  /// Throws ``RLHFError`` where the file is not at hand, cannot be read, or is not the one that was kept.
  public func bytes() throws -> [UInt8] {
    switch source {
    case .memory(let bytes): return bytes
    case .elsewhere:
      throw RLHFError(
        .notFound,
        "the file \(sha256) is known by its hash alone; its bytes are in the media folder of the project that it is from."
      )
    case .file(let url):
      let data: Data
      do {
        data = try Data(contentsOf: url)
      } catch {
        throw RLHFError(
          .notFound, "\(url.path) cannot be read; bring the file back from a copy.", cause: error)
      }
      let bytes = [UInt8](data)
      guard ContentHash(of: bytes).description == sha256 else {
        throw RLHFError(
          .invalidData,
          "\(url.path) has changed: its content is not that of its name. Bring the file back from a copy."
        )
      }
      return bytes
    }
  }

  /// The ending of a file's name that goes with the type, such as `png`.
  public var nameEnding: String { type.split(separator: "/").last.map(String.init) ?? "bin" }

  /// Two contents are the same where their bytes and types are.
  public static func == (first: FileContent, second: FileContent) -> Bool {
    first.sha256 == second.sha256 && first.type == second.type
  }

  /// Hashes what ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(sha256)
    hasher.combine(type)
  }
}

extension FileContent: Codable {
  private enum CodingKeys: String, CodingKey {
    case sha256, type, content
  }

  /// Reads either form; a reference finds its bytes in the vault of the decoder's `userInfo`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let type = try values.decode(String.self, forKey: .type)
    if let content = try values.decodeIfPresent(Data.self, forKey: .content) {
      self.init([UInt8](content), type: type)
      return
    }
    let name = try values.decode(String.self, forKey: .sha256)
    guard FileVault.isName(name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .sha256, in: values, debugDescription: "expected 64 hexadecimal digits")
    }
    let vault = decoder.userInfo[.fileVault] as? FileVault
    self.init(sha256: name, type: type, at: vault?.url(named: name))
  }

  /// Keeps the bytes in the vault of the encoder's `userInfo` where there is one.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(type, forKey: .type)
    if let vault = encoder.userInfo[.fileVault] as? FileVault {
      try vault.keep(self)
      try values.encode(sha256, forKey: .sha256)
    } else if case .elsewhere = source {
      try values.encode(sha256, forKey: .sha256)
    } else {
      try values.encode(Data(bytes()), forKey: .content)
    }
  }
}

/// A folder of files named by the SHA-256 of their content.
public struct FileVault: Sendable {
  /// The folder; made when the first file comes.
  public let folder: URL

  /// Creates a vault.
  public init(_ folder: URL) { self.folder = folder }

  /// Whether `name` can be the name of a file of a vault: 64 lower-case hexadecimal digits.
  public static func isName(_ name: String) -> Bool {
    name.utf8.count == 64
      && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Where the file of that name is, or would be.
  func url(named name: String) -> URL { folder.appending(path: name) }

  /// Puts the bytes of `content` on the disk, unless they are there; throws where they are nowhere.
  func keep(_ content: FileContent) throws {
    let target = url(named: content.sha256)
    guard !FileManager.default.fileExists(atPath: target.path) else { return }
    let bytes = try content.bytes()
    try AtomicFile.makeFolder(folder)
    try AtomicFile.write(Data(bytes), to: target)
  }
}

extension CodingUserInfoKey {
  /// Where an encoder or decoder has the ``FileVault`` of its files.
  public static let fileVault: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "rlhf.fileVault") else {
      preconditionFailure("CodingUserInfoKey: a name is always a key")
    }
    return key
  }()
}

extension JSONValue {
  /// The JSON that `value` encodes to, its files kept in `files`.
  public init(encoding value: some Encodable, files: FileVault?) throws {
    let encoder = JSONEncoder()
    encoder.userInfo[.fileVault] = files
    self = try JSONValue(parsing: encoder.encode(value))
  }

  /// Decodes a value of a known type, its files found in `files`.
  public func decoded<Value: Decodable>(
    as type: Value.Type = Value.self, files: FileVault?
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.userInfo[.fileVault] = files
    return try decoder.decode(type, from: Data(canonicalBytes()))
  }
}
