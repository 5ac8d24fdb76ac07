import RLHFCore
import Testing
import Torch

struct DeviceTests {
  @Test func theProcessor() throws {
    #expect(try Device(parsing: "cpu") == .cpu)
    #expect(Device.cpu.description == "cpu")
    #expect(Device.cuda(1).description == "cuda:1")
  }

  @Test(arguments: ["", "gpu", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "cuda:1:2", "CPU"])
  func otherWords(_ text: String) {
    let error = #expect(throws: RLHFError.self) { try Device(parsing: text) }
    #expect(error?.code == .invalidConfiguration)
    #expect(
      error?.message
        == "found the device '\(text)', expected 'cpu', 'cuda' or 'cuda:' and a number")
  }

  @Test(.enabled(if: !Device.isCUDAAvailable, "there is a CUDA device"))
  func missingDevices() {
    let error = #expect(throws: RLHFError.self) { try Device(parsing: "cuda") }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("finds no CUDA device") == true)
  }

  @Test(.enabled(if: Device.isCUDAAvailable, "there is no CUDA device"))
  func graphicsProcessors() throws {
    let device = try Device(parsing: "cuda")
    let tensor = Tensor([1, 2, 3]).to(device)
    #expect(tensor.device == .cuda(0))
    #expect((tensor + 1).ints() == [2, 3, 4])
    let count = Device.cudaDeviceCount
    let error = #expect(throws: RLHFError.self) { try Device(parsing: "cuda:\(count)") }
    #expect(error?.code == .unsupported)
    let generators = [1, 1].map { RandomGenerator(seed: $0, device: device) }
    let draws = generators.map { Tensor.randn([100], generator: $0) }
    #expect(draws[0].device == device)
    #expect(draws[0].floats() == draws[1].floats())
  }
}
