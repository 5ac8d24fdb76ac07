import CTorch

extension Tensor {
  /// Whether operations on the tensor are recorded, so that gradients flow to it.
  ///
  /// Set it on leaves: tensors that are no result of recorded operations.
  public var requiresGradient: Bool {
    get { ct_requires_grad(handle) }
    set {
      run("requiresGradient = \(newValue)", [self]) { ct_set_requires_grad(handle, newValue, $0) }
    }
  }

  /// Whether the tensor is no result of recorded operations: `backward()` leaves gradients at those
  /// only.
  public var isLeaf: Bool { ct_is_leaf(handle) }

  /// The sum of the gradients that calls of `backward()` left at this leaf, nil before the first.
  ///
  /// It has the shape, dtype and device of the tensor; set it to nil before the next step.
  public var gradient: Tensor? {
    get {
      var message: UnsafeMutablePointer<CChar>?
      let gradient = ct_grad(handle, &message)
      if message != nil { fatalError(mistake("gradient", [self], take(message))) }
      return gradient.map(Tensor.init(handle:))
    }
    set {
      run("gradient =", [self] + some(newValue)) {
        ct_set_grad(handle, newValue?.handle, $0)
      }
    }
  }

  /// The same values, as a leaf without record; shares memory.
  public func detached() -> Tensor { unary("detached", ct_detach) }

  /// Adds the gradients of this tensor of one element to the leaves that it came from.
  ///
  /// The record is given up unless `retainGraph` is set.
  public func backward(retainGraph: Bool = false) {
    run("backward", [self]) { ct_backward(handle, nil, retainGraph, $0) }
  }

  /// Adds the gradients of `(self * gradient).sum()` to the leaves that this tensor came from.
  public func backward(gradient: Tensor, retainGraph: Bool = false) {
    run("backward", [self, gradient]) { ct_backward(handle, gradient.handle, retainGraph, $0) }
  }

  /// The gradients of `output`, a tensor of one element, with respect to `inputs`.
  ///
  /// The gradients that the leaves keep stay as they are.
  ///
  /// - Parameters:
  ///   - output: What is derived.
  ///   - inputs: By what it is derived.
  ///   - retainGraph: Whether the record is kept for another call.
  ///   - createGraph: Whether the gradients themselves can be derived.
  /// - Returns: A tensor for each input, of zeros if `output` does not depend on it.
  public static func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], retainGraph: Bool = false,
    createGraph: Bool = false
  ) -> [Tensor] {
    var handles = [ct_tensor?](repeating: nil, count: inputs.count)
    run("gradients", [output] + inputs) {
      ct_autograd_grad(
        output.handle, inputs.map(\.handle), inputs.count, nil, retainGraph || createGraph,
        createGraph, &handles, $0)
    }
    return zip(inputs, handles).map { input, handle in
      handle.map(Tensor.init(handle:))
        ?? .zeros(input.shape, dtype: input.dtype, device: input.device)
    }
  }
}
