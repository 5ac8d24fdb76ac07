/// What the word patterns ask of a character: whether it is a letter, a number, white space or a mark.
///
/// General categories as in Unicode 16, which the reference implementation has; characters that later versions
/// added count as unassigned.
struct CharacterClass: OptionSet, Sendable {
  let rawValue: UInt8

  /// Letters, `\p{L}`.
  static let letter = CharacterClass(rawValue: 1)
  /// Numbers, `\p{N}`.
  static let number = CharacterClass(rawValue: 2)
  /// White space, `\s`.
  static let space = CharacterClass(rawValue: 4)
  /// Marks, `\p{M}`.
  static let mark = CharacterClass(rawValue: 8)
  /// A carriage return or a line feed.
  static let newline = CharacterClass(rawValue: 16)
  /// What BERT takes for punctuation: all ASCII symbols, and `\p{P}` of Unicode 8.
  static let bertPunctuation = CharacterClass(rawValue: 32)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Looks `scalar` up in the standard library's tables.
  init(of scalar: Unicode.Scalar) {
    var value: CharacterClass = scalar.properties.isWhitespace ? .space : []
    if scalar == "\n" || scalar == "\r" { value.insert(.newline) }
    switch Self.category(of: scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      value.insert(.letter)
    case .decimalNumber, .letterNumber, .otherNumber: value.insert(.number)
    case .nonspacingMark, .spacingMark, .enclosingMark: value.insert(.mark)
    default: break
    }
    switch Self.bertCategory(of: scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      value.insert(.bertPunctuation)
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      if scalar.isASCII { value.insert(.bertPunctuation) }
    default: break
    }
    self = value
  }

  /// The general category of `scalar` in Unicode 8, which the reference's BERT components have.
  static func bertCategory(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    if scalar.value >= 0x80, let age = scalar.properties.age, age.major > 8 { return .unassigned }
    switch scalar.value {
    // These have another category since.
    case 0x166d, 0x111c9: return .otherPunctuation
    case 0x1734: return .nonspacingMark
    case 0x1885, 0x1886: return .otherLetter
    case 0xa9bd: return .spacingMark
    default: return scalar.properties.generalCategory
    }
  }

  /// The general category of `scalar` in Unicode 16.
  static func category(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    if scalar.value >= 0x80, let age = scalar.properties.age, age.major > 16 { return .unassigned }
    // Taken for a letter without case since.
    if scalar.value == 0x295 { return .lowercaseLetter }
    return scalar.properties.generalCategory
  }

  /// The classes of the scalars below U+20000, which hold all but rare ideographs.
  static let table: [UInt8] = (UInt32(0)..<0x2_0000).map { value in
    Unicode.Scalar(value).map { CharacterClass(of: $0).rawValue } ?? 0
  }
}

/// UTF-8 in memory, read character by character together with the characters' classes.
struct ClassifiedText {
  let bytes: UnsafeBufferPointer<UInt8>
  private let table: [UInt8]

  /// `bytes` must be valid UTF-8, as a `String` always is.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    table = CharacterClass.table
  }

  var count: Int { bytes.count }

  /// The scalar at a position, and how many bytes it has.
  @inline(__always)
  func scalar(at position: Int) -> (value: UInt32, length: Int) {
    let lead = UInt32(bytes[position])
    if lead < 0x80 { return (lead, 1) }
    if lead < 0xe0 { return ((lead & 0x1f) << 6 | continuation(position + 1), 2) }
    if lead < 0xf0 {
      return (
        (lead & 0xf) << 12 | continuation(position + 1) << 6 | continuation(position + 2), 3
      )
    }
    let value =
      (lead & 0x7) << 18 | continuation(position + 1) << 12 | continuation(position + 2) << 6
      | continuation(position + 3)
    return (value, 4)
  }

  /// The class of the character at a position, and how many bytes it has.
  @inline(__always)
  func character(at position: Int) -> (class: CharacterClass, length: Int) {
    let (value, length) = scalar(at: position)
    if value < 0x2_0000 { return (CharacterClass(rawValue: table[Int(value)]), length) }
    return (Unicode.Scalar(value).map { CharacterClass(of: $0) } ?? [], length)
  }

  /// The end of the run of characters from `position` on that have one of `classes`.
  @inline(__always)
  func endOfRun(of classes: CharacterClass, from position: Int) -> Int {
    var position = position
    while position < bytes.count {
      let (found, length) = character(at: position)
      if found.isDisjoint(with: classes) { break }
      position += length
    }
    return position
  }

  /// The end of the run of characters from `position` on that are no letter, number or white space.
  @inline(__always)
  func endOfSymbols(from position: Int) -> Int {
    var position = position
    while position < bytes.count {
      let (found, length) = character(at: position)
      if !found.isDisjoint(with: [.letter, .number, .space]) { break }
      position += length
    }
    return position
  }

  /// The start of the character that ends before `position`.
  @inline(__always)
  func start(before position: Int) -> Int {
    var start = position - 1
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  @inline(__always)
  private func continuation(_ position: Int) -> UInt32 { UInt32(bytes[position]) & 0x3f }
}
