import Foundation
import Testing

@testable import Studio

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

  /// The modules that `name` loads, itself among them.
  private static func modules(of name: String) throws -> Set<String> {
    var (found, open): (Set<String>, [String]) = ([], [name])
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      let script = try text(next)
      #expect(!script.contains("import("), "\(next) loads something later, which is not counted")
      open += script.matches(of: /(?m)^import .* from "\.\/([a-z]+\.js)";/).map {
        String($0.output.1)
      }
    }
    return found
  }

  /// Every kind of task, pictures, sounds, the outbox and the dialogs, as the server sends it.
  @Test func allThatARaterLoadsIsSmall() throws {
    let modules = try Self.modules(of: "studio.js")
    #expect(
      modules.isSuperset(of: ["answers.js", "audio.js", "images.js", "outbox.js", "menu.js"]))
    #expect(!modules.contains("dashboard.js"))
    let files = try PageFiles(Self.folder)
    let sent = try modules.map { name -> Int in
      let reply = try files.reply(
        name, ifNoneMatch: nil, acceptEncoding: "gzip, deflate, br", isHead: false)
      return try #require(Int(reply.headers["Content-Length"] ?? ""))
    }
    #expect(sent.reduce(0, +) < 30_000)
    let preloaded = try Self.text("index.html").matches(
      of: /modulepreload" href="\/assets\/(\w+\.js)/)
    #expect(Set(preloaded.map { String($0.output.1) }).union(["studio.js"]) == modules)
  }

  @Test func theServerAndThePageKnowTheSameActions() throws {
    let script = try Self.text("keys.js")
    let block = try #require(script.firstMatch(of: /(?s)export const actions = \{(.*?)\n\};/))
    let page = block.output.1.matches(of: /(\w+): "/).map { String($0.output.1) }
    #expect(Set(page) == KeyMap.actions)
    let told = try Self.text("index.html").matches(of: /data-keys="(\w+)"/)
    #expect(Set(told.map { String($0.output.1) }) == KeyMap.actions)
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
