public import Foundation

/// Where the demo's data lies: the visitor desk of Windholm, a town that does not exist.
public enum KnowledgeBaseSample {
  /// The folder that holds `knowledge.jsonl` and the other files.
  public static var folder: URL { Bundle.module.resourceURL ?? Bundle.module.bundleURL }
}
