import Foundation
import Presentation
import RLHFCore

/// Writes an augmented manifest of SageMaker Ground Truth: a line for each thing judged and criterion, with the label
/// that most votes gave.
///
/// The votes themselves are in `worker-votes` of the metadata, where Ground Truth keeps them in files of their own.
struct GroundTruthFormatter: ExportFormatter {
  let job: String

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    let criteria = record.votes.map(\.criterion).reduce(into: [String]()) { list, next in
      if !list.contains(next) { list.append(next) }
    }
    return criteria.compactMap { criterion in
      let votes = record.votes.filter { $0.criterion == criterion }
      return line(record, criterion, votes, &manifest)
    }
  }

  private func line(
    _ record: ExchangeRecord, _ criterion: String, _ votes: [ExchangeVote],
    _ manifest: inout ExportManifest
  ) -> String? {
    let given = votes.compactMap { vote in label(vote).map { (vote, $0) } }
    manifest.drop("a demonstration has no place among labels", votes.count - given.count)
    guard !given.isEmpty else { return nil }
    var counts: [(label: Label, weight: Double)] = []
    for (vote, label) in given {
      if case .verdict(_, let margin?) = vote.answer, margin != 0 {
        manifest.simplify("a margin has no place in the format")
      }
      if let index = counts.firstIndex(where: { $0.label.name == label.name }) {
        counts[index].weight += vote.weight
      } else {
        counts.append((label, vote.weight))
      }
    }
    guard let most = counts.map(\.weight).max(),
      let best = counts.first(where: { $0.weight == most })
    else { return nil }
    let total = counts.reduce(0) { $0 + $1.weight }
    let latest = given.compactMap(\.0.created).max()
    let name = Self.labelName(criterion)
    var metadata: [String: JSONValue] = [
      "class-name": .string(best.label.name), "confidence": .number(best.weight / total),
      "type": .string(best.label.type), "job-name": .string(job), "human-annotated": "yes",
      "criterion": .string(criterion),
      "worker-votes": .array(given.map { workerVote($0, $1) }),
    ]
    if let latest { metadata["creation-date"] = .string(ExchangeWords.text(latest)) }
    if case .rating(_, _, let scale)? = given.first?.0.answer {
      metadata["scale"] = [.number(scale.lowest), .number(scale.highest)]
    }
    return ExportJSON.object(
      shown(record) + [(name, best.label.value), (name + "-metadata", .object(metadata))])
  }

  private struct Label {
    var value: JSONValue
    var name: String
    var type: String
  }

  private func label(_ vote: ExchangeVote) -> Label? {
    switch vote.answer {
    case .verdict(let verdict, _):
      let classes: [Verdict: (Int, String)] = [
        .first: (0, "item-a"), .second: (1, "item-b"), .tie: (2, "tie"), .bothBad: (3, "both bad"),
      ]
      return classes[verdict].map {
        Label(value: .integer($0.0), name: $0.1, type: "groundtruth/text-classification")
      }
    case .ranks(let ranks):
      return Label(
        value: .array(ranks.map { .integer($0) }),
        name: ranks.map(String.init).joined(separator: " "), type: "groundtruth/custom")
    case .rating(_, let value, _):
      return Label(value: .number(value), name: "\(value)", type: "groundtruth/custom")
    case .demonstration: return nil
    }
  }

  private func workerVote(_ vote: ExchangeVote, _ label: Label) -> JSONValue {
    var members: [String: JSONValue] = [
      "label": label.value, "class-name": .string(label.name),
      "worker-id": .string(vote.rater ?? ""), "confidence": .number(vote.weight),
    ]
    if let seconds = vote.seconds { members["seconds"] = .number(seconds) }
    if let created = vote.created {
      members["creation-date"] = .string(ExchangeWords.text(created))
    }
    return .object(members)
  }

  private func shown(_ record: ExchangeRecord) -> [(String, JSONValue?)] {
    func value(_ blocks: [ContentBlock]) -> JSONValue {
      if blocks.count == 1, let media = blocks.first?.media {
        return .string(ExportMedia.path(media))
      }
      return .string(ExchangeContent.text(blocks))
    }
    var members: [(String, JSONValue?)] = [("id", .string(record.id))]
    if !record.prompt.isEmpty {
      members.append(("source", .string(ExchangeContent.text(record.prompt))))
      if ExchangeContent.isLongDialogue(record.prompt) {
        members.append(("prompt_messages", ExchangeContent.json(record.prompt)))
      }
    }
    if record.items.count == 1 {
      let isFile = record.items[0].first?.media != nil
      members.append((isFile ? "source-ref" : "response", value(record.items[0])))
    } else {
      for (index, item) in record.items.enumerated() {
        members.append(("item-\(Self.letters[min(index, 7)])", value(item)))
      }
    }
    for index in record.items.indices {
      let name = record.items.count == 1 ? "response" : "item-\(Self.letters[min(index, 7)])"
      if let origin = record.origin(index) { members.append(("model-\(name)", .string(origin))) }
    }
    return members
  }

  private static let letters = ["a", "b", "c", "d", "e", "f", "g", "h"]

  /// A name that Ground Truth takes: letters, digits and hyphens, at most 127, not ending like its metadata.
  static func labelName(_ criterion: String) -> String {
    var name = String(
      criterion.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(110))
    if name.isEmpty || name.hasPrefix("-") { name = "label" + name }
    return name.hasSuffix("-metadata") || name.hasSuffix("-") ? name + "-label" : name
  }
}
