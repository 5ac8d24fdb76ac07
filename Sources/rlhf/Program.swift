import RLHFCommands
import RLHFPlugin
import TextChat

@main struct Program: RLHFProgram {
  static let domains: [any Domain] = [TextChat()]
}
