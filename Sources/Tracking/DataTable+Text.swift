extension DataTable {
  /// The table in plain text, ending with a line break.
  ///
  /// - Parameters:
  ///   - width: The width of the terminal. Columns of words that do not fit are wrapped; `nil` lets them run.
  ///   - ascii: Whether the rule below the headings is drawn with ASCII alone.
  /// - Returns: The title, the headings, a rule, the rows and the note.
  public func text(width: Int? = nil, ascii: Bool = false) -> String {
    let gap = 2
    let cells = rows.map { row in row.map(\.text) }
    let widths = columnWidths(cells, limit: width, gap: gap)
    var lines: [String] = []
    if let title { lines += wrap(title, width) + [""] }
    lines += layout(columns.map(\.title), widths, gap)
    lines.append(
      widths.map { String(repeating: ascii ? "-" : "─", count: $0) }
        .joined(separator: String(repeating: " ", count: gap)))
    for row in cells { lines += layout(row, widths, gap) }
    if let note { lines += [""] + wrap(note, width) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The widest cell of each column; where that is too wide in all, the widest columns of words give way.
  private func columnWidths(_ cells: [[String]], limit: Int?, gap: Int) -> [Int] {
    var widths = columns.indices.map { column in
      ([columns[column].title] + cells.map { $0[column] })
        .flatMap { $0.split(separator: "\n") }
        .map { DisplayText.width(DisplayText.singleLine(String($0))) }.max() ?? 0
    }
    guard let limit else { return widths }
    let narrowest = 8
    let flexible = columns.indices.filter { columns[$0].alignment == .leading }
    while widths.reduce(0, +) + gap * (columns.count - 1) > limit {
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }), widths[widest] > narrowest
      else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func layout(_ texts: [String], _ widths: [Int], _ gap: Int) -> [String] {
    let wrapped = zip(texts, widths).map { DisplayText.wrapped($0, to: $1) }
    return (0..<(wrapped.map(\.count).max() ?? 0)).map { line in
      let parts = wrapped.indices.map { column in
        DisplayText.padded(
          line < wrapped[column].count ? wrapped[column][line] : "", to: widths[column],
          atStart: columns[column].alignment == .trailing)
      }
      let joined = parts.joined(separator: String(repeating: " ", count: gap))
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
  }

  private func wrap(_ text: String, _ width: Int?) -> [String] {
    DisplayText.wrapped(text, to: width ?? .max)
  }
}
