public import Foundation
import RLHFCore
public import Torch

extension AdamW {
  /// What the optimizer remembers, by parameter name; the tensors are its own.
  ///
  /// The names are "NAME.first_moment", "NAME.second_moment", "NAME.step" and, with AMSGrad,
  /// "NAME.largest_second_moment".
  public var state: [(name: String, tensor: Tensor)] {
    slots.flatMap { slot -> [(name: String, tensor: Tensor)] in
      guard let moments = slot.moments else { return [] }
      var tensors = [
        (name: "\(slot.name).first_moment", tensor: moments.first),
        (name: "\(slot.name).second_moment", tensor: moments.second),
        (name: "\(slot.name).step", tensor: moments.step),
      ]
      if let largest = moments.largestSecond {
        tensors.append((name: "\(slot.name).largest_second_moment", tensor: largest))
      }
      return tensors
    }
  }

  /// Writes the state to a safetensors file, atomically.
  public func save(to url: URL) throws {
    try SafetensorsWriter.write(state, to: url)
  }

  /// Takes over the state in a safetensors file: the next step is the same as without the interruption.
  public func load(from url: URL) throws {
    let file = try SafetensorsFile(url)
    try restore(try file.tensors(), source: url.path)
  }

  /// Takes over a state that ``state`` gave.
  ///
  /// - Parameters:
  ///   - state: Tensors by name; they are copied.
  ///   - source: Where the state comes from, for messages.
  /// - Throws: An error that names what does not fit; then nothing has changed.
  public func restore(
    _ state: [(name: String, tensor: Tensor)], source: String = "The optimizer state"
  ) throws {
    var rest = Dictionary(state.map { ($0.name, $0.tensor) }, uniquingKeysWith: { $1 })
    var restored = slots
    for (index, slot) in slots.enumerated() {
      func take(_ part: String, shape: [Int]) throws -> Tensor? {
        guard let tensor = rest.removeValue(forKey: "\(slot.name).\(part)") else { return nil }
        guard tensor.shape == shape, tensor.dtype.isFloatingPoint else {
          throw RLHFError(
            .incompatibleModel,
            "\(source) has '\(slot.name).\(part)' \(tensor.shape) \(tensor.dtype), expected "
              + "\(shape); it belongs to another model.")
        }
        return tensor
      }
      let shape = slot.parameter.shape
      let parts = [
        try take("first_moment", shape: shape), try take("second_moment", shape: shape),
        try take("step", shape: []),
      ].compactMap { $0 }
      let largest = try take("largest_second_moment", shape: shape)
      if parts.isEmpty && largest == nil {
        restored[index].moments = nil
        continue
      }
      guard parts.count == 3, (largest != nil) == options.isAMSGrad else {
        throw RLHFError(
          .incompatibleModel,
          "\(source) is incomplete for '\(slot.name)', expected first_moment, second_moment, step"
            + (options.isAMSGrad ? " and largest_second_moment." : " alone."))
      }
      let own = makeMoments(for: slot.parameter)
      withoutGradient {
        own.first.assign(from: parts[0])
        own.second.assign(from: parts[1])
        own.step.assign(from: parts[2])
        if let largest { own.largestSecond?.assign(from: largest) }
      }
      restored[index].moments = own
    }
    guard rest.isEmpty else {
      throw RLHFError(
        .incompatibleModel,
        "\(source) has \(listing(of: rest.keys.sorted(), limit: 4)), which no parameter of this "
          + "optimizer has; it belongs to another model.")
    }
    slots = restored
  }
}
