public import Foundation
public import Presentation
public import RLHFCore

/// How files are imported.
public struct ImportOptions: Sendable {
  /// Where prompts go that the store does not know yet.
  ///
  /// All records of a line share the split of its first prompt.
  public var split: SplitRule
  /// The name under which the judgments are kept whose file does not say who gave them.
  public var rater: String
  /// The name of the source; the file's own name where there is none.
  public var source: String?
  /// Whether a record that cannot be used stops the import, like a line that is not JSON.
  public var isStrict: Bool
  /// Whether a line that is not JSON, or of no known form, is counted and passed over.
  public var skipsInvalid: Bool
  /// The format of the files; told by their content where there is none.
  public var format: FeedbackFormat?
  /// Whether what a model proposed counts where no person answered.
  public var takesSuggestions = false
  /// The scale of ratings whose file does not say it; 1 to 5, or the format's own, where there is none.
  public var scale: RatingScale?
  /// Takes a file that a record shows into the media of the project; files are refused where there is none.
  public var addMedia: (@Sendable (URL) throws -> MediaReference)?

  /// Creates options; by default a line that cannot be read stops the import, and a record that teaches nothing is
  /// counted and passed over.
  public init(
    split: SplitRule = .standard, rater: String = "imported", source: String? = nil,
    isStrict: Bool = false, skipsInvalid: Bool = false, format: FeedbackFormat? = nil
  ) {
    self.split = split
    self.rater = rater
    self.source = source
    self.isStrict = isStrict
    self.skipsInvalid = skipsInvalid
    self.format = format
  }
}

/// How far an import is.
public struct ImportProgress: Sendable, Hashable {
  /// The file that is being read.
  public var file: String
  /// How many lines of it were read.
  public var lines: Int
  /// How many bytes of it were read, as it is on disk.
  public var bytes: Int
  /// The size of the file on disk.
  public var size: Int
}

/// What the import of one file did.
public struct FileImport: Sendable, Hashable, Codable {
  /// Records that could not be used, by reason.
  public struct Loss: Sendable, Hashable, Codable {
    /// Why they could not be used.
    public var reason: String
    /// How many there are.
    public var count: Int
    /// The numbers of the first lines that hold them, at most five.
    public var lines: [Int]
  }

  /// The path of the file.
  public var file: String
  /// The SHA-256 of the file, in hexadecimal digits.
  public var contentHash: String
  /// Whether a file with the same content was imported before.
  public var isRepetition: Bool
  /// The format of the file; `nil` in summaries from before there were several.
  public var format: FeedbackFormat?
  /// How many lines hold something.
  public var lines = 0
  /// What was added.
  public var tally = Tally()
  /// What could not be used, in the order of the first occurrence.
  public var losses: [Loss] = []

  /// Creates the summary of a folder whose files were records, with the reasons why some could not be used.
  public init(file: String, lines: Int, tally: Tally, losses reasons: [String]) {
    self.init(file: file, contentHash: "", isRepetition: false)
    (self.lines, self.tally) = (lines, tally)
    for (index, reason) in reasons.enumerated() { lose(reason, line: index + 1) }
  }

  init(file: String, contentHash: String, isRepetition: Bool, format: FeedbackFormat? = nil) {
    (self.file, self.contentHash) = (file, contentHash)
    (self.isRepetition, self.format) = (isRepetition, format)
  }

  mutating func lose(_ reason: String, line: Int) {
    let index = losses.firstIndex { $0.reason == reason }
    if let index {
      losses[index].count += 1
      if losses[index].lines.count < 5 { losses[index].lines.append(line) }
    } else {
      losses.append(Loss(reason: reason, count: 1, lines: [line]))
    }
  }
}

/// What an import did, file by file.
public struct ImportSummary: Sendable, Hashable, Codable {
  /// The files, in order.
  public var files: [FileImport]

  /// What was added, over all files.
  public var tally: Tally { files.reduce(Tally()) { $0 + $1.tally } }
  /// How many lines were read.
  public var lines: Int { files.reduce(0) { $0 + $1.lines } }
  /// How many records could not be used.
  public var lost: Int { files.reduce(0) { $0 + $1.losses.reduce(0) { $0 + $1.count } } }
}
