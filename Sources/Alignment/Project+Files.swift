public import FeedbackStore
public import Foundation
public import RLHFCore
public import RLHFPlugin

extension Project {
  /// Whether `url` is a file or a folder of files that the domain reads by itself as artifacts.
  ///
  /// A folder with a `metadata.jsonl` says more of its files, and is a format of its own.
  public func isArtifacts(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    guard !domain.fileExtensions.isEmpty,
      FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    else { return false }
    guard isFolder.boolValue else {
      return domain.fileExtensions.contains(url.pathExtension.lowercased())
    }
    return !FileManager.default.fileExists(atPath: url.appending(path: "metadata.jsonl").path)
  }

  /// Adds the files in `url`, a file or a folder, as demonstrations, in batches that are each kept or not.
  ///
  /// Files that cannot be read are passed over, and come with their reasons.
  public func addDemonstrations(
    files url: URL, split: SplitRule, observer: StageObserver = StageObserver()
  ) throws -> (tally: Tally, count: Int, failures: [UnusableFile]) {
    let reader = ArtifactFiles(domain)
    let sources = try reader.sources([url])
    var tally = Tally()
    var failures: [UnusableFile] = []
    for batch in ShuffledBatches.inOrder(sources, size: 256) {
      if observer.shouldStop() { break }
      let read = try batch.map(reader.samples(of:))
      failures += read.flatMap(\.failures)
      tally =
        try tally
        + store.addDemonstrations(
          read.flatMap { $0.samples.map(\.1) }, source: url.lastPathComponent, split: split)
      observer.progress(
        StageProgress("Importing", tally.demonstrations, of: sources.count, unit: "files"))
    }
    return (tally, sources.count, failures)
  }

  /// Writes the artifacts that are files into `folder`, and `metadata.jsonl` that names them with their prompts.
  ///
  /// Returns the files' names in order. Throws where artifacts of the domain are no files.
  public func write(_ samples: [Sample<D.Prompt, D.Artifact>], to folder: URL) throws -> [String] {
    try AtomicFile.makeFolder(folder)
    let kind = domain.fileExtensions.first ?? ""
    var names: [String] = []
    var lines = ""
    for (index, sample) in samples.enumerated() {
      guard let file = try domain.file(of: sample.artifact) else {
        throw RLHFError(
          .unsupported,
          "artifacts of \(D.descriptor.id) are no files; leave --out away, and use --json.")
      }
      let name = "\(String(index + 1).leftPadded(to: 4)).\(kind)"
      try AtomicFile.write(Data(file.bytes()), to: folder.appending(path: name))
      let line: JSONValue = [
        "file_name": .string(name), "prompt": try JSONValue(encoding: sample.prompt),
        "text": .string(domain.text(of: sample.prompt)),
      ]
      lines += line.description + "\n"
      names.append(name)
    }
    try AtomicFile.write(lines, to: folder.appending(path: "metadata.jsonl"))
    return names
  }
}

extension String {
  /// The string with zeros before it.
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: "0", count: max(0, width - count)) + self
  }
}
