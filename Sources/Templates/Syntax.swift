/// An expression of a template.
struct Expression: Sendable {
  indirect enum Kind: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case not(Expression)
    case negative(Expression)
    case positive(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case arithmetic(Arithmetic, Expression, Expression)
    case concatenation([Expression])
    case comparison(Expression, [(Comparison, Expression)])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, CallArguments)
    case filter(Expression, FilterCall)
    case test(Expression, TestCall)
  }

  var kind: Kind
  var position: Position
  /// How many levels of expressions are in here; evaluation needs stack for each.
  var depth: Int
}

/// The operators that compute.
enum Arithmetic: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

/// The operators that compare.
enum Comparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contained = "in"
  case notContained = "not in"
}

/// What stands in the parentheses of a call.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// The rest of the values, behind `*`.
  var list: Expression?
  /// The rest of the values with names, behind `**`.
  var dictionary: Expression?

  var expressions: [Expression] {
    positional + named.map(\.value) + [list, dictionary].compactMap { $0 }
  }
}

/// A filter with its arguments.
struct FilterCall: Sendable {
  var name: String
  var arguments: CallArguments
  var position: Position
}

/// A test with its arguments.
struct TestCall: Sendable {
  var name: String
  var arguments: CallArguments
  var isNegated: Bool
  var position: Position
}

/// What a value is assigned to.
indirect enum Target: Sendable {
  case name(String)
  case attribute(of: String, String)
  case tuple([Target])
}

/// A statement of a template.
indirect enum Statement: Sendable {
  case text(String)
  case output(Expression)
  case branches([(test: Expression, body: [Statement])], otherwise: [Statement])
  case loop(Loop)
  case set(Target, Expression, Position)
  case setBlock(Target, [FilterCall], [Statement], Position)
  case macro(MacroDefinition)
  case callBlock(call: Expression, MacroDefinition)
  case filterBlock([FilterCall], [Statement], Position)
  case scope([(target: Target, value: Expression)], [Statement], Position)
  case generation([Statement], Position)
  case breakLoop
  case continueLoop
}

/// A `for` loop.
struct Loop: Sendable {
  var target: Target
  var sequence: Expression
  var condition: Expression?
  var isRecursive: Bool
  var body: [Statement]
  var otherwise: [Statement]
  var position: Position
}

/// A macro, or the body of a `call` block, which is one without a name.
struct MacroDefinition: Sendable {
  var name: String
  var parameters: [(name: String, value: Expression?)]
  var body: [Statement]
  /// Which of `varargs`, `kwargs` and `caller` the body reads.
  var reads: Set<String>
  var position: Position
}
