/// A value with an identity.
class Object {
  var typeName: String { "object" }
  var isTrue: Bool { true }
  /// How it is printed.
  var description: String { "<\(typeName) object>" }
  func attribute(_ name: String) throws -> Value? { nil }
  /// Drops what it refers to, so that a long chain of objects is not taken down recursively.
  func clear() {}
}

/// A function, method or macro.
final class Function: Object {
  typealias Body = (Interpreter, Arguments) throws -> Value

  let name: String
  private var body: Body?

  init(_ name: String, _ body: @escaping Body) {
    self.name = name
    self.body = body
  }

  override var typeName: String { "function" }
  override var description: String { "<function \(name)>" }

  func call(_ interpreter: Interpreter, _ arguments: Arguments) throws -> Value {
    try body?(interpreter, arguments) ?? .none
  }

  override func clear() { body = nil }
}

/// What `namespace()` makes: the one thing whose attributes a template can set.
final class Namespace: Object {
  private var attributes: [(name: String, value: Value)]

  init(_ attributes: [(name: String, value: Value)]) throws {
    self.attributes = []
    super.init()
    for attribute in attributes { try set(attribute.name, attribute.value) }
  }

  override var typeName: String { "Namespace" }
  override var description: String { "<Namespace>" }

  override func attribute(_ name: String) -> Value? {
    attributes.first { $0.name == name }?.value
  }

  func set(_ name: String, _ value: Value) throws {
    guard !name.hasPrefix("_") else {
      throw TemplateError.evaluation("a namespace cannot have an attribute called '\(name)'")
    }
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index].value = value
    } else {
      attributes.append((name, value))
    }
  }

  override func clear() { attributes = [] }
}

/// Values that can be read once, as Python's generators and iterators.
final class OneShot: Object {
  private var values: [Value]

  init(_ values: [Value]) { self.values = values }

  override var typeName: String { "generator" }

  func take() -> [Value] {
    defer { values = [] }
    return values
  }

  override func clear() { values = [] }
}

/// The keys, values or members of a dictionary.
final class DictionaryView: Object {
  let kind: String
  private(set) var values: [Value]

  init(_ kind: String, _ values: [Value]) {
    self.kind = kind
    self.values = values
  }

  override var typeName: String { "dict_\(kind)" }
  override var isTrue: Bool { !values.isEmpty }

  override func clear() { values = [] }
}

/// The variable `loop`.
final class LoopState: Object {
  private(set) var elements: [Value]
  let depth: Int
  var index = 0
  private var lastChanged: [Value]?
  private var recursion: Function?

  init(_ elements: [Value], depth: Int, recursion: Function?) {
    self.elements = elements
    self.depth = depth
    self.recursion = recursion
  }

  override var typeName: String { "LoopContext" }
  override var description: String { "<LoopContext \(index + 1)/\(elements.count)>" }

  override func attribute(_ name: String) -> Value? {
    switch name {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "revindex": .integer(elements.count - index)
    case "revindex0": .integer(elements.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == elements.count - 1)
    case "length": .integer(elements.count)
    case "depth": .integer(depth + 1)
    case "depth0": .integer(depth)
    case "previtem": index > 0 ? elements[index - 1] : .undefined("there is no previous item")
    case "nextitem":
      index + 1 < elements.count ? elements[index + 1] : .undefined("there is no next item")
    case "cycle": .object(Function("cycle") { [self] _, arguments in try cycle(arguments) })
    case "changed":
      .object(Function("changed") { [self] in try changed($0, $1) })
    default: nil
    }
  }

  override func clear() {
    elements = []
    lastChanged = nil
    recursion = nil
  }

  func recurse(_ interpreter: Interpreter, _ arguments: Arguments) throws -> Value {
    guard let recursion else {
      throw TemplateError.evaluation("a loop without 'recursive' cannot be called")
    }
    return try recursion.call(interpreter, arguments)
  }

  private func cycle(_ arguments: Arguments) throws -> Value {
    guard !arguments.positional.isEmpty else {
      throw TemplateError.evaluation("'cycle' expects values to go through")
    }
    return arguments.positional[index % arguments.positional.count]
  }

  private func changed(_ interpreter: Interpreter, _ arguments: Arguments) throws -> Value {
    defer { lastChanged = arguments.positional }
    guard let lastChanged, lastChanged.count == arguments.positional.count else {
      return .bool(true)
    }
    for (old, new) in zip(lastChanged, arguments.positional)
    where try !interpreter.areEqual(old, new) {
      return .bool(true)
    }
    return .bool(false)
  }
}

/// What `cycler()` makes.
final class Cycler: Object {
  private var values: [Value]
  private var index = 0

  init(_ values: [Value]) { self.values = values }

  override var typeName: String { "Cycler" }

  override func clear() { values = [] }

  override func attribute(_ name: String) -> Value? {
    switch name {
    case "current": values.isEmpty ? nil : values[index]
    case "next":
      .object(
        Function("next") { [self] _, _ in
          guard !values.isEmpty else { return .none }
          defer { index = (index + 1) % values.count }
          return values[index]
        })
    case "reset":
      .object(
        Function("reset") { [self] _, _ in
          index = 0
          return .none
        })
    default: nil
    }
  }
}

/// A macro with the scope it was written in.
final class Macro: Object {
  let definition: MacroDefinition
  private(set) var scope: Scope?

  init(_ definition: MacroDefinition, scope: Scope) {
    self.definition = definition
    self.scope = scope
  }

  override var typeName: String { "Macro" }
  override var description: String { "<Macro '\(definition.name)'>" }

  override func attribute(_ name: String) throws -> Value? {
    switch name {
    case "name": .string(definition.name)
    case "arguments": try .tuple(definition.parameters.map { .string($0.name) })
    case "catch_kwargs": .bool(definition.reads.contains("kwargs"))
    case "catch_varargs": .bool(definition.reads.contains("varargs"))
    case "caller": .bool(definition.reads.contains("caller"))
    default: nil
    }
  }

  override func clear() { scope = nil }
}

/// The names that are visible at a place in a template.
final class Scope {
  private var variables: [String: Value] = [:]
  private let parent: Scope?

  init(in parent: Scope?) { self.parent = parent }

  subscript(_ name: String) -> Value? {
    get {
      var scope: Scope? = self
      while let current = scope {
        if let value = current.variables[name] { return value }
        scope = current.parent
      }
      return nil
    }
    set { variables[name] = newValue }
  }

  func clear() { variables = [:] }
}
