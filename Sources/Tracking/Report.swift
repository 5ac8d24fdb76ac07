public import RLHFCore

/// What `report.html` shows of a run: written once, readable without the program and without a network.
public struct Report: Sendable {
  /// The heading of the page.
  public var title: String
  /// A sentence below the heading.
  public var summary: String
  /// The few figures that matter most, shown large.
  public var highlights: [Highlight]
  /// The parts of the page, in order.
  public var sections: [Section]
  /// When and by what the page was made; the last line.
  public var footer: String

  /// Creates a report.
  public init(
    title: String, summary: String = "", highlights: [Highlight] = [], sections: [Section] = [],
    footer: String = ""
  ) {
    self.title = title
    self.summary = summary
    self.highlights = highlights
    self.sections = sections
    self.footer = footer
  }

  /// A figure shown large.
  public struct Highlight: Sendable {
    /// What the figure is.
    public var label: String
    /// The figure as people read it.
    public var value: String
    /// A word below it, such as its interval.
    public var detail: String

    /// Creates a highlight from texts.
    public init(_ label: String, _ value: String, detail: String = "") {
      self.label = label
      self.value = value
      self.detail = detail
    }

    /// Creates a highlight from a number and the interval that holds its true value.
    public init(
      _ label: String, _ value: Double, _ interval: Interval? = nil,
      style: NumberStyle = .automatic
    ) {
      self.init(label, style.text(value))
      guard let interval else { return }
      let level = NumberStyle.percent(0).text(interval.confidence)
      detail = "\(level) interval \(style.text(lower: interval.lower, upper: interval.upper))"
    }
  }

  /// A part of the page.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// What the part holds, in order.
    public var blocks: [Block]

    /// Creates a section.
    public init(_ title: String, _ blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  /// One element of a section.
  public enum Block: Sendable {
    /// A paragraph of plain text.
    case paragraph(String)
    /// Plain remarks, one below the other.
    case notes([String])
    /// Names with their values, such as the configuration.
    case facts([(name: String, value: String)])
    /// Text whose lines and spaces count, such as a configuration file; folded up at first.
    case preformatted(String)
    /// A table.
    case table(DataTable)
    /// Pictures and sounds.
    case figures([Figure])
    /// Curves over steps, as small multiples.
    case charts([LineChart])
    /// Metrics against each other, as small multiples.
    case scatter([ScatterChart])
    /// Predicted probabilities against frequencies.
    case reliability([ReliabilityBin])
    /// The artifacts of one prompt side by side.
    case samples([SampleComparison])
  }

  /// Several artifacts made for one prompt, such as before and after training.
  public struct SampleComparison: Sendable {
    /// What was asked for, in words.
    public var prompt: String
    /// The artifacts, in the order of the columns.
    public var columns: [Column]

    /// Creates a comparison.
    public init(prompt: String, columns: [Column]) {
      self.prompt = prompt
      self.columns = columns
    }

    /// One artifact.
    public struct Column: Sendable {
      /// Whose artifact it is: "before", "after".
      public var label: String
      /// The artifact in words.
      public var text: String
      /// Its score, where it has one.
      public var score: Double?
      /// The files that are the artifact: pictures and sounds.
      public var files: [FileContent]

      /// Creates a column.
      public init(
        _ label: String, _ text: String, score: Double? = nil, files: [FileContent] = []
      ) {
        self.label = label
        self.text = text
        self.score = score
        self.files = files
      }
    }
  }
}
