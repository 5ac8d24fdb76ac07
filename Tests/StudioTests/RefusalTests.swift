import RLHFCore
import Testing

@testable import Studio

struct RefusalTests {
  @Test(arguments: [
    (RLHFError.Code.storageFull, 503, "storageFull"), (.conflict, 409, "conflict"),
    (.forbidden, 403, "forbidden"), (.notFound, 404, "notFound"),
    (.invalidData, 400, "invalidData"), (.inputOutput, 500, "failure"),
    (.training, 500, "failure"),
  ])
  func errorsHaveTheirStatus(_ code: RLHFError.Code, _ status: Int, _ name: String) {
    let refusal = Refusal(RLHFError(code, "what is in /home/somebody"))
    #expect(refusal.status == status && refusal.code == name)
  }

  @Test func whatIsNoFaultOfTheCallerIsNotTold() {
    let refusal = Refusal(RLHFError(.inputOutput, "/home/somebody/feedback.sqlite is damaged"))
    #expect(!refusal.message.contains("somebody"))
    struct Odd: Error {}
    #expect(Refusal(Odd()) == .failure)
    #expect(
      Refusal.failure.json == [
        "error": ["code": "failure", "message": "something went wrong on the server."]
      ])
  }
}
