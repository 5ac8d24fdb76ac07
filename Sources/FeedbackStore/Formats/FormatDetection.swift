public import Foundation
import RLHFCore

extension FeedbackFormat {
  /// The format of a file or folder, told by its content; throws where it is not clear.
  public static func detect(_ url: URL) throws -> FeedbackFormat {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
    {
      guard FileManager.default.fileExists(atPath: url.appending(path: "metadata.jsonl").path)
      else {
        throw RLHFError(
          .invalidData,
          "\(url.path) is a folder without a metadata.jsonl; expected one that names its media files by 'file_name'."
        )
      }
      return .mediaFolder
    }
    let lines = try TextLines(url)
    let head = try lines.nextPiece() ?? []
    let first = head.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
    guard let first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else {
      return try detectJSON(url)
    }
    let rows = try CSVRows(url)
    let header = (try? rows.next())?.cells ?? []
    if TableReader(header: header).isKnown { return .csv }
    if header.count < 2 || url.pathExtension.hasPrefix("json") { return .trl }
    let names = header.prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
    throw RLHFError(
      .invalidData,
      "\(url.path): the format is not clear: found a table with the columns \(names); expected a column such as 'winner' or 'rating'. Rename a column, or name the format with --format."
    )
  }

  private static func detectJSON(_ url: URL) throws -> FeedbackFormat {
    guard let record = try JSONRecords(url).next(), case .success(let value) = record.value,
      let members = value.objectValue
    else { return .trl }
    return format(of: members) ?? .trl
  }

  /// The format that has records with these members; `nil` where the domain must know.
  static func format(of members: [String: JSONValue]) -> FeedbackFormat? {
    func has(_ names: String...) -> Bool { names.allSatisfy { members[$0] != nil } }
    if members["schema"]?.stringValue?.hasPrefix("vote.") == true { return .votes }
    if has("winner"), has("model_a", "model_b") || has("conversation_a", "conversation_b") {
      return .arena
    }
    if has("data"), has("annotations") || has("completions") || has("predictions") {
      return .labelStudio
    }
    if has("annotation_id") || has("annotator", "lead_time") { return .labelStudio }
    if has("fields"), has("responses") || has("suggestions") || has("metadata") { return .argilla }
    if members.keys.contains(where: { $0.hasSuffix(".responses") || $0.hasSuffix(".suggestion") }) {
      return .argilla
    }
    if has("inputRecord") { return .humanEvaluation }
    if members.contains(where: {
      $0.key.hasSuffix("-metadata")
        && ($0.value["type"]?.stringValue?.hasPrefix("groundtruth/") == true
          || $0.value["job-name"] != nil || $0.value["human-annotated"] != nil)
    }) {
      return .groundTruth
    }
    if members.keys.contains(where: { $0.hasSuffix("file_name") || $0.hasSuffix("file_names") }) {
      return .mediaFolder
    }
    return nil
  }
}
