"""Writes Tests/Fixtures/templates/templates.json: templates and what Jinja makes of them.

The environment is the one that transformers' apply_chat_template uses. Run: python3 templates.py
"""

import json
import pathlib

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

VARIABLES = {
    "n": 7, "m": -7, "f": 2.5, "big": 1e16, "small": 1.5e-7, "s": "Hello World", "u": "Straße é ΑΣ 😀",
    "empty": "", "ws": " \t pad \n", "yes": True, "no": False, "nothing": None,
    "l": [3, 1, 2], "words": ["b", "A", "c", "a"], "nested": [[1, "x"], [2, "y'\"z"]],
    "d": {"b": 1, "a": [1, 2.0, None, True], "items": "own", "z é": "\u00a0\u200b\n"},
    "people": [
        {"name": "Ann", "age": 31, "city": "Rome", "tags": ["x"]},
        {"name": "bob", "age": 25, "city": "oslo", "tags": []},
        {"name": "Cid", "age": 31, "city": "Oslo", "tags": ["y", "z"]},
    ],
}

EXPRESSIONS = """
n|n + m|n - m|n * m|n / 2|n // 2|m // 2|n % 3|m % 3|n % -3|f % 2|m % 2.5|-f // 1|2 ** 10|2 ** -1|2 ** 3 ** 2|-2 ** 2
f|big|small|0.1 + 0.2|1e15|123456789012345680.0|1e22|1.0|-0.0|3.0 * 2|7 / 7|1e-4|0.00001|100000.0 * 100000
yes|no|nothing|yes + 1|true and 0|0 or "x"|not 1|not nothing|1 if no else 2|1 if no|n > 3 and n < 10|1 < 2 < 3|1 < 3 < 2
s|s ~ n ~ f ~ nothing ~ yes|s + "!"|s * 2|"ab" "cd"|"a\\tb\\u00e9\\x41"|'it\\'s'|s[0]|s[-1]|s[2:5]|s[::-1]|s[-3:]|s[:100]|s[5:1]|s[::2]|s[10:2:-3]
u[4]|u[::-1]|u | length|u | upper|u | lower|u | title|u | capitalize|u.title()|u.swapcase()|u.casefold() | length|"ΑΣ ΑΣΑ" | lower
l|l[0]|l[-1]|l[9]|l[1:]|l[::-1]|l + [4]|l * 2|3 in l|4 not in l|l == [3, 1, 2]|[1, 2] < [1, 3]|(1, 2)|(1,)|()|[]|{}|nested|{"a": 1, 2: "b", none: [true]}
d|d.b|d["b"]|d.a|d.missing|d["missing"]|d.get("b")|d.get("q")|d.get("q", 5)|d.items() | list|d["items"]|d.keys() | list|d.values() | list|d.keys()|d.items()|d | items | list
d | length|d | list|"b" in d|d | dictsort|d | dictsort(reverse=true)|d | tojson|d | tojson(indent=2)|d | tojson(ensure_ascii=true)|d | tojson(separators=(",", ":"))|d | tojson(sort_keys=true)|nested | tojson(indent=0)
"<a href='x'>&</a>" | tojson|"\\u0001\\u001f\\u007f" | tojson|[] | tojson(indent=2)|{} | tojson(indent=4)|{"a": {}, "b": [[]]} | tojson(indent=2)|1.5e300 | tojson|big | tojson|nothing | tojson|yes | tojson|(1, 2) | tojson
missing|missing is defined|missing is undefined|missing | default("x")|nothing | default("x")|nothing | default("x", true)|empty | default("x", boolean=true)|d.q | default(3)|missing | length|missing | list|missing == nope|"a" in missing|missing ~ "x"|missing | upper|missing or 4
missing.attribute|missing["x"]|missing + 1|missing()|missing < 1|nothing.x|nothing.x.y|nothing + 1|"a" + 1|1 + "a"|l + (1,)|s - 1|1 / 0|1 // 0|1 % 0|nothing | length|5 | length|5 in 5|1 in "a"|l.append(4)|d.update({})|d.pop("b")|s.nomethod()|n()|n.x|l.x|[1] < ["a"]|{} < {}|nothing < 1
s is string|n is string|n is number|f is number|yes is number|n is integer|f is integer|yes is integer|f is float|d is mapping|l is mapping|l is sequence|s is sequence|d is sequence|n is sequence|l is iterable|s is iterable|n is iterable|d is iterable|missing is iterable|nothing is none|n is none|n is not none|yes is true|n is true|no is false|0 is false|yes is boolean|n is boolean
n is odd|n is even|n is divisibleby 7|n is divisibleby(2)|n is equalto 7|n is eq(7)|n is ne 7|n is gt 3|n is ge 7|n is lt 7|n is le 7|3 is in l|"a" is in "abc"|s is lower|"abc" is lower|"ABC" is upper|s is sameas s|nothing is sameas none|yes is sameas true|1 is sameas true|range is callable|n is callable|"upper" is filter|"nofilter" is filter|"odd" is test|n is not odd|not n is odd
s | upper|s | lower|s | title|"hello wORLD-foo (bar" | title|s | capitalize|ws | trim|"xxaxx" | trim("x")|s | replace("o", "0")|s | replace("o", "0", 1)|s | replace("", "-")|s | reverse|s | length|s | count|s | first|s | last|s | list|s | string|n | string|l | string|s | center(21)|s | wordcount|s | truncate(8)|s | truncate(8, true)|s | truncate(8, true, "..", 0)|"a b c d e f g" | truncate(8, false, "…", 0)
"a\\nb\\n\\nc" | indent|"a\\nb\\n\\nc" | indent(2, true)|"a\\nb\\n\\nc" | indent(2, blank=true)|"a\\nb" | indent("> ")|"a\\nb\\n" | indent|"one two three four" | wordwrap(9)|"<p>a <b>b</b></p>" | striptags|"<&\\"'>" | escape|("<b>" | safe) + "<i>"|"<b>" | e | e|"<b>" | e | string | length|"a b/c?é" | urlencode|{"a": "1 2", "b": "&"} | urlencode
"42" | int|"4.7" | int|"x" | int|"x" | int(9)|" 12 " | int|"1_000" | int|"ff" | int(base=16)|"0x1f" | int(0, 16)|4.9 | int|-4.9 | int|yes | int|nothing | int|"3.5" | float|"x" | float|"x" | float(1.5)|3 | float|"1e3" | float|" 2.5 " | float|-5 | abs|-2.5 | abs
42.55 | round|42.55 | round(1)|42.55 | round(1, "floor")|42.55 | round(1, "ceil")|2.5 | round|3.5 | round|2.675 | round(2)|42 | round|1234.5 | round(-2)|-2.5 | round | int|42.4 | round(0, "ceil")
l | sort|l | sort(reverse=true)|words | sort|words | sort(case_sensitive=true)|words | sort(true)|people | sort(attribute="age") | map(attribute="name") | list|people | sort(attribute="city,name") | map(attribute="name") | list|people | sort(attribute="age", reverse=true) | map(attribute="name") | list|l | first|l | last|[] | first|[] | last|[] | max|l | min|l | max|words | max|words | min|people | max(attribute="age")|l | sum|people | sum(attribute="age")|people | sum("age", 100)|[[1], [2]] | sum(start=[])
l | join|l | join(", ")|l | join("-", )|people | join(", ", attribute="name")|"abc" | join("-")|d | join(",")|l | reverse | list|l | reverse | join|l | batch(2) | list|l | batch(2, 0) | list|l | slice(2) | list|[1, 2, 3, 4, 5, 6, 7] | slice(3, "-") | list|words | unique | list|words | unique(true) | list|[1, true, 1.0, "1"] | unique | list
l | map("string") | join|words | map("upper") | list|words | map("replace", "a", "z") | list|people | map(attribute="tags.0") | list|people | map(attribute="q", default="?") | list|people | map(attribute="name") | map("lower") | join(" ")|l | select("odd") | list|l | select("gt", 1) | list|l | select | list|[0, 1, "", "a", none] | select | list|[0, 1, "", none] | reject | list|l | reject("odd") | list
people | selectattr("age", "equalto", 31) | map(attribute="name") | list|people | selectattr("tags") | map(attribute="name") | list|people | rejectattr("tags") | map(attribute="name") | list|people | rejectattr("city", "in", ["Rome"]) | map(attribute="name") | list|people | selectattr("q", "defined") | list|people | selectattr("q", "undefined") | list | length|people | groupby("age") | map("first") | list|people | groupby("city") | map(attribute="grouper") | list|people | groupby("city") | map(attribute="list") | map("length") | list|none | select | list|missing | map("upper") | list
s.split()|s.split("o")|s.split("o", 1)|" a  b ".split()|" a  b ".split(" ")|"a,b,c".rsplit(",", 1)|"a b c d".split(none, 2)|"a b c d ".rsplit(none, 1)|"a\\nb\\r\\nc\\n".splitlines()|"a\\nb\\n".splitlines(true)|s.strip("Hd")|ws.strip()|ws.lstrip()|ws.rstrip()|"aXbX".rstrip("X")|s.upper()|s.lower()|s.startswith("He")|s.startswith(("x", "H"))|s.endswith("ld")|s.endswith("l", 0, 4)|s.startswith("W", 6)|s.replace("l", "L")|s.replace("l", "L", 2)|s.find("o")|s.rfind("o")|s.find("zz")|s.find("o", 5)|s.index("W")|s.count("l")|s.count("")|"-".join(words)|s.partition(" ")|s.partition("q")|s.rpartition("o")
"7".zfill(3)|"-7".zfill(4)|"a".center(4, "*")|"ab".center(5, "*")|"a".ljust(3) + "|"|"a".rjust(3)|"a\\tb".expandtabs(4)|s.isalpha()|"12".isdigit()|"½".isnumeric()|"a1".isalnum()|" ".isspace()|"".isspace()|"Aa".istitle()|"ABC".isupper()|"abc1".islower()|s.removeprefix("Hello ")|s.removesuffix("ld")|s.title()|"it's a dog".title()|"hELLO".capitalize()|s.swapcase()
"%s-%d" | format("q", 3)|"%05.1f|%+d|%x|%%" % (2.345, 5, 255)|"%-5s|%5s|" % ("a", "b")|"%r" % s|"%(a)s %(b)03d" | format(a="x", b=7)|"%s" % l|"%e" % 12345.678|"%g" % 0.00001|"%c" % 65|"%.2s" % "abc"|"%s %s" % ("a",)|"%d" % "a"|"%o" % 8|"%#x" % 255
"{} {}".format(1, "a")|"{1} {0}".format(1, 2)|"{a[b]} {a.b}".format(a={"b": 3})|"{:>5}|{:<5}|{:^5}".format(1, 2, 3)|"{:05d} {:+.2f} {:x} {:,}".format(42, 3.14159, 255, 1234567)|"{!r:>6}".format("a")|"{:{w}}".format("a", w=4) + "."|"{{}}".format()|"{:.3}".format("abcdef")|"{:%}".format(0.5)|"{:e}".format(1234.5)|"{} {}".format(1)
range(3) | list|range(1, 10, 3) | list|range(5, 0, -2) | list|range(3)|range(2, 8)[1]|range(10)[2:4] | list|range(0) | list|range(100001)|range(10 ** 12)|5 in range(10)|dict(a=1, b=2)|dict({"a": 1}, b=2)|dict([("a", 1)])|namespace(a=1).a|namespace(a=1).b is defined|cycler("a", "b").next()
l | nofilter|n is notest|1 if yes else (l | nofilter)|l | map("nofilter") | list|l | select("notest") | list|(l | nofilter) if no else "ok"|"a" if yes else l | nofilter
"é" == "e\\u0301"|{"é": 1}["e\\u0301"] is defined|"a\\u0301" | length|"e\\u0301" | upper|"ﬁ" | upper|"ǆ" | capitalize|"ß".upper()|"İ" | lower | length
people[0].name|people[0]["name"]|people[-1].tags[0]|people | length|people[0].tags | first|people.0.name|(people | first).name|people[0].items() | list|nested[1][1]|nested | map("last") | list|[l, words] | map("join", "-") | list
1 == 1.0|1 == true|"1" == 1|nothing == false|[1] == [1.0]|{"a": 1} == {"a": 1}|[] == ()|"a" < "b"|"a" < "B"|"Z" < "é"|not (1 == 2)|1 != 2|n in [1, 7]|"a" not in "b"|2 > 1 > 0|1 in {"a": 1}|1 in {1: 2}|true in {1: 2}|[1, 2] in [[1, 2]]
s.__class__|s["__class__"]|d.__init__|l.sort()|l | attr("x")|n | abs | string ~ "!"|(n, m) | max|n|string|length
"a" if n == 7 else "b" if n == 8 else "c"|-n|+n|--n|-n | abs|(-n) | abs|n.__add__(1)|2 * 3 ~ 4 + 5|1 ~ 2 * 3|1 + 2 ~ 3|"a" ~ 1 + 2|n is odd and m is odd|n is in [7] and true|not n in [1]|1 + 1 == 2 and "x" or "y"
9223372036854775807|9223372036854775806 + 1|0x1F|0b101|0o17|1_000|1.5e3|.5|1.e5|1__0
x|loop|caller|varargs|1,2|1,|[1,2,]|{"a":1,}|{}|lipsum is callable
""".strip("\n")

