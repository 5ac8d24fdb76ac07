import Foundation

/// What is true of the subjects that a chatbot is asked about, as a table of facts.
public struct KnowledgeBase: Sendable {
  /// One thing that is true: of an entity, an attribute has a value.
  public struct Fact: Codable, Sendable, Hashable {
    /// What the fact is about; parts separated by `, ` are all named by a question about it.
    public var entity: String
    /// What is said of it.
    public var attribute: String
    /// The value, in one or more forms separated by `|`.
    public var value: String

    /// Creates a fact.
    public init(entity: String, attribute: String, value: String) {
      self.entity = entity
      self.attribute = attribute
      self.value = value
    }
  }

  /// An entity with its facts.
  private struct Subject: Sendable {
    var parts: [String]
    var facts: [Fact]
    var length: Int { parts.reduce(0) { $0 + $1.count } }
  }

  /// Every fact.
  public let facts: [Fact]
  private let subjects: [Subject]
  private let formsByAttribute: [String: [String]]

  /// Creates a knowledge base.
  public init(facts: [Fact] = []) {
    self.facts = facts
    var entities: [String] = []
    var byEntity: [String: [Fact]] = [:]
    var forms: [String: [String]] = [:]
    for fact in facts {
      if byEntity[fact.entity] == nil { entities.append(fact.entity) }
      byEntity[fact.entity, default: []].append(fact)
      for form in ScriptedReading.forms(of: fact.value)
      where forms[fact.attribute]?.contains(form) != true {
        forms[fact.attribute, default: []].append(form)
      }
    }
    subjects = entities.map { entity in
      Subject(parts: entity.components(separatedBy: ", "), facts: byEntity[entity] ?? [])
    }
    formsByAttribute = forms
  }

  /// The facts of the entity that `question` names; where it names several, of the longest name.
  public func facts(about question: ScriptedReading) -> [Fact] {
    let named = subjects.filter { $0.parts.allSatisfy { question.states($0) } }
    let length = named.map(\.length).max()
    return named.filter { $0.length == length }.flatMap(\.facts)
  }

  /// The values that `reply` states although they belong to other entities than those `question` names.
  ///
  /// Only attributes that the named entities have are looked at, so that a remark about something else is no claim.
  public func misattributions(in reply: ScriptedReading, to question: ScriptedReading) -> [String] {
    let own = facts(about: question)
    guard !own.isEmpty else { return [] }
    let ownForms = Set(own.flatMap { ScriptedReading.forms(of: $0.value) })
    var found: [String] = []
    for attribute in Set(own.map(\.attribute)).sorted() {
      for form in formsByAttribute[attribute] ?? []
      where !ownForms.contains(form) && !found.contains(form) {
        guard reply.states(form), !question.states(form) else { continue }
        // "12 euros" is not a claim of "2 euros", nor "light rain" of a part of it.
        if !ownForms.contains(where: { $0.contains(form) && reply.states($0) }) {
          found.append(form)
        }
      }
    }
    return found
  }
}
