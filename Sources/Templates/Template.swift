public import Foundation

/// A template in Jinja, as far as chat templates use it.
///
/// The language is that of Jinja 3.1 in the settings of `transformers`: an immutable sandbox with `trim_blocks`,
/// `lstrip_blocks`, `break` and `continue`, and blocks of `generation` around what the assistant says. Values print,
/// compare and compute as Python's do, except that whole numbers have 64 bits. Not supported: inheritance and
/// imports of other templates, and the filters that have no use in a prompt (`random`, `urlize`, `xmlattr`, `pprint`,
/// `filesizeformat`). A template that would take too much memory, depth or time fails with an error.
public struct Template: Sendable {
  /// The template as written.
  public let source: String
  private let statements: [Statement]

  /// Reads a template; throws a ``TemplateError`` with line and column where it does not parse.
  public init(_ source: String) throws {
    self.source = source
    statements = try Parser.statements(of: source)
  }

  /// Whether a `generation` block stands somewhere in the template.
  public var marksGenerations: Bool { Self.holdsGeneration(statements) }

  /// What the template makes of `variables`; throws a ``TemplateError`` with line and column.
  ///
  /// `clock` tells the time that `strftime_now` writes.
  public func render(
    _ variables: [TemplateValue.Member], clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> RenderedTemplate {
    let interpreter = Interpreter(clock: clock)
    let text = try interpreter.render(
      statements, variables: variables.map { ($0.name, $0.value) })
    return RenderedTemplate(text: text, generations: interpreter.generations)
  }

  private static func holdsGeneration(_ statements: [Statement]) -> Bool {
    statements.contains { statement in
      switch statement {
      case .generation: true
      case .branches(let branches, let otherwise):
        branches.contains { holdsGeneration($0.body) } || holdsGeneration(otherwise)
      case .loop(let loop): holdsGeneration(loop.body) || holdsGeneration(loop.otherwise)
      case .setBlock(_, _, let body, _), .filterBlock(_, let body, _), .scope(_, let body, _):
        holdsGeneration(body)
      case .macro(let definition), .callBlock(_, let definition): holdsGeneration(definition.body)
      default: false
      }
    }
  }
}

/// What a template made.
public struct RenderedTemplate: Sendable, Hashable {
  /// The text.
  public let text: String
  /// Which bytes of the text's UTF-8 `generation` blocks wrote.
  public let generations: [Range<Int>]
}
