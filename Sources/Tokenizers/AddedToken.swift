/// A token that is found in the text before anything else happens to it: `<|endoftext|>`, say.
public struct AddedToken: Sendable, Hashable {
  /// The id.
  public var id: Int
  /// How the token is written.
  public var content: String
  /// Whether it is a control token, which decoding leaves out on request.
  public var isSpecial: Bool
  /// Whether it is found only where no word character stands next to it.
  public var isSingleWord: Bool
  /// Whether it swallows the white space before it.
  public var stripsLeft: Bool
  /// Whether it swallows the white space after it.
  public var stripsRight: Bool
  /// Whether it is looked for in the normalised text instead of the text as it is.
  public var isNormalized: Bool

  /// Creates a token, a special one that is found as written unless said otherwise.
  public init(
    id: Int, content: String, isSpecial: Bool = true, isSingleWord: Bool = false,
    stripsLeft: Bool = false, stripsRight: Bool = false, isNormalized: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
    self.isSingleWord = isSingleWord
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isNormalized = isNormalized
  }

  /// The member of a tokenizer file's `added_tokens`.
  var json: OrderedJSON {
    .object([
      ("id", .integer(id)), ("content", .string(content)), ("single_word", .bool(isSingleWord)),
      ("lstrip", .bool(stripsLeft)), ("rstrip", .bool(stripsRight)),
      ("normalized", .bool(isNormalized)), ("special", .bool(isSpecial)),
    ])
  }
}

/// Finds added tokens in text: the leftmost first, and of those that start together the longest.
struct AddedTokenMatcher: Sendable {
  private struct Candidate: Sendable {
    var bytes: [UInt8]
    var token: AddedToken
  }

  /// The tokens by their first byte, the longest first.
  private let candidates: [[Candidate]]
  private let isEmpty: Bool

  /// A matcher of `tokens`, each looked for in the form that `spelling` gives it.
  init(_ tokens: [AddedToken], spelling: (String) -> String = { $0 }) {
    var candidates = [[Candidate]](repeating: [], count: 256)
    for token in tokens {
      let bytes = Array(spelling(token.content).utf8)
      guard let first = bytes.first else { continue }
      candidates[Int(first)].append(Candidate(bytes: bytes, token: token))
    }
    self.candidates = candidates.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
    isEmpty = candidates.allSatisfy(\.isEmpty)
  }

  /// Cuts `bytes` at the tokens found, and calls `body` with every piece between them (`nil` as id) and every
  /// token.
  func split(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Int?) -> Void
  ) {
    var done = 0
    if !isEmpty {
      var position = 0
      while position < bytes.count {
        guard let match = candidate(in: bytes, at: position) else {
          position += 1
          continue
        }
        var start = position
        var end = position + match.bytes.count
        position = end
        if match.token.isSingleWord, Self.touchesWord(bytes, start, end) { continue }
        if match.token.stripsLeft { start = max(Self.startOfSpaces(bytes, before: start), done) }
        if match.token.stripsRight { end = ClassifiedText(bytes).endOfRun(of: .space, from: end) }
        if done < start { body(UnsafeBufferPointer(rebasing: bytes[done..<start]), nil) }
        body(UnsafeBufferPointer(rebasing: bytes[start..<end]), match.token.id)
        done = end
      }
    }
    if done < bytes.count { body(UnsafeBufferPointer(rebasing: bytes[done...]), nil) }
  }

  @inline(__always)
  private func candidate(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Candidate? {
    let list = candidates[Int(bytes[start])]
    if list.isEmpty { return nil }
    return list.first { candidate in
      start + candidate.bytes.count <= bytes.count
        && candidate.bytes.indices.allSatisfy { bytes[start + $0] == candidate.bytes[$0] }
    }
  }

  private static func touchesWord(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Bool {
    let text = ClassifiedText(bytes)
    if start > 0, isWord(text.scalar(at: text.start(before: start)).value) { return true }
    return end < bytes.count && isWord(text.scalar(at: end).value)
  }

  private static func isWord(_ value: UInt32) -> Bool {
    Unicode.Scalar(value).map { CharacterClass.isWord($0) } ?? false
  }

  private static func startOfSpaces(_ bytes: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
    let text = ClassifiedText(bytes)
    var start = end
    while start > 0 {
      let previous = text.start(before: start)
      guard text.character(at: previous).class.contains(.space) else { break }
      start = previous
    }
    return start
  }
}
