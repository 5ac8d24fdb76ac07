import Foundation
import PolicyOptimization
import RLHFCore
import TestSupport
import Testing

@testable import Alignment

@Suite("Settings of a project") struct ProjectSettingsTests {
  private func project(_ yaml: String, overrides: [String] = []) throws -> Project<ToyDomain> {
    let folder = try TemporaryFolder()
    try Data(yaml.utf8).write(to: ProjectFiles.settings(in: folder.url))
    return try Project(
      at: folder.url, domain: ToyDomain(), overrides: SettingsFile.parse(overrides: overrides))
  }

  private func message(_ yaml: String, overrides: [String] = []) -> String {
    do {
      _ = try project(yaml, overrides: overrides)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("each layer overrides the one before")
  func layers() throws {
    let project = try project(
      "plugin: toy\nppo:\n  clipRange: 0.1\ndomain:\n  length: 6\n",
      overrides: ["ppo.epochs=7", "ppo.score.clip=", "ppo.valueClipRange=null"])
    #expect(project.settings.ppo.learningRate == 0.01)
    #expect(project.settings.ppo.clipRange == 0.1)
    #expect(project.settings.ppo.epochs == 7)
    #expect(project.settings.ppo.score.clip == nil && project.settings.ppo.valueClipRange == nil)
    #expect(project.settings.ppo.lambda == PolicyOptions().lambda)
    #expect(project.domain.configuration.length == 6)
    #expect(project.domain.configuration.hiddenSize == 8)
  }

  @Test("resolved settings read back as they were")
  func roundTrip() throws {
    let project = try project("plugin: toy\nppo: {learningRate: 1e-5}\n")
    let text = try SettingsFile.text(of: JSONValue(encoding: project.settings))
    let read = try Settings.decode(
      SettingsFile.parse(text, source: "x"), over: ProjectSettings(), source: "x")
    #expect(try JSONValue(encoding: read) == JSONValue(encoding: project.settings))
  }

  @Test("what is set to nothing stays so when a run resumes with its resolved settings")
  func absentValues() throws {
    let project = try project(
      "plugin: toy\nppo: {valueClipRange: null, score: {clip: null}}\n", overrides: [])
    #expect(PolicyOptions().valueClipRange != nil && ScoreOptions().clip != nil)
    let text = try SettingsFile.text(
      of: Settings.encode(project.settings, over: ProjectSettings()))
    let read = try Settings.decode(
      SettingsFile.parse(text, source: "x"), over: ProjectSettings(), source: "x")
    #expect(read.ppo == project.settings.ppo)
    #expect(read.ppo.valueClipRange == nil && read.ppo.score.clip == nil)
  }

  @Test(
    "a mistake is named",
    arguments: [
      ("plugin: toy\nppo: {learningrate: 1}\n", "Did you mean 'learningRate'?"),
      (
        "plugin: toy\nppo: {batchSize: 0}\n",
        "ppo.batchSize is 0; expected a whole number of at least 1"
      ),
      ("plugin: toy\nppo: {kl: {coefficient: -1}}\n", "ppo.kl.coefficient is -1.0"),
      ("plugin: toy\nppo: {kl: {mode: sometimes}}\n", "one of fixed, adaptive"),
      ("plugin: toy\nppo: {epochs: many}\n", "expected a whole number"),
      ("plugin: toy\nppo: 3\n", "expected a group of settings"),
      ("plugin: toy\ndomain: {lenght: 3}\n", "Did you mean 'length'?"),
      ("plugin: toy\nrounds: {count: 2}\n", "rounds.count is 2"),
      ("plugin: toy\nppo: {a: 1\n", "not valid YAML"),
      ("plugin: toy\nseed: 1\nseed: 2\n", "rlhf.yaml"),
    ])
  func mistakes(yaml: String, expected: String) {
    #expect(message(yaml).contains(expected))
  }

  @Test("an argument of --set must be KEY=VALUE")
  func overrides() {
    #expect(message("plugin: toy\n", overrides: ["ppo.epochs"]).contains("expected KEY=VALUE"))
    #expect(message("plugin: toy\n", overrides: ["ppo.epoch=3"]).contains("Did you mean 'epochs'?"))
  }

  @Test("a folder without rlhf.yaml is not a project")
  func noProject() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: RLHFError.self) { try ProjectFiles.plugin(in: folder.url) }
    #expect(error?.message.contains("rlhf init") == true)
  }
}
