/// The order in which training visits the items of a data set: shuffled anew each epoch, known from the seed alone.
///
/// A position in the data is an epoch or batch number, so that a resumed run visits what an unbroken one would have.
public struct ShuffledBatches: Sendable {
  /// The number of items.
  public let count: Int
  /// The number of items in a batch.
  public let batchSize: Int
  private let seed: Seed

  /// Creates an order of `count` items in batches of `batchSize`; both are at least 1.
  public init(count: Int, batchSize: Int, seed: Seed) {
    precondition(
      count > 0 && batchSize > 0,
      "ShuffledBatches: \(count) items in batches of \(batchSize); both must be positive")
    self.count = count
    self.batchSize = batchSize
    self.seed = seed
  }

  /// The number of batches in an epoch; the last one may be smaller.
  public var batchesPerEpoch: Int { (count + batchSize - 1) / batchSize }

  /// The items of an epoch, in order.
  public func order(ofEpoch epoch: Int) -> [Int] {
    var generator = seed.derived("epoch", epoch).generator
    return Array(0..<count).shuffled(using: &generator)
  }

  /// The items of batch `step`, counted over all epochs: each item once an epoch.
  public func batch(_ step: Int) -> [Int] {
    let order = order(ofEpoch: step / batchesPerEpoch)
    let start = step % batchesPerEpoch * batchSize
    return Array(order[start..<min(start + batchSize, count)])
  }

  /// The items of batch `step` of an endless stream that runs on into the next epoch: always `batchSize` items.
  public func streamedBatch(_ step: Int) -> [Int] {
    var items: [Int] = []
    var position = step * batchSize
    while items.count < batchSize {
      let order = order(ofEpoch: position / count)
      let start = position % count
      let taken = order[start..<min(start + batchSize - items.count, count)]
      items += taken
      position += taken.count
    }
    return items
  }

  /// `items` in their own order, in batches of at most `size`.
  public static func inOrder<Item>(_ items: [Item], size: Int) -> [[Item]] {
    precondition(size > 0, "ShuffledBatches: batches of \(size); the size must be positive")
    return stride(from: 0, to: items.count, by: size).map {
      Array(items[$0..<min($0 + size, items.count)])
    }
  }
}
