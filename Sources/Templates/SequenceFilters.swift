/// Filters on lists and dictionaries.
enum SequenceFilters {
  static let all: [String: Filters.Filter] = [
    "length": { _, value, _ in .integer(try length(of: value)) },
    "count": { _, value, _ in .integer(try length(of: value)) },
    "list": { interpreter, value, _ in try .list(interpreter.elements(of: value)) },
    "first": { interpreter, value, _ in
      try interpreter.elements(of: value).first
        ?? .undefined("there is no first element: the sequence is empty")
    },
    "last": { interpreter, value, _ in
      if case .object(is OneShot) = value {
        throw TemplateError.evaluation("'last' expects a list; put 'list' before it")
      }
      return try interpreter.elements(of: value).last
        ?? .undefined("there is no last element: the sequence is empty")
    },
    "join": { interpreter, value, arguments in
      let bound = try arguments.bind("join", ["d", "attribute"])
      var elements = try interpreter.elements(of: value)
      if let attribute = bound[1], !attribute.isNone {
        elements = try elements.map(Filters.getter(attribute, interpreter))
      }
      return .string(
        try StringMethods.joined(
          elements.map(PythonText.string), PythonText.string(bound[0] ?? .string(""))))
    },
    "reverse": { interpreter, value, _ in
      if let text = value.text { return .string(text.unicodeScalars.reversed().text) }
      let elements = try interpreter.elements(of: value).reversed()
      if case .object(is OneShot) = value { return try .list(Array(elements)) }
      return try interpreter.generator(Array(elements))
    },
    "batch": { interpreter, value, arguments in
      let bound = try arguments.bind("batch", ["linecount", "fill_with"], required: 1)
      let size = try bound.integer(0, default: 1)
      guard size > 0 else { throw TemplateError.evaluation("'batch' expects a positive size") }
      let elements = try interpreter.elements(of: value)
      var batches = stride(from: 0, to: elements.count, by: size).map { start in
        Array(elements[start..<min(start + size, elements.count)])
      }
      if let fill = bound[1], !fill.isNone, let last = batches.last, last.count < size {
        try Budget.checkList(size)
        batches[batches.count - 1] += Array(repeating: fill, count: size - last.count)
      }
      return try interpreter.generator(batches.map { try .list($0) })
    },
    "slice": { interpreter, value, arguments in try slices(interpreter, value, arguments) },
    "sort": { interpreter, value, arguments in
      let bound = try arguments.bind("sort", ["reverse", "case_sensitive", "attribute"])
      let keys = try attributes(bound[2], interpreter)
      return try .list(
        Filters.sorted(
          interpreter.elements(of: value), reversed: bound.bool(0), interpreter
        ) { element in
          let values = try keys.map { key in
            let value = try key(element)
            return bound.bool(1) ? value : Filters.ignoringCase(value)
          }
          return try values.count == 1 ? values[0] : .list(values)
        })
    },
    "unique": { interpreter, value, arguments in
      let bound = try arguments.bind("unique", ["case_sensitive", "attribute"])
      let key = try attributes(bound[1], interpreter)[0]
      var seen: Set<Key> = []
      return try interpreter.generator(
        interpreter.elements(of: value).filter { element in
          let value = try key(element)
          return seen.insert(try Key(bound.bool(0) ? value : Filters.ignoringCase(value))).inserted
        })
    },
    "dictsort": { interpreter, value, arguments in
      let bound = try arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])
      guard case .dictionary = value else {
        throw value.misuse("'dictsort' expects a dictionary, not '\(value.typeName)'")
      }
      let place: Int
      switch try bound.text(1, default: "key") {
      case "key": place = 0
      case "value": place = 1
      default: throw TemplateError.evaluation("'dictsort' sorts by 'key' or 'value'")
      }
      return try .list(
        Filters.sorted(Methods.items(of: value), reversed: bound.bool(2), interpreter) { pair in
          let part = try interpreter.elements(of: pair)[place]
          return bound.bool(0) ? part : Filters.ignoringCase(part)
        })
    },
    "items": { interpreter, value, _ in
      switch value {
      case .undefined: return try interpreter.generator([])
      case .dictionary: return try interpreter.generator(Methods.items(of: value))
      default:
        throw TemplateError.evaluation("'items' expects a dictionary, not '\(value.typeName)'")
      }
    },
    "groupby": { interpreter, value, arguments in try groups(interpreter, value, arguments) },
  ]

  /// `len(value)`.
  static func length(of value: Value) throws -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text), .markup(let text): return text.unicodeScalars.count
    case .list(let elements), .tuple(let elements): return elements.values.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .range(let span): return span.count
    case .object(let view as DictionaryView): return view.values.count
    case .object(let loop as LoopState): return loop.elements.count
    default:
      throw TemplateError.evaluation("a value of type '\(value.typeName)' has no length")
    }
  }

  /// The functions that take out what `attribute` names; several with commas between them for `sort`.
  private static func attributes(
    _ attribute: Value?, _ interpreter: Interpreter
  ) throws -> [(Value) throws -> Value] {
    guard let attribute, !attribute.isNone else { return [{ $0 }] }
    guard let text = attribute.text else { return [try Filters.getter(attribute, interpreter)] }
    return try TextSearch.split(text, by: ",", limit: .max)
      .map { try Filters.getter(.string($0), interpreter) }
  }

  private static func slices(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    let bound = try arguments.bind("slice", ["slices", "fill_with"], required: 1)
    let count = try bound.integer(0, default: 1)
    guard count > 0 else { throw TemplateError.evaluation("'slice' expects a positive number") }
    try Budget.checkList(count)
    let elements = try interpreter.elements(of: value)
    let (size, larger) = elements.count.quotientAndRemainder(dividingBy: count)
    var (start, result) = (0, [Value]())
    for index in 0..<count {
      let end = start + size + (index < larger ? 1 : 0)
      var part = Array(elements[start..<end])
      if let fill = bound[1], !fill.isNone, index >= larger { part.append(fill) }
      result.append(try .list(part))
      start = end
    }
    return try interpreter.generator(result)
  }

  private static func groups(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    let bound = try arguments.bind(
      "groupby", ["attribute", "default", "case_sensitive"], required: 1)
    let getter = try Filters.getter(
      bound[0] ?? .none, default: bound[1].flatMap { $0.isNone ? nil : $0 }, interpreter)
    func key(_ element: Value) throws -> Value {
      let value = try getter(element)
      return bound.bool(2) ? value : Filters.ignoringCase(value)
    }
    var groups: [(key: Value, members: [Value])] = []
    let sorted = try Filters.sorted(
      interpreter.elements(of: value), reversed: false, interpreter, by: key)
    for element in sorted {
      let own = try key(element)
      if let last = groups.last, try interpreter.areEqual(last.key, own) {
        groups[groups.count - 1].members.append(element)
      } else {
        groups.append((own, [element]))
      }
    }
    return try .list(
      groups.map { group in
        var pair = try Value.Elements([getter(group.members[0]), .list(group.members)])
        pair.isGroup = true
        return .tuple(pair)
      })
  }
}
