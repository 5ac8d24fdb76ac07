import Foundation
import Testing

@testable import Media

struct ContactSheetTests {
  private let red = RasterImage(width: 4, height: 2, color: [255, 0, 0])
  private let large = RasterImage(width: 300, height: 150, color: [0, 0, 255])

  private func count(_ color: [UInt8], in image: RasterImage) -> Int {
    (0..<image.width * image.height).count {
      Array(image.samples[$0 * image.channels..<$0 * image.channels + 3]) == color
    }
  }

  @Test func picturesAreEnlargedOrShrunkIntoTheirTiles() {
    var sheet = ContactSheet([.init(red), .init(large), .init(nil)], columns: 2)
    sheet.tileSize = 40
    let image = sheet.image
    // 40 by 20 both: ten times as large, and a seventh and a half.
    #expect(count([255, 0, 0], in: image) == 800 && count([0, 0, 255], in: image) == 800)
    #expect(image.width == 8 + 2 * 48 && image.height == 8 + 2 * 28)
    #expect(ContactSheet([.init(red)]).image.channels == 3)
  }

  @Test func captionsStandBelowAndAreCutOff() {
    var plain = ContactSheet([.init(red, caption: [""]), .init(red)], columns: 1)
    let empty = plain.image
    plain.tiles[0].caption = ["0.93"]
    let filled = plain.image
    #expect(filled.width == empty.width && filled.height == empty.height && filled != empty)
    #expect(ContactSheet.shortened("a long caption", width: 47) == "a long..")
    #expect(ContactSheet.shortened("two\nlines", width: 99) == "two lines")
    plain.tiles[0].caption = [String(repeating: "w", count: 500)]
    #expect(plain.image.width == empty.width)
  }

  @Test func rowsAndColumnsHaveNames() {
    var sheet = ContactSheet((0..<4).map { _ in .init(red) }, columns: 2)
    let bare = sheet.image
    sheet.title = "Before and after"
    sheet.headings = ["before", "after"]
    sheet.labels = ["shoe", "a very long label that does not fit anywhere at all"]
    let named = sheet.image
    #expect(named.height == bare.height + 25 && named.width == bare.width + 168)
    sheet.background = [0, 0, 0]
    #expect(count([224, 224, 224], in: sheet.image) == count([32, 32, 32], in: named))
  }

  @Test func manyPicturesGoOntoPages() {
    let sheet = ContactSheet((0..<7).map { _ in .init(red) })
    #expect(sheet.pages(of: 3).map(\.tiles.count) == [3, 3, 1])
  }

  @Test func everyLetterIsAnother() {
    let letters = (0x20..<0x7f).map { Character(Unicode.Scalar(UInt8($0))) }
    let shapes = Set(letters.map(BitmapFont.rows(of:)))
    #expect(shapes.count == letters.count && shapes.allSatisfy { $0.count == 8 })
    #expect(BitmapFont.rows(of: "é") == BitmapFont.rows(of: "靴"))
    #expect(!shapes.contains(BitmapFont.rows(of: "é")))
    var image = RasterImage(width: 5, height: 8, color: [0])
    image.draw(text: "I", x: 0, y: 0, color: [1])
    let rows = (0..<8).map { row in image.samples[row * 5..<row * 5 + 5].map(Int.init) }
    #expect(
      rows[0] == [0, 1, 1, 1, 0] && rows[1] == [0, 0, 1, 0, 0] && rows[7] == [0, 0, 0, 0, 0])
    let before = image
    image.draw(text: "off", x: 5, y: -30, color: [1], scale: 3)
    #expect(image == before)
  }
}
