public import Foundation
import RLHFCore
import Torch

/// A directory of adapters as PEFT writes it: adapter_config.json and adapter_model.safetensors.
public struct AdapterDirectory {
  /// Where the directory lies.
  public let url: URL
  /// The shape of the adapters.
  public let configuration: LoRAConfiguration
  /// The model that they are for, by PEFT's `base_model_name_or_path`: a folder, or a name on a hub.
  public let baseModel: String?

  private static let configurationName = "adapter_config.json"
  private static let weightsName = "adapter_model"
  private static let prefix = "base_model.model."

  /// Whether `url` holds adapters.
  public static func exists(at url: URL) -> Bool {
    FileManager.default.fileExists(
      atPath: url.appendingPathComponent(configurationName).path)
  }

  /// Reads the configuration in `url`.
  public init(_ url: URL) throws {
    let file = url.appendingPathComponent(Self.configurationName)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw RLHFError(
        .notFound, "\(file.path) does not exist; expected a directory of adapters by PEFT.")
    }
    do {
      let document = try JSONValue(parsing: Data(contentsOf: file))
      let read = try AdapterConfigurationFile(document)
      var check = SettingsCheck(section: "")
      read.configuration.validate(&check)
      try check.finish(source: "is impossible")
      configuration = read.configuration
      baseModel = read.baseModel
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(file.path) \(error.message).".replacing("..", with: "."))
    } catch let error as JSONSyntaxError {
      throw RLHFError(.invalidData, "\(file.path) is not JSON.", cause: error)
    } catch {
      throw RLHFError(.inputOutput, "\(file.path) cannot be read.", cause: error)
    }
    self.url = url
  }

  /// The files by which a folder is known to hold a model, or a pipeline of several.
  private static let modelFiles = ["config.json", "model_index.json"]

  /// Where the base model lies: the folder that the configuration names, absolute, or relative to the directory, or to
  /// where the program runs; else a folder of that name beside the directory, or where it would be if both were moved
  /// together.
  public func baseFolder() throws -> URL {
    guard let baseModel, !baseModel.isEmpty else {
      throw RLHFError(
        .notFound,
        "\(url.path): adapter_config.json does not say which model it is for; set base_model_name_or_path to its folder."
      )
    }
    let candidates =
      ([
        URL(filePath: baseModel, relativeTo: url.appending(path: "", directoryHint: .isDirectory)),
        URL(filePath: baseModel),
      ] + movedCandidates(baseModel)).map(\.standardizedFileURL)
    let found = candidates.first { folder in
      Self.modelFiles.contains {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
      } && !Self.exists(at: folder)
    }
    guard let found else {
      throw RLHFError(
        .notFound,
        "\(url.path) is an adapter for '\(baseModel)', which is not at \(candidates[0].path). Put that model there, or correct base_model_name_or_path in adapter_config.json."
      )
    }
    return found
  }

  /// The ends of the path of the base, below the folders that the directory lies in, the nearest first.
  private func movedCandidates(_ baseModel: String) -> [URL] {
    let parts = URL(filePath: baseModel).standardizedFileURL.pathComponents.dropFirst()
    var candidates: [URL] = []
    var ancestor = url.standardizedFileURL
    while ancestor.pathComponents.count > 1 {
      ancestor.deleteLastPathComponent()
      // The last part alone says little: only a neighbour is meant by it.
      let shortest = candidates.isEmpty ? 1 : 2
      for length in (shortest...max(shortest, parts.count)).reversed() {
        candidates.append(ancestor.appending(path: parts.suffix(length).joined(separator: "/")))
      }
    }
    return candidates
  }

  /// Puts the adapters on the layers of the model in `base`.
  ///
  /// - Parameters:
  ///   - base: The parameters of the model that they were trained for.
  ///   - isEnabled: Whether the adapters are switched on.
  ///   - isTrainable: Whether training changes them.
  /// - Returns: The adapters, with the values of the file.
  /// - Throws: An error that names the layers and both shapes, where the adapters do not fit the model; then the model
  ///   is as it was.
  public func load(
    onto base: ParameterStore, isEnabled: Bool = true, isTrainable: Bool = true
  ) throws -> AdapterSet {
    let file = try weights()
    let trainable = base.parameters.map(\.tensor.requiresGradient)
    let adapters: AdapterSet
    do {
      adapters = try AdapterSet(
        configuration, on: base, isEnabled: isEnabled, isTrainable: isTrainable,
        skipsInitialization: true)
    } catch let error as RLHFError {
      let origin = baseModel.map { " It was made for '\($0)'." } ?? ""
      throw RLHFError(
        error.code, "\(url.path) does not fit the model: \(error.message)\(origin)",
        cause: error.cause)
    }
    do {
      try adapters.load(file, prefix: Self.prefix, madeFor: baseModel)
    } catch {
      adapters.remove()
      for (parameter, flag) in zip(base.parameters, trainable) {
        parameter.tensor.requiresGradient = flag
      }
      throw error
    }
    return adapters
  }

  private func weights() throws -> SafetensorsFile {
    let file = url.appendingPathComponent("\(Self.weightsName).safetensors")
    let pickle = url.appendingPathComponent("\(Self.weightsName).bin")
    if !FileManager.default.fileExists(atPath: file.path),
      FileManager.default.fileExists(atPath: pickle.path)
    {
      throw RLHFError(
        .unsupported,
        "\(pickle.path) is a pickle; save the adapter with safe_serialization as \(file.lastPathComponent)."
      )
    }
    return try SafetensorsFile(file)
  }

  /// Writes `adapters` into an existing directory; each file appears atomically.
  ///
  /// - Parameters:
  ///   - adapters: The adapters.
  ///   - url: The directory.
  ///   - baseModel: The folder of the model that they are for, or its name on a hub.
  /// - Throws: An error when a file cannot be written; then that file is as it was.
  public static func write(_ adapters: AdapterSet, to url: URL, baseModel: String?) throws {
    let document = AdapterConfigurationFile(adapters.configuration, baseModel: baseModel).document(
      isTransposed: adapters.layers.contains { $0.site.isTransposed },
      targets: adapters.shortTargets)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try SafetensorsWriter.write(
      adapters.fileTensors(prefix: prefix), metadata: ["format": "pt"],
      to: url.appendingPathComponent("\(weightsName).safetensors"))
    try AtomicFile.write(
      encoder.encode(document) + Data("\n".utf8), to: url.appendingPathComponent(configurationName))
  }
}
