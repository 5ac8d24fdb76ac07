/// The values given to a function, filter or test.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  init(_ positional: [Value] = [], named: [(name: String, value: Value)] = []) {
    self.positional = positional
    self.named = named
  }

  /// The values of the parameters `names`, of which the first `required` must be there.
  func bind(_ function: String, _ names: [String], required: Int = 0) throws -> Bound {
    guard positional.count <= names.count else {
      throw TemplateError.evaluation(
        "'\(function)' takes at most \(names.count) arguments, \(positional.count) were given")
    }
    var values = [Value?](repeating: nil, count: names.count)
    for (index, value) in positional.enumerated() { values[index] = value }
    for (name, value) in named {
      guard let index = names.firstIndex(of: name) else {
        throw TemplateError.evaluation("'\(function)' has no parameter '\(name)'")
      }
      guard values[index] == nil else {
        throw TemplateError.evaluation("'\(function)' was given '\(name)' twice")
      }
      values[index] = value
    }
    if let missing = (0..<required).first(where: { values[$0] == nil }) {
      throw TemplateError.evaluation("'\(function)' needs the argument '\(names[missing])'")
    }
    return Bound(function: function, names: names, values: values)
  }
}

/// Arguments by their place among the parameters.
struct Bound {
  let function: String
  let names: [String]
  let values: [Value?]

  subscript(_ index: Int) -> Value? { values[index] }

  func bool(_ index: Int) -> Bool { values[index]?.isTrue ?? false }

  func integer(_ index: Int) throws -> Int? {
    guard let value = values[index] else { return nil }
    guard let integer = value.integer else { throw wrongKind(index, "a whole number") }
    return integer
  }

  func integer(_ index: Int, default standard: Int) throws -> Int {
    try integer(index) ?? standard
  }

  /// A whole number; `nil` also for `none`.
  func optionalInteger(_ index: Int) throws -> Int? {
    values[index]?.isNone == true ? nil : try integer(index)
  }

  func text(_ index: Int) throws -> String? {
    guard let value = values[index] else { return nil }
    guard let text = value.text else { throw wrongKind(index, "a string") }
    return text
  }

  func text(_ index: Int, default standard: String) throws -> String {
    try text(index) ?? standard
  }

  /// A string; `nil` also for `none`.
  func optionalText(_ index: Int) throws -> String? {
    values[index]?.isNone == true ? nil : try text(index)
  }

  private func wrongKind(_ index: Int, _ expected: String) -> TemplateError {
    let value = values[index] ?? .none
    return value.misuse(
      "'\(function)' expects \(expected) as '\(names[index])', not '\(value.typeName)'")
  }
}
