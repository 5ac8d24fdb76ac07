import RLHFCore
import Testing

struct RLHFErrorTests {
  private struct Underneath: Error, CustomStringConvertible {
    var description: String { "disk on fire" }
  }

  @Test func describesItselfInOneLine() {
    let error = RLHFError(.inputOutput, "a.txt cannot be read.")
    #expect("\(error)" == "a.txt cannot be read.")
  }

  @Test func addsItsCause() {
    let cause = RLHFError(.notFound, "b.txt is missing", cause: Underneath())
    let error = RLHFError(.inputOutput, "a.txt cannot be read", cause: cause)
    #expect("\(error)" == "a.txt cannot be read (b.txt is missing (disk on fire))")
    #expect(error.code == .inputOutput)
  }

  @Test func codesAreStable() {
    #expect(
      RLHFError.Code.allCases.map(\.rawValue) == [
        "invalidConfiguration", "usage", "invalidData", "notFound", "inputOutput",
        "incompatibleModel", "unsupported", "training", "storageFull", "conflict", "forbidden",
        "cancelled",
      ])
  }

  @Test func unusableRecordsAreTheirReason() {
    #expect("\(UnusableRecord("the sides are equal"))" == "the sides are equal")
    #expect(UnusableRecord("a") == UnusableRecord("a"))
  }
}
