import FeedbackStore
import RLHFCore

extension Studio {
  /// The page, and what says of the server itself.
  var pageRoutes: [Route] {
    [
      shell("/", "index.html", "The page where people answer tasks."),
      shell("/join", "index.html", "The page that an invitation leads to."),
      shell("/dashboard", "dashboard.html", "The page where owners and reviewers watch."),
      Route(
        .get, "/assets/{name}", .anyone, reach: .nobodys, "A file of the pages.",
        contentType: "text/javascript"
      ) { call in
        let name = try call.parameter("name")
        guard !name.hasSuffix(".html") else { throw Refusal.nothingHere }
        return try file(name, call)
      },
      Route(
        .get, "/health", .anyone, reach: .nobodys, "Whether the server can answer.",
        response: .object(["status": .string])
      ) { _ in
        _ = try store.setting("page")
        return .json(["status": "ok"])
      },
      Route(
        .get, "/api/openapi.json", .anyone, reach: .nobodys, "This description.",
        response: .object, isPacked: true
      ) { _ in .json(OpenAPI.description(of: table)) },
    ]
  }

  private func shell(_ path: String, _ name: String, _ summary: String) -> Route {
    Route(.get, path, .anyone, reach: .nobodys, summary, contentType: "text/html") { call in
      try file(name, call)
    }
  }

  private func file(_ name: String, _ call: Call) throws -> Reply {
    try page.reply(
      name, ifNoneMatch: call.headers["if-none-match"],
      acceptEncoding: call.headers["accept-encoding"], isHead: call.isHead)
  }

  /// The files that people see and hear.
  var mediaRoutes: [Route] {
    [
      Route(
        .get, "/media/{sha256}", .rater, reach: .nobodys,
        "A picture or a sound, by the SHA-256 of its content; single ranges, ETag.",
        contentType: "application/octet-stream"
      ) { call in
        let hash = try call.parameter("sha256")
        // What is not described was never shown to anybody, whatever lies in the folder.
        guard FileVault.isName(hash), let known = try store.media(hash),
          let file = media.open(hash)
        else { throw Refusal.nothingHere }
        return MediaReply.reply(
          file, hash: hash, type: MediaReply.type(known.type),
          MediaReply.Conditions(
            range: call.isHead ? nil : call.headers["range"], ifRange: call.headers["if-range"],
            ifNoneMatch: call.headers["if-none-match"], isHead: call.isHead))
      }
    ]
  }
}
