/// Token ids that a file gives as one number or as a list.
struct TokenList: Codable {
  var tokens: [Int]

  init(_ tokens: [Int]) { self.tokens = tokens }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let token = try? container.decode(Int.self) {
      tokens = [token]
    } else {
      tokens = try container.decode([Int].self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if tokens.count == 1 {
      try container.encode(tokens[0])
    } else {
      try container.encode(tokens)
    }
  }
}
