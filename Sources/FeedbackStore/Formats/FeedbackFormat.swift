/// A form in which other programs keep what people said.
public enum FeedbackFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// JSON Lines that the domain reads itself: TRL's preference, conversation and unpaired forms, hh-rlhf.
  case trl
  /// Records of Argilla: the SDK's export, the server's answers, or flattened columns.
  case argilla
  /// Tasks with annotations of Label Studio: JSON or JSON-MIN.
  case labelStudio = "label-studio"
  /// An augmented manifest of SageMaker Ground Truth.
  case groundTruth = "ground-truth"
  /// The output of SageMaker's and Bedrock's human evaluation.
  case humanEvaluation = "human-evaluation"
  /// Battles of a chatbot arena.
  case arena
  /// A table of comparisons, rankings or ratings, with a header.
  case csv
  /// A folder of media files with a `metadata.jsonl`.
  case mediaFolder = "media-folder"
  /// This program's own log of votes, each line chained to the one before.
  case votes

  /// The name that people read.
  public var title: String {
    switch self {
    case .trl: "TRL preferences"
    case .argilla: "Argilla records"
    case .labelStudio: "Label Studio tasks"
    case .groundTruth: "Ground Truth manifest"
    case .humanEvaluation: "Human evaluation"
    case .arena: "Arena battles"
    case .csv: "CSV"
    case .mediaFolder: "Media folder"
    case .votes: "Vote log"
    }
  }

  /// Whether files of the format can be imported.
  public var isImported: Bool { self != .votes }

  /// Whether files of the format can be written.
  public var isExported: Bool { self != .humanEvaluation }

  /// The ending of a file of the format, without the dot.
  public var fileExtension: String {
    switch self {
    case .labelStudio, .argilla: "json"
    case .csv: "csv"
    case .groundTruth: "manifest"
    case .trl, .humanEvaluation, .arena, .mediaFolder, .votes: "jsonl"
    }
  }
}
