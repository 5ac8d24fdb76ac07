/// A value that a template reads: JSON whose members keep their order.
///
/// Order matters, because templates write lists of tools and calls out again.
public enum TemplateValue: Sendable, Hashable {
  /// A member of a dictionary.
  public struct Member: Sendable, Hashable {
    /// The key.
    public var name: String
    /// What stands under it.
    public var value: TemplateValue

    /// Creates a member.
    public init(_ name: String, _ value: TemplateValue) {
      self.name = name
      self.value = value
    }
  }

  /// `none` in templates, `null` in JSON.
  case none
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// Any other number.
  case float(Double)
  /// Characters.
  case string(String)
  /// Values in order.
  case list([TemplateValue])
  /// Members in order; of a repeated name, the last one counts.
  case dictionary([Member])

  /// The last member called `name`, where this is a dictionary that has one.
  public subscript(_ name: String) -> TemplateValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The characters of a string.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The elements of a list.
  public var elements: [TemplateValue]? {
    guard case .list(let elements) = self else { return nil }
    return elements
  }

  /// Replaces the member called `name`, or adds it at the end.
  mutating func set(_ name: String, _ value: TemplateValue) {
    guard case .dictionary(var members) = self else { return }
    if let index = members.lastIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      members[index].value = value
    } else {
      members.append(Member(name, value))
    }
    self = .dictionary(members)
  }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Characters.
  public init(stringLiteral value: String) { self = .string(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Values in order.
  public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  /// Members in order.
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .dictionary(elements.map { Member($0.0, $0.1) })
  }
}
