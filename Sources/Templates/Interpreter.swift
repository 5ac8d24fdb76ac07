import Foundation

/// Renders the statements of a template.
final class Interpreter {
  /// How a block ends.
  enum Flow { case normal, broken, continued }

  var budget = Budget()
  private(set) var depth = 0
  /// What has been written so far, of the template itself or of the block that is being captured.
  private var output = ""
  /// How many captures are going on.
  private var captures = 0
  /// How many bytes of the template's own output come before the outermost capture.
  private var outerLength = 0
  /// Which bytes of the output `generation` blocks wrote.
  private(set) var generations: [Range<Int>] = []
  private var objects: [Object] = []
  private var scopes: [Scope] = []
  let root = Scope(in: nil)
  private let clock: @Sendable () -> Date

  init(clock: @escaping @Sendable () -> Date) { self.clock = clock }

  /// The text that `statements` make of `variables`.
  func render(
    _ statements: [Statement], variables: [(name: String, value: TemplateValue)]
  ) throws -> String {
    defer { clear() }
    for (name, value) in Globals.all(clock: clock) { root[name] = value }
    for variable in variables { root[variable.name] = try Value(variable.value) }
    let scope = Scope(in: root)
    scopes.append(scope)
    _ = try execute(statements, in: scope)
    return output
  }

  /// Takes everything apart that could refer to itself.
  private func clear() {
    objects.forEach { $0.clear() }
    scopes.forEach { $0.clear() }
    root.clear()
  }

  /// Notes an object, to be taken apart at the end.
  func keep<Kept: Object>(_ object: Kept) throws -> Kept {
    guard objects.count < Budget.mostObjects else {
      throw TemplateError.limit(
        "the template makes more than \(Budget.mostObjects) loops, namespaces and the like")
    }
    objects.append(object)
    return object
  }

  func keep(_ scope: Scope) { scopes.append(scope) }

  /// A value that can be read once.
  func generator(_ values: [Value]) throws -> Value { .object(try keep(OneShot(values))) }

  // MARK: - Output

  func write(_ text: String) throws {
    output += text
    try Budget.checkText(output.utf8.count)
    try budget.spend(text.utf8.count >> 6)
  }

  /// What `body` writes.
  func captured(_ body: () throws -> Void) throws -> String {
    if captures == 0 { outerLength = output.utf8.count }
    let outer = output
    output = ""
    captures += 1
    defer {
      captures -= 1
      output = outer
    }
    try body()
    return output
  }

  /// Writes what `statements` write, and notes where.
  ///
  /// Positions are those in the whole output: inside of a capture there is none, and the reference takes what was
  /// written before it.
  func generation(_ statements: [Statement], in scope: Scope) throws {
    let start = captures == 0 ? output.utf8.count : outerLength
    let text = try captured { _ = try execute(statements, in: Scope(in: scope)) }
    generations.append(start..<start + text.utf8.count)
    try write(text)
  }

  // MARK: - Depth

  /// Runs `body` one level deeper.
  func nested<Result>(_ body: () throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Budget.deepest else {
      throw TemplateError.limit("macros, blocks and expressions are nested too deeply")
    }
    return try body()
  }
}
