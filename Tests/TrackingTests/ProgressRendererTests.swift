import Testing

@testable import Tracking

struct ProgressRendererTests {
  private let snapshot = ProgressSnapshot(
    title: "PPO", detail: "sampling", done: 129, total: 300, unit: "updates", speed: 2.14,
    elapsed: 61, remaining: 80,
    figures: [ProgressFigure("reward", 1.843), ProgressFigure("KL", 3.2, .fixed(2))])

  @Test(arguments: [
    (
      140,
      "PPO  ━━━━━━━━━━━━╸┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄   43%  129/300 updates  2.1/s  1:20 left  sampling"
        + "  reward 1.843 · KL 3.20"
    ),
    (
      100,
      "PPO  ━━━━━━━━╸┄┄┄┄┄┄┄┄┄┄┄   43%  129/300 updates  2.1/s  1:20 left  sampling"
        + "  reward 1.843 · KL 3.20"
    ),
    (80, "PPO  ━━━━┄┄┄┄┄┄   43%  129/300 updates  2.1/s  1:20 left  sampling  reward 1.843"),
    (60, "PPO  ━━━━━━┄┄┄┄┄┄┄┄   43%  129/300 updates  2.1/s  1:20 left"),
    (30, "PPO   43%  2.1/s  1:20 left"),
    (20, "PPO   43%  1:20 left"),
    (10, "PPO   43%"),
    (3, "PPO"), (2, "P…"), (1, "."),
  ])
  func theLineFitsTheWidth(width: Int, expected: String) {
    let renderer = LiveProgressRenderer(color: false)
    let line = renderer.line(snapshot, width: width)
    #expect(DisplayText.width(line) <= width)
    #expect(line == expected)
  }

  @Test func everyWidthIsKept() {
    for ascii in [true, false] {
      let renderer = LiveProgressRenderer(ascii: ascii, color: false)
      for width in 1...200 {
        let line = renderer.line(snapshot, width: width)
        #expect(DisplayText.width(line) <= width)
        #expect(!ascii || line.allSatisfy { $0.isASCII })
      }
    }
  }

  @Test func asciiHasNoOtherCharacters() {
    let line = LiveProgressRenderer(ascii: true, color: false).line(snapshot, width: 120)
    #expect(
      line == "PPO  [############................]   43%  129/300 updates  2.1/s  1:20 left"
        + "  sampling  reward 1.843, KL 3.20")
  }

  @Test func theBarGrowsFromEmptyToFull() {
    let renderer = LiveProgressRenderer(color: false)
    func line(_ done: Int) -> String {
      renderer.line(
        ProgressSnapshot(title: "x", done: done, total: 60, unit: "a", elapsed: 1), width: 80)
    }
    #expect(line(0) == "x  \(String(repeating: "┄", count: 30))    0%  0/60 a")
    #expect(line(1).hasPrefix("x  ╸\(String(repeating: "┄", count: 29))    1%"))
    #expect(line(59).contains("98%"))
    #expect(line(60) == "x  \(String(repeating: "━", count: 30))  100%  60/60 a")
  }

  @Test func anUnknownTotalHasNoBar() {
    let snapshot = ProgressSnapshot(
      title: "Import", done: 1_234, total: nil, unit: "pairs", speed: 523, elapsed: 2)
    #expect(
      LiveProgressRenderer(color: false).line(snapshot, width: 80)
        == "Import  1,234 pairs  523/s")
  }

  @Test func theLineIsRedrawnTenTimesASecondAtMost() {
    var renderer = LiveProgressRenderer(color: false)
    var drawn = 0
    for tick in 0..<1_000 {
      var snapshot = snapshot
      snapshot.elapsed = Double(tick) / 1_000
      if renderer.render(snapshot, width: 80) != nil { drawn += 1 }
    }
    #expect((9...10).contains(drawn))
  }

  @Test func theLastLineStaysAndAnotherTitleIsDrawnAtOnce() {
    var renderer = LiveProgressRenderer(color: true)
    var last = snapshot
    let first = renderer.render(last, width: 80)
    #expect(first?.hasPrefix("\r\u{1b}[K") == true)
    let interruptions = [renderer.interrupt(), renderer.interrupt()]
    #expect(interruptions == ["\r\u{1b}[K", ""])
    let again = renderer.render(last, width: 80)
    #expect(again != nil)
    (last.isFinished, last.done, last.elapsed) = (true, 300, 140)
    let end = renderer.render(last, width: 80)
    #expect(end?.hasSuffix("\n") == true)
    #expect(end?.contains("300/300 updates in 2:20") == true)
    let afterwards = renderer.interrupt()
    #expect(afterwards == "")
    (last.title, last.isFinished) = ("Judge", false)
    let other = renderer.render(last, width: 80)
    #expect(other != nil)
  }

  @Test func plainLinesComeAtTenthsAndAfterTheInterval() {
    var renderer = PlainProgressRenderer(shortInterval: 1, longInterval: 30)
    var lines: [String] = []
    for second in 0...100 {
      var snapshot = snapshot
      (snapshot.done, snapshot.elapsed) = (second * 3, Double(second))
      if let line = renderer.render(snapshot) { lines.append(line) }
    }
    #expect(lines.count == 10)
    #expect(
      lines[0]
        == "PPO: 30/300 updates (10%), 2.1/s, 1:20 left, sampling, reward 1.843, KL 3.20\n")

    var slow = PlainProgressRenderer(shortInterval: 1, longInterval: 30)
    let count = (0...300).count { second in
      var snapshot = snapshot
      (snapshot.done, snapshot.elapsed) = (0, Double(second))
      return slow.render(snapshot) != nil
    }
    #expect(count == 10)
  }

  @Test func fastWorkGivesOnePlainLine() {
    var renderer = PlainProgressRenderer()
    var snapshot = snapshot
    var lines: [String] = []
    for done in 0...300 {
      (snapshot.done, snapshot.elapsed) = (done, Double(done) / 1_000)
      if let line = renderer.render(snapshot) { lines.append(line) }
    }
    (snapshot.isFinished, snapshot.detail) = (true, nil)
    if let line = renderer.render(snapshot) { lines.append(line) }
    #expect(lines == ["PPO: 300/300 updates in 0:00, 2.1/s, reward 1.843, KL 3.20\n"])
  }

  @Test func hostileTextCannotSteerTheTerminal() {
    let snapshot = ProgressSnapshot(
      title: "a\u{1b}[2J\r\nb", detail: "c\u{7}", done: 1, total: 2, unit: "x", elapsed: 1,
      figures: [ProgressFigure("d\u{9b}", "e\n")])
    let live = LiveProgressRenderer(color: false).line(snapshot, width: 100)
    var plain = PlainProgressRenderer(shortInterval: 0, longInterval: 0)
    let line = plain.render(snapshot)
    #expect(line?.last == "\n")
    for text in [live, String(line?.dropLast() ?? "")] {
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) })
    }
  }
}
