import Foundation
import RLHFCore
import Testing

struct JSONValueTests {
  @Test(
    arguments: [
      ("null", .null), (" true ", true), ("false\n", false), ("0", 0), ("-0", 0), ("42", 42),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9.223372036854775808e18)), ("1.5", 1.5),
      ("1e3", .number(1000)),
      ("-2.5E-1", -0.25), (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"),
      (#""\u00e9\u4E2D\ud83d\ude00\u0000""#, "é中😀\0"), (#""é中😀""#, "é中😀"), ("[]", []),
      ("[1, [2], {}]", [1, [2], [:]]), (#"{"a": 1, "b": {"c": null}}"#, ["a": 1, "b": ["c": nil]]),
      (#"{"a": 1, "a": 2}"#, ["a": 2]), ("\t\r\n{}", [:]),
    ] as [(String, JSONValue)])
  func parses(json: String, expected: JSONValue) throws {
    #expect(try JSONValue(parsing: json) == expected)
  }

  @Test(arguments: [
    ("", "ends where a value was expected at byte 1"),
    ("[1", "found the end, expected ',' or ']' at byte 3"),
    ("[1,]", "found ']', expected a value at byte 4"),
    ("{\"a\" 1}", "found '1', expected ':' at byte 6"),
    ("{\"a\":1", "found the end, expected ',' or '}' at byte 7"),
    ("{a:1}", "found 'a', expected the name of a member in double quotes at byte 2"),
    ("{\"a\":1,}", "found '}', expected the name of a member in double quotes at byte 8"),
    ("01", "found something after the end of the value at byte 2"),
    ("1 2", "found something after the end of the value at byte 3"),
    ("-", "found the end, expected a digit at byte 2"),
    ("1.", "found the end, expected a digit at byte 3"),
    ("1e400", "holds a number that is too large at byte 1"),
    ("NaN", "found 'N', expected a value at byte 1"),
    ("nul", "found an unknown word, expected a value at byte 1"),
    ("'a'", "found ''', expected a value at byte 1"),
    ("\"a", "ends inside a string that starts at byte 1"),
    ("\"a\\", "ends inside a string at byte 4"),
    ("\"a\nb\"", "found an unescaped control character in a string at byte 3"),
    ("\"\\x\"", "found an unknown escape 'x' at byte 3"),
    ("\"\\u12g4\"", "has no four hexadecimal digits after \\u at byte 4"),
    ("\"\\u12", "has no four hexadecimal digits after \\u at byte 4"),
    ("\"\\ud800\"", "holds half a surrogate pair at byte 2"),
    ("\"\\ud800\\u0041\"", "holds half a surrogate pair at byte 2"),
    ("\"\\udc00\"", "holds half a surrogate pair at byte 2"),
    ("é", "found byte 0xc3, expected a value at byte 1"),
  ])
  func refuses(json: String, message: String) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: json) }
    #expect(error?.description == message)
  }

  @Test(
    arguments: [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]]
  )
  func refusesInvalidUTF8(bytes: [UInt8]) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.description == "holds invalid UTF-8 in a string at byte 1")
  }

  @Test func nestingHasALimit() throws {
    let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    #expect(throws: Never.self) { try JSONValue(parsing: deep(500)) }
    #expect(throws: JSONSyntaxError("is nested more than 500 levels deep", offset: 500)) {
      try JSONValue(parsing: deep(501))
    }
    #expect(throws: JSONSyntaxError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 1_000_000))
    }
  }

  @Test func canonicalFormIsSortedAndTight() throws {
    let value: JSONValue = [
      "b": [1, 2.5, -0.25, nil, true], "a": "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}é😀", "B": [:],
      "é": 3.0,
    ]
    #expect(
      value.description
        == #"{"B":{},"a":"\"\\/\b\f\n\r\t\u0001"# + "\u{7f}é😀"
        + #"","b":[1,2.5,-0.25,null,true],"é":3}"#)
    #expect(JSONValue.number(1e300).description == "1e+300")
    #expect(JSONValue.number(-0.0).description == "-0.0")
    #expect(JSONValue.number(.nan).description == "null")
    #expect(JSONValue.integer(.min).description == "-9223372036854775808")
  }

  @Test func canonicalFormReadsBack() throws {
    var generator = Seed(5).generator
    for _ in 0..<300 {
      let value = randomValue(depth: 4, &generator)
      #expect(try JSONValue(parsing: value.canonicalBytes()) == value)
      let foundation = try JSONDecoder().decode(JSONValue.self, from: Data(value.canonicalBytes()))
      #expect(foundation == value)
    }
  }

  private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
    let scalars: [Unicode.Scalar] = [
      "\0", "\u{1f}", "\"", "\\", "/", "a", "é", "中", "😀", "\u{2028}",
    ]
    func string(_ generator: inout SeededGenerator) -> String {
      var view = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...6, using: &generator) {
        view.append(scalars[Int.random(in: scalars.indices, using: &generator)])
      }
      return String(view)
    }
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .integer(.random(in: .min ... .max, using: &generator))
    case 3: return .number(.random(in: -1e6...1e6, using: &generator) + 0.5)
    case 4: return .string(string(&generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          randomValue(depth: depth - 1, &generator)
        })
    default:
      let members = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
        (string(&generator), randomValue(depth: depth - 1, &generator))
      }
      return .object(Dictionary(members, uniquingKeysWith: { $1 }))
    }
  }

  @Test func access() {
    let value: JSONValue = ["a": [1, "x", 2.5, true, nil], "n": 3.0]
    #expect(value["a"]?[0]?.integerValue == 1)
    #expect(value["a"]?[0]?.doubleValue == 1)
    #expect(value["a"]?[1]?.stringValue == "x")
    #expect(value["a"]?[2]?.integerValue == nil)
    #expect(value["a"]?[2]?.doubleValue == 2.5)
    #expect(value["a"]?[3]?.boolValue == true)
    #expect(value["a"]?[4]?.isNull == true)
    #expect(value["a"]?[5] == nil && value["a"]?[-1] == nil && value["b"] == nil && value[0] == nil)
    #expect(value["n"]?.integerValue == 3)
    #expect(value["a"]?.arrayValue?.count == 5 && value.objectValue?.count == 2)
    #expect(value.stringValue == nil && value["a"]?.boolValue == nil && value["a"]?["b"] == nil)
  }

  @Test(
    arguments: [
      (nil, "null"), (true, "a boolean"), (1, "a number"), (1.5, "a number"), ("", "a string"),
      ([], "an array"), ([:], "an object"),
    ] as [(JSONValue, String)])
  func kinds(value: JSONValue, kind: String) {
    #expect(value.kind == kind)
  }

  @Test func typedValues() throws {
    struct Brief: Codable, Equatable {
      var words: String
      var count: Int
      var share: Double?
    }
    let brief = Brief(words: "é\0", count: .max, share: 1)
    let value = try JSONValue(encoding: brief)
    #expect(value == ["words": "é\0", "count": .integer(.max), "share": 1])
    #expect(try value.decoded() == brief)
    #expect(throws: (any Error).self) {
      _ = try (["words": 1] as JSONValue).decoded(as: Brief.self)
    }
    #expect(throws: (any Error).self) { try JSONValue(encoding: Double.infinity) }
    #expect(try JSONValue(encoding: value) == value)
  }

  @Test func manyEscapesTakeLinearTime() throws {
    let count = 1_000_000
    let json = "\"" + String(repeating: #"\n"#, count: count) + "\""
    #expect(try JSONValue(parsing: json).stringValue?.utf8.count == count)
  }
}
