import RLHFCommands
import RLHFPlugin
import ImageRealism
import TextChat

@main struct Program: RLHFProgram {
  static let domains: [any Domain] = [TextChat(), ImageRealism()]
}
