/// Letters of 5 by 8 pixels for captions: printable ASCII, and a box for all else.
enum BitmapFont {
  /// The pixels from one letter to the next.
  static let advance = 6
  /// The pixels of a letter's height, the part below the line included.
  static let height = 8

  /// The rows of a letter from the top; the leftmost of five pixels is bit 4.
  static func rows(of character: Character) -> [UInt8] {
    guard let code = character.asciiValue, (0x20..<0x7f).contains(code) else { return box }
    return Array(letters[Int(code - 0x20) * height..<Int(code - 0x20 + 1) * height])
  }

  private static let box: [UInt8] = [0x1f, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1f, 0]

  /// Two digits a row, eight rows a letter, in the order of ASCII from the space on.
  private static let letters: [UInt8] = """
    0000000000000000 0404040404000400 0A0A0A0000000000 0A0A1F0A1F0A0A00 040F140E051E0400
    1819020408130300 0C12140815120D00 0404000000000000 0204080808040200 0804020202040800
    0004150E15040000 0004041F04040000 00000000000C0408 0000001F00000000 00000000000C0C00
    0001020408100000 0E11131519110E00 040C040404040E00 0E11010204081F00 1F02040201110E00
    02060A121F020200 1F101E0101110E00 0608101E11110E00 1F01020408080800 0E11110E11110E00
    0E11110F01020C00 000C0C000C0C0000 000C0C00000C0408 0204081008040200 00001F001F000000
    0804020102040800 0E11010204000400 0E11010D15150E00 0E11111F11111100 1E11111E11111E00
    0E11101010110E00 1C12111111121C00 1F10101E10101F00 1F10101E10101000 0E11101711110F00
    1111111F11111100 0E04040404040E00 0702020202120C00 1112141814121100 1010101010101F00
    111B151511111100 1111191513111100 0E11111111110E00 1E11111E10101000 0E11111115120D00
    1E11111E14121100 0F10100E01011E00 1F04040404040400 1111111111110E00 11111111110A0400
    1111111515150A00 11110A040A111100 1111110A04040400 1F01020408101F00 0E08080808080E00
    0010080402010000 0E02020202020E00 040A110000000000 000000000000001F 0804020000000000
    00000E010F110F00 1010161911111E00 00000E1010110E00 01010D1311110F00 00000E111F100E00
    0609081C08080800 00000F11110F010E 1010161911111100 04000C0404040E00 020006020202120C
    1010121418141200 0C04040404040E00 00001A1515111100 0000161911111100 00000E1111110E00
    00001E11111E1010 00000F11110F0101 0000161910101000 00000F100E011E00 08081C0808090600
    0000111111130D00 00001111110A0400 0000111115150A00 0000110A040A1100 00001111110F010E
    00001F0204081F00 0204040804040200 0404040404040400 0804040204040800 0000081502000000
    """.filter { !$0.isWhitespace }.pairs
}

extension String {
  /// The hexadecimal numbers of two digits that the text is made of.
  fileprivate var pairs: [UInt8] {
    let digits = utf8.map { UInt8($0 < 0x40 ? $0 - 0x30 : $0 - 0x37) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

extension RasterImage {
  /// The width of a text that ``draw(text:x:y:color:scale:)`` draws.
  public static func width(ofText text: String, scale: Int = 1) -> Int {
    max(0, text.count * BitmapFont.advance - 1) * scale
  }

  /// Draws a line of text with its upper left corner at `x`, `y`; what lies outside the image is left out.
  ///
  /// Letters are 8 pixels high, times `scale`; those beyond ASCII are boxes.
  public mutating func draw(text: String, x: Int, y: Int, color: [UInt8], scale: Int = 1) {
    precondition(
      color.count == channels, "draw: a colour of \(color.count) samples, not \(channels)")
    var result = samples
    for (place, character) in text.enumerated() {
      let left = x + place * BitmapFont.advance * scale
      guard left < width else { break }
      for (row, bits) in BitmapFont.rows(of: character).enumerated() where bits != 0 {
        for column in 0..<5 * scale where bits >> (4 - UInt8(column / scale)) & 1 == 1 {
          for line in 0..<scale {
            let (column, line) = (left + column, y + row * scale + line)
            guard (0..<width).contains(column), (0..<height).contains(line) else { continue }
            let start = (line * width + column) * channels
            result.replaceSubrange(start..<start + channels, with: color)
          }
        }
      }
    }
    samples = result
  }
}
