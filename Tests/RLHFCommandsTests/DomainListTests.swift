import ArgumentParser
import RLHFCore
import RLHFPlugin
import TextChat
import Testing

@testable import RLHFCommands

@Suite("Commands") struct DomainListTests {
  @Test("a domain is found by its id, an unknown one is named with those there are")
  func find() throws {
    DomainList.set([TextChat()])
    #expect(DomainList.ids() == ["text-chat"])
    #expect(DomainList.descriptor(of: try DomainList.find("text-chat")).title == "Text chat")
    let error = #expect(throws: RLHFError.self) { try DomainList.find("smell") }
    #expect(error?.message.contains("text-chat") == true)
    #expect(error?.code == .usage)
  }

  @Test(
    "every command has help",
    arguments: [
      "demo", "init", "import", "sft", "sample", "reward", "ppo", "evaluate", "chat", "export",
      "report",
      "plugins",
    ])
  func help(command: String) {
    #expect(RootCommand.helpMessage(for: RootCommand.self).contains(command))
  }
}
