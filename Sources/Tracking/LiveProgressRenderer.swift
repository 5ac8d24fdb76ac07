/// One line that is redrawn in place, with a bar, for terminals.
///
/// What does not fit the width is left out, least important first: figures from the last to the first, then the
/// detail, the speed, the count, the bar and the time left.
public struct LiveProgressRenderer: ProgressRenderer {
  /// Whether only ASCII is used.
  public var ascii: Bool
  /// Whether colours are used.
  public var color: Bool
  /// The least time between two drawings, in seconds.
  public var interval: Double
  private var lastTitle: String?
  private var lastTime = -Double.infinity
  private var isDrawn = false

  /// Creates a renderer that draws at most ten times a second.
  public init(ascii: Bool = false, color: Bool = true, interval: Double = 0.1) {
    self.ascii = ascii
    self.color = color
    self.interval = interval
  }

  /// The line for `snapshot`, drawn over the one before; the last one stays.
  public mutating func render(_ snapshot: ProgressSnapshot, width: Int) -> String? {
    let isNew = lastTitle != snapshot.title || snapshot.elapsed < lastTime
    guard isNew || snapshot.isFinished || snapshot.elapsed - lastTime >= interval else {
      return nil
    }
    (lastTitle, lastTime) = (snapshot.title, snapshot.elapsed)
    isDrawn = !snapshot.isFinished
    let line = line(snapshot, width: max(1, width - 1))
    return "\r\u{1b}[K\(line)\(snapshot.isFinished ? "\n" : "")"
  }

  /// Clears the line, which the next snapshot draws again.
  public mutating func interrupt() -> String {
    defer { (isDrawn, lastTime) = (false, -.infinity) }
    return isDrawn ? "\r\u{1b}[K" : ""
  }

  /// The line without the control sequences that place it.
  func line(_ snapshot: ProgressSnapshot, width: Int) -> String {
    let gap = 2
    let title = DisplayText.truncated(
      DisplayText.singleLine(snapshot.title), to: width, ellipsis: ascii ? "..." : "…")
    var room = width - DisplayText.width(title)
    var chosen: [Piece: String] = [:]
    for (piece, text) in pieces(snapshot) where DisplayText.width(text) + gap <= room {
      chosen[piece] = text
      room -= DisplayText.width(text) + gap
    }
    // Figures share one piece and are joined in their order, as many as fit.
    var figures = ""
    for figure in snapshot.figures {
      let text = DisplayText.singleLine("\(figure.name) \(figure.text)")
      let joined = figures.isEmpty ? text : figures + (ascii ? ", " : " · ") + text
      if DisplayText.width(joined) + gap <= room { figures = joined } else { break }
    }
    if !figures.isEmpty {
      chosen[.figures] = figures
      room -= DisplayText.width(figures) + gap
    }
    if let fraction = snapshot.fraction, chosen[.bar] != nil {
      let cells = min(30, Self.shortestBar + room)
      chosen[.bar] = bar(fraction, cells: cells)
    }
    let ordered = Piece.allCases.compactMap { chosen[$0] }
    return ([paint(title, "1")] + ordered).joined(separator: "  ")
  }

  /// The parts of the line in the order in which they are shown.
  private enum Piece: CaseIterable {
    case bar, percent, count, speed, remaining, detail, figures
  }

  private static let shortestBar = 10

  /// The parts of the line without its figures, most important first.
  private func pieces(_ snapshot: ProgressSnapshot) -> [(Piece, String)] {
    var result: [(Piece, String)] = []
    if snapshot.isFinished {
      let time = NumberStyle.duration(seconds: snapshot.elapsed)
      result.append((.count, "\(snapshot.count) in \(time)"))
    } else {
      if let percent = snapshot.percent {
        result.append((.percent, DisplayText.padded(percent, to: 4, atStart: true)))
      }
      if let remaining = snapshot.remaining {
        result.append((.remaining, "\(NumberStyle.duration(seconds: remaining)) left"))
      }
      if snapshot.fraction != nil {
        result.append((.bar, String(repeating: " ", count: Self.shortestBar)))
      }
      result.append((.count, snapshot.count))
    }
    if let speed = snapshot.speedText { result.append((.speed, speed)) }
    if let detail = snapshot.detail {
      result.append((.detail, DisplayText.singleLine(detail)))
    }
    return result
  }

  /// A bar with a resolution of half a cell.
  private func bar(_ fraction: Double, cells: Int) -> String {
    guard !ascii else {
      let filled = Int((fraction * Double(cells - 2)).rounded(.down))
      return "[" + String(repeating: "#", count: filled)
        + String(repeating: ".", count: cells - 2 - filled) + "]"
    }
    let halves = Int((fraction * Double(cells * 2)).rounded(.down))
    let filled = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
    let rest = String(repeating: "━", count: cells - (halves + 1) / 2)
    // Without colours the way ahead must look different by its shape.
    return color
      ? paint(filled, "36") + paint(rest, "2")
      : filled + String(repeating: "┄", count: cells - (halves + 1) / 2)
  }

  private func paint(_ text: String, _ code: String) -> String {
    color && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
