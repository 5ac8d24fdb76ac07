/// The filters of Jinja.
enum Filters {
  /// A filter, applied to a value.
  typealias Filter = @Sendable (Interpreter, Value, Arguments) throws -> Value

  static let all: [String: Filter] = [
    TextFilters.all, NumberFilters.all, SequenceFilters.all, SelectionFilters.all,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// Filters that exist and are refused where they are used.
  private static let refused: Set<String> = [
    "random", "urlize", "xmlattr", "pprint", "filesizeformat",
  ]

  static let names: Set<String> = Set(all.keys).union(refused)

  /// The function that takes what `attribute` names out of an element: "a", "a.b", or an index.
  static func getter(
    _ attribute: Value, default standard: Value? = nil, _ interpreter: Interpreter
  ) throws -> (Value) throws -> Value {
    let parts: [Value]
    if let text = attribute.text {
      parts = TextSearch.split(text, by: ".", limit: .max).map { part in
        part.utf8.allSatisfy { (0x30...0x39).contains($0) }
          ? Int(part).map { .integer($0) } ?? .string(part) : .string(part)
      }
    } else {
      parts = [attribute]
    }
    return { element in
      var result = element
      for part in parts {
        result = try interpreter.item(part, of: result)
        if let standard, result.isUndefined { result = standard }
      }
      return result
    }
  }

  /// A value for comparisons that take no notice of case.
  static func ignoringCase(_ value: Value) -> Value {
    value.text.map { .string(TextCase.lower($0)) } ?? value
  }

  /// `values` sorted by their keys; equal ones keep their order, also when the order is reversed.
  static func sorted(
    _ values: [Value], reversed: Bool, _ interpreter: Interpreter,
    by key: (Value) throws -> Value
  ) throws -> [Value] {
    var keyed = try values.map { (key: try key($0), value: $0) }
    // A merge sort, which stays stable and may fail in a comparison.
    var width = 1
    while width < keyed.count {
      var result: [(key: Value, value: Value)] = []
      result.reserveCapacity(keyed.count)
      for start in stride(from: 0, to: keyed.count, by: 2 * width) {
        let middle = min(start + width, keyed.count)
        let end = min(start + 2 * width, keyed.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          let takesRight =
            try reversed
            ? interpreter.isLess(keyed[left].key, keyed[right].key)
            : interpreter.isLess(keyed[right].key, keyed[left].key)
          result.append(keyed[takesRight ? right : left])
          if takesRight { right += 1 } else { left += 1 }
        }
        result += keyed[left..<middle] + keyed[right..<end]
      }
      keyed = result
      width *= 2
    }
    return keyed.map(\.value)
  }
}
