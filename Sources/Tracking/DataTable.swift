public import RLHFCore

/// A table that a command prints, writes as JSON, or puts into a report.
public struct DataTable: Sendable, Hashable {
  /// A column: the key that JSON uses, the title that people read, and the side that its cells keep to.
  public struct Column: Sendable, Hashable {
    /// The name of the field in JSON.
    public var key: String
    /// The heading.
    public var title: String
    /// The side that cells keep to.
    public var alignment: Alignment

    /// Creates a column; the title defaults to the key.
    public init(_ key: String, _ title: String? = nil, alignment: Alignment = .leading) {
      self.key = key
      self.title = title ?? key
      self.alignment = alignment
    }
  }

  /// The side of a column that its cells keep to.
  public enum Alignment: Sendable, Hashable {
    /// The left side, for words.
    case leading
    /// The right side, for numbers.
    case trailing
  }

  /// The content of one place of the table.
  public enum Cell: Sendable, Hashable {
    /// Words.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// A number.
    case number(Double, NumberStyle = .automatic)
    /// A number with the interval that holds its true value.
    case estimate(Double, Interval, NumberStyle = .automatic)
    /// Yes or no.
    case flag(Bool)
    /// Nothing is known.
    case missing
  }

  /// What the table is about.
  public var title: String?
  /// The columns.
  public var columns: [Column]
  /// The rows: as many cells as there are columns.
  public private(set) var rows: [[Cell]] = []
  /// What a reader should know of the figures, below the table.
  public var note: String?

  /// Creates a table without rows.
  public init(_ title: String? = nil, columns: [Column], note: String? = nil) {
    self.title = title
    self.columns = columns
    self.note = note
  }

  /// Adds a row: one cell for each column.
  public mutating func append(_ cells: [Cell]) {
    precondition(
      cells.count == columns.count,
      "DataTable: a row of \(cells.count) cells; wanted \(columns.count), one for each column")
    rows.append(cells)
  }

  /// Adds a row: one cell for each column.
  public mutating func append(_ cells: Cell...) { append(cells) }
}

extension DataTable.Cell {
  /// The cell as people read it.
  public var text: String {
    switch self {
    case .text(let text): text
    case .integer(let value): NumberStyle.whole.text(Double(value))
    case .number(let value, let style): style.text(value)
    case .estimate(let value, let interval, let style):
      "\(style.text(value)) \(style.text(lower: interval.lower, upper: interval.upper))"
    case .flag(let flag): flag ? "yes" : "no"
    case .missing: "–"
    }
  }
}

extension DataTable.Cell: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  /// Words.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number in the automatic style.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Yes or no.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  /// A missing cell.
  public init(nilLiteral: ()) { self = .missing }
}
