public import Foundation
public import Presentation
public import RLHFCore

/// How a domain presents itself.
public struct DomainDescriptor: Sendable, Hashable {
  /// A short, stable name for the command line and files, such as `text-chat`.
  public var id: String
  /// The name that people read.
  public var title: String
  /// What raters are asked about two artifacts.
  public var question: String
  /// The qualities that are rated and scored.
  public var criteria: [Criterion]

  /// Creates a descriptor.
  public init(id: String, title: String, question: String, criteria: [Criterion] = [.overall]) {
    self.id = id
    self.title = title
    self.question = question
    self.criteria = criteria
  }
}

/// The data of a project that a new model may look at before it is trained: to build a vocabulary, say.
public struct Corpus<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// The prompts to train on.
  public var prompts: [Prompt]
  /// The demonstrations to train on.
  public var demonstrations: [Demonstration<Prompt, Artifact>]
  /// The preference pairs to train on.
  public var preferences: [PreferencePair<Prompt, Artifact>]

  /// Creates a corpus.
  public init(
    prompts: [Prompt] = [], demonstrations: [Demonstration<Prompt, Artifact>] = [],
    preferences: [PreferencePair<Prompt, Artifact>] = []
  ) {
    self.prompts = prompts
    self.demonstrations = demonstrations
    self.preferences = preferences
  }
}

/// A simple rule that orders artifacts, fitted on pairs: what a reward model is measured against.
public struct PreferenceBaseline<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// Scores a sample; higher is better.
  public typealias Score = @Sendable (Sample<Prompt, Artifact>) -> Double

  /// The name that people read.
  public var name: String
  /// Whether a reward model must do at least as well.
  public var isReference: Bool
  /// Fits the rule on training pairs, and gives its score.
  public var fit: @Sendable ([PreferencePair<Prompt, Artifact>]) throws -> Score

  /// Creates a rule.
  public init(
    name: String, isReference: Bool = false,
    fit: @escaping @Sendable ([PreferencePair<Prompt, Artifact>]) throws -> Score
  ) {
    self.name = name
    self.isReference = isReference
    self.fit = fit
  }
}

/// Keeps the bytes of a file that raters see or hear, given with its MIME type, and says how blocks refer to it.
public typealias AddMedia = (_ content: [UInt8], _ type: String) throws -> MediaReference

/// Everything that is particular to one modality.
///
/// An executable lists its domains; the framework does the rest.
public protocol Domain: Sendable {
  /// What is asked for.
  associatedtype Prompt: Codable & Sendable & Hashable
  /// What is made, compared and scored.
  associatedtype Artifact: Codable & Sendable & Hashable
  /// The domain's own settings: the `domain:` section of `rlhf.yaml`.
  associatedtype Configuration: Codable & Sendable
  /// The generator that is trained.
  associatedtype DomainPolicy: Policy<Prompt, Artifact>
  /// The encoder of the reward model.
  associatedtype DomainEncoder: Encoder<Prompt, Artifact>

  /// How the domain presents itself.
  static var descriptor: DomainDescriptor { get }

  /// The settings in force.
  var configuration: Configuration { get set }

  /// The settings of the training stages that suit the domain, in the form of `rlhf.yaml`; a project overrides them.
  var stageSettings: JSONValue { get }

  /// Understands one line of imported data. The default reads `prompt` with `chosen` and `rejected`, with `artifact`,
  /// or alone, in the coding of the domain's types.
  ///
  /// Throws ``RLHFError`` where the line holds nothing that the domain understands.
  func records(from line: JSONValue) throws -> [FeedbackRecord<Prompt, Artifact>]

  /// Makes an untrained policy.
  func makePolicy(for corpus: Corpus<Prompt, Artifact>, seed: Seed) throws -> DomainPolicy

  /// Reads a policy that ``savePolicy(_:to:)`` wrote, or one that other tools left in the format of the domain.
  func loadPolicy(from directory: URL) throws -> DomainPolicy

  /// Writes a policy as files into an existing, empty directory.
  func savePolicy(_ policy: DomainPolicy, to directory: URL) throws

  /// Lets `policy` stand in for the policy in `directory`, in ``Policy/withReference(_:)``, so that memory holds the
  /// weights that both share once.
  ///
  /// Returns whether it can: where both are adapters on the same weights, or one is these weights.
  func addReference(from directory: URL, to policy: DomainPolicy) throws -> Bool

  /// Writes the policy in `directory` into `destination`, an existing, empty directory, for other tools.
  ///
  /// Where it is an adapter on weights that lie elsewhere, `isMerged` says whether it becomes part of a copy of them.
  func exportPolicy(from directory: URL, to destination: URL, isMerged: Bool) throws

  /// Makes an untrained encoder for a reward model.
  ///
  /// `policy` is the fine-tuned policy, where there is one: an encoder may begin from it, freeze it and keep it. It is
  /// read for this encoder alone.
  func makeEncoder(
    for corpus: Corpus<Prompt, Artifact>, policy: DomainPolicy?, seed: Seed
  ) throws -> DomainEncoder

  /// Reads an encoder that ``saveEncoder(_:to:)`` wrote.
  func loadEncoder(from directory: URL) throws -> DomainEncoder

  /// Writes an encoder as files into an existing, empty directory.
  func saveEncoder(_ encoder: DomainEncoder, to directory: URL) throws

  /// A few words that stand for a prompt in tables and reports.
  func text(of prompt: Prompt) -> String

  /// A few words that stand for an artifact in tables and reports.
  func text(of artifact: Artifact) -> String

  /// What raters perceive of a prompt. `addMedia` keeps the bytes of a file, given with its MIME type.
  func content(of prompt: Prompt, addMedia: AddMedia) throws -> [ContentBlock]

