import RLHFCore
import Testing
import Torch

struct GradientModeTests {
  let x: Tensor

  init() {
    x = Tensor([1.0])
    x.requiresGradient = true
  }

  @Test func nothingIsRecordedInside() {
    #expect(isGradientEnabled)
    let y = withoutGradient {
      #expect(!isGradientEnabled)
      return x * 2
    }
    #expect(!y.requiresGradient)
    #expect(isGradientEnabled)
    #expect((x * 2).requiresGradient)
  }

  @Test func scopesNest() {
    withoutGradient {
      withGradient {
        #expect((x * 2).requiresGradient)
        withoutGradient { #expect(!isGradientEnabled) }
        #expect(isGradientEnabled)
      }
      #expect(!isGradientEnabled)
    }
    #expect(isGradientEnabled)
  }

  @Test func errorsRestoreTheMode() {
    #expect(throws: RLHFError.self) {
      try withoutGradient { throw RLHFError(.cancelled, "stop") }
    }
    #expect(isGradientEnabled)
  }
}