BROKEN = [
    "(1", "l[", "l]", "(", '"abc', "@", "n !", "a.", "a..b", "1 2", "n n", "not", "in", "is", "if", "n if", "[1 2]", "{1}", "{1:}", "f(a=1, 2)", "f(**d, 1)", '"a"b"', "n is", "n is n is n",
    "n |", "n | 1", "l[1:2:3:4]", "(1]", "[1)", "n ++", "n = 1", "a b", "1a", "n if no else", "**n", "f(*l, *l)", "{,}", "[,]", "l[]", "1 +", "n ~", "'\\x4'", "and n", "n or", "n not 1", "\n\n  n n",
]

WHITESPACE = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\n  {% if yes %}  \n  b\n  {% endif %}\n  c", "a {%- if yes -%} b {%- endif -%} c",
    "a\n\n{%- if yes +%}\nb\n{%+ endif %}\nc", "  {%+ if yes %}x{% endif %}", "  {% if yes %}x{% endif %}\n", "{{ 1 }}\n{{ 2 }}\n",
    "{{- 1 }} \n {{ 2 -}} \n 3", " {{+ 1 }} ", "a\n  {# comment #}\nb", "a\n  {#- comment -#}\n  b", "{# a\nb #}\n\nc", "a{# x #}\nb {#+ y +#}\n c",
    "{% raw %}{{ x }} {% if %}{% endraw %}!", "a\n  {%- raw -%}\n {{ x }} \n{%- endraw -%}\n b", "  {% raw %}\n a\n  {% endraw %}\nb", "\n\n{{ 1 }}\n\n",
    "a\r\nb\r{{ 1 }}\r\n", "{{ 'a\r\nb' }}", "{% for i in l %}\n  {{ i }}\n{% endfor %}\n", "{% for i in l -%}\n  {{ i }}\n{%- endfor %}", "x {% set a = 1 %} y", "x\n {% set a = 1 %}\n y",
    "{{ 1 }} {% if yes %}\n\n{% endif %} {{ 2 }}", "\t{% if yes %}\n\tx\n\t{%- endif %}\n", "{%if yes%}a{%endif%}{{'b'}}", "a\u00a0{%- if yes %}b{% endif %}", "{{ '{{' }}{{ '%}' }}{{ \"}}\" }}", "{{ {'a': {'b': 1}}['a']['b'] }}", "{{ {'a': 1} }}{% set x = {'a': {}} %}{{ x }}",
    "line\n{% if no %}\nx\n{% else %}\ny\n{% endif %}\nend", "{% if yes %}\n    {% if yes %}\n        x\n    {% endif %}\n{% endif %}\n", "{{ 'a' }}   {#- c #}   {{ 'b' }}", "{#\n#}{#-#}x", "", "\n", "plain", "{ {", "{", "}} %} #}", "{{ 1 }}}", "{%- if yes %}\n\n x{% endif -%} \n\n",
]