  /// What raters perceive of an artifact. `addMedia` keeps the bytes of a file, given with its MIME type.
  ///
  /// Nothing in it may tell which policy made the artifact.
  func content(of artifact: Artifact, addMedia: AddMedia) throws -> [ContentBlock]

  /// An artifact made from what a person writes as a demonstration, where the domain has such artifacts.
  ///
  /// Throws ``RLHFError`` where the words make no artifact.
  func artifact(fromText text: String, for prompt: Prompt) throws -> Artifact?

  /// The extensions, in lower case, of the files that artifacts are read from, such as `obj`; none where artifacts are no
  /// files.
  var fileExtensions: [String] { get }

  /// The artifact that a file is, and the prompt that its name or folder tells.
  ///
  /// Throws ``RLHFError`` where the file is not what its name says, is damaged or is too large.
  func sample(fromFile url: URL) throws -> Sample<Prompt, Artifact>

  /// The file that an artifact is, for `rlhf sample --out`, reports and other tools; `nil` where artifacts are no files.
  func file(of artifact: Artifact) throws -> FileContent?

  /// A prompt made from what a person types, where the domain has such prompts.
  func prompt(fromText text: String, after turns: [Sample<Prompt, Artifact>]) -> Prompt?

  /// A program that rates in place of people, for demonstrations and tests. Its id says that it is scripted.
  func makeScriptedRater() throws -> (any Rater<Prompt, Artifact>)?

  /// A judge that training never sees, for evaluation.
  func makeHeldOutJudge() throws -> (any Rater<Prompt, Artifact>)?

  /// A small project to try the domain with: what `rlhf demo` runs.
  func sampleProject() throws -> SampleProject<Prompt, Artifact>?

  /// Simple rules that a reward model is measured against.
  var baselines: [PreferenceBaseline<Prompt, Artifact>] { get }

  /// The figure among ``measurements(of:)`` that says how long an artifact is, where raters may be swayed by length.
  var lengthMeasurement: String? { get }

  /// Figures of a sample that people would look at beside the score, such as whether a reply is correct.
  func measurements(of sample: Sample<Prompt, Artifact>) -> [String: Double]

  /// Figures of many samples together, such as how different they are from each other.
  func measurements(ofAll samples: [Sample<Prompt, Artifact>]) throws -> [String: Double]

  /// A file that shows many samples at once, where the domain has one: a sheet of pictures, say. `captions` has a few words
  /// for each sample, or is empty.
  func overview(
    of samples: [Sample<Prompt, Artifact>], captions: [String]
  ) throws -> FileContent?

  /// What the command `name` does with the model directory `model`, line by line; `nil` where the domain has no such
  /// command. `options` are those of the command line, by name.
  func lineTool(_ name: String, model: URL, options: JSONValue) throws -> LineTool?
}

/// The settings of a domain that has none.
public struct NoConfiguration: Codable, Sendable {
  /// Creates the empty settings.
  public init() {}
}

extension Domain {
  /// No settings beyond the defaults.
  public var stageSettings: JSONValue { .object([:]) }
  /// A small project to try the domain with.
  public func sampleProject() throws -> SampleProject<Prompt, Artifact>? { nil }
  /// A program that rates in place of people, where there is one.
  public func makeScriptedRater() throws -> (any Rater<Prompt, Artifact>)? { nil }
  /// A judge that training never sees, where there is one.
  public func makeHeldOutJudge() throws -> (any Rater<Prompt, Artifact>)? { nil }
  /// A second policy is the reference.
  public func addReference(from directory: URL, to policy: DomainPolicy) throws -> Bool { false }
  /// Simple rules that a reward model is measured against.
  public var baselines: [PreferenceBaseline<Prompt, Artifact>] { [] }
  /// No figure says how long an artifact is.
  public var lengthMeasurement: String? { nil }
  /// Figures of a sample that people look at beside the score.
  public func measurements(of sample: Sample<Prompt, Artifact>) -> [String: Double] { [:] }
  /// No figures of many samples together.
  public func measurements(
    ofAll samples: [Sample<Prompt, Artifact>]
  ) throws -> [String: Double] { [:] }
  /// No file shows many samples at once.
  public func overview(
    of samples: [Sample<Prompt, Artifact>], captions: [String]
  ) throws -> FileContent? { nil }
  /// A few words that stand for the value in tables and reports.
  public func text(of prompt: Prompt) -> String { String(describing: prompt) }
  /// A few words that stand for the value in tables and reports.
  public func text(of artifact: Artifact) -> String { String(describing: artifact) }
  /// The words of ``text(of:)``.
  public func content(of prompt: Prompt, addMedia: AddMedia) throws -> [ContentBlock] {
    [.text(text(of: prompt))]
  }
  /// The words of ``text(of:)``.
  public func content(of artifact: Artifact, addMedia: AddMedia) throws -> [ContentBlock] {
    [.text(text(of: artifact))]
  }
  /// No demonstrations are written.
  public func artifact(fromText text: String, for prompt: Prompt) throws -> Artifact? { nil }
  /// Artifacts are no files.
  public var fileExtensions: [String] { [] }
  /// Throws: artifacts are no files.
  public func sample(fromFile url: URL) throws -> Sample<Prompt, Artifact> {
    throw RLHFError(
      .unsupported, "\(url.path): artifacts of \(Self.descriptor.id) are not read from such files.")
  }
  /// Artifacts are no files.
  public func file(of artifact: Artifact) throws -> FileContent? { nil }
  /// A prompt made from what a person types.
  public func prompt(fromText text: String, after turns: [Sample<Prompt, Artifact>]) -> Prompt? {
    nil
  }
  /// What a command does with a model directory, line by line, where the domain has it.
  public func lineTool(_ name: String, model: URL, options: JSONValue) throws -> LineTool? { nil }
}
