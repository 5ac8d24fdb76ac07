extension Interpreter {
  /// `value.name`: a method or attribute, else a member.
  func attribute(_ name: String, of value: Value) throws -> Value {
    if let found = try ownAttribute(name, of: value) { return found }
    if case .dictionary(let dictionary) = value, let member = dictionary[Key(name)] {
      return member
    }
    return missing("attribute '\(name)'", of: value)
  }

  /// `value[index]`: an element or member, else an attribute.
  func item(_ index: Value, of value: Value) throws -> Value {
    if case .undefined(let reason) = value { throw TemplateError.evaluation(reason) }
    if let element = try element(index, of: value) { return element }
    if let name = index.text {
      return try ownAttribute(name, of: value) ?? missing("attribute '\(name)'", of: value)
    }
    return missing("element \(try PythonText.representation(index))", of: value)
  }

  /// A method or attribute that the type itself has.
  private func ownAttribute(_ name: String, of value: Value) throws -> Value? {
    switch value {
    case .undefined(let reason): throw TemplateError.evaluation(reason)
    case .object(let object):
      if let found = try object.attribute(name) { return found }
    case .tuple(let elements) where elements.isGroup && elements.values.count == 2:
      if name == "grouper" { return elements.values[0] }
      if name == "list" { return elements.values[1] }
    default: break
    }
    if Methods.has(name, value) {
      return .object(
        try keep(
          Function(name) { interpreter, arguments in
            try Methods.call(name, on: value, arguments, interpreter)
          }))
    }
    if Methods.changes(name, value) {
      return .undefined(
        "'\(name)' would change a value of type '\(value.typeName)', which templates cannot do")
    }
    return nil
  }

  private func missing(_ what: String, of value: Value) -> Value {
    .undefined("a value of type '\(value.typeName)' has no \(what)")
  }

  private func element(_ index: Value, of value: Value) throws -> Value? {
    switch value {
    case .dictionary(let dictionary): return (try? Key(index)).flatMap { dictionary[$0] }
    case .list(let elements), .tuple(let elements):
      return position(index, count: elements.values.count).map { elements.values[$0] }
    case .range(let span):
      return position(index, count: span.count).map { .integer(span.value(at: $0)) }
    case .string(let text), .markup(let text):
      guard index.integer != nil else { return nil }
      let scalars = text.unicodeScalars
      try budget.spend(text.utf8.count >> 4)
      return position(index, count: scalars.count).map {
        .string(String(Character(scalars[scalars.index(scalars.startIndex, offsetBy: $0)])))
      }
    default: return nil
    }
  }

  private func position(_ index: Value, count: Int) -> Int? {
    guard let number = index.integer else { return nil }
    let position = number < 0 ? number + count : number
    return (0..<count).contains(position) ? position : nil
  }

  // MARK: - Slices

  /// `value[start:stop:step]`.
  func slice(_ value: Value, _ start: Value, _ stop: Value, _ step: Value) throws -> Value {
    func positions(_ count: Int) throws -> [Int] {
      try Self.positions(start, stop, step, count: count)
    }
    switch value {
    case .string(let text), .markup(let text):
      let scalars = text.scalars
      try budget.spend(scalars.count >> 3)
      return .string(try positions(scalars.count).lazy.map { scalars[$0] }.text)
    case .list(let elements):
      return try .list(positions(elements.values.count).map { elements.values[$0] })
    case .tuple(let elements):
      return try .tuple(positions(elements.values.count).map { elements.values[$0] })
    case .range(let span):
      let bounds = try Self.bounds(start, stop, step, count: span.count)
      return .range(
        Value.Span(
          start: span.value(at: bounds.first), step: span.step * bounds.step,
          count: bounds.indices.count, stop: span.value(at: bounds.last)))
    default: throw value.misuse("a value of type '\(value.typeName)' has no slices")
    }
  }

  /// The indices of a slice.
  static func positions(
    _ start: Value, _ stop: Value, _ step: Value, count: Int
  ) throws -> [Int] {
    try bounds(start, stop, step, count: count).indices
  }

  /// Where a slice starts and stops, as Python's `slice.indices` has it.
  private struct Bounds {
    var first: Int
    var last: Int
    var step: Int

    var indices: [Int] { Array(stride(from: first, to: last, by: step)) }
  }

  private static func bounds(
    _ start: Value, _ stop: Value, _ step: Value, count: Int
  ) throws -> Bounds {
    func bound(_ value: Value) throws -> Int? {
      if value.isNone { return nil }
      guard let number = value.integer else {
        throw value.misuse("a slice expects whole numbers, not '\(value.typeName)'")
      }
      return number
    }
    let step = try min(max(bound(step) ?? 1, -count - 1), count + 1)
    guard step != 0 else { throw TemplateError.evaluation("the step of a slice is 0") }
    let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
    func clamped(_ value: Int?, _ standard: Int) -> Int {
      guard let value else { return standard }
      return min(max(value < 0 ? max(value, -count - 1) + count : value, lowest), highest)
    }
    let first = clamped(try bound(start), step > 0 ? lowest : highest)
    let last = clamped(try bound(stop), step > 0 ? highest : lowest)
    return Bounds(first: first, last: last, step: step)
  }
}