STATEMENTS = [
    "{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}", "{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% if no %}{% set y = 1 %}{% endif %}{{ y is defined }}", "{% if yes %}{% set y = 1 %}{% endif %}{{ y }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set (a, b) = [3, 4] %}{{ a }}{{ b }}", "{% set a, b = 1 %}", "{% set a, b = [1] %}",
    "{% set t %}a{{ n }}{% endset %}{{ t }}{{ t | length }}", "{% set t | upper | replace('A', 'x') %}a{{ n }}{% endset %}{{ t }}", "{% filter upper %}abc{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}abc{% endfilter %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for a in [] %}x{% else %}none{% endfor %}", "{% for a in l if a > 1 %}{{ loop.index }}{{ a }}{{ loop.length }}{% else %}none{% endfor %}", "{% for a in l if a > 5 %}x{% else %}none{% endfor %}",
    "{% for a in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}", "{% for a in l %}{{ loop.cycle('x', 'y') }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.changed(a > 1) }} {% endfor %}",
    "{% for a in l %}{% for b in words %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}", "{% for a in l %}{% set outer = loop %}{% for b in words %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}", "{% for a in l %}{% if a == 1 %}{% continue %}{% endif %}{{ a }}{% endfor %}", "{% for a in l %}{% if a == 1 %}{% break %}{% endif %}{{ a }}{% endfor %}!",
    "{% for a in l %}{% for b in l %}{% if b == 1 %}{% break %}{% endif %}{{ a }}{{ b }} {% endfor %}{% endfor %}", "{% for x in [[1, [2, [3]]], [4]] recursive %}{{ loop.depth }}{{ x[0] if x is sequence else x }}{{ loop(x[1:]) if x is sequence and x | length > 1 }}{% endfor %}",
    "{% for i in 5 %}{% endfor %}", "{% for i in nothing %}{% endfor %}", "{% for i in missing %}x{% else %}y{% endfor %}", "{% for c in 'aé' %}{{ c }}.{% endfor %}", "{% for k in d %}{{ k }}.{% endfor %}", "{% for i in range(3) %}{{ i }}{% endfor %}", "{% for a, b in nested %}{{ a }}{{ b }}{% endfor %}", "{% for a, b in l %}{% endfor %}", "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in l %}{{ i }}{% endfor %}{{ i is defined }}", "{% for l in l %}{{ l }}{% endfor %}{{ l }}", "{% for i in l %}{% set q = i %}{% endfor %}{{ q is defined }}", "{% set g = l | select('odd') %}{{ g | list }}{{ g | list }}", "{% set g = l | map('string') %}{{ g | length }}",
    "{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c='y') }} {{ m() }} {{ m(b=1, a=2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}", "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}",
    "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}", "{% macro m() %}{{ later }}{% endmacro %}{% set later = 5 %}{{ m() }}", "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{{ n }}{% endcall %}", "{% macro m(l) %}{% for i in l %}{{ caller(i, i * 2) }};{% endfor %}{% endmacro %}{% call(a, b) m(l) %}{{ a }}+{{ b }}{% endcall %}",
    "{% macro m() %}a{% endmacro %}{% call m() %}x{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% macro m(x) %} {{ x }} {% endmacro %}{{ m(1) | trim | upper }}{{ m.name }}{{ m.arguments }}", "{% macro a() %}1{% endmacro %}{% macro b() %}{{ a() }}2{% endmacro %}{{ b() }}", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}", "{% macro m() %}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}", "{% for i in l %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% with %}{% set n = 0 %}{{ n }}{% endwith %}{{ n }}", "{% generation %}a{{ n }}{% set n = 2 %}{{ n }}{% endgeneration %}{{ n }}", "{% print n, s %}", "{% if n == 7 %}a{% elif n == 8 %}b{% else %}c{% endif %}", "{% if no %}a{% elif yes %}b{% elif x.y.z %}c{% endif %}", "{% if missing %}a{% endif %}b", "{% if missing.x %}a{% endif %}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.b = ns.a + 1 %}{{ ns.b }}{{ ns['a'] }}{{ ns.q is defined }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}", "{% set d.b = 2 %}", "{% set nope.b = 2 %}", "{% set ns = namespace(_a=1) %}", "{% set ns = namespace() %}{% for x in l %}{% if loop.first %}{% set ns.v = x %}{% endif %}{% endfor %}{{ ns.v }}", "{% set ns = namespace(l=[]) %}{% for x in l %}{% set ns.l = ns.l + [x * 2] %}{% endfor %}{{ ns.l }}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}", "{% set j = joiner(', ') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}", "{{ raise_exception('stop') }}", "a\n{{ raise_exception('stop') }}", "{% set x = raise_exception %}{{ x is callable }}", "{% if no %}{{ l | nofilter }}{% endif %}ok", "{% if yes %}{{ l | nofilter }}{% endif %}", "{{ l | nofilter }}\n", "\n\n{{ l is notest }}",
    "{% set x = namespace %}{{ x is defined }}", "{% do l.append(1) %}", "{% unknown %}", "{% endif %}", "{% if yes %}", "{% for x in l %}{% endif %}", "{% for %}", "{% for x l %}", "{% set %}", "{% set x %}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{% macro %}", "{% macro m %}{% endmacro %}", "{% macro m(a=1, b) %}{% endmacro %}", "{% break %}", "{% if yes %}{% else %}{% elif yes %}{% endif %}", "{% if yes %}a{% endif", "{{ 1", "{% raw %}a", "{# a", "a\n{# a\n\n", "a\n\n{{ 'x\n }}", "{{ 1 }\n}", "{% filter nofilter %}{% endfilter %}", "{% call 1 %}{% endcall %}", "{% if a.b %}{% endif %}", "{% for i in l %}\n{{ i.x.y }}\n{% endfor %}", "a\n{% if yes %}\n\n{{ missing.x }}\n{% endif %}", "{%%}", "{% %}", "{{}}", "{{ }}", "{% set x = %}", "{% if %}a{% endif %}", "{% for a.b in l %}{% endfor %}", "{% set a.b, c = 1, 2 %}", "{% generation %}", "{% with a %}{% endwith %}", "{% print %}",
    "{% autoescape false %}{{ '<' }}{% endautoescape %}", "{% set x = 5 if yes %}{{ x }}", "{% for x in l if x is odd and x > 1 %}{{ x }}{% endfor %}", "{% for x in (1, 2) %}{{ x }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{% for x in l | sort %}{{ x }}{% endfor %}", "{% for x in yes and l %}{{ x }}{% endfor %}", "{% set x = [1, 2] if yes else [] %}{{ x }}", "{% if 'a' in s %}y{% endif %}{% if not 'H' in s %}n{% endif %}", "{%- set x -%}  a  {%- endset -%}[{{ x }}]", "{{ loop is defined }}", "{% set loop = 1 %}{{ loop }}", "{% for i in l %}{{ loop }}{% endfor %}", "{{ namespace(a=1) is mapping }}{{ namespace() is iterable }}",
]

