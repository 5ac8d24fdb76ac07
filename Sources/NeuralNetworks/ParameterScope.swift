public import Torch

/// A place in the tree of parameter names, such as "model.layers.0": what a layer is handed to make its own in.
public struct ParameterScope {
  /// The store that holds the parameters.
  public let store: ParameterStore
  /// The dotted name of this place; empty at the root.
  public let path: String

  /// The place `name` below this one; `name` may hold dots.
  public subscript(_ name: String) -> ParameterScope {
    ParameterScope(store: store, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// The numbered place below this one, as Hugging Face names the layers of a list.
  public subscript(_ index: Int) -> ParameterScope { self[String(index)] }

  /// Creates the parameter `name` in this place; a name can be given once.
  public func parameter(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> Tensor {
    store.create(self[name].path, shape, initializer)
  }
  /// Notes the layer of this place as one that adapters can be put on.
  ///
  /// - Parameters:
  ///   - weight: The layer's matrix, `[out, in]`.
  ///   - isTransposed: Whether the matrix is `[in, out]` instead.
  ///   - role: What the layer does in its model.
  /// - Returns: What the layer passes its output through.
  public func adapterSite(
    weight: Tensor, isTransposed: Bool = false, role: AdapterSite.Role = .inner
  ) -> AdapterSite {
    store.addAdapterSite(path, weight: weight, isTransposed: isTransposed, role: role)
  }
}
