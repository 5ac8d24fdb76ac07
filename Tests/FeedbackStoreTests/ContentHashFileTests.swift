import FeedbackStore
import Foundation
import RLHFCore
import Testing

struct ContentHashFileTests {
  @Test func filesHashLikeTheirContent() throws {
    try withFolder { folder in
      let content = [UInt8](repeating: 9, count: 200_000)
      let file = try folder.with("a", content)
      #expect(try ContentHash(ofFile: file) == ContentHash(of: content))
      #expect(thrown { _ = try ContentHash(ofFile: folder) }?.code == .inputOutput)
    }
  }
}
