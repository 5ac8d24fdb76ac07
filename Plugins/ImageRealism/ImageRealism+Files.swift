public import Foundation
import Media
public import RLHF

extension ImageRealism {
  /// Images are PNG and JPEG files.
  public var fileExtensions: [String] { ImageFolder.endings }

  /// The image in a file, and what it shows: by the text in the file, or by the name of its folder where that is a class.
  public func sample(fromFile url: URL) throws -> Sample<ImagePrompt, ImageArtifact> {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: url))
    } catch {
      throw RLHFError(.notFound, "\(url.path) cannot be read.", cause: error)
    }
    let artifact = ImageArtifact(bytes: bytes)
    _ = try artifact.image(name: url.path)
    let folder = url.deletingLastPathComponent().lastPathComponent
    let isClass = configuration.classes.contains(folder) || configuration.classFolders
    let text = try Self.prompt(inFile: bytes, named: url.path) ?? (isClass ? folder : nil)
    // Images of one class are told apart, so that some of them can be held out.
    return Sample(
      prompt: ImagePrompt(text, variation: Int(artifact.file.sha256.prefix(4), radix: 16)),
      artifact: artifact)
  }

  private static func prompt(inFile bytes: [UInt8], named name: String) throws -> String? {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
    return try RasterImage.text(ofPNG: bytes, name: name)[ImageArtifact.promptKey]
  }

  /// The file of an image.
  public func file(of artifact: ImageArtifact) throws -> FileContent? { artifact.file }

  /// The image.
  public func content(of artifact: ImageArtifact, addMedia: AddMedia) throws -> [ContentBlock] {
    [.image(try addMedia(artifact.file.bytes(), artifact.file.type), alt: "an image")]
  }

  /// A sheet of the samples.
  public func overview(
    of samples: [Sample<ImagePrompt, ImageArtifact>], captions: [String]
  ) throws -> FileContent? {
    guard !samples.isEmpty else { return nil }
    let tiles = try samples.enumerated().map { index, sample in
      ContactSheet.Tile(
        try sample.artifact.image(), caption: index < captions.count ? [captions[index]] : [])
    }
    return FileContent(try ContactSheet(tiles).image.png(), type: "image/png")
  }
}
