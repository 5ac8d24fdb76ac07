import FeedbackStore
public import Foundation
public import RLHFCore
public import RLHFPlugin

/// A file or line that could not be used, and why.
public struct UnusableFile: Codable, Sendable, Hashable {
  /// The file, or file and line.
  public var name: String
  /// What was found, what was expected, and what to do.
  public var message: String
}

/// The artifacts in files and folders that a user names.
///
/// Folders are searched for files that the domain reads, in the order of their names. Lines of JSON are read as
/// `rlhf import` reads them.
public struct ArtifactFiles<D: Domain>: Sendable {
  /// One source of artifacts.
  public enum Source: Sendable, Hashable {
    /// A file that is an artifact.
    case artifact(URL)
    /// A file of JSON Lines.
    case lines(URL)
  }

  private let domain: D

  /// Creates a reader.
  public init(_ domain: D) { self.domain = domain }

  /// What lies in the files and folders, in their order; throws where a name leads nowhere or a folder holds nothing.
  public func sources(_ urls: [URL]) throws -> [Source] {
    try urls.flatMap { url -> [Source] in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
        throw RLHFError(.notFound, "\(url.path) does not exist.")
      }
      guard isFolder.boolValue else {
        return [isLines(url) ? .lines(url) : .artifact(url)]
      }
      let found = files(in: url)
      guard !found.isEmpty else {
        throw RLHFError(
          .notFound,
          "the folder \(url.path) holds no file with one of the extensions that \(D.descriptor.id) reads: \(domain.fileExtensions.joined(separator: ", "))."
        )
      }
      return found.map(Source.artifact)
    }
  }

  /// The samples of a source with their names, and what could not be used.
  public func samples(
    of source: Source
  ) throws -> (samples: [(String, Sample<D.Prompt, D.Artifact>)], failures: [UnusableFile]) {
    switch source {
    case .artifact(let url):
      do {
        return ([(url.path, try domain.sample(fromFile: url))], [])
      } catch let error as RLHFError where error.code != .cancelled {
        return ([], [UnusableFile(name: url.path, message: error.message)])
      }
    case .lines(let url):
      var samples: [(String, Sample<D.Prompt, D.Artifact>)] = []
      var failures: [UnusableFile] = []
      let lines = try JSONLines(url)
      while let line = try lines.next() {
        let name = "\(url.path):\(line.number)"
        do {
          let found = try domain.records(from: line.value.get()).flatMap(Self.samples)
          if found.isEmpty {
            failures.append(UnusableFile(name: name, message: "the line holds a prompt alone."))
          }
          samples += found.map { (name, $0) }
        } catch let error as RLHFError {
          failures.append(UnusableFile(name: name, message: error.message))
        } catch let error as UnusableRecord {
          failures.append(UnusableFile(name: name, message: error.reason))
        }
      }
      return (samples, failures)
    }
  }

  private static func samples(
    of record: FeedbackRecord<D.Prompt, D.Artifact>
  ) -> [Sample<D.Prompt, D.Artifact>] {
    switch record {
    case .prompt: []
    case .demonstration(let sample): [sample]
    case .preference(let pair):
      [pair.chosen, pair.rejected].map { Sample(prompt: pair.prompt, artifact: $0) }
    case .ranking(let ranking):
      ranking.artifacts.map { Sample(prompt: ranking.prompt, artifact: $0) }
    case .rating(let rating): [Sample(prompt: rating.prompt, artifact: rating.artifact)]
    }
  }

  private func isLines(_ url: URL) -> Bool {
    let name = url.lastPathComponent.lowercased()
    return name.hasSuffix(".jsonl") || name.hasSuffix(".jsonl.gz")
  }

  private func files(in folder: URL) -> [URL] {
    let known = Set(domain.fileExtensions)
    let tree = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
    var found: [URL] = []
    while let url = tree?.nextObject() as? URL {
      guard known.contains(url.pathExtension.lowercased()),
        (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
      else { continue }
      found.append(url)
    }
    return found.sorted { $0.path < $1.path }
  }
}
