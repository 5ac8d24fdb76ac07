import RLHFCore

extension StudioAnswer: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, verdict, ranks, ratings, labels, choice, text, decision, amended, reason, comment
  }

  /// Reads an answer; throws where the kind is unknown or a field is missing or of another type.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys) throws -> Value {
      try fields.decode(Value.self, forKey: key)
    }
    let text = try fields.decodeIfPresent(String.self, forKey: .text)
    let kind: String = try read(.kind)
    switch TaskKind(rawValue: kind) {
    case .pair: content = .pair(try read(.verdict))
    case .ranking: content = .ranking(try read(.ranks))
    case .rating: content = .rating(try read(.ratings))
    case .labels: content = .labels(try read(.labels))
    case .realOrGenerated: content = .realOrGenerated(try read(.choice))
    case .comment: content = .comment(try read(.text))
    case .demonstration: content = .demonstration(try read(.text))
    case .review:
      content = .review(
        try read(.decision),
        amended: try fields.decodeIfPresent(StudioAnswer.self, forKey: .amended), text: text)
    case nil:
      guard kind == "skip" else {
        throw DecodingError.dataCorruptedError(
          forKey: .kind, in: fields, debugDescription: "the kind of answer is unknown")
      }
      content = .skip(reason: try fields.decodeIfPresent(String.self, forKey: .reason))
    }
    comment = try fields.decodeIfPresent(String.self, forKey: .comment)
  }

  /// Writes the answer with its kind.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(kind, forKey: .kind)
    switch content {
    case .pair(let verdict): try fields.encode(verdict, forKey: .verdict)
    case .ranking(let ranks): try fields.encode(ranks, forKey: .ranks)
    case .rating(let ratings): try fields.encode(ratings, forKey: .ratings)
    case .labels(let labels): try fields.encode(labels, forKey: .labels)
    case .realOrGenerated(let choice): try fields.encode(choice, forKey: .choice)
    case .comment(let text), .demonstration(let text): try fields.encode(text, forKey: .text)
    case .review(let decision, let amended, let text):
      try fields.encode(decision, forKey: .decision)
      try fields.encodeIfPresent(amended, forKey: .amended)
      try fields.encodeIfPresent(text, forKey: .text)
    case .skip(let reason): try fields.encodeIfPresent(reason, forKey: .reason)
    }
    try fields.encodeIfPresent(comment, forKey: .comment)
  }
}
