/// Which bytes of a file are asked for (RFC 9110, section 14): one range, or all.
enum ByteRange: Sendable, Hashable {
  /// The whole file.
  case whole
  /// A part that is there.
  case part(Range<Int>)
  /// A part that begins behind the end.
  case unsatisfiable

  /// Reads the header `Range` for a file of `size` bytes.
  ///
  /// What is no range of bytes, and what asks for several, is as if nothing was asked for.
  init(_ header: String?, size: Int) {
    self = .whole
    guard let header, let separator = header.firstIndex(of: "="),
      header[..<separator].lowercased() == "bytes"
    else { return }
    let spec = header[header.index(after: separator)...].trimmed
    guard let dash = spec.firstIndex(of: "-") else { return }
    let (first, last) = (spec[..<dash], spec[spec.index(after: dash)...])
    switch (Self.number(first), Self.number(last)) {
    case (let first?, let last?) where first <= last:
      self = first < size ? .part(first..<Swift.min(last, size - 1) + 1) : .unsatisfiable
    case (let first?, nil) where last.isEmpty:
      self = first < size ? .part(first..<size) : .unsatisfiable
    case (nil, let count?) where first.isEmpty:
      self = count > 0 && size > 0 ? .part(Swift.max(0, size - count)..<size) : .unsatisfiable
    default: break
    }
  }

  /// A whole number in decimal digits; one beyond all files is as large as can be.
  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text) ?? Int.max - 1
  }
}

extension Substring {
  /// The characters without space around them.
  fileprivate var trimmed: Substring {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
