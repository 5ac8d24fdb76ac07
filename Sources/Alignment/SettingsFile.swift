public import Foundation
public import RLHFCore
import Yams

/// Settings as text: YAML files and `key=value` arguments.
public enum SettingsFile {
  /// Reads a YAML file; throws ``RLHFError`` that names file and line.
  public static func read(_ url: URL) throws -> JSONValue {
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw RLHFError(.notFound, "\(url.path) cannot be read as UTF-8 text.", cause: error)
    }
    return try parse(text, source: url.lastPathComponent)
  }

  /// Parses YAML whose origin is `source`; an empty text is an empty object.
  public static func parse(_ text: String, source: String) throws -> JSONValue {
    let value = try value(in: text, source: source)
    return value == .null ? .object([:]) : value
  }

  /// The value that a YAML text holds; `null` for an empty text.
  private static func value(in text: String, source: String) throws -> JSONValue {
    do {
      guard let node = try Yams.compose(yaml: text) else { return .null }
      return try value(of: node, source: source)
    } catch let error as YamlError {
      let line = "\(error)".split(separator: "\n").first.map(String.init) ?? "not YAML"
      throw RLHFError(.invalidConfiguration, "\(source) is not valid YAML: \(line)")
    }
  }

  /// Parses arguments such as `ppo.learningRate=1e-5` into nested objects.
  public static func parse(overrides: [String]) throws -> JSONValue {
    var root: JSONValue = .object([:])
    for override in overrides {
      let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !path.contains("") else {
        throw RLHFError(
          .usage, "--set \(override): expected KEY=VALUE, such as ppo.learningRate=1e-5.")
      }
      let value = try value(in: String(parts[1]), source: "--set \(parts[0])")
      root = inserting(value, at: path[...], into: root)
    }
    return root
  }

  /// The value as YAML, keys in alphabetical order.
  public static func text(of value: JSONValue) throws -> String {
    try Yams.serialize(node: node(of: value), allowUnicode: true, sortKeys: true)
  }

  private static func inserting(
    _ value: JSONValue, at path: ArraySlice<String>, into root: JSONValue
  ) -> JSONValue {
    guard let key = path.first else { return value }
    var fields: [String: JSONValue] = [:]
    if case .object(let existing) = root { fields = existing }
    fields[key] = inserting(value, at: path.dropFirst(), into: fields[key] ?? .object([:]))
    return .object(fields)
  }

  private static func value(of node: Node, source: String) throws -> JSONValue {
    switch node {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      return plain(scalar.string)
    case .sequence(let sequence):
      return .array(try sequence.map { try value(of: $0, source: source) })
    case .mapping(let mapping):
      var fields: [String: JSONValue] = [:]
      for (key, member) in mapping {
        guard let name = key.scalar?.string else {
          throw RLHFError(
            .invalidConfiguration, "\(source): line \(key.mark?.line ?? 0): a key must be a word.")
        }
        guard fields[name] == nil else {
          throw RLHFError(
            .invalidConfiguration,
            "\(source): line \(key.mark?.line ?? 0): '\(name)' is given twice.")
        }
        fields[name] = try value(of: member, source: source)
      }
      return .object(fields)
    case .alias:
      throw RLHFError(
        .unsupported, "\(source): YAML aliases are not supported; write the value out.")
    }
  }

  /// The value of an unquoted scalar (YAML 1.2 core schema).
  private static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let integer = Int(text) { return .integer(integer) }
    let isNumeric = text.first.map { $0.isASCII && ($0.isNumber || "+-.".contains($0)) } ?? false
    if isNumeric, !text.lowercased().contains("x"), let number = Double(text), number.isFinite {
      return .number(number)
    }
    return .string(text)
  }

  private static func node(of value: JSONValue) throws -> Node {
    switch value {
    case .null: Node("null", Tag(.null))
    case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
    case .integer(let integer): Node("\(integer)", Tag(.int))
    case .number(let number): Node("\(number)", Tag(.float))
    case .string(let text):
      // Quoted where the plain form would be read back as something else.
      Node.scalar(
        Node.Scalar(text, Tag(.str), plain(text) == .string(text) ? .any : .doubleQuoted))
    case .array(let elements): Node(try elements.map(node(of:)), Tag(.seq))
    case .object(let fields):
      Node(
        try fields.sorted { $0.key < $1.key }.map { (Node($0.key), try node(of: $0.value)) },
        Tag(.map))
    }
  }
}
