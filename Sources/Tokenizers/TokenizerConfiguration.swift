/// What a model directory says about the use of its tokenizer: the tokens with a role, and the chat template.
///
/// It is the content of `tokenizer_config.json`, `special_tokens_map.json` and `chat_template.jinja`.
public struct TokenizerConfiguration: Sendable, Equatable {
  /// Starts a text, where the model wants that.
  public var beginningOfSequence: String?
  /// Ends a text, a reply or a turn.
  public var endOfSequence: String?
  /// Stands for what the vocabulary lacks; byte-level tokenizers lack nothing.
  public var unknown: String?
  /// Fills the shorter rows of a batch.
  public var padding: String?
  /// Ends a sentence or parts two, in encoders such as BERT.
  public var separator: String?
  /// Starts a text, in encoders such as BERT: its state stands for the whole text.
  public var classification: String?
  /// Stands for a word to be guessed, in encoders such as BERT.
  public var mask: String?
  /// How a conversation becomes a text: a template in Jinja, as `transformers` renders it.
  public var chatTemplate: String?
  /// The longest text in tokens that the model was made for.
  public var maximumLength: Int?

  /// Creates a configuration.
  public init(
    beginningOfSequence: String? = nil, endOfSequence: String? = nil, unknown: String? = nil,
    padding: String? = nil, chatTemplate: String? = nil, maximumLength: Int? = nil
  ) {
    self.beginningOfSequence = beginningOfSequence
    self.endOfSequence = endOfSequence
    self.unknown = unknown
    self.padding = padding
    self.chatTemplate = chatTemplate
    self.maximumLength = maximumLength
  }

  /// The token with a role.
  public subscript(role: TokenRole) -> String? {
    get {
      switch role {
      case .beginningOfSequence: beginningOfSequence
      case .endOfSequence: endOfSequence
      case .unknown: unknown
      case .padding: padding
      case .separator: separator
      case .classification: classification
      case .mask: mask
      }
    }
    set {
      switch role {
      case .beginningOfSequence: beginningOfSequence = newValue
      case .endOfSequence: endOfSequence = newValue
      case .unknown: unknown = newValue
      case .padding: padding = newValue
      case .separator: separator = newValue
      case .classification: classification = newValue
      case .mask: mask = newValue
      }
    }
  }

  /// The tokens with a role by the names that the files have for the roles.
  var roles: [(name: String, token: String?)] {
    TokenRole.allCases.map { ($0.rawValue, self[$0]) }
  }

  /// Reads the content of `tokenizer_config.json`.
  init(_ json: OrderedJSON) {
    self.init(
      chatTemplate: Self.template(json["chat_template"]),
      maximumLength: json["model_max_length"]?.integer)
    for role in TokenRole.allCases {
      let value = json[role.rawValue]
      self[role] = value?.string ?? value?["content"]?.string
    }
  }

  /// The template itself, or the one called `default` where there are several.
  private static func template(_ json: OrderedJSON?) -> String? {
    json?.string
      ?? json?.array?.first { $0["name"]?.string == "default" }?["template"]?.string
  }

  /// `json` with the values of this configuration in place of its own.
  func merged(into json: OrderedJSON) -> OrderedJSON {
    var result = json
    for (name, token) in roles { result.set(name, token.map { .string($0) }) }
    // A list of templates stays as it is while its default one is still the one in force.
    if Self.template(json["chat_template"]) != chatTemplate {
      result.set("chat_template", chatTemplate.map { .string($0) })
    }
    if let maximumLength { result.set("model_max_length", .integer(maximumLength)) }
    return result
  }
}
