/// One position of a regular expression: which characters may stand there.
struct CharacterMatcher: Sendable {
  private var ranges: [ClosedRange<UInt32>] = []
  private var classes: CharacterClass = []
  private var categories: UInt64 = 0
  private var matchesWords = false
  /// Parts in brackets or escapes that have a negation of their own.
  private var parts: [CharacterMatcher] = []
  private var isNegated = false
  /// The answers for ASCII, two words of bits.
  private var low: (UInt64, UInt64) = (0, 0)

  /// Adds the characters of a range.
  mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

  /// Adds `scalar`, and its capital and small forms when `ignoresCase`.
  mutating func insert(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
    insert(scalar.value...scalar.value)
    guard ignoresCase else { return }
    for form in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
    where form.unicodeScalars.count == 1 {
      for other in form.unicodeScalars { insert(other.value...other.value) }
    }
    switch scalar {
    case "s", "S": insert(0x17f...0x17f)
    case "k", "K": insert(0x212a...0x212a)
    default: break
    }
  }

  /// Adds the characters of a class.
  mutating func insert(_ classes: CharacterClass) { self.classes.formUnion(classes) }

  /// Adds the characters that `\w` stands for.
  mutating func insertWords() { matchesWords = true }

  /// Adds the characters that another matcher accepts.
  mutating func insert(_ part: CharacterMatcher) { parts.append(part) }

  /// Adds a general category by its name (`L`, `Lu`, …); false where there is none of this name.
  mutating func insert(categoryNamed name: String) -> Bool {
    switch name {
    case "L", "Letter": classes.insert(.letter)
    case "N", "Number": classes.insert(.number)
    case "M", "Mark": classes.insert(.mark)
    case "White_Space", "space": classes.insert(.space)
    default:
      let found = Self.categoryNames.filter {
        $0.name == name || $0.name.first.map(String.init) == name
      }
      if found.isEmpty { return false }
      for entry in found { categories |= 1 << entry.index }
    }
    return true
  }

  /// The matcher, negated or not, ready for use.
  func finished(negated: Bool = false) -> CharacterMatcher {
    var result = self
    result.isNegated = negated
    for value in UInt32(0)..<64 where result.evaluate(value) { result.low.0 |= 1 << value }
    for value in UInt32(64)..<128 where result.evaluate(value) { result.low.1 |= 1 << (value - 64) }
    return result
  }

  /// Whether a character is accepted.
  @inline(__always)
  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return low.0 >> value & 1 == 1 }
    if value < 128 { return low.1 >> (value - 64) & 1 == 1 }
    return evaluate(value)
  }

  private func evaluate(_ value: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(value) else { return false }
    return holds(scalar) != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    if ranges.contains(where: { $0.contains(scalar.value) }) { return true }
    if !classes.isEmpty {
      let table = CharacterClass.table
      let value = Int(scalar.value)
      let found =
        value < table.count
        ? CharacterClass(rawValue: table[value]) : CharacterClass(of: scalar)
      if !found.isDisjoint(with: classes) { return true }
    }
    if categories != 0, let index = Self.index(of: CharacterClass.category(of: scalar)),
      categories >> index & 1 == 1
    {
      return true
    }
    if matchesWords, CharacterClass.isWord(scalar) { return true }
    return parts.contains { $0.evaluate(scalar.value) }
  }

  private static func index(of category: Unicode.GeneralCategory) -> UInt64? {
    categoryNames.first { $0.category == category }?.index
  }

  private static let categoryNames:
    [(name: String, index: UInt64, category: Unicode.GeneralCategory)] = {
      let all: [(String, Unicode.GeneralCategory)] = [
        ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
        ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark),
        ("Mc", .spacingMark), ("Me", .enclosingMark), ("Nd", .decimalNumber),
        ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
        ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation),
        ("Pi", .initialPunctuation), ("Pf", .finalPunctuation), ("Po", .otherPunctuation),
        ("Sm", .mathSymbol), ("Sc", .currencySymbol), ("Sk", .modifierSymbol),
        ("So", .otherSymbol), ("Zs", .spaceSeparator), ("Zl", .lineSeparator),
        ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Cs", .surrogate),
        ("Co", .privateUse), ("Cn", .unassigned),
      ]
      return all.enumerated().map { ($1.0, UInt64($0), $1.1) }
    }()
}

extension CharacterClass {
  /// `\w` of Unicode: alphabetic characters, marks, decimal digits, connectors and joiners.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
