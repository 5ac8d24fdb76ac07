import RLHFCore

/// The form of a piece of JSON, as JSON Schema (the dialect of OpenAPI 3.1).
struct Schema: Sendable, Hashable {
  let json: JSONValue

  private init(_ json: JSONValue) { self.json = json }

  static let string = Schema(["type": "string"])
  static let integer = Schema(["type": "integer"])
  static let number = Schema(["type": "number"])
  static let boolean = Schema(["type": "boolean"])
  static let uuid = Schema(["type": "string", "format": "uuid"])
  static let time = Schema(["type": "string", "format": "date-time"])
  static let object = Schema(["type": "object"])
  /// Any JSON.
  static let any = Schema(.bool(true))

  /// One of these words.
  static func words(_ words: [String]) -> Schema {
    Schema(["type": "string", "enum": .array(words.map(JSONValue.string))])
  }

  /// A list.
  static func list(_ element: Schema) -> Schema {
    Schema(["type": "array", "items": element.json])
  }

  /// An object whose members all have one form.
  static func map(_ element: Schema) -> Schema {
    Schema(["type": "object", "additionalProperties": element.json])
  }

  /// An object; a name that ends in `?` may be missing.
  static func object(_ members: KeyValuePairs<String, Schema>) -> Schema {
    var properties: [String: JSONValue] = [:]
    var required: [JSONValue] = []
    for (name, schema) in members {
      let isOptional = name.hasSuffix("?")
      let name = isOptional ? String(name.dropLast()) : name
      properties[name] = schema.json
      if !isOptional { required.append(.string(name)) }
    }
    var json: [String: JSONValue] = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { json["required"] = .array(required) }
    return Schema(.object(json))
  }

  /// A schema by its name in ``components``.
  static func named(_ name: String) -> Schema {
    Schema(["$ref": .string("#/components/schemas/\(name)")])
  }

  /// This, or `null`.
  var orNull: Schema { Schema(["anyOf": [json, ["type": "null"]]]) }
}
