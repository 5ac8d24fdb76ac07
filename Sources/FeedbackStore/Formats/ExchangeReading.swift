import Foundation
import Presentation
import RLHFCore

/// What the reader of a file needs to know beyond the file.
struct ExchangeReading {
  /// Whether what a model proposed counts as an answer where no person gave one.
  var takesSuggestions = false
  /// The scale of ratings whose file does not say it.
  var scale: RatingScale?
  /// The folder in which relative paths begin.
  var folder: URL
  /// Takes a file into the media of the store.
  var addMedia: ((URL) throws -> MediaReference)?

  /// The scale of `value`: given by the file, by the options, or `usual`.
  func scale(_ given: JSONValue?, usual: RatingScale = .five) throws -> RatingScale {
    if let ends = given?.arrayValue?.compactMap(\.doubleValue), ends.count == 2 {
      guard let scale = try? RatingScale(lowest: ends[0], highest: ends[1]) else {
        throw UnusableRecord("a scale of ratings has no room")
      }
      return scale
    }
    return scale ?? usual
  }

  /// The rating of an item, if it is on its scale.
  func rating(
    _ value: Double, of item: Int, scale given: JSONValue? = nil, usual: RatingScale = .five
  ) throws -> ExchangeVote.Answer {
    let scale = try scale(given, usual: usual)
    guard scale.contains(value) else { throw UnusableRecord("a rating is off its scale") }
    return .rating(item: item, value: value, scale: scale)
  }

  /// Reads the content of a field; files that this program exported become media again.
  func blocks(of json: JSONValue?) throws -> [ContentBlock] {
    if let path = json?.stringValue, Self.isExportedMedia(path) {
      return [ExchangeContent.media(try media(path))]
    }
    return try ExchangeContent.blocks(of: json)
  }

  /// Takes in the file at a path relative to the folder, which must lie in it, be a regular file, and not be reached
  /// through a symbolic link.
  func media(_ path: String) throws -> MediaReference {
    let url = try file(path)
    guard let addMedia else {
      throw UnusableRecord("the record shows a file, and files are not taken in here")
    }
    return try addMedia(url)
  }

  private func file(_ path: String) throws -> URL {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.isEmpty, path.utf8.count < 1024, !path.contains("\\"), !path.contains("\0"),
      !path.contains("://"),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else { throw UnusableRecord("a file has a name that leads out of the folder") }
    var url = folder
    for (index, part) in parts.enumerated() {
      url.append(path: String(part), directoryHint: .notDirectory)
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
      guard let type = attributes?[.type] as? FileAttributeType else {
        throw UnusableRecord("a file is missing")
      }
      let isLast = index == parts.count - 1
      guard type == (isLast ? .typeRegular : .typeDirectory) else {
        throw UnusableRecord(
          type == .typeSymbolicLink
            ? "a file is reached through a symbolic link" : "a file is not a regular file")
      }
    }
    return url
  }

  /// Whether a string is a path as an export writes it: `media/SHA-256.ending`.
  static func isExportedMedia(_ path: String) -> Bool {
    guard path.hasPrefix("media/"), path.utf8.count < 90 else { return false }
    let name = path.dropFirst(6).split(separator: ".", omittingEmptySubsequences: false)
    return name.count == 2 && name[0].utf8.count == 64
      && name[0].allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }
}

extension ExchangeFields {
  /// The prompt and the items.
  func content(
    _ reading: ExchangeReading
  ) throws -> (prompt: [ContentBlock], items: [[ContentBlock]]) {
    guard !itemNames.isEmpty else {
      throw UnusableRecord("the record has no field that looks like something to judge")
    }
    return (
      try promptName.map { try reading.blocks(of: members[$0]) } ?? [],
      try itemNames.map { try reading.blocks(of: members[$0]) }
    )
  }
}

/// Ranks by order, the best first; throws where the order leaves items out or repeats one.
func exchangeRanks(order: [Int], count: Int) throws -> [Int] {
  guard order.count == count, Set(order).count == count else {
    throw UnusableRecord("a ranking leaves items out or repeats one")
  }
  var ranks = [Int](repeating: 0, count: count)
  for (place, item) in order.enumerated() { ranks[item] = place + 1 }
  return ranks
}

/// What a ranking of these ranks says: of two items, a verdict.
func exchangeAnswer(ranks: [Int]) throws -> ExchangeVote.Answer {
  guard ranks.count > 1 else { throw UnusableRecord("a ranking has fewer than two artifacts") }
  guard ranks.count == 2 else { return .ranks(ranks) }
  return .verdict(
    ranks[0] == ranks[1] ? .tie : ranks[0] < ranks[1] ? .first : .second, margin: nil)
}
