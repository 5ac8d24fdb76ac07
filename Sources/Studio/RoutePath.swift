/// The path of a route: `/api/drafts/{task}`.
struct RoutePath: Sendable, Hashable, CustomStringConvertible {
  private enum Segment: Sendable, Hashable {
    case word(String)
    case parameter(String)
  }

  let description: String
  private let segments: [Segment]

  init(_ description: String) {
    self.description = description
    segments = description.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map { part in
        part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .word(String(part))
      }
  }

  /// The names of the parameters, in order.
  var parameters: [String] {
    segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
  }

  /// The values of the parameters where `path` is one of this route.
  func match(_ path: [String]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var values: [String: String] = [:]
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .word(let word): guard word == part else { return nil }
      case .parameter(let name):
        guard !part.isEmpty else { return nil }
        values[name] = part
      }
    }
    return values
  }

  /// The segments of the path of a request, decoded one by one; `nil` where it cannot be one of ours.
  static func segments(of path: some StringProtocol) -> [String]? {
    guard path.hasPrefix("/") else { return nil }
    var result: [String] = []
    for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let decoded = percentDecoded(part),
        !decoded.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
      else { return nil }
      result.append(decoded)
    }
    return result
  }

  /// The values of a query; of a name that comes twice, the last.
  static func query(_ text: some StringProtocol) -> [String: String] {
    var values: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (name, value) = (halves[0], halves.count > 1 ? halves[1] : "")
      if let name = percentDecoded(name), let value = percentDecoded(value) {
        values[name] = value
      }
    }
    return values
  }

  /// The characters for which `%XX` stands, strictly; `nil` where it is no UTF-8.
  static func percentDecoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimal),
        let low = rest.popFirst().flatMap(hexadecimal)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
