import Testing

@testable import Studio

/// What RFC 9110 says of a range, written down in another way: byte by byte.
private func reference(_ first: Int?, _ last: Int?, _ size: Int) -> [Int]? {
  let all = Array(0..<size)
  if let first {
    let chosen = all.filter { $0 >= first && $0 <= last ?? .max }
    return chosen.isEmpty ? nil : chosen
  }
  let chosen = all.suffix(last ?? 0)
  return chosen.isEmpty ? nil : Array(chosen)
}

struct ByteRangeTests {
  @Test(arguments: [
    ("bytes=0-0", 0..<1), ("bytes=0-1", 0..<2), ("bytes=100-199", 100..<200),
    ("bytes=990-", 990..<1000), ("bytes=-500", 500..<1000), ("bytes=-5000", 0..<1000),
    ("bytes=999-999", 999..<1000), ("bytes=900-99999999999999999999", 900..<1000),
    ("BYTES=1-2", 1..<3), ("bytes= 1-2 ", 1..<3), ("bytes=0-999", 0..<1000),
  ])
  func parts(_ header: String, _ expected: Range<Int>) {
    #expect(ByteRange(header, size: 1000) == .part(expected))
  }

  @Test(arguments: ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999-"])
  func unsatisfiable(_ header: String) {
    #expect(ByteRange(header, size: 1000) == .unsatisfiable)
  }

  @Test(arguments: [
    "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=1-2-3", "items=0-1",
    "0-1", "bytes", "bytes=+1-2", "bytes=1 - 2", "bytes=--5", "",
  ])
  func whatIsNoSingleRangeIsIgnored(_ header: String) {
    #expect(ByteRange(header, size: 1000) == .whole)
  }

  @Test func anEmptyFileHasNoParts() {
    #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
    #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
    #expect(ByteRange(nil, size: 0) == .whole)
  }

  @Test func everyRangeOfASmallFileIsTheReference() {
    for size in 0...6 {
      for first in [nil, 0, 1, 2, 5, 6, 7] as [Int?] {
        for last in [nil, 0, 1, 4, 6, 9] as [Int?] where first != nil || last != nil {
          if let first, let last, first > last { continue }
          let header = "bytes=\(first.map(String.init) ?? "")-\(last.map(String.init) ?? "")"
          let expected = reference(first, last, size)
          switch ByteRange(header, size: size) {
          case .part(let range): #expect(Array(range) == expected, "\(header) of \(size)")
          case .unsatisfiable: #expect(expected == nil, "\(header) of \(size)")
          case .whole: Issue.record("\(header) of \(size) was ignored")
          }
        }
      }
    }
  }
}
