import RLHFCore

/// An answer that says no: a status, a code for programs and a sentence for people.
struct Refusal: Error, Sendable, Hashable {
  let status: Int
  let code: String
  let message: String
  var headers: [String: String] = [:]

  init(_ status: Int, _ code: String, _ message: String, headers: [String: String] = [:]) {
    self.status = status
    self.code = code
    self.message = message
    self.headers = headers
  }

  /// What stands in the answer.
  var json: JSONValue {
    ["error": ["code": .string(code), "message": .string(message)]]
  }

  /// The refusal that stands for any error; what is no fault of the one who asks is not told.
  init(_ error: any Error) {
    switch error {
    case let refusal as Refusal: self = refusal
    case let error as RLHFError: self.init(error)
    case let error as DecodingError: self = .malformed(Self.describe(error))
    default: self = .failure
    }
  }

  private init(_ error: RLHFError) {
    switch error.code {
    case .storageFull:
      self.init(503, "storageFull", "the disk is full; nothing was kept. Try again later.")
    case .conflict: self.init(409, "conflict", error.message)
    case .forbidden: self.init(403, "forbidden", error.message)
    case .notFound: self.init(404, "notFound", error.message)
    case .invalidData, .invalidConfiguration, .usage, .unsupported:
      self.init(400, error.code.rawValue, error.message)
    case .inputOutput, .incompatibleModel, .training, .cancelled: self = .failure
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    let (what, path): (String, [any CodingKey]) =
      switch error {
      case .keyNotFound(let key, let context): ("is missing", context.codingPath + [key])
      case .typeMismatch(_, let context): ("is of the wrong type", context.codingPath)
      case .valueNotFound(_, let context): ("is null", context.codingPath)
      case .dataCorrupted(let context): ("has an unknown value", context.codingPath)
      @unknown default: ("cannot be read", [])
      }
    let name = path.map(\.stringValue).joined(separator: ".")
    return "the field '\(name)' \(what)"
  }

  /// The request is not understood.
  static func malformed(_ message: String) -> Refusal { Refusal(400, "malformed", "\(message).") }

  static let failure = Refusal(500, "failure", "something went wrong on the server.")
  static let nothingHere = Refusal(404, "notFound", "there is nothing here.")
  static let signIn = Refusal(401, "signIn", "sign in first.")
  static let notAllowed = Refusal(403, "forbidden", "your account may not do this.")
  static let wrongHost = Refusal(
    421, "wrongHost", "the Studio does not answer under this name; set publicOrigin to allow it.")
  static let crossSite = Refusal(
    403, "crossSite", "a write has to come from a page of the Studio (Origin, Sec-Fetch-Site).")
  static let staleToken = Refusal(
    403, "csrf", "the header X-CSRF-Token is missing or not of this session; load the page again.")
  static let notJSON = Refusal(
    415, "notJSON", "the body has to be JSON, sent as application/json.")
  static let leaseLost = Refusal(
    410, "leaseLost", "the task went back to the others and was answered by them.")

  static func tooLarge(_ limit: Int) -> Refusal {
    Refusal(413, "tooLarge", "the body has more than the \(limit) bytes that are allowed here.")
  }

  static func tooMany(retryAfter seconds: Double) -> Refusal {
    Refusal(
      429, "tooMany", "too many requests; wait a little.",
      headers: ["Retry-After": String(max(1, Int(seconds.rounded(.up))))])
  }
}
