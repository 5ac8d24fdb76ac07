import Foundation
import NeuralNetworks
import RLHFCore

/// A moving average in a checkpoint's folder: `average.safetensors`.
extension MovingAverage {
  private static let file = "average.safetensors"
  private static let updates = "updates"

  /// Writes the averages and the number of updates into `directory`.
  func save(to directory: URL) throws {
    try SafetensorsWriter.write(
      values, metadata: [Self.updates: String(updateCount)],
      to: directory.appending(path: Self.file))
  }

  /// Goes on from what ``save(to:)`` wrote.
  func restore(from directory: URL) throws {
    let url = directory.appending(path: Self.file)
    let file = try SafetensorsFile(url)
    guard let count = file.metadata[Self.updates].flatMap(Int.init) else {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) does not say after how many updates it was written. Start the run anew.")
    }
    try restore(file.tensors(), updates: count)
  }
}
