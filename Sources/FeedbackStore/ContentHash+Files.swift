public import Foundation
public import RLHFCore

extension ContentHash {
  /// The hash of a file, read in pieces.
  public init(ofFile url: URL) throws {
    let file = try InputFile(url)
    try self.init(reading: { try file.read(into: $0) })
  }
}
