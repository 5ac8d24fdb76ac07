import Foundation
import Testing

/// What the files of the page promise, whatever browser shows them.
struct PageTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Studio/Page")

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private static func names(_ suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// The modules that `name` loads at once, itself among them: those of `import … from`, not of `import()`.
  private static func modules(of name: String) throws -> Set<String> {
    var (found, open): (Set<String>, [String]) = ([], [name])
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      open += try text(next).matches(of: /(?m)^import .* from "\.\/([a-z]+\.js)";/).map {
        String($0.output.1)
      }
    }
    return found
  }

  private static func bytes(_ names: Set<String>) throws -> Int {
    try names.reduce(0) { try $0 + text($1).utf8.count }
  }

  @Test func theScriptForATextIsSmall() throws {
    let modules = try Self.modules(of: "studio.js")
    #expect(modules.contains("outbox.js") && !modules.contains("audio.js"))
    #expect(try Self.bytes(modules) < 40_000)
  }

  /// Sounds need the largest part besides.
  @Test func theScriptForSoundsIsSmall() throws {
    let modules = try Self.modules(of: "studio.js").union(Self.modules(of: "audio.js"))
    #expect(try Self.bytes(modules) < 52_000)
  }

  @Test func noScriptMakesMarkupOfText() throws {
    let forbidden = [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
      "DOMParser", "createContextualFragment", "setTimeout(\"", "http://", "https://", "cssText",
    ]
    let names = try Self.names(".js")
    #expect(names.count > 8)
    for name in names {
      let script = try Self.text(name)
      for word in forbidden
      where !(word == "http://" && script.contains("http://www.w3.org/2000/svg")) {
        #expect(!script.contains(word), "\(name) has \(word)")
      }
    }
  }

  @Test func pagesHaveNothingInlineAndNothingFromElsewhere() throws {
    for name in try Self.names(".html") {
      let page = try Self.text(name)
      #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
      #expect(page.contains("<title>") && page.contains("name=\"viewport\""))
      #expect(
        page.firstMatch(of: /(?i)\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:|\/\/[a-z]/) == nil)
      for script in page.matches(of: /<script[^>]*>/) {
        let tag = String(script.output)
        #expect(tag.contains("src=\"/assets/"), "\(name): \(tag)")
      }
      for file in page.matches(of: /\/assets\/([a-z]+\.[a-z]+)/) {
        #expect(try !Self.text(String(file.output.1)).isEmpty)
      }
    }
    for name in try Self.names(".css") {
      #expect(try Self.text(name).firstMatch(of: /url\(|@import|expression\(/) == nil)
    }
  }
}
