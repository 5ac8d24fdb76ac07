import Foundation
import Templates
import Testing

struct TemplateTests {
  private func render(_ source: String, _ variables: [TemplateValue.Member] = []) throws -> String {
    try Template(source).render(variables).text
  }

  @Test func `generation blocks are located in bytes`() throws {
    let source = "é{% for i in [1, 2] %}<{% generation %}ü{{ i }}{% endgeneration %}>{% endfor %}"
    let template = try Template(source)
    let rendered = try template.render([])
    #expect(template.marksGenerations)
    #expect(rendered.text == "é<ü1><ü2>")
    #expect(
      rendered.generations.map { String(decoding: Array(rendered.text.utf8)[$0], as: UTF8.self) }
        == ["ü1", "ü2"])
    #expect(try !Template("{% if x %}y{% endif %}").marksGenerations)
  }

  @Test func `errors have line and column`() throws {
    let syntax = #expect(throws: TemplateError.self) { try Template("a\n  {% if x %}\n {{ x | }}") }
    #expect(syntax?.kind == .syntax)
    #expect(syntax?.description == "line 3, column 9: found '}}', expected a name")
    let evaluation = #expect(throws: TemplateError.self) { try render("a\nbc {{ 'x' + 1 }}") }
    #expect(evaluation?.kind == .evaluation)
    #expect(evaluation?.line == 2)
    #expect(evaluation?.column == 7)
    let undefined = #expect(throws: TemplateError.self) { try render("{{ user.name }}") }
    #expect(undefined?.message == "'user' is undefined")
    let raised = #expect(throws: TemplateError.self) { try render("{{ raise_exception('no') }}") }
    #expect(raised?.kind == .raised)
    #expect(raised?.message == "no")
  }

  /// Templates that try to take all memory, time or stack.
  @Test(arguments: [
    "{{ range(1000000000) }}", "{{ 'a' * 1000000000000 }}", "{{ [0] * 1000000000 }}",
    "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
    "{% set ns = namespace(s=[]) %}{% for i in range(100000) %}{% set ns.s = [ns.s] %}{% endfor %}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaa' * 100 }}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{% if true %}{% for i in [1] %}{{ (((m() ~ 1) | upper) ~ 2) }}{% endfor %}{% endif %}{% endmacro %}{{ m() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{{ 'a'.replace('', 'b' * 1000000) * 1000 }}", "{{ '%1000000000d' % 1 }}",
    "{{ 'a'.center(100000000000) }}", "{{ '{:>1000000000}'.format(1) }}", "{{ 2 ** 64 }}",
    "{{ 9223372036854775807 * 2 }}", "{{ -9223372036854775807 - 2 }}",
    "{{ 'a'.zfill(99999999999) }}",
    "{{ (['a' * 1000000] * 100) | join }}",
    "{{ [1] | tojson(indent=99999999999) }}", "{{ [1] | batch(999999999999, 1) | list }}",
    "{{ [1] | slice(999999999999) | list }}", "{{ 'a' | indent(99999999999) }}",
  ])
  func `hostile templates end with an error`(source: String) {
    #expect(throws: TemplateError.self) { try render(source) }
  }

  @Test func `deep nesting is refused`() {
    let deep = [
      String(repeating: "(", count: 10_000), "{{ " + String(repeating: "[", count: 100_000),
      "{{ " + String(repeating: "not ", count: 10_000) + "1 }}",
      "{{ " + String(repeating: "-", count: 10_000) + "1 }}",
      "{{ 1" + String(repeating: " + 1", count: 10_000) + " }}",
      "{{ a" + String(repeating: ".a", count: 10_000) + " }}",
      "{{ a" + String(repeating: "|upper", count: 10_000) + " }}",
      "{{ 1" + String(repeating: " if 1", count: 10_000) + " }}",
      String(repeating: "{% if 1 %}", count: 10_000),
      "{% set " + String(repeating: "(", count: 10_000),
    ]
    for source in deep.dropFirst() { #expect(throws: TemplateError.self) { try render(source) } }
    #expect(throws: Never.self) { try render(deep[0]) }
  }

  @Test func `long chains of objects are taken apart`() throws {
    let sources = [
      "{% set ns = namespace() %}{% for i in range(50000) %}{% set ns.s = namespace(s=ns.s) %}{% endfor %}ok",
      "{% set ns = namespace() %}{% for i in range(50000) %}{% set ns.s = [ns.s] | reject('none') %}{% endfor %}ok",
      "{% set ns = namespace() %}{% for i in range(50000) %}{% set ns.s = {'a': ns.s}.get %}{% endfor %}ok",
      "{% set ns = namespace() %}{% for i in range(50000) %}{% set o = ns.s %}{% macro m() %}{{ o }}{% endmacro %}{% set ns.s = m %}{% endfor %}ok",
      "{% set ns = namespace() %}{% set ns.ns = ns %}{{ ns }}ok",
      "{% set ns = namespace() %}{% for i in range(50000) %}{% for j in [ns.s] %}{% set ns.s = loop %}{% endfor %}{% endfor %}ok",
    ]
    for source in sources { #expect(try render(source).hasSuffix("ok")) }
  }

  @Test func `input that is nested too deeply is refused`() {
    var value: TemplateValue = 1
    for _ in 0..<5000 { value = [value] }
    #expect(throws: TemplateError.self) { try render("{{ x }}", [.init("x", value)]) }
  }

  @Test func `the clock is the caller's`() throws {
    let template = try Template("{{ strftime_now('%Y %d') }}")
    let date = Date(timeIntervalSince1970: 1_000_000_000)
    #expect(try template.render([], clock: { date }).text.hasPrefix("2001 0"))
  }

  @Test func `composed and decomposed characters stay apart`() throws {
    let variables: [TemplateValue.Member] = [
      .init("d", ["é": 1, "e\u{301}": 2]), .init("s", "e\u{301}\r\n"),
    ]
    #expect(try render("{{ d | length }}{{ s | length }}{{ s == 'é' }}", variables) == "24False")
  }
}
