/// Cuts a text before the mark that stands for a space.
struct WordCutter: Sendable {
  /// The mark in UTF-8.
  let mark: [UInt8]
  /// Whether marks in a row stay together instead of each starting a word.
  var keepsRuns = true

  /// The end of the word that starts at `start`, which is not the end of the text.
  @inline(__always)
  func end(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start
    if keepsRuns {
      while isMark(in: text, at: position) { position += mark.count }
    } else if isMark(in: text, at: position) {
      position += mark.count
    }
    while position < text.count, !isMark(in: text, at: position) { position += 1 }
    return position
  }

  @inline(__always)
  private func isMark(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    guard position + mark.count <= text.count, text[position] == mark[0] else { return false }
    for index in 1..<mark.count where text[position + index] != mark[index] { return false }
    return true
  }
}
