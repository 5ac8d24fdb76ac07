import Foundation
public import RLHFCore

extension Report {
  /// A file that the page shows or plays, with what stands below it.
  public struct Figure: Sendable {
    /// What stands below.
    public var caption: String
    /// The file: a picture (`image/…`) or a sound (`audio/…`).
    public var file: FileContent

    /// Creates a figure.
    public init(_ caption: String, _ file: FileContent) {
      self.caption = caption
      self.file = file
    }
  }

  /// The largest file that becomes part of the page, in bytes.
  private static let largestFile = 4 << 20

  /// A picture or a player, the bytes within the page; a line of words where they are too many, missing or of no kind that a
  /// page shows.
  static func html(_ file: FileContent, about name: String) -> String {
    let isPicture = file.type.hasPrefix("image/")
    guard isPicture || file.type.hasPrefix("audio/") else { return line("a file", file) }
    guard let bytes = try? file.bytes() else { return line("a file that is missing", file) }
    guard bytes.count <= largestFile else {
      return line("a file of \(bytes.count >> 20) MB, too large for this page", file)
    }
    let source =
      "data:\(HTMLText.escaped(file.type));base64,\(Data(bytes).base64EncodedString())"
    return isPicture
      ? "<img alt=\"\(HTMLText.escaped(name))\" src=\"\(source)\">"
      : "<audio controls preload=\"metadata\" src=\"\(source)\"></audio>"
  }

  static func html(_ figures: [Figure]) -> String {
    let all = figures.map { figure in
      "<figure>\(html(figure.file, about: figure.caption))"
        + "<figcaption>\(HTMLText.escaped(figure.caption))</figcaption></figure>"
    }
    return "<div class=\"gallery\">\(all.joined(separator: "\n"))</div>"
  }

  private static func line(_ what: String, _ file: FileContent) -> String {
    "<p class=\"note\">\(HTMLText.escaped(what)): \(HTMLText.escaped(file.type)), \(file.sha256.prefix(12))…</p>"
  }
}
