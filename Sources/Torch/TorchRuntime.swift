import CTorch

/// Settings of libtorch that hold for the whole process.
public enum TorchRuntime {
  /// The version of libtorch that the bridge was compiled with.
  public static var version: String { String(cString: ct_version()) }

  /// The number of threads that share the work of one operation.
  public static var threads: Int {
    get { ct_num_threads() }
    set { run("set threads", []) { ct_set_num_threads(newValue, $0) } }
  }

  /// The number of threads that run operations side by side.
  ///
  /// libtorch lets it be set once, and before any such work.
  public static var interopThreads: Int {
    get { ct_num_interop_threads() }
    set { run("set interop threads", []) { ct_set_num_interop_threads(newValue, $0) } }
  }

  /// Whether operations must give the same bits in every run; those that cannot then trap.
  public static var usesDeterministicAlgorithms: Bool { ct_deterministic_algorithms() }

  /// Sets whether operations must give the same bits in every run.
  public static func useDeterministicAlgorithms(_ enabled: Bool) {
    run("use deterministic algorithms", []) { ct_set_deterministic_algorithms(enabled, $0) }
  }

  /// Sets whether numbers too small for full precision count as zero, which can be much faster;
  /// returns whether the processor can do that.
  @discardableResult
  public static func flushDenormals(_ enabled: Bool) -> Bool {
    ct_set_flush_denormal(enabled)
  }
}
