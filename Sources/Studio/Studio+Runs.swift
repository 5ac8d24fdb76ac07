import FeedbackStore
import RLHFCore

extension Studio {
  /// Watching training.
  var runRoutes: [Route] {
    [
      Route(
        .get, "/api/runs", .reviewer, reach: .everybodys, "The runs, those written last first.",
        response: .object(["runs": .list(.named("Run"))]), isPacked: true
      ) { _ in .json(["runs": .array(runs.list())]) },
      Route(
        .get, "/api/runs/{name}/metrics", .reviewer, reach: .everybodys,
        "The lines of a run's metrics from a cursor on; a slash in the name is %2F.",
        query: ["after": .integer],
        response: .object(["next": .integer, "rows": .list(.object)]), isPacked: true
      ) { call in
        let (rows, next) = try runs.metrics(
          try call.parameter("name"), after: try call.number("after", in: 0...Int.max) ?? 0)
        return .json(["next": .integer(next), "rows": .array(rows)])
      },
    ]
  }

  /// Starting and watching jobs.
  var jobRoutes: [Route] {
    [
      Route(
        .get, "/api/jobs", .reviewer, reach: .everybodys, "The jobs, the newest first.",
        response: .object(["jobs": .list(.named("Job"))])
      ) { _ in
        .json(["jobs": .array(await jobs.jobs().map { json(of: $0) })])
      },
      Route(
        .get, "/api/jobs/{id}", .reviewer, reach: .everybodys, "A job, with what it made.",
        response: .named("Job")
      ) { call in
        let id = try call.parameter("id")
        guard let job = await jobs.jobs().first(where: { $0.id == id }) else {
          throw Refusal.nothingHere
        }
        return .json(try detailed(job))
      },
      Route(
        .post, "/api/jobs", .owner, reach: .nobodys,
        "Starts a job: a round, samples of a checkpoint, a blind comparison of two.",
        request: .object(["kind": .words(["round", "sample", "compare"])]),
        response: .named("Job")
      ) { call in
        var options = try call.fields().members
        let kind = try call.fields().string("kind", atMost: 50)
        guard ["round", "sample", "compare"].contains(kind) else {
          throw Refusal.malformed("'kind' has to be one of round, sample, compare")
        }
        options["kind"] = nil
        let account = try call.account()
        let job = try await jobs.start(kind: kind, options: options)
        try store.audit(
          actor: account.name, action: "startJob", target: kind, details: .object(options),
          now: call.now)
        hub.send(ServerEvent(name: "job", data: json(of: job)))
        return .json(json(of: job))
      },
      Route(
        .delete, "/api/jobs/{id}", .owner, reach: .everybodys, "Stops a job.", request: .object,
        isBodyOptional: true
      ) { call in
        let id = try call.parameter("id")
        try await jobs.cancel(id)
        try store.audit(
          actor: try call.account().name, action: "cancelJob", target: id, now: call.now)
        return .nothing
      },
      Route(
        .get, "/api/events", .reviewer, reach: .everybodys,
        "Server-sent events: job and progress, as they change.", contentType: "text/event-stream"
      ) { call in
        let headers = ["Content-Type": "text/event-stream"]
        return Reply(
          200, headers: headers, body: call.isHead ? .empty : .events(try hub.watch()))
      },
    ]
  }

  func json(of job: StudioJob) -> JSONValue {
    [
      "id": .string(job.id), "kind": .string(job.kind), "state": .string(job.state.rawValue),
      "startedAt": .string(Timestamp.text(job.startedAt)),
      "endedAt": job.endedAt.map { .string(Timestamp.text($0)) } ?? .null,
      "log": .array(job.log.suffix(200).map(JSONValue.string)),
      "run": job.run.map(JSONValue.string) ?? .null,
      "error": job.error.map(JSONValue.string) ?? .null,
    ]
  }

  private func detailed(_ job: StudioJob) throws -> JSONValue {
    var result = json(of: job).objectValue ?? [:]
    result["samples"] = .array(
      try job.samples.map { sample in
        [
          "prompt": .array(try json(of: sample.prompt)),
          "items": .array(try sample.items.map { .array(try json(of: $0)) }),
        ]
      })
    return .object(result)
  }
}
