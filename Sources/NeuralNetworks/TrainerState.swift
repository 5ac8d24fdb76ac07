package import Foundation
import RLHFCore

/// The small part of a trainer's state, as `trainer.json` in a checkpoint.
package enum TrainerState {
  /// Writes `state` into `directory`.
  package static func write<State: Encodable>(_ state: State, to directory: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try AtomicFile.write(
      try encoder.encode(state), to: directory.appending(path: "trainer.json"))
  }

  /// Reads what ``write(_:to:)`` wrote.
  package static func read<State: Decodable>(_ type: State.Type, from directory: URL) throws
    -> State
  {
    let url = directory.appending(path: "trainer.json")
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) cannot be read as the state of this trainer. Resume from another checkpoint, or start anew.",
        cause: error)
    }
  }
}
