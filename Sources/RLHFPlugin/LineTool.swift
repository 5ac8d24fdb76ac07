public import RLHFCore

/// Something that a domain does with a model directory, one JSON value per line: `rlhf tokenize`, `rlhf logprobs`.
public struct LineTool {
  /// The most lines that are handed over at once.
  public var batchSize: Int
  /// What becomes of some lines, in their order: a value to write, or why there is none.
  public var run: (_ lines: [JSONValue]) throws -> [Result<JSONValue, any Error>]

  /// Creates a tool that takes up to `batchSize` lines at once.
  public init(
    batchSize: Int, run: @escaping (_ lines: [JSONValue]) throws -> [Result<JSONValue, any Error>]
  ) {
    self.batchSize = batchSize
    self.run = run
  }

  /// Creates a tool that takes line by line.
  public init(_ body: @escaping (_ line: JSONValue) throws -> JSONValue) {
    self.init(batchSize: 1) { lines in lines.map { line in Result { try body(line) } } }
  }
}
