import RLHFCore

extension DataTable {
  /// The rows as a JSON array, one object each with the columns' keys in their order, ending with a line break.
  ///
  /// Numbers are exact and shares are not per cent. An estimate is an object with `value`, `lower`, `upper` and
  /// `confidence`. Missing cells and numbers that are not finite are `null`.
  public var json: String {
    guard !rows.isEmpty else { return "[]\n" }
    let objects = rows.map { row in
      let fields = zip(columns, row).map { "\(JSONText.string($0.key)): \($1.json)" }
      return "  {\(fields.joined(separator: ", "))}"
    }
    return "[\n\(objects.joined(separator: ",\n"))\n]\n"
  }
}

extension DataTable.Cell {
  fileprivate var json: String {
    switch self {
    case .text(let text): return JSONText.string(text)
    case .integer(let value): return "\(value)"
    case .number(let value, _): return JSONText.number(value)
    case .estimate(let value, let interval, _):
      let fields = [
        ("value", value), ("lower", interval.lower), ("upper", interval.upper),
        ("confidence", interval.confidence),
      ]
      return "{\(fields.map { "\"\($0)\": \(JSONText.number($1))" }.joined(separator: ", "))}"
    case .flag(let flag): return flag ? "true" : "false"
    case .missing: return "null"
    }
  }
}

extension DataTable: Encodable {
  /// Encodes the rows as an array of objects, like ``json``.
  public func encode(to encoder: any Encoder) throws {
    var array = encoder.unkeyedContainer()
    for row in rows {
      var object = array.nestedContainer(keyedBy: Key.self)
      for (column, cell) in zip(columns, row) { try cell.encode(to: &object, as: Key(column.key)) }
    }
  }

  fileprivate struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ key: String) { stringValue = key }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension DataTable.Cell {
  fileprivate func encode(
    to object: inout KeyedEncodingContainer<DataTable.Key>, as key: DataTable.Key
  ) throws {
    func encode(
      _ value: Double, _ key: DataTable.Key, to object: inout KeyedEncodingContainer<DataTable.Key>
    ) throws {
      if value.isFinite {
        try object.encode(value, forKey: key)
      } else {
        try object.encodeNil(forKey: key)
      }
    }
    switch self {
    case .text(let text): try object.encode(text, forKey: key)
    case .integer(let value): try object.encode(value, forKey: key)
    case .number(let value, _): try encode(value, key, to: &object)
    case .estimate(let value, let interval, _):
      var inner = object.nestedContainer(keyedBy: DataTable.Key.self, forKey: key)
      try encode(value, DataTable.Key("value"), to: &inner)
      try encode(interval.lower, DataTable.Key("lower"), to: &inner)
      try encode(interval.upper, DataTable.Key("upper"), to: &inner)
      try encode(interval.confidence, DataTable.Key("confidence"), to: &inner)
    case .flag(let flag): try object.encode(flag, forKey: key)
    case .missing: try object.encodeNil(forKey: key)
    }
  }
}
