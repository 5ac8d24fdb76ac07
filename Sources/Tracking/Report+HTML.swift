public import Foundation
import RLHFCore

extension Report {
  /// The longest text that is shown; more would make the page too large to send around.
  private static let longestText = 2_000

  /// The longest configuration file that is shown.
  private static let longestFile = 40_000

  /// The longest text of a sample that is shown: all of them share about 80 kB.
  private var longestSample: Int {
    let texts = sections.flatMap(\.blocks).reduce(0) { count, block in
      guard case .samples(let samples) = block else { return count }
      return count + samples.prefix(Self.mostSamples).reduce(0) { $0 + $1.columns.count + 1 }
    }
    return min(Self.longestText, max(120, 80_000 / max(1, texts)))
  }

  /// How many comparisons of samples are shown at most.
  private static let mostSamples = 40

  /// Writes the page to `url`, replacing what is there.
  public func write(to url: URL) throws {
    try AtomicFile.write(html, to: url)
  }

  /// The page: one file without scripts that loads nothing, dark where the reader's system is.
  public var html: String {
    let curves = sections.flatMap(\.blocks).reduce(0) { count, block in
      switch block {
      case .charts(let charts): return count + charts.reduce(0) { $0 + $1.series.count }
      // A point of a scatter chart is a circle of its own: about eight times as long.
      case .scatter(let charts): return count + charts.reduce(0) { $0 + 8 * $1.series.count }
      default: return count
      }
    }
    // All curves share about 100 kB: two paths of about 11 bytes a point each.
    let points = min(300, max(8, 100_000 / (22 * max(1, curves))))
    let longest = longestSample
    let tiles = highlights.map { highlight in
      "<div class=\"tile\"><span>\(escape(highlight.label))</span>"
        + "<b>\(escape(highlight.value))</b><small>\(escape(highlight.detail))</small></div>"
    }
    let parts = sections.map { section in
      "<section><h2>\(escape(section.title))</h2>\n"
        + section.blocks.map { html($0, pointsPerSeries: points, longest: longest) }.joined(
          separator: "\n")
        + "</section>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; img-src data:; media-src data:">
      <meta name="color-scheme" content="light dark">
      <title>\(escape(title))</title>
      <style>\(Self.styleSheet)</style></head>
      <body><main>
      <header><h1>\(escape(title))</h1><p>\(escape(summary))</p></header>
      \(tiles.isEmpty ? "" : "<div class=\"tiles\">\(tiles.joined())</div>")
      \(parts.joined(separator: "\n"))
      <footer>\(escape(footer))</footer>
      </main></body></html>

      """
  }

  private func html(_ block: Block, pointsPerSeries: Int, longest: Int) -> String {
    switch block {
    case .paragraph(let text): return "<p>\(escape(text))</p>"
    case .notes(let notes):
      return "<ul>\(notes.map { "<li>\(escape($0))</li>" }.joined())</ul>"
    case .facts(let facts):
      let rows = facts.map { "<dt>\(escape($0.name))</dt><dd>\(escape($0.value))</dd>" }
      return "<dl>\(rows.joined())</dl>"
    case .preformatted(let text):
      let shown = HTMLText.escaped(shortened(text, Self.longestFile))
      return
        "<details><summary>\(text.split(separator: "\n").count) lines</summary><pre>\(shown)</pre></details>"
    case .table(let table): return html(table)
    case .figures(let figures): return Self.html(figures)
    case .charts(let charts):
      let figures = charts.map { figure($0, pointsPerSeries) }
      return "<div class=\"charts\">\(figures.joined(separator: "\n"))</div>"
    case .scatter(let charts):
      let figures = charts.map { figure($0, pointsPerSeries) }
      return "<div class=\"charts\">\(figures.joined(separator: "\n"))</div>"
    case .reliability(let bins):
      return "<div class=\"charts\"><figure><figcaption>Came true, by predicted probability"
        + "</figcaption>\(ReportChart.svg(bins))</figure></div>"
    case .samples(let samples):
      let rest = samples.count - Self.mostSamples
      let more = rest > 0 ? "<p>\(rest) more are not shown.</p>" : ""
      return samples.prefix(Self.mostSamples).map { html($0, longest) }.joined(separator: "\n")
        + more
    }
  }

  private func figure(_ chart: LineChart, _ pointsPerSeries: Int) -> String {
    let last = chart.series.map { series in
      series.points.last { $0.value.isFinite }.map { ChartScale.label($0.value) } ?? "–"
    }
    let legend = zip(chart.series, last).enumerated().map { index, item in
      let name = chart.series.count > 1 ? "\(escape(item.0.name)) " : ""
      return "<span class=\"key s\(index % 5)\"><i></i>\(name)\(item.1)</span>"
    }
    return "<figure><figcaption><b>\(escape(chart.title))</b>\(legend.joined())</figcaption>"
      + "\(ReportChart.svg(chart, pointsPerSeries: pointsPerSeries))</figure>"
  }

  private func figure(_ chart: ScatterChart, _ pointsPerSeries: Int) -> String {
    let legend = chart.series.enumerated().map { index, series in
      "<span class=\"key s\(index % 5)\"><i></i>\(escape(series.name))</span>"
    }
    return "<figure><figcaption><b>\(escape(chart.title))</b>\(legend.joined())</figcaption>"
      + "\(ReportChart.svg(chart, pointsPerSeries: pointsPerSeries))"
      + "<figcaption>\(escape(chart.horizontal))</figcaption></figure>"
  }

  private func html(_ table: DataTable) -> String {
    func cell(_ text: String, _ tag: String, _ column: DataTable.Column) -> String {
      let style = column.alignment == .trailing ? " class=\"n\"" : ""
      return "<\(tag)\(style)>\(escape(text))</\(tag)>"
    }
    let head = table.columns.map { cell($0.title, "th", $0) }.joined()
    let rows = table.rows.map { row in
      "<tr>\(zip(row, table.columns).map { cell($0.text, "td", $1) }.joined())</tr>"
    }
    let caption = table.title.map { "<caption>\(escape($0))</caption>" } ?? ""
    let note = table.note.map { "<p class=\"note\">\(escape($0))</p>" } ?? ""
    return "<div class=\"scroll\"><table>\(caption)<thead><tr>\(head)</tr></thead>"
      + "<tbody>\(rows.joined(separator: "\n"))</tbody></table></div>\(note)"
  }

  private func html(_ sample: SampleComparison, _ longest: Int) -> String {
    let columns = sample.columns.map { column in
      let score = column.score.map { "<em>\(NumberStyle.automatic.text($0))</em>" } ?? ""
      let files = column.files.map { Self.html($0, about: column.text) }.joined()
      return "<div><h4>\(escape(column.label))\(score)</h4>\(files)"
        + "<p class=\"text\">\(escape(shortened(column.text, longest)))</p></div>"
    }
    return "<article><h3>\(escape(shortened(sample.prompt, longest)))</h3>"
      + "<div class=\"sides\">\(columns.joined())</div></article>"
  }

  private func shortened(_ text: String, _ longest: Int) -> String {
    text.count > longest ? text.prefix(longest) + "…" : text
  }

  private func escape(_ text: String) -> String {
    HTMLText.escaped(shortened(text, Self.longestText))
  }
}
