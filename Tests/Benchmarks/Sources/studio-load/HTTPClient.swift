import Foundation
import RLHFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A client that costs little: one connection that is kept, blocking calls, answers with `Content-Length` alone.
struct HTTPClient: Sendable {
  struct Answer {
    var status: Int
    var head: String
    var body: String
  }

  private let connection: Connection
  private let port: Int
  private var fields = ""

  init(port: Int) throws {
    self.port = port
    connection = try Connection(port)
  }

  /// Joins by an invitation, and keeps the session.
  mutating func join(_ token: String, name: String) throws {
    let joined = try ask("POST", "/api/join", #"{"token":"\#(token)","name":"\#(name)"}"#)
    guard let cookie = joined.head.firstMatch(of: /(?i)set-cookie: ([^;]+)/)?.output.1 else {
      throw RLHFError(.invalidData, "join: \(joined.status) \(joined.body)")
    }
    fields = "Cookie: \(cookie)\r\n"
    let session = try ask("GET", "/api/session", "")
    guard let csrf = session.body.firstMatch(of: /"csrf":"([^"]+)"/)?.output.1 else {
      throw RLHFError(.invalidData, "session: \(session.status)")
    }
    fields += "X-CSRF-Token: \(csrf)\r\n"
  }

  func ask(_ method: String, _ path: String, _ body: String) throws -> Answer {
    try connection.write(
      """
      \(method) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\n\
      Origin: http://localhost:\(port)\r\nContent-Type: application/json\r\n\
      Accept-Encoding: gzip\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)
      """)
    return try connection.read()
  }

  /// A socket, used by one thread at a time.
  private final class Connection: Sendable {
    private let descriptor: Int32

    init(_ port: Int) throws {
      #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
      #endif
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(UInt16(port).bigEndian)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else { throw RLHFError(.inputOutput, "connect: \(errno)") }
      var one: Int32 = 1
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func write(_ text: String) throws {
      let bytes = Array(text.utf8)
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw RLHFError(.inputOutput, "send: \(errno)") }
        sent += count
      }
    }

    func read() throws -> Answer {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      var (head, length) = ("", 0)
      while true {
        if head.isEmpty, let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) {
          head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
          bytes.removeFirst(end.upperBound)
          length = Self.length(head)
        }
        if !head.isEmpty, bytes.count >= length { break }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw RLHFError(.inputOutput, "the server closed: \(errno)") }
        bytes += buffer[..<count]
      }
      let status = head.dropFirst(9).prefix(3)
      return Answer(
        status: Int(status) ?? 0, head: head, body: String(decoding: bytes, as: UTF8.self))
    }

    private static func length(_ head: String) -> Int {
      for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:")
      {
        return Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
      }
      return 0
    }
  }
}
