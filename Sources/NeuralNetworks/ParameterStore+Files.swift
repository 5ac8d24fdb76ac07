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
  /// - Throws: One error that names missing, unexpected and misshapen tensors; then no value has changed.
  public func load(
    _ files: [SafetensorsFile], renaming: (String) -> String? = { $0 }, strict: Bool = true
  ) throws {
    var values: [(name: String, tensor: Tensor)] = []
    for file in files {
      for entry in file.entries {
        guard let name = renaming(entry.name) else { continue }
        values.append((name, try file.tensor(entry.name)))
      }
    }
    let source =
      files.count == 1
      ? files[0].url.path
      : "\(files.first?.url.deletingLastPathComponent().path ?? "nothing") (\(files.count) files)"
    try assign(values, source: source, isStrict: strict)
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
