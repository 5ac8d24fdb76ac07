import Studio
import Testing

struct StudioOptionsTests {
  @Test func loopbackIsTheDefault() { #expect(StudioOptions().host == "127.0.0.1") }
}
