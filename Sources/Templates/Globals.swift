import Foundation

/// The functions that every template sees.
enum Globals {
  static func all(clock: @escaping @Sendable () -> Date) -> [(name: String, value: Value)] {
    let functions: [(String, Function.Body)] = [
      ("range", { _, arguments in .range(try range(arguments)) }),
      ("dict", { interpreter, arguments in try dictionary(interpreter, arguments) }),
      ("namespace", { interpreter, arguments in try namespace(interpreter, arguments) }),
      (
        "cycler",
        { interpreter, arguments in
          guard !arguments.positional.isEmpty else {
            throw TemplateError.evaluation("'cycler' expects values to go through")
          }
          return .object(try interpreter.keep(Cycler(arguments.positional)))
        }
      ),
      ("joiner", { interpreter, arguments in try joiner(interpreter, arguments) }),
      (
        "lipsum",
        { _, _ in
          throw TemplateError.evaluation("'lipsum' is not supported; it writes random words")
        }
      ),
      (
        "raise_exception",
        { _, arguments in
          let message = try arguments.bind("raise_exception", ["message"], required: 1)[0] ?? .none
          throw TemplateError(.raised, try PythonText.string(message))
        }
      ),
      (
        "strftime_now",
        { _, arguments in
          let format = try arguments.bind("strftime_now", ["format"], required: 1)
            .text(0, default: "")
          return .string(try time(clock(), format))
        }
      ),
    ]
    return functions.map { ($0.0, .object(Function($0.0, $0.1))) }
  }

  private static func range(_ arguments: Arguments) throws -> Value.Span {
    guard arguments.named.isEmpty, (1...3).contains(arguments.positional.count) else {
      throw TemplateError.evaluation("'range' takes one to three whole numbers")
    }
    let numbers = try arguments.positional.map { value in
      guard let number = value.integer else {
        throw value.misuse("'range' expects whole numbers, not '\(value.typeName)'")
      }
      return number
    }
    let (start, stop) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw TemplateError.evaluation("the step of 'range' is 0") }
    let distance = Double(stop) - Double(start)
    guard (distance / Double(step)) <= Double(Budget.longestRange) else {
      throw TemplateError.limit("a range is longer than \(Budget.longestRange)")
    }
    let count = stride(from: start, to: stop, by: step).reduce(0) { count, _ in count + 1 }
    return Value.Span(start: start, step: step, count: count, stop: stop)
  }

  private static func dictionary(
    _ interpreter: Interpreter, _ arguments: Arguments
  ) throws -> Value {
    guard arguments.positional.count <= 1 else {
      throw TemplateError.evaluation("'dict' takes at most one argument without a name")
    }
    var result = Value.Dictionary()
    if let source = arguments.positional.first {
      if case .dictionary(let dictionary) = source {
        result = dictionary
      } else {
        for pair in try interpreter.elements(of: source) {
          let parts = try interpreter.elements(of: pair)
          guard parts.count == 2 else {
            throw TemplateError.evaluation("'dict' expects pairs of key and value")
          }
          try result.set(parts[0], parts[1])
        }
      }
    }
    for (name, value) in arguments.named { try result.set(.string(name), value) }
    return .dictionary(result)
  }

  private static func namespace(
    _ interpreter: Interpreter, _ arguments: Arguments
  ) throws -> Value {
    guard case .dictionary(let members) = try dictionary(interpreter, arguments) else {
      return .none
    }
    return .object(
      try interpreter.keep(
        Namespace(
          zip(members.keys, members.values).map { (try PythonText.string($0), $1) })))
  }

  private static func joiner(_ interpreter: Interpreter, _ arguments: Arguments) throws -> Value {
    let separator = try arguments.bind("joiner", ["sep"])[0] ?? .string(", ")
    var isFirst = true
    return .object(
      try interpreter.keep(
        Function("joiner") { _, _ in
          defer { isFirst = false }
          return isFirst ? .string("") : separator
        }))
  }

  /// The local time as C's `strftime` writes it.
  private static func time(_ date: Date, _ format: String) throws -> String {
    guard format.utf8.count <= 1000 else {
      throw TemplateError.limit("the format of 'strftime_now' is longer than 1000 bytes")
    }
    if format.isEmpty { return "" }
    let seconds = date.timeIntervalSince1970
    let microseconds = Int(((seconds - seconds.rounded(.down)) * 1e6).rounded(.down))
    let digits = String(microseconds)
    let fraction = String(repeating: "0", count: max(6 - digits.utf8.count, 0)) + digits
    var instant = time_t(seconds.rounded(.down))
    var parts = tm()
    localtime_r(&instant, &parts)
    var buffer = [CChar](repeating: 0, count: 64_000)
    let count = strftime(
      &buffer, buffer.count, format.replacingOccurrences(of: "%f", with: fraction), &parts)
    return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
