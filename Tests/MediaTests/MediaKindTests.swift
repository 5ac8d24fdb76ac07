import Media
import Testing

struct MediaKindTests {
  @Test func kindsAreNamedAsTheyAreStored() { #expect(MediaKind.audio.rawValue == "audio") }
}