TOOLS = [{"type": "function", "function": {"name": "clock", "description": "Time & <zone>", "parameters": {"type": "object", "properties": {"zone": {"type": "string", "enum": ["utc", "é"]}}, "required": ["zone"]}}}]
CONVERSATIONS = [
    [{"role": "user", "content": "Hi there"}],
    [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Name a river"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nThe Elbe"}, {"role": "user", "content": "Another "}],
    [{"role": "user", "content": "Time?"}, {"role": "assistant", "content": "", "tool_calls": [{"id": "abc123def", "type": "function", "function": {"name": "clock", "arguments": {"zone": "utc"}}}]}, {"role": "tool", "tool_call_id": "abc123def", "name": "clock", "content": "12:00"}, {"role": "assistant", "content": "Noon."}],
    [{"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image"}]}, {"role": "assistant", "content": [{"type": "text", "text": "A boat"}]}],
]
CHATS = {
    "headers": """{{- bos_token }}
{%- if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|head|>system<|/head|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Tools: " }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|end|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|/head|>\\n\\n' }}
        {%- if message.content is string %}{{ message.content | trim }}{% else %}{% for part in message.content %}{{ part.text if part.type == 'text' else '<|' ~ part.type ~ '|>' }}{% endfor %}{% endif %}
        {{- '<|end|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("One call at a time.") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|head|>assistant<|/head|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|call|>" if builtin_tools is defined else "<|end|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|head|>ipython<|/head|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|end|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|/head|>\\n\\n' }}
{%- endif %}
""",
    "thinking": """{%- if tools %}
    {{- '<|s|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "Signatures inside <tools></tools>:\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|e|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|s|>system\\n' + messages[0].content + '<|e|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<answer>') and message.content.endswith('</answer>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|s|>' + message.role + '\\n' + content + '<|e|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|s|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|s|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|s|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<call>\\n{"name": "' }}
                {{- tool_call.name }}
                {{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|e|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|s|>user' }}
        {%- endif %}
        {{- '\\n<answer>\\n' }}
        {{- content }}
        {{- '\\n</answer>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|e|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|s|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "instructions": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, roles must alternate.") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Ids have nine characters.") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool_results" or message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}
            {%- set content = message.content.content %}
        {%- else %}
            {%- set content = message.content %}
        {%- endif %}
        {{- '[RESULTS] {"content": ' + content|string + ", " }}
        {{- '"id": "' + message.tool_call_id + '"}[/RESULTS]' }}
    {%- else %}
        {{- raise_exception("Unknown role") }}
    {%- endif %}
{%- endfor %}
""",
    "turns": """{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- if messages[0]['content'] is string -%}{%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}{%- else -%}{%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}{%- endif -%}{%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Roles must alternate") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '</turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<turn>model\n'}}
{%- endif -%}
""",
    "compact": "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}{% elif message['content'] is string %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}",
}


