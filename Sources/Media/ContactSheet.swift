/// Many small pictures on one: an overview with captions, or a grid with headings over columns and beside rows.
///
/// Small pictures are enlarged by whole factors so that their pixels can be seen, large ones are shrunk.
public struct ContactSheet: Sendable {
  /// A picture and what stands below it.
  public struct Tile: Sendable {
    /// The picture; `nil` leaves a gap with a frame.
    public var image: RasterImage?
    /// The lines below it; what is too long for its tile is cut off.
    public var caption: [String]

    /// Creates a tile.
    public init(_ image: RasterImage?, caption: [String] = []) {
      self.image = image
      self.caption = caption
    }
  }

  /// The pictures, row by row.
  public var tiles: [Tile]
  /// How many stand in a row; as many as make the sheet about square when `nil`.
  public var columns: Int?
  /// The largest width and height of a picture on the sheet.
  public var tileSize = 96
  /// A line at the top.
  public var title = ""
  /// What stands over each column.
  public var headings: [String] = []
  /// What stands before each row.
  public var labels: [String] = []
  /// The colour of the sheet; letters are dark or light as it needs.
  public var background: [UInt8] = [255, 255, 255]

  private static let gap = 8
  private static let line = BitmapFont.height + 3

  /// Creates a sheet.
  public init(_ tiles: [Tile], columns: Int? = nil) {
    self.tiles = tiles
    self.columns = columns
  }

  /// The sheet as an RGB image.
  public var image: RasterImage {
    precondition(!tiles.isEmpty, "ContactSheet has no tiles")
    let layout = Layout(self)
    var sheet = RasterImage(width: layout.width, height: layout.height, color: background)
    let (dark, light): ([UInt8], [UInt8]) = ([32, 32, 32], [224, 224, 224])
    let ink = background.reduce(0) { $0 + Int($1) } > 384 ? dark : light
    func write(_ text: String, _ x: Int, _ y: Int, width: Int) {
      sheet.draw(text: Self.shortened(text, width: width), x: x, y: y, color: ink)
    }
    if !title.isEmpty { write(title, Self.gap, Self.gap, width: layout.width - 2 * Self.gap) }
    for (column, heading) in headings.prefix(layout.columns).enumerated() {
      let y = layout.top - Self.line - 3
      write(heading, layout.x(column), y, width: layout.tileWidth)
    }
    for (row, label) in labels.prefix(layout.rows).enumerated() {
      let y = layout.y(row) + (layout.tileHeight - BitmapFont.height) / 2
      write(label, Self.gap, y, width: layout.left - 2 * Self.gap)
    }
    for (index, tile) in tiles.enumerated() {
      let (x, y) = (layout.x(index % layout.columns), layout.y(index / layout.columns))
      if let image = tile.image {
        let shown = Self.fitted(image, to: tileSize).over(background)
        sheet.draw(
          shown, x: x + (layout.tileWidth - shown.width) / 2,
          y: y + (layout.tileHeight - shown.height) / 2)
      } else {
        let frame = RasterImage(
          width: layout.tileWidth, height: layout.tileHeight, color: [160, 160, 160])
        sheet.draw(frame, x: x, y: y)
        let hole = RasterImage(
          width: max(1, frame.width - 2), height: max(1, frame.height - 2), color: background)
        sheet.draw(hole, x: x + 1, y: y + 1)
      }
      for (number, text) in tile.caption.enumerated() {
        let below = y + layout.tileHeight + 3 + number * Self.line
        write(text, x, below, width: layout.tileWidth)
      }
    }
    return sheet
  }

  /// Sheets of at most `count` tiles each, for what would be too many pixels at once.
  public func pages(of count: Int) -> [ContactSheet] {
    stride(from: 0, to: tiles.count, by: max(1, count)).map { start in
      var page = self
      page.tiles = Array(tiles[start..<min(start + count, tiles.count)])
      return page
    }
  }

  /// The picture as large as it goes into a square of `size`: enlarged by a whole factor, or shrunk.
  static func fitted(_ image: RasterImage, to size: Int) -> RasterImage {
    let factor = size / max(image.width, image.height)
    guard factor < 1 else {
      return image.resized(
        width: image.width * factor, height: image.height * factor, filter: .nearest)
    }
    return image.fitted(width: size, height: size, filter: .lanczos)
  }

  /// As much of a text as fits into `width` pixels, with two dots where something is left out.
  static func shortened(_ text: String, width: Int) -> String {
    let line = text.replacing("\n", with: " ")
    guard RasterImage.width(ofText: line) > width else { return line }
    return line.prefix(max(0, (width + 1) / BitmapFont.advance - 2)) + ".."
  }

  /// Where everything stands.
  private struct Layout {
    let columns: Int
    let rows: Int
    let tileWidth: Int
    let tileHeight: Int
    let left: Int
    let top: Int
    let rowHeight: Int

    init(_ sheet: ContactSheet) {
      let count = sheet.tiles.count
      let square = Int(Double(count).squareRoot().rounded(.up))
      columns = max(1, min(sheet.columns ?? square, count))
      rows = (count + columns - 1) / columns
      let sizes = sheet.tiles.compactMap(\.image).map { image in
        let (longest, size) = (max(image.width, image.height), sheet.tileSize)
        let scale = longest > size ? Double(size) / Double(longest) : Double(size / longest)
        return (
          width: max(1, Int((Double(image.width) * scale).rounded())),
          height: max(1, Int((Double(image.height) * scale).rounded()))
        )
      }
      tileWidth = sizes.map(\.width).max() ?? sheet.tileSize
      tileHeight = sizes.map(\.height).max() ?? sheet.tileSize
      let words = sheet.labels.map { RasterImage.width(ofText: $0) }.max() ?? 0
      left = gap + (words > 0 ? min(words, 160) + gap : 0)
      let lines = (sheet.title.isEmpty ? 0 : 1) + (sheet.headings.isEmpty ? 0 : 1)
      top = gap + lines * line + (lines > 0 ? 3 : 0)
      let caption = sheet.tiles.map(\.caption.count).max() ?? 0
      rowHeight = tileHeight + gap + (caption > 0 ? caption * line + 3 : 0)
    }

    var width: Int { left + columns * (tileWidth + gap) }
    var height: Int { top + rows * rowHeight }
    func x(_ column: Int) -> Int { left + column * (tileWidth + gap) }
    func y(_ row: Int) -> Int { top + row * rowHeight }
  }
}
