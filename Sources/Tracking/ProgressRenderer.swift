/// Makes the text of a progress display out of snapshots; whoever calls it writes the text to the terminal.
public protocol ProgressRenderer: Sendable {
  /// The text to write for `snapshot`; `nil` where nothing should be written now.
  ///
  /// - Parameters:
  ///   - snapshot: How far the work has come.
  ///   - width: The width of the terminal in cells.
  /// - Returns: Text with all the line breaks and control sequences that it needs.
  mutating func render(_ snapshot: ProgressSnapshot, width: Int) -> String?

  /// The text to write before any other line is written, so that the two do not mix.
  mutating func interrupt() -> String
}

/// Plain lines for pipes and log files: one at most every so many seconds, and one at each tenth of the way.
public struct PlainProgressRenderer: ProgressRenderer {
  /// The least time between two lines at tenths of the way, in seconds.
  public var shortInterval: Double
  /// The time after which a line comes in any case, in seconds.
  public var longInterval: Double
  private var lastTitle: String?
  private var lastTime = 0.0
  private var lastTenth = 0

  /// Creates a renderer.
  public init(shortInterval: Double = 1, longInterval: Double = 30) {
    self.shortInterval = shortInterval
    self.longInterval = longInterval
  }

  /// The line for `snapshot`, where one is due; `width` does not matter.
  public mutating func render(_ snapshot: ProgressSnapshot, width: Int = 80) -> String? {
    let tenth = Int(((snapshot.fraction ?? 0) * 10).rounded(.down))
    let isNew = lastTitle != snapshot.title || snapshot.elapsed < lastTime
    if isNew { (lastTitle, lastTime, lastTenth) = (snapshot.title, 0, tenth) }
    let waited = snapshot.elapsed - lastTime
    let isDue =
      snapshot.isFinished || waited >= longInterval || tenth > lastTenth && waited >= shortInterval
    guard isDue else { return nil }
    (lastTime, lastTenth) = (snapshot.elapsed, tenth)
    return DisplayText.singleLine(Self.line(snapshot)) + "\n"
  }

  /// Nothing: every line is whole.
  public mutating func interrupt() -> String { "" }

  private static func line(_ snapshot: ProgressSnapshot) -> String {
    var parts = [snapshot.count]
    if snapshot.isFinished {
      parts[0] += " in \(NumberStyle.duration(seconds: snapshot.elapsed))"
    } else if let percent = snapshot.percent {
      parts[0] += " (\(percent))"
    }
    if let speed = snapshot.speedText { parts.append(speed) }
    if !snapshot.isFinished, let remaining = snapshot.remaining {
      parts.append("\(NumberStyle.duration(seconds: remaining)) left")
    }
    if let detail = snapshot.detail { parts.append(detail) }
    parts += snapshot.figures.map { "\($0.name) \($0.text)" }
    return "\(snapshot.title): \(parts.joined(separator: ", "))"
  }
}
