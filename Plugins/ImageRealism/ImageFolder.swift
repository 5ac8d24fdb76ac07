import Foundation
import Media
import RLHF

/// The images of a folder.
struct ImageFolder {
  private let folder: URL

  init(_ folder: URL) {
    self.folder = folder
  }

  /// The endings of the names of files that are read.
  static let endings = ["png", "jpg", "jpeg"]

  /// The files, by name.
  func files() throws -> [URL] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw RLHFError(
        .notFound, "\(folder.path) cannot be read; expected a folder of images.", cause: error)
    }
    let files = names.sorted().map { folder.appending(path: $0) }
      .filter { Self.endings.contains($0.pathExtension.lowercased()) }
    guard !files.isEmpty else {
      throw RLHFError(
        .invalidData,
        "\(folder.path) holds no images; expected files whose names end with .png, .jpg or .jpeg.")
    }
    return files
  }

  /// The images; an error names the file that is none.
  func artifacts() throws -> [ImageArtifact] {
    try files().map { file in
      let artifact = ImageArtifact(bytes: Array(try Data(contentsOf: file)))
      _ = try artifact.image(name: file.path)
      return artifact
    }
  }
}
