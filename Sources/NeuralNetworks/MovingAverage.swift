import RLHFCore
public import Torch

/// An exponential moving average of a model's parameters, which generates or evaluates better than the last ones.
///
/// θ̄ ← d θ̄ + (1 - d) θ with d = min(decay, (1 + n) / (10 + n)) after n updates, so that the first values are soon
/// forgotten (as in TensorFlow's and diffusers' averages); without the warm-up d = decay.
public final class MovingAverage {
  /// The largest weight of the old average.
  public let decay: Double
  /// Whether the average follows faster in the beginning.
  public let warmsUp: Bool
  /// How often ``update()`` was called.
  public private(set) var updateCount = 0

  private let parameters: [(name: String, tensor: Tensor)]
  private var averages: [Tensor]

  /// Begins with the present values of the parameters that training changes.
  public init(of store: ParameterStore, decay: Double = 0.999, warmsUp: Bool = true) {
    precondition(decay >= 0 && decay < 1, "a moving average's decay is \(decay), not in 0..<1")
    self.decay = decay
    self.warmsUp = warmsUp
    parameters = store.trainable
    averages = withoutGradient { store.trainable.map { $0.tensor.detached().copied() } }
  }

  /// Takes in the present values: after each step of the optimizer.
  public func update() {
    let count = Double(updateCount)
    let weight = warmsUp ? min(decay, (1 + count) / (10 + count)) : decay
    withoutGradient {
      for (average, parameter) in zip(averages, parameters) {
        average.move(towards: parameter.tensor.detached(), weight: 1 - weight)
      }
    }
    updateCount += 1
  }

  /// Runs `body` with the averages in the model's place; the parameters have their own values again afterwards.
  ///
  /// Nothing that was computed before `body` should wait for its `backward()`.
  public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
    swapValues()
    defer { swapValues() }
    return try body()
  }

  /// Gives the model the averages for good.
  public func copyToModel() {
    withoutGradient {
      for (average, parameter) in zip(averages, parameters) {
        parameter.tensor.assign(from: average)
      }
    }
  }

  /// The averages by the parameters' names, for a checkpoint.
  public var values: [(name: String, tensor: Tensor)] {
    zip(parameters, averages).map { ($0.name, $1) }
  }

  /// Takes up averages of a checkpoint after `updates` updates; names and shapes must be the parameters'.
  public func restore(_ values: [(name: String, tensor: Tensor)], updates: Int) throws {
    let given = Dictionary(values.map { ($0.name, $0.tensor) }) { first, _ in first }
    for (parameter, average) in zip(parameters, averages) {
      guard let value = given[parameter.name], value.shape == average.shape else {
        throw RLHFError(
          .incompatibleModel,
          "The moving average of '\(parameter.name)' is "
            + "\(given[parameter.name].map { "\($0.shape)" } ?? "missing"), expected \(average.shape)."
        )
      }
    }
    withoutGradient {
      for (parameter, average) in zip(parameters, averages) {
        if let value = given[parameter.name] { average.assign(from: value) }
      }
    }
    updateCount = updates
  }

  private func swapValues() {
    withoutGradient {
      for (index, parameter) in parameters.enumerated() {
        let own = parameter.tensor.detached().copied()
        parameter.tensor.assign(from: averages[index])
        averages[index] = own
      }
    }
  }
}
