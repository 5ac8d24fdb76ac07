import RLHFCore
import Testing
import Torch

struct TorchRuntimeTests {
  @Test func version() {
    #expect(TorchRuntime.version.hasPrefix("2."))
  }

  @Test func settingsOfTheProcess() async {
    await #expect(processExitsWith: .success) {
      TorchRuntime.interopThreads = 1
      precondition(TorchRuntime.interopThreads == 1)
      TorchRuntime.threads = 1
      precondition(TorchRuntime.threads == 1)
      TorchRuntime.threads = 2
      precondition(TorchRuntime.threads == 2)
      precondition(!TorchRuntime.usesDeterministicAlgorithms)
      TorchRuntime.useDeterministicAlgorithms(true)
      precondition(TorchRuntime.usesDeterministicAlgorithms)
      precondition(Tensor([1.0, 2]).sum().item() == 3)
      TorchRuntime.flushDenormals(true)
    }
  }

  @Test func noThreadsTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      TorchRuntime.threads = 0
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "set threads is not possible (libtorch: at least one thread is needed, not 0)"))
  }
}
