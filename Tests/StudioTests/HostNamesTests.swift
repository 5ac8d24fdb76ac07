import Testing

@testable import Studio

struct HostNamesTests {
  private func names(_ host: String, public origin: String? = nil) -> HostNames {
    var options = StudioOptions()
    options.host = host
    options.publicOrigin = origin
    return HostNames(options)
  }

  @Test(arguments: [
    "localhost", "localhost:8421", "LOCALHOST:1", "127.0.0.1:8421", "[::1]:80", "localhost.:80",
  ])
  func thisMachineIsAllowed(_ authority: String) {
    #expect(names("127.0.0.1").allow(Authority(authority)))
  }

  @Test(arguments: [
    "evil.example", "evil.example:8421", "localhost.evil.example", "127.0.0.1.evil.example",
    "127.0.0.1@evil.example", "", ":8421", "localhost:", "localhost:x", "[::1", "local host",
    "localhost:99999", "localhost/", "127.0.0.2",
  ])
  func otherNamesAreNot(_ authority: String) {
    #expect(!names("127.0.0.1").allow(Authority(authority)))
  }

  @Test func theAddressListenedOnAndThePublicNameAreAllowed() {
    #expect(names("192.168.1.5").allow(Authority("192.168.1.5:8421")))
    #expect(!names("0.0.0.0").allow(Authority("0.0.0.0:8421")))
    let behind = names("127.0.0.1", public: "https://studio.example.org")
    #expect(behind.allow(Authority("studio.example.org")))
    #expect(!behind.allow(Authority("example.org")))
  }

  @Test(arguments: ["null", "", "http://", "//localhost", "ftp://localhost", "http://localhost/x"])
  func whatIsNoOriginIsNone(_ text: String) { #expect(Origin(text) == nil) }

  @Test func originsLeaveTheUsualPortOut() throws {
    let origin = try #require(Origin("https://studio.example.org:443"))
    #expect(origin.description == "https://studio.example.org")
    #expect(origin.matches(try #require(Authority("studio.example.org"))))
    #expect(!origin.matches(try #require(Authority("studio.example.org:80"))))
    #expect(Origin("http://LocalHost:8421")?.description == "http://localhost:8421")
  }

  @Test(arguments: ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
  func loopback(_ host: String) { #expect(HostNames.isLoopback(host)) }

  @Test(arguments: [
    "0.0.0.0", "127.evil.example", "127.0.0.1.example", "::", "192.168.0.1", "127.",
  ])
  func notLoopback(_ host: String) { #expect(!HostNames.isLoopback(host)) }
}
