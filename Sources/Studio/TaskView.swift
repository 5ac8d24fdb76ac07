import FeedbackStore
import Foundation
import Presentation
import RLHFCore

/// What a rater's browser receives of a task.
///
/// There is no field that could say who made an item, where it lies, of which round it is or whether the task is a
/// check: what is not here cannot be sent.
struct TaskView: Sendable, Hashable {
  /// A piece of a prompt or an item, with what the page needs to show it.
  enum Block: Sendable, Hashable {
    case text(String)
    case markdown(String)
    case turn(role: String, text: String)
    case image(media: String, width: Int?, height: Int?, alt: String)
    case audio(media: String, duration: Double?, gain: Double, peaks: [Float])
  }

  /// A criterion with its scale.
  struct Scale: Sendable, Hashable {
    var id: String
    var title: String
    var question: String
    var lowest: Double
    var highest: Double
  }

  var task: String
  var lease: String
  var expiresIn: Int
  var kind: TaskKind
  var question: String
  var criteria: [Scale]
  var labels: [String]
  var mustHear: Double
  /// How many seconds the pictures are shown, 0 without a limit.
  var exposure: Double
  var prompt: [Block]
  /// The items in the order in which they are shown.
  var items: [[Block]]
  var draft: JSONValue?
  var previous: StudioAnswer?

  var json: JSONValue {
    get throws {
      [
        "task": .string(task), "lease": .string(lease), "expiresIn": .integer(expiresIn),
        "kind": .string(kind.rawValue), "question": .string(question),
        "criteria": .array(criteria.map(\.json)), "labels": .array(labels.map(JSONValue.string)),
        "allowsTie": .bool(kind == .pair || kind == .ranking), "mustHear": .number(mustHear),
        "exposure": .number(exposure),
        "prompt": .array(prompt.map(\.json)),
        "items": .array(items.map { .array($0.map(\.json)) }),
        "draft": draft ?? .null,
        "previous": try previous.map { try JSONValue(encoding: $0) } ?? .null,
      ]
    }
  }
}

extension TaskView.Scale {
  init(_ criterion: StudioCriterion) {
    self.init(
      id: criterion.id, title: criterion.title, question: criterion.question,
      lowest: criterion.lowest, highest: criterion.highest)
  }

  var json: JSONValue {
    [
      "id": .string(id), "title": .string(title), "question": .string(question),
      "lowest": .number(lowest), "highest": .number(highest),
    ]
  }
}

extension TaskView.Block {
  /// A block with what is known of its file.
  init(_ block: ContentBlock, media: (String) throws -> MediaFile?) rethrows {
    switch block {
    case .text(let text): self = .text(text)
    case .markdown(let text): self = .markdown(text)
    case .turn(let role, let text): self = .turn(role: role, text: text)
    case .image(let reference, let alt):
      let file = try media(reference.sha256)
      self = .image(media: reference.sha256, width: file?.width, height: file?.height, alt: alt)
    case .audio(let reference):
      let file = try media(reference.sha256)
      self = .audio(
        media: reference.sha256, duration: file?.duration,
        gain: Self.gain(loudness: file?.loudness, peak: file?.peak), peaks: file?.peaks ?? [])
    }
  }

  /// The gain in dB that brings a sound to −23 LUFS (EBU R 128), or as near as its peak allows without clipping.
  static func gain(loudness: Double?, peak: Double?) -> Double {
    guard let loudness, loudness.isFinite else { return 0 }
    let wanted = -23 - loudness
    guard let peak, peak > 0 else { return min(0, wanted) }
    return min(wanted, -20 * log10(peak))
  }

  var json: JSONValue {
    switch self {
    case .text(let text): ["type": "text", "text": .string(text)]
    case .markdown(let text): ["type": "markdown", "text": .string(text)]
    case .turn(let role, let text):
      ["type": "turn", "role": .string(role), "text": .string(text)]
    case .image(let media, let width, let height, let alt):
      [
        "type": "image", "media": .string(media), "width": width.map(JSONValue.integer) ?? .null,
        "height": height.map(JSONValue.integer) ?? .null, "alt": .string(alt),
      ]
    case .audio(let media, let duration, let gain, let peaks):
      [
        "type": "audio", "media": .string(media),
        "duration": duration.map(JSONValue.number) ?? .null,
        "gain": .number((gain * 100).rounded() / 100),
        "peaks": .array(peaks.map { .number((Double($0) * 1000).rounded() / 1000) }),
      ]
    }
  }
}
