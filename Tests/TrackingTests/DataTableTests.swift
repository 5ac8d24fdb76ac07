import Foundation
import RLHFCore
import Testing
import Tracking

struct DataTableTests {
  private var table: DataTable {
    var table = DataTable(
      "Held-out accuracy",
      columns: [
        .init("rule", "Rule"), .init("accuracy", "Accuracy", alignment: .trailing),
        .init("pairs", "Pairs", alignment: .trailing), .init("matches", "Matches"),
      ], note: "With 95 % intervals (Wilson).")
    table.append(
      "longer reply", .estimate(0.441, Interval(lower: 0.41, upper: 0.472), .percent(1)), 2_312,
      false)
    table.append("日本 \"x\"", .number(.nan, .percent(1)), 7, nil)
    return table
  }

  @Test func textIsAligned() {
    let lines = table.text().split(separator: "\n").map(String.init)
    #expect(lines[1] == "Rule                     Accuracy  Pairs  Matches")
    #expect(lines[2] == "────────────  ───────────────────  ─────  ───────")
    #expect(lines[3] == "longer reply  44.1 % [41.0, 47.2]  2,312  no")
    #expect(lines[4] == "日本 \"x\"                        –      7  –")
    #expect(lines[5] == "With 95 % intervals (Wilson).")
  }

  @Test func wideColumnsOfWordsAreWrapped() {
    var table = DataTable(columns: [.init("before", "Before"), .init("after", "After")])
    table.append(
      .text("It is 12 degrees and raining."),
      .text("It is a rainy day at 12 degrees, so take an umbrella with you!"))
    let text = table.text(width: 40, ascii: true)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 })
    #expect(text.contains("umbrella"))
    #expect(text.allSatisfy { $0.isASCII })
  }

  @Test func anImpossibleWidthStillGivesATable() {
    #expect(!table.text(width: 1).isEmpty)
    #expect(DataTable(columns: []).text() == "\n")
  }

  @Test func jsonKeepsOrderAndExactNumbers() throws {
    let json = table.json
    #expect(
      json == """
        [
          {"rule": "longer reply", "accuracy": {"value": 0.441, "lower": 0.41, "upper": 0.472, \
        "confidence": 0.95}, "pairs": 2312, "matches": false},
          {"rule": "日本 \\"x\\"", "accuracy": null, "pairs": 7, "matches": null}
        ]

        """)
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(table)) as? NSArray
    let written = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSArray
    #expect(encoded == written)
    #expect(DataTable(columns: []).json == "[]\n")
  }

  @Test func cellsTakeLiterals() {
    var table = DataTable(columns: [.init("a"), .init("b"), .init("c"), .init("d"), .init("e")])
    table.append("x\(1)", 2, 0.5, true, nil)
    #expect(table.rows == [[.text("x1"), .integer(2), .number(0.5), .flag(true), .missing]])
  }
}
