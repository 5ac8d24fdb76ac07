extension Unicode.Scalar {
  /// White space as Python's `str.isspace` has it: Unicode's, and the separators U+001C to U+001F.
  var isPythonSpace: Bool {
    switch value {
    case 0x20, 0x09...0x0d, 0x1c...0x1f, 0x85, 0xa0: true
    case ..<0x1680: false
    default: properties.isWhitespace
    }
  }

  var isASCIIDigit: Bool { (0x30...0x39).contains(value) }

  /// The value of a digit of a base up to 36.
  var digitValue: Int? {
    switch value {
    case 0x30...0x39: Int(value) - 0x30
    case 0x41...0x5a: Int(value) - 0x41 + 10
    case 0x61...0x7a: Int(value) - 0x61 + 10
    default: nil
    }
  }

  /// Whether this belongs to a word (`\w` of a regular expression).
  var isWord: Bool {
    switch value {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: return true
    case ..<0x80: return false
    default:
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber:
        return true
      default: return false
      }
    }
  }

  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// Whether Python prints this as it is inside a quoted string.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  var isCased: Bool {
    properties.isUppercase || properties.isLowercase
      || properties.generalCategory == .titlecaseLetter
  }
}

extension Sequence where Element == Unicode.Scalar {
  /// The characters as a string.
  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }
}

extension String {
  /// The code points, of which Python's strings are made.
  var scalars: [Unicode.Scalar] { Array(unicodeScalars) }

  /// Whether both are the same code points; Swift's own comparison takes composed and decomposed for equal.
  func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
