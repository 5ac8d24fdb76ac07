/// What a file is, told by its first bytes and never by its name.
public enum MediaFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// Portable Network Graphics.
  case png
  /// JPEG, in any wrapping.
  case jpeg
  /// Graphics Interchange Format.
  case gif
  /// WebP.
  case webp
  /// RIFF or RF64 WAVE.
  case wav
  /// Free Lossless Audio Codec.
  case flac
  /// An Ogg container: Vorbis, Opus or FLAC.
  case ogg
  /// MPEG layer III.
  case mp3
  /// Audio Interchange File Format.
  case aiff

  /// How many first bytes are enough to tell.
  public static let prefixLength = 512

  /// What people perceive in such a file.
  public var kind: MediaKind {
    switch self {
    case .png, .jpeg, .gif, .webp: .image
    case .wav, .flac, .ogg, .mp3, .aiff: .audio
    }
  }

  /// The MIME type.
  public var type: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .gif: "image/gif"
    case .webp: "image/webp"
    case .wav: "audio/wav"
    case .flac: "audio/flac"
    case .ogg: "audio/ogg"
    case .mp3: "audio/mpeg"
    case .aiff: "audio/aiff"
    }
  }

  /// The ending that names of such files have.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    default: rawValue
    }
  }

  /// Recognises a file by its first bytes; `name` stands in messages only.
  public init(of prefix: some Collection<UInt8>, name: String) throws {
    let bytes = Array(prefix.prefix(Self.prefixLength))
    guard !bytes.isEmpty else {
      throw MediaFailure.invalid(name, "it is empty", "an image or a sound")
    }
    if let known = Self.signature(bytes) {
      self = known
      return
    }
    if Self.isMarkup(bytes) {
      throw MediaFailure.unsupported(
        name, "it is SVG, HTML or XML, which can carry programs", "save it as PNG")
    }
    throw MediaFailure.unsupported(
      name, "its first bytes are those of no known format",
      "save images as PNG, JPEG, GIF or WebP, sounds as WAV, FLAC, Ogg or MP3")
  }

  private static func signature(_ bytes: [UInt8]) -> MediaFormat? {
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return .png }
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    if has("GIF87a") || has("GIF89a") { return .gif }
    if has("RIFF"), has("WEBP", at: 8) { return .webp }
    if has("RIFF") || has("RF64"), has("WAVE", at: 8) { return .wav }
    if has("FORM"), has("AIFF", at: 8) || has("AIFC", at: 8) { return .aiff }
    if has("fLaC") { return .flac }
    if has("OggS") { return .ogg }
    return has("ID3") || isMPEGFrame(bytes) ? .mp3 : nil
  }

  /// Whether the bytes start a frame of MPEG layer III: sync, a version, the layer, a bit rate and a sample rate.
  private static func isMPEGFrame(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4, bytes[0] == 0xff, bytes[1] & 0xe0 == 0xe0 else { return false }
    let (version, layer) = (bytes[1] >> 3 & 3, bytes[1] >> 1 & 3)
    let (bitRate, sampleRate) = (bytes[2] >> 4, bytes[2] >> 2 & 3)
    return version != 1 && layer == 1 && bitRate != 0 && bitRate != 15 && sampleRate != 3
  }

  private static func isMarkup(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    rest = rest.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    // Two-byte encodings put a zero beside the bracket.
    let start = rest.filter { $0 != 0 && $0 != 0xff && $0 != 0xfe }
    return start.first == UInt8(ascii: "<")
  }
}
