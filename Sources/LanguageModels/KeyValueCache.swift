import NeuralNetworks
import Torch

/// The keys and values that attention has computed for the positions so far, so that the next token costs one position.
///
/// The memory for `capacity` positions is taken once. Rows may be padded on the left; padding is remembered and never
/// attended to. Use it without gradients.
public final class KeyValueCache {
  /// The number of positions that fit.
  public let capacity: Int
  /// The number of positions that are filled, padding included.
  public private(set) var length = 0

  /// Which filled positions are real, `[B, capacity]`; `nil` when all are.
  private(set) var mask: Tensor?
  /// What is added to an index to get the position, `[B, 1]`: minus the row's padding; `nil` when there is none.
  private(set) var positionOffsets: Tensor?
  /// The padding of the row that had the least at first, also after that row has left.
  private(set) var leastPadding = 0
  private var layers: [(keys: Tensor, values: Tensor)?]

  /// Creates an empty cache for a model of `layers` blocks.
  public init(layers: Int, capacity: Int) {
    self.capacity = capacity
    self.layers = Array(repeating: nil, count: layers)
  }

  /// Drops all rows but `rows`, in that order.
  public func keep(rows: [Int]) {
    let indices = Tensor(rows).to(device)
    for (index, layer) in layers.enumerated() {
      guard let layer else { continue }
      layers[index] = (pick(indices, of: layer.keys), pick(indices, of: layer.values))
    }
    mask = mask?.indexSelect(dim: 0, indices: indices)
    positionOffsets = positionOffsets?.indexSelect(dim: 0, indices: indices)
  }

  /// Appends keys and values `[B, heads, T, size]` of a layer; gives all of the layer so far, `[B, heads, S, size]`.
  func append(_ keys: Tensor, _ values: Tensor, layer: Int) -> (keys: Tensor, values: Tensor) {
    let count = keys.shape[2]
    precondition(
      length + count <= capacity,
      "a cache of \(capacity) positions cannot take \(length) + \(count)")
    let stored = layers[layer] ?? (room(for: keys), room(for: values))
    layers[layer] = stored
    stored.keys.narrow(dim: 2, start: length, length: count).assign(from: keys)
    stored.values.narrow(dim: 2, start: length, length: count).assign(from: values)
    return (
      stored.keys.narrow(dim: 2, start: 0, length: length + count),
      stored.values.narrow(dim: 2, start: 0, length: length + count)
    )
  }

  /// Counts `count` new positions of every row as filled, after all layers have appended them.
  func advance(_ count: Int) {
    length += count
  }

  /// Notes which of the first positions are real, `[B, T]`, before they are appended.
  func begin(mask prompt: Tensor) {
    let shape = prompt.shape
    let rest = Tensor.ones([shape[0], capacity - shape[1]], dtype: .bool, device: prompt.device)
    mask = Tensor.concatenate([prompt, rest], dim: 1)
    let offsets = prompt.to(.int64).sum(dim: 1, keepDim: true) - Double(shape[1])
    positionOffsets = offsets
    leastPadding = -Int(offsets.max().item())
  }

  private var device: Device { layers.lazy.compactMap { $0 }.first?.keys.device ?? .cpu }

  private func room(for tensor: Tensor) -> Tensor {
    var shape = tensor.shape
    shape[2] = capacity
    return Tensor.empty(shape, dtype: tensor.dtype, device: tensor.device)
  }

  private func pick(_ indices: Tensor, of tensor: Tensor) -> Tensor {
    var shape = tensor.shape
    shape[0] = indices.count
    let copy = Tensor.empty(shape, dtype: tensor.dtype, device: tensor.device)
    let filled = tensor.narrow(dim: 2, start: 0, length: length)
    copy.narrow(dim: 2, start: 0, length: length)
      .assign(from: filled.indexSelect(dim: 0, indices: indices))
    return copy
  }
}