def render(template, variables):
    try:
        return {"text": _compile_jinja_template(template).render(**variables)}
    except jinja2.TemplateSyntaxError as error:
        return {"line": error.lineno}
    except Exception as error:  # any failure counts: the other side must fail too
        return {"error": type(error).__name__}


def entry(template, own=None):
    result = {"template": template}
    if own:
        result["variables"] = own
    return result | render(template, VARIABLES | (own or {}))


def expressions():
    for line in EXPRESSIONS.split("\n"):
        parts, current, depth, quote = [], "", 0, None
        for index, character in enumerate(line):
            if quote is None and character in "\"'" and line[index - 1] != "\\":
                quote = character
            elif quote == character and line[index - 1] != "\\":
                quote = None
            depth += (character in "([{") - (character in ")]}") if quote is None else 0
            is_filter = current.endswith(" ") or line[index + 1 : index + 2] == " "
            if character == "|" and quote is None and depth == 0 and not is_filter:
                parts.append(current)
                current = ""
            else:
                current += character
        yield from [part for part in parts + [current] if part]


def chats():
    for template in CHATS.values():
        for messages in CONVERSATIONS:
            for prompt in [False, True]:
                for tools in [None, TOOLS]:
                    own = {"messages": messages, "tools": tools, "add_generation_prompt": prompt, "bos_token": "<s>", "eos_token": "</s>"}
                    if prompt and tools is None:
                        own["enable_thinking"] = False
                    yield entry(template, own)


oracle = {
    "made_by": f"jinja2 {jinja2.__version__}, transformers {transformers.__version__} _compile_jinja_template",
    "variables": VARIABLES,
    "expressions": [entry("{{ " + expression + " }}") for expression in [*expressions(), *BROKEN]],
    "whitespace": [entry(template) for template in WHITESPACE],
    "statements": [entry(template) for template in STATEMENTS],
    "chats": list(chats()),
}
folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "templates"
folder.mkdir(parents=True, exist_ok=True)
text = json.dumps(oracle, ensure_ascii=False, indent=0).replace("\n\"", " \"").replace("\n}", " }")
(folder / "templates.json").write_text(text + "\n")
