import ArgumentParser
import Foundation
import RLHFCore
public import RLHFPlugin
import Synchronization

/// A program with the whole command line for a list of domains.
///
///     @main struct Program: RLHFProgram {
///       static let domains: [any Domain] = [TextChat()]
///     }
public protocol RLHFProgram {
  /// The domains that the program knows, each with its own id.
  static var domains: [any Domain] { get }
}

extension RLHFProgram {
  /// Runs the command line, and ends the process with its exit code.
  @MainActor public static func main() async {
    DomainList.set(domains)
    let code = await CommandRunner.run(Array(CommandLine.arguments.dropFirst()))
    exit(code)
  }
}

/// The domains of the running program; commands find theirs by id.
enum DomainList {
  private static let domains = Mutex<[any Domain]>([])

  static func set(_ list: [any Domain]) {
    domains.withLock { $0 = list }
  }

  static var all: [any Domain] { domains.withLock { $0 } }

  static func ids() -> [String] {
    all.map { domain in descriptor(of: domain).id }
  }

  static func find(_ id: String) throws -> any Domain {
    for domain in all where descriptor(of: domain).id == id { return domain }
    throw RLHFError(
      .usage,
      "There is no plugin '\(id)' in this program. It has: \(ids().joined(separator: ", ")).")
  }

  static func descriptor(of domain: any Domain) -> DomainDescriptor {
    func open<D: Domain>(_ domain: D) -> DomainDescriptor { D.descriptor }
    return open(domain)
  }
}

/// Runs a command and turns its errors into one line and an exit code.
enum CommandRunner {
  @MainActor static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try RootCommand.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return 0
    } catch let error as RLHFError {
      Terminal.shared.error(error.description)
      switch error.code {
      case .usage, .invalidConfiguration: return 2
      case .cancelled: return 130
      default: return 1
      }
    } catch {
      let code = RootCommand.exitCode(for: error)
      let message = RootCommand.fullMessage(for: error)
      if code == .success {
        Terminal.shared.output(message)
        return 0
      }
      if code == .validationFailure {
        Terminal.shared.error(message, isPlain: true)
        return 2
      }
      Terminal.shared.error(message.isEmpty ? "\(error)" : message, isPlain: !message.isEmpty)
      return 1
    }
  }
}

/// The command `rlhf`.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rlhf",
    abstract: "Train generators towards what people prefer.",
    discussion: """
      A project is a folder with rlhf.yaml, a store of feedback, and runs. The stages in order: \
      init, import, sft, reward, ppo, evaluate, chat. 'rlhf demo' shows all of them in a few minutes.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, InitCommand.self, ImportCommand.self, SFTCommand.self,
      SampleCommand.self, RewardCommand.self, PPOCommand.self, DPOCommand.self,
      EvaluateCommand.self, RateCommand.self, StudioCommand.self, LabelCommand.self,
      RoundCommand.self,
      CompareCommand.self, ChatCommand.self, ExportCommand.self,
      ReportCommand.self,
      TokenizeCommand.self, LogProbabilitiesCommand.self, PluginsCommand.self,
    ])
}
