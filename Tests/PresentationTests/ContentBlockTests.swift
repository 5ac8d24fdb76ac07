import Foundation
import Presentation
import Testing

struct ContentBlockTests {
  private static let media = MediaReference(
    sha256: String(repeating: "0a", count: 32), type: "image/png")

  private static let cases: [(ContentBlock, String)] = [
    (.text("a"), #"{"text":"a","type":"text"}"#),
    (.markdown("*a*"), #"{"text":"*a*","type":"markdown"}"#),
    (.turn(role: "user", text: "a"), #"{"role":"user","text":"a","type":"turn"}"#),
    (
      .image(media, alt: "a"),
      #"{"alt":"a","media":"\#(media.sha256)","mime":"image\/png","type":"image"}"#
    ),
    (.audio(media), #"{"media":"\#(media.sha256)","mime":"image\/png","type":"audio"}"#),
  ]

  @Test(arguments: cases.indices)
  func roundTripThroughItsJSON(_ index: Int) throws {
    let (block, json) = Self.cases[index]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(block), as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(ContentBlock.self, from: Data(json.utf8)) == block)
  }

  @Test(arguments: [
    #"{"text":"a"}"#, #"{"type":"script","text":"a"}"#, #"{"type":"turn","text":"a"}"#,
    #"{"type":"image","mime":"image/png"}"#,
  ])
  func refusesWhatIsNoBlock(_ json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ContentBlock.self, from: Data(json.utf8))
    }
  }
}
