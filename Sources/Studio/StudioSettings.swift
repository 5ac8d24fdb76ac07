public import FeedbackStore
public import RLHFCore

/// What an owner decides about a project, kept in the store.
public struct StudioSettings: StageOptions, Hashable {
  /// The name of the project.
  public var title = "Feedback"
  /// What people are asked of pairs where neither a task nor a criterion says.
  public var question = "Which is better?"
  /// What people read before they begin, in Markdown.
  public var guidelines = ""
  /// The keys of each action, where they are not the page's own.
  public var keys: [String: JSONValue] = [:]
  /// How many seconds of each sound have to be heard before a vote.
  public var mustHear = 3.0
  /// How many seconds the pictures of a real-or-generated task are shown before they are masked; 0 sets no limit.
  public var exposure = 0.0
  /// How tasks are given out.
  public var rules = AssignmentRules()

  /// Creates the defaults.
  public init() {}

  /// Checks every setting.
  public func validate(_ check: inout SettingsCheck) {
    check.require(
      (1...200).contains(title.count), "title", "1 to 200 characters", found: title.count)
    check.require(
      (1...500).contains(question.count), "question", "1 to 500 characters", found: question.count)
    check.require(
      guidelines.utf8.count <= 100_000, "guidelines", "at most 100000 bytes",
      found: guidelines.utf8.count)
    check.require(
      mustHear >= 0 && mustHear <= 600, "mustHear", "a number of seconds from 0 to 600",
      found: mustHear)
    check.require(
      exposure >= 0 && exposure <= 600, "exposure", "a number of seconds from 0 to 600",
      found: exposure)
    for (action, value) in keys.sorted(by: { $0.key < $1.key }) {
      check.require(
        KeyMap.actions.contains(action), "keys", "the names of actions",
        found: "one that is not known")
      check.require(
        KeyMap.isValid(value), "keys.\(KeyMap.actions.contains(action) ? action : "?")",
        "a key or a list of up to 4 keys", found: value.kind)
    }
    var nested = SettingsCheck(section: "rules")
    rules.validate(&nested)
    check.include(nested)
  }

  /// The settings as the owner sees and sends them.
  var json: JSONValue {
    get throws { try JSONValue(encoding: self) }
  }
}

/// The actions of the page and the keys that may stand for them.
enum KeyMap {
  static let actions: Set<String> = [
    "first", "second", "tie", "bothBad", "skip", "undo", "playA", "playB", "reference",
    "playPause", "loopStart", "loopEnd", "back", "forward", "zoom", "zoomIn", "zoomOut", "fit",
    "grey", "diff", "flag", "comment", "help", "confirm",
  ]

  private static let named = Set(
    [
      "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Space", "Enter", "Home", "End", "PageUp",
      "PageDown", "Backspace", "Delete",
    ] + (1...12).map { "F\($0)" })

  /// Whether `value` is a key, as `KeyboardEvent.key` names it, or a list of some.
  static func isValid(_ value: JSONValue) -> Bool {
    if let list = value.arrayValue { return list.count <= 4 && list.allSatisfy(isKey) }
    return isKey(value)
  }

  private static func isKey(_ value: JSONValue) -> Bool {
    guard let key = value.stringValue else { return false }
    if named.contains(key) { return true }
    guard key.unicodeScalars.count == 1, let scalar = key.unicodeScalars.first else { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
      return false
    default: return true
    }
  }
}
