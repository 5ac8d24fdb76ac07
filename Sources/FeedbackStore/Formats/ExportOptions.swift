public import Foundation
public import Presentation
public import RLHFCore

/// Turns the payloads of a store into what people see: a domain's ``ContentBlock``s.
public struct ExportContent: Sendable {
  /// The blocks of a prompt.
  public var prompt: @Sendable (JSONValue) throws -> [ContentBlock]
  /// The blocks of an artifact.
  public var artifact: @Sendable (JSONValue) throws -> [ContentBlock]

  /// Creates the pair of functions.
  public init(
    prompt: @escaping @Sendable (JSONValue) throws -> [ContentBlock],
    artifact: @escaping @Sendable (JSONValue) throws -> [ContentBlock]
  ) {
    self.prompt = prompt
    self.artifact = artifact
  }

  /// Knows strings, `{"messages": [{"role", "content"}]}` and references to files; anything else is its JSON.
  public static let plain = ExportContent(prompt: blocks, artifact: blocks)

  private static func blocks(of payload: JSONValue) throws -> [ContentBlock] {
    if payload.stringValue != nil { return [.text(payload.stringValue ?? "")] }
    let value = payload["messages"] ?? payload
    return (try? ExchangeContent.blocks(of: value)) ?? [.text(payload.description)]
  }
}

/// How feedback is exported.
public struct ExportOptions: Sendable {
  /// The forms that TRL has for preferences.
  public enum PreferenceForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// `prompt`, `chosen`, `rejected`.
    case explicit
    /// `chosen` and `rejected`, each with the prompt in front.
    case implicit
    /// `prompt`, `completion`, `label`.
    case unpaired
  }

  /// What becomes of the files that records show.
  public enum MediaTransfer: String, Sendable, Hashable, Codable, CaseIterable {
    /// They are copied beside the file.
    case copy
    /// They are linked beside the file: a second name for the same data, on the same disk.
    case link
    /// They are named, and nothing is copied.
    case none
  }

  /// The format.
  public var format: FeedbackFormat
  /// The form of TRL's preferences.
  public var form = PreferenceForm.explicit
  /// Whether TRL gets a tie as two rows of margin 0, one for each order; otherwise ties are left out and counted.
  public var keepsTies = false
  /// The only split that is exported.
  public var split: Split?
  /// The only criterion that is exported.
  public var criterion: String?
  /// Whether raters get a pseudonym, the same for the same name.
  public var hidesRaters = false
  /// The most rows, for a preview.
  public var limit: Int?
  /// What becomes of the files that records show.
  public var media = MediaTransfer.copy
  /// Finds the file of a reference.
  public var mediaFile: (@Sendable (MediaReference) throws -> URL)?
  /// The name of the project, for formats that have a place for it.
  public var title = "feedback"
  /// What raters are asked, for formats that have a place for it.
  public var question = "Which one is better?"
  /// The version of the program, for the manifest.
  public var version = ""

  /// Creates options.
  public init(format: FeedbackFormat) {
    self.format = format
  }
}
