/// What a template may use up, so that a hostile one ends with an error instead of taking all memory or time.
struct Budget {
  /// How many steps a rendering may take: expressions evaluated, elements and characters moved.
  static let largestWork = 4_000_000
  /// How long a text may become, in bytes.
  static let longestText = 16 << 20
  /// How many elements a list may have.
  static let longestList = 1_000_000
  /// The longest `range`, as in Jinja's sandbox.
  static let longestRange = 100_000
  /// How deep macros, blocks and expressions may be nested when they are evaluated.
  static let deepest = 250
  /// How many loops, namespaces, macros and the like there may be.
  static let mostObjects = 500_000

  private var work = 0

  /// Pays for `count` steps.
  mutating func spend(_ count: Int) throws {
    work += count
    guard work <= Self.largestWork else {
      throw TemplateError.limit(
        "the template takes more than \(Self.largestWork) steps; it seems not to come to an end")
    }
  }

  /// Refuses a text that would be too long.
  static func checkText(_ bytes: Int) throws {
    guard bytes <= longestText else {
      throw TemplateError.limit("a text is longer than \(longestText) bytes")
    }
  }

  /// Refuses a list that would be too long.
  static func checkList(_ count: Int) throws {
    guard count <= longestList else {
      throw TemplateError.limit("a list is longer than \(longestList) elements")
    }
  }
}
