public import Foundation

/// A JSON document of the oracles: `null` reads as NaN, "inf" and "-inf" as infinities.
public enum OracleValue: Sendable, Decodable {
  /// A number, true as 1 and false as 0.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([OracleValue])
  /// Values by name.
  case object([String: OracleValue])
  /// Nothing.
  case null

  /// Reads any JSON.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .number(flag ? 1 : 0)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let list = try? container.decode([OracleValue].self) {
      self = .array(list)
    } else {
      self = .object(try container.decode([String: OracleValue].self))
    }
  }

  /// Reads a file.
  public init(contentsOf url: URL) throws {
    self = try JSONDecoder().decode(OracleValue.self, from: try Data(contentsOf: url))
  }

  /// The value of a name; null where there is none.
  public subscript(_ name: String) -> OracleValue {
    if case .object(let values) = self { values[name] ?? .null } else { .null }
  }

  /// An element of a list; null where there is none.
  public subscript(_ index: Int) -> OracleValue {
    if case .array(let values) = self, values.indices.contains(index) {
      values[index]
    } else {
      .null
    }
  }

  /// The number, or NaN.
  public var double: Double {
    switch self {
    case .number(let number): number
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: .nan
    }
  }

  /// The number, rounded; 0 where there is none.
  public var int: Int { double.isFinite ? Int(double.rounded()) : 0 }

  /// Whether the number is not 0.
  public var bool: Bool { double.isFinite && double != 0 }

  /// The text, if it is one.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The elements of a list; none otherwise.
  public var array: [OracleValue] {
    if case .array(let values) = self { values } else { [] }
  }

  /// The values by name; none otherwise.
  public var object: [String: OracleValue] {
    if case .object(let values) = self { values } else { [:] }
  }

  /// The numbers of a list.
  public var doubles: [Double] { array.map(\.double) }

  /// Whether there is nothing here.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }
}
