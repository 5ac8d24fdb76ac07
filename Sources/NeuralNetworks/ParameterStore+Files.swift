public import Foundation
import RLHFCore
public import Torch

extension ParameterStore {
  /// Takes over the values in a safetensors file; see ``load(_:renaming:strict:)-([SafetensorsFile],_,_)``.
  public func load(
    _ file: SafetensorsFile, renaming: (String) -> String? = { $0 }, strict: Bool = true
  ) throws {
    try load([file], renaming: renaming, strict: strict)
  }

  /// Takes over the values in safetensors files, converted to the parameters' element type.
  ///
  /// - Parameters:
  ///   - files: One file, or the shards of a model.
  ///   - renaming: Gives the parameter's name for a name in the files; `nil` leaves that tensor out.
  ///   - strict: Whether missing parameters and unexpected tensors are errors; wrong shapes always are.
  /// - Throws: One error that names missing, unexpected and misshapen tensors, or one that names a tensor with NaN or
  ///   infinite numbers and its file; then no value has changed.
  public func load(
    _ files: [SafetensorsFile], renaming: (String) -> String? = { $0 }, strict: Bool = true
  ) throws {
    var values: [(name: String, tensor: Tensor)] = []
    var origins: [String: String] = [:]
    for file in files {
      for entry in file.entries {
        guard let name = renaming(entry.name) else { continue }
        let tensor = try file.tensor(entry.name)
        if let other = origins[name] {
          throw RLHFError(
            .incompatibleModel,
            "'\(name)' is in \(other) and in \(file.url.path), expected once. Remove one of them.")
        }
        origins[name] = file.url.path
        values.append((name, tensor))
      }
    }
    let source =
      files.count == 1
      ? files[0].url.path
      : "\(files.first?.url.deletingLastPathComponent().path ?? "nothing") (\(files.count) files)"
    try assign(values, source: source, origins: files.count == 1 ? [:] : origins, isStrict: strict)
    {
      try checkFinite($0, $1, path: origins[$0] ?? source)
    }
  }

  /// Checks that a tensor has finite numbers alone, also in the parameters' element type.
  func checkFinite(_ name: String, _ tensor: Tensor, path: String) throws {
    let narrowed = dtype == .float16 && tensor.dtype != .float16 ? tensor.to(.float16) : tensor
    guard narrowed.isFinite().all().item() == 0 else { return }
    let nans = Int(tensor.isNaN().to(.int64).sum().item())
    let infinities = Int(tensor.isInfinite().to(.int64).sum().item())
    guard nans + infinities > 0 else {
      throw RLHFError(
        .incompatibleModel,
        "'\(name)' in \(path) has numbers too large for float16. Load it in bfloat16 or float32.")
    }
    throw RLHFError(
      .incompatibleModel,
      "'\(name)' in \(path) has \(nans) NaN and \(infinities) infinite among its \(tensor.count) numbers, "
        + "expected finite ones. Fetch the file again, or take an earlier checkpoint.")
  }

  /// Writes all parameters to a safetensors file, atomically.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - metadata: Texts for the header; Python's `transformers` wants `["format": "pt"]`, the default.
  ///   - dtype: The element type in the file; the parameters' own when `nil`.
  /// - Throws: An error when the file cannot be written; then what was there is untouched.
  public func save(
    to url: URL, metadata: [String: String] = ["format": "pt"], dtype: DType? = nil
  ) throws {
    try SafetensorsWriter.write(
      parameters.map { name, tensor in (name, dtype.map { tensor.detached().to($0) } ?? tensor) },
      metadata: metadata, to: url)
  }
}
