public import Foundation
import RLHFCore

extension ChatTemplate {
  private static let configurationName = "tokenizer_config.json"
  private static let rolesName = "special_tokens_map.json"
  private static let templateName = "chat_template.jinja"
  private static let folderName = "additional_chat_templates"

  /// Reads the chat template of a model directory; `nil` where there is none.
  ///
  /// `chat_template.jinja` goes before `chat_template` in `tokenizer_config.json`, which is a template or a list of
  /// templates with names. Of several, the one called `tool_use` is taken where `usesTools` says so and there is
  /// one, else `default`. Special tokens are those of `tokenizer_config.json`, and of `special_tokens_map.json`
  /// where it has more.
  public static func load(from directory: URL, usesTools: Bool = false) throws -> ChatTemplate? {
    let configuration = try json(directory.appendingPathComponent(configurationName))
    let templates = try named(in: directory, configuration)
    guard !templates.isEmpty else { return nil }
    let wanted = usesTools && templates["tool_use"] != nil ? "tool_use" : "default"
    guard let chosen = templates[wanted] else {
      throw RLHFError(
        .unsupported,
        "\(directory.path) has the chat templates \(templates.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")); "
          + "expected one called 'default'. Put the one to use into \(templateName).")
    }
    return try ChatTemplate(
      chosen.source, name: chosen.place, specialTokens: specialTokens(in: directory, configuration))
  }

  /// The templates by name, each with where it stands.
  private static func named(
    in directory: URL, _ configuration: TemplateValue?
  ) throws -> [String: (source: String, place: String)] {
    let file = directory.appendingPathComponent(templateName)
    let folder = directory.appendingPathComponent(folderName)
    var result: [String: (source: String, place: String)] = [:]
    if let source = try text(file) { result["default"] = (source, file.path) }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in files.sorted() where name.hasSuffix(".jinja") {
      let file = folder.appendingPathComponent(name)
      if let source = try text(file) { result[String(name.dropLast(6))] = (source, file.path) }
    }
    guard result.isEmpty else { return result }
    let path = directory.appendingPathComponent(configurationName).path
    switch configuration?["chat_template"] {
    case nil, .some(.none): break
    case .string(let source): result["default"] = (source, "\(path), chat_template")
    case .list(let entries):
      for entry in entries {
        guard let name = entry["name"]?.string, let source = entry["template"]?.string else {
          throw malformed(path)
        }
        result[name] = (source, "\(path), chat_template '\(name)'")
      }
    default: throw malformed(path)
    }
    return result
  }

  private static func malformed(_ path: String) -> RLHFError {
    RLHFError(
      .invalidData,
      "\(path): 'chat_template' is neither a template nor a list of {\"name\", \"template\"}.")
  }

  private static func specialTokens(
    in directory: URL, _ configuration: TemplateValue?
  ) throws -> [TemplateValue.Member] {
    let roles = try json(directory.appendingPathComponent(rolesName))
    let names = [
      "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]
    return names.compactMap { name in
      for source in [configuration, roles] {
        guard let token = source?[name] else { continue }
        if let spelling = token.string ?? token["content"]?.string {
          return .init(name, .string(spelling))
        }
      }
      return nil
    }
  }

  private static func json(_ file: URL) throws -> TemplateValue? {
    try data(file).map { try TemplateValue(json: $0, source: file.path) }
  }

  private static func text(_ file: URL) throws -> String? {
    guard let data = try data(file) else { return nil }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RLHFError(.invalidData, "\(file.path) is not UTF-8.")
    }
    return text
  }

  private static func data(_ file: URL) throws -> Data? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      return try Data(contentsOf: file)
    } catch {
      throw RLHFError(.inputOutput, "Cannot read \(file.path).", cause: error)
    }
  }
}
