import RLHFCore
import Testing

@testable import Studio

struct OpenAPITests {
  @Test func theDescriptionHasEveryRouteAndNoLooseEnd() async throws {
    let site = try Site()
    let description = await site.visitor.send("GET", "/api/openapi.json").json
    #expect(description["openapi"] == "3.1.0")
    var identifiers: Set<String> = []
    for route in site.table.routes {
      let operation = description["paths"]?[route.path.description]?[
        route.method.rawValue.lowercased()]
      #expect(operation?["x-access"]?.stringValue == route.access.rawValue)
      let identifier = try #require(operation?["operationId"]?.stringValue)
      #expect(identifiers.insert(identifier).inserted, "\(identifier) twice")
    }
    let known = try #require(description["components"]?["schemas"]?.objectValue)
    for reference in Self.references(description) {
      let name = reference.replacing("#/components/schemas/", with: "")
      #expect(known[name] != nil, "\(reference) leads nowhere")
    }
  }

  private static func references(_ value: JSONValue) -> [String] {
    if let reference = value["$ref"]?.stringValue { return [reference] }
    let nested = value.objectValue.map { Array($0.values) } ?? value.arrayValue ?? []
    return nested.flatMap(references)
  }
}
