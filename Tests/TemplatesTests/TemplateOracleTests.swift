import Foundation
import Templates
import TestSupport
import Testing

/// Templates as Jinja renders them in the settings of `transformers`: `Tests/Oracles/templates.py` made the numbers.
struct TemplateOracleTests {
  private let oracle: TemplateValue

  init() throws {
    let file = Oracles.package.appendingPathComponent("Tests/Fixtures/templates/templates.json")
    oracle = try TemplateValue(json: Data(contentsOf: file), source: file.path)
  }

  @Test(arguments: ["expressions", "whitespace", "statements", "chats"])
  func `equals Jinja`(group: String) throws {
    let entries = oracle[group]?.elements ?? []
    #expect(!entries.isEmpty)
    guard case .dictionary(let shared) = oracle["variables"] else { return }
    for entry in entries {
      let source = try #require(entry["template"]?.string)
      var variables = shared
      if case .dictionary(let own) = entry["variables"] { variables += own }
      let rendered = Result { try Template(source).render(variables).text }
      if let text = entry["text"]?.string {
        let found = try? rendered.get()
        #expect(
          found.map { Array($0.utf8) } == Array(text.utf8),
          "\(source): \(found ?? String(describing: rendered)) instead of \(text)")
      } else {
        let error = #expect(throws: TemplateError.self, "\(source): \(rendered)") {
          try rendered.get()
        }
        if let line = entry["line"], case .integer(let line) = line {
          #expect(error?.line == line, "\(source)")
        }
      }
    }
  }
}
