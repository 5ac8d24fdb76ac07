import CTorch
import RLHFCore

/// Where a tensor's elements are, and where operations on it run.
public enum Device: Sendable, Hashable {
  /// The main processor.
  case cpu
  /// The NVIDIA graphics processor of the given index.
  case cuda(Int)

  /// Whether libtorch was built for CUDA and finds a device.
  public static var isCUDAAvailable: Bool { cudaDeviceCount > 0 }

  /// The number of CUDA devices that libtorch can use.
  public static var cudaDeviceCount: Int { ct_cuda_device_count() }

  /// Reads a device from `text`: `cpu`, `cuda` or `cuda:1`.
  ///
  /// - Throws: An `RLHFError` when the text has another form or names a device that is not there.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("cpu", 1):
      self = .cpu
    case ("cuda", 1):
      self = .cuda(0)
    case ("cuda", 2):
      guard let index = Int(parts[1]), index >= 0 else { fallthrough }
      self = .cuda(index)
    default:
      throw RLHFError(
        .invalidConfiguration,
        "found the device '\(text)', expected 'cpu', 'cuda' or 'cuda:' and a number")
    }
    try checkAvailable()
  }

  private func checkAvailable() throws {
    guard case .cuda(let index) = self else { return }
    let count = Device.cudaDeviceCount
    guard index < count else {
      throw RLHFError(
        .unsupported,
        count == 0
          ? "found the device '\(self)', but libtorch \(TorchRuntime.version) finds no CUDA device: "
            + "use 'cpu', or set LIBTORCH to a CUDA build"
          : "found the device '\(self)', but there are \(count) CUDA devices, numbered from 0")
    }
  }

  /// The number that stands for the device in the C interface.
  var code: ct_device {
    switch self {
    case .cpu: -1
    case .cuda(let index): ct_device(index)
    }
  }

  init(code: ct_device) {
    self = code < 0 ? .cpu : .cuda(Int(code))
  }
}

extension Device: CustomStringConvertible {
  /// The device as `init(parsing:)` reads it.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
