import Foundation
import Tokenizers

/// Prints how many seconds a tokenizer needs for the texts of a file, and how many tokens they have.
///
/// U+0001 separates the texts. A line per round is printed; the first round fills the caches.
@main struct Program {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let rounds = Int(arguments[3]) else {
      FileHandle.standardError.write(
        Data("usage: tokenizer-speed TOKENIZER-FOLDER TEXTS ROUNDS\n".utf8))
      exit(2)
    }
    let tokenizer = try TextTokenizer.load(URL(filePath: arguments[1]))
    let content = try String(contentsOf: URL(filePath: arguments[2]), encoding: .utf8)
    let texts = content.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
    for _ in 0..<rounds {
      let clock = ContinuousClock()
      let start = clock.now
      let count = texts.reduce(0) { $0 + tokenizer.encode($1).count }
      let seconds = (clock.now - start) / .seconds(1)
      print(seconds, count)
    }
  }
}
