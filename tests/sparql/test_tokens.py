import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import BadInput, ContentTooLarge, Forbidden, QuerySyntax, TooComplex
from kg.settings import Settings
from kg.sparql.limits import Limits
from kg.sparql.tokens import check, scan

LIMITS = Limits.of(Settings())

HARMLESS = {
    "variable": "SELECT ?service $load {}",
    "prefixed name": "PREFIX ex: <urn:x> SELECT * { ex:service ex:load ex:SERVICE }",
    "prefix": "PREFIX service: <urn:x> PREFIX load: <urn:y> SELECT * { service:a load:b service: }",
    "prefix with dots": "PREFIX a.service-b: <urn:x> SELECT * { a.service-b:c ?p ?o }",
    "local name with an escape": r"SELECT * { :a\#SERVICE ?p :b\'SERVICE }",
    "string": "SELECT * { ?s ?p 'SERVICE' , \"LOAD <urn:a>\" }",
    "long strings": "SELECT * { ?s ?p '''a ' '' SERVICE\n''' , \"\"\"b \" \"\" SERVICE\n\"\"\" }",
    "escaped quote": r"""SELECT * { ?s ?p 'a\' SERVICE', "a\" SERVICE", '''\''' SERVICE''' }""",
    "escaped backslash": r"""SELECT * { ?s ?p 'a\\', "b\\" } # SERVICE""",
    "codepoint escape of a quote": r"""SELECT ("\u0022 SERVICE" AS ?a) ('\u0027 # ' AS ?b) {}""",
    "iri": "SELECT * { <http://e/SERVICE#LOAD> ?p <SERVICE> }",
    "comment": "# SERVICE <urn:a>\nSELECT * { ?s ?p ?o } # LOAD",
    "comment to a carriage return": "#SERVICE\rSELECT * {}",
    "blank node and language tag": "SELECT * { _:service ?p 'a'@service }",
    "less than": "SELECT * { ?s ?p ?o FILTER(?a<?b && ?c>?d) }",
    "datatype": "SELECT * { ?s ?p '1'^^<urn:SERVICE> }",
    "function": "SELECT * { ?s ?p ?o FILTER(<urn:service>(?o) || ex:load(?o)) }",
    "unicode": "SELECT ?café { é:a ?p '𝒳' }",
}

REFUSED = {
    "plain": ("SELECT * { SERVICE <urn:a> {} }", 1, 12),
    "lower case": ("SELECT * { service <urn:a> {} }", 1, 12),
    "second line": ("SELECT *\n{ ?s ?p ?o .\n  SERVICE ?x {} }", 3, 3),
    "silent": ("ASK { FILTER EXISTS { SERVICE SILENT ?x {} } }", 1, 23),
    "run together": ("ASK { SERVICESILENT<urn:a>{} }", 1, 7),
    "no space": ("ASK { ?s ?p 1.SERVICE<urn:a>{} }", 1, 15),
    "after a word and a dot": ("ASK { ?s ?p true.SERVICE<urn:a>{} }", 1, 18),
    "after a string": ("ASK { ?s ?p ''SERVICE<urn:a>{} }", 1, 15),
    "after an empty long string": ("ASK { ?s ?p ''''''SERVICE<urn:a>{} }", 1, 19),
    "after a comment": ("ASK { #'\nSERVICE <urn:a> {} }", 2, 1),
    "after an IRI with a quote": ("ASK { <urn:'> ?p ?o SERVICE <urn:a> {} }", 1, 21),
    "after a name with an escaped quote": (r"ASK { :a\' ?p ?o SERVICE <urn:a> {} }", 1, 18),
    "after a string with an escaped codepoint": (r"ASK { ?s ?p '\u0027', 'a' SERVICE <urn:a> {} }", 1, 27),
    "codepoint escape": (r"ASK { \u0053ERVICE <urn:a> {} }", 1, 7),
    "long codepoint escape": (r"ASK { SERV\U00000049CE <urn:a> {} }", 1, 7),
    "load": ("LOAD <http://e/>", 1, 1),
    "load after prologue": ("BASE <http://e/>\nPREFIX a: <b>\nload silent <c> INTO GRAPH <d>", 3, 1),
    "load in a query": ("SELECT * { LOAD <a> }", 1, 12),
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_harmless(text: str) -> None:
    assert check(text, LIMITS).form == "select"


@pytest.mark.parametrize(("text", "line", "column"), REFUSED.values(), ids=REFUSED.keys())
def test_service_and_load_are_refused_where_they_stand(text: str, line: int, column: int) -> None:
    with pytest.raises(Forbidden, match=f"^line {line}, column {column}: (SERVICE|LOAD) is not offered"):
        check(text, LIMITS)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "select"),
        ("ask{}", "ask"),
        ("PREFIX select: <a> BASE <b> CONSTRUCT WHERE {}", "construct"),
        ("# SELECT\nDESCRIBE <urn:a>", "describe"),
        ("SELECT*{}", "select"),
        ("select(1 as ?x){}", "select"),
        ('VERSION "1.2" ASK {}', "ask"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert check(text, LIMITS).form == form


@pytest.mark.parametrize("word", ["INSERT", "DELETE", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])
def test_an_update_is_told_apart(word: str) -> None:
    with pytest.raises(BadInput, match=f"line 2, column 2: expected a query, found an update .{word}") as caught:
        check(f"PREFIX a: <b>\n {word.lower()} DATA {{}}", LIMITS)
    assert type(caught.value) is BadInput


@pytest.mark.parametrize("text", ["", " \n", "# SELECT", "PREFIX a: <b>", "SELEC * {}", "{}", "<script>alert(1)"])
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(QuerySyntax, match="expected SELECT, ASK, CONSTRUCT or DESCRIBE, found"):
        check(text, LIMITS)


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_a_string_without_end(quote: str) -> None:
    with pytest.raises(QuerySyntax, match="line 2, column 3: the string that begins here has no end") as caught:
        check(f"SELECT * {{\n  {quote}abc \\{quote[0]}", LIMITS)
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize(
    ("text", "nesting"),
    [
        ("ASK {}", 1),
        ("ASK {{}{}}", 2),
        ("ASK { ?s ?p [ ?q ( 1 ) ] }", 3),
        ("ASK { ?s ?p <<( <a> <b> <<( 1 2 3 )>> )>> }", 3),
        ("ASK { ?s ?p << <a> <b> <c> >> {| <d> <e> |} }", 2),
        ("ASK { ?s ?p '{{{{', <http://e/((>, ?o # ((((\n}", 1),
        ("ASK " + "(" * 5000, 5000),
    ],
    ids=["flat", "siblings", "brackets", "triple terms", "annotation", "hidden", "unclosed"],
)
def test_nesting(text: str, nesting: int) -> None:
    assert scan(text).nesting == nesting


GROWING = {
    "triples": "ASK {{ {} }}@?s ?p ?o . ",
    "predicates": "ASK {{ ?s {} }}@?p ?o ; ",
    "objects": "ASK {{ ?s ?p {} 1 }}@1,",
    "or": "ASK {{ FILTER({} 1) }}@?o=1||",
    "and": "ASK {{ FILTER({} 1) }}@?o && ",
    "not": "ASK {{ FILTER({} 1) }}@!",
    "minus": "SELECT ({} 1 AS ?x) {{}}@- ",
    "plus": "SELECT ({}1 AS ?x) {{}}@1+",
    "alternative": "ASK {{ ?s {}<a> ?o }}@<a>|",
    "sequence": "ASK {{ ?s {}<a> ?o }}@<a>/",
    "inverse": "ASK {{ ?s {}<a> ?o }}@^<a>|",
    "union": "ASK {{ {} {{}} }}@{} UNION ",
    "optional": "ASK {{ {} }}@OPTIONAL {} ",
    "bind": "ASK {{ {} }}@BIND(1 AS ?a) ",
    "filter": "ASK {{ {} }}@FILTER(1) ",
    "collection": "ASK {{ ?s ?p ({}) }}@1 ",
    "collection of words": "ASK {{ ?s ?p ({}) }}@true ",
    "select expressions": "SELECT {} {{}}@(1 AS ?x) ",
    "collections": "ASK {{ ?s ?p ({}) }}@() ",
    "described": "DESCRIBE {}@<urn:a> ",
    "concatenated words": "ASK {{ {} }}@true.true-true",
}
FREE = {
    "VALUES": "ASK {{ VALUES ?x {{ {} }} }}@<urn:a> ",
    "VALUES rows": "ASK {{ VALUES (?x ?y) {{ {} }} }}@('a' \"b\"@en) (-1.5 UNDEF)",
    "IN": "ASK {{ FILTER(?x IN ({}1)) }}@'a', ",
    "arguments": "SELECT (CONCAT({}'a') AS ?x) {{}}@?x, ",
    "variables": "SELECT {} {{}}@?x ",
    "comments": "ASK {{}} {}@# ....\n",
    "dots in names": "ASK {{ ?s ?p ex:{}b }}@a.",
}


@pytest.mark.parametrize("case", GROWING.values(), ids=GROWING.keys())
def test_what_makes_work_grow_is_counted(case: str) -> None:
    frame, _, part = case.partition("@")
    assert scan(frame.format(part * 600)).patterns > 500
    with pytest.raises(TooComplex, match="at most 500 patterns"):
        check(frame.format(part * 600), LIMITS)


@pytest.mark.parametrize("case", FREE.values(), ids=FREE.keys())
def test_what_costs_little_is_not_counted(case: str) -> None:
    frame, _, part = case.partition("@")
    assert check(frame.format(part * 3000), LIMITS).patterns < 10


def test_counting_goes_on_after_a_block_of_values() -> None:
    assert scan("ASK { VALUES ?x { 1 2 3 } ?s ?p ?o . ?a ?b ?c ; ?d ?e }").patterns == 3


def test_limits_name_what_was_found() -> None:
    with pytest.raises(TooComplex, match="at most 48 brackets within each other, found 49"):
        check("ASK " + "{" * 49 + "}" * 49, LIMITS)
    with pytest.raises(ContentTooLarge, match="at most 100 characters, found 103"):
        check("ASK" + " " * 100, replace(LIMITS, length=100))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT (NOW() AS ?x) { BIND(rand() AS ?y) BIND(bnode('a') AS ?z) }", {"NOW", "RAND", "BNODE"}),
        ("SELECT (UUID() AS ?x) (STRUUID() AS ?y) {}", {"UUID", "STRUUID"}),
        ("SELECT ?now ('RAND()' AS ?x) { ex:uuid <urn:BNODE> ?x } # NOW()", set()),
    ],
    ids=["three", "identifiers", "hidden"],
)
def test_volatile_functions(text: str, found: set[str]) -> None:
    assert scan(text).volatile == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PREFIX a: <urn:a> PREFIX : <urn:b> SELECT * { a:b :c _:d . 'x:y' <z:z> ?q } # u:v", None),
        ("PREFIX a: <urn:a>\nASK { a:b\n  :c b:d }", ":"),
        ("prefix a: <urn:a> ASK { ?s b:c a:d }", "b:"),
    ],
)
def test_the_first_prefix_that_is_not_declared(text: str, found: str | None) -> None:
    word = scan(text).undeclared
    assert (word and word.text) == found
    assert word is None or text.split("\n")[word.line - 1].startswith(word.text, word.column - 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT * FROM <urn:a> {}", True),
        ("SELECT * from named <urn:a> {}", True),
        ("SELECT * FROMNAMED<urn:a> {}", True),
        ("SELECT ?from { ex:from <urn:FROM> 'FROM' } # FROM", False),
    ],
)
def test_from(text: str, found: bool) -> None:
    assert scan(text).has_from is found


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("PREFIX ex: <urn:x> SELECT ?s FROM <urn:g> WHERE { ?s a ex:c } LIMIT 5 OFFSET 1", True),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p 'a'@en }", True),
        ("CONSTRUCT WHERE { ?s ?p ?o }", True),
        ("ASK { ?s ?p ?o }", False),
        ("DESCRIBE <urn:a>", False),
        ("SELECT * { ?s ?p ?o . ?a ?b ?c }", False),
        ("SELECT * { ?s ?p ?o FILTER(?o > 1) }", False),
        ("SELECT * { ?s <urn:p>* ?o }", False),
        ("SELECT * { ?s <urn:p>? ?o }", False),
        ("SELECT * { ?s !<urn:p> ?o }", False),
        ("SELECT * { ?s ?p ?o } ORDER BY ?o", False),
        ("SELECT DISTINCT ?s { ?s ?p ?o }", False),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", False),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", False),
        ("SELECT * { ?s ?p ?o } VALUES ?s { <urn:a> }", False),
        ("SELECT * { ?s ?p (1 2) }", False),
    ],
)
def test_plain_queries(text: str, plain: bool) -> None:
    assert check(text, LIMITS).is_plain is plain


_FILLING = st.text(
    st.sampled_from(string.ascii_letters + string.digits + " .,;:{}()[]<>#?$@^|/!'\"\\\n\t_-é𝒳"), max_size=40
)
_SERVICE = st.tuples(_FILLING, st.sampled_from([" SERVICE ", " LOAD <a> ", "{SERVICE?x{}}"]), _FILLING).map("".join)


def _quoted(text: str, quote: str) -> str:
    for character, escape in {"\\": "\\\\", "\n": "\\n", quote[0]: "\\" + quote[0]}.items():
        text = text.replace(character, escape)
    return quote + text + quote


_HIDDEN = st.one_of(
    st.tuples(_SERVICE, st.sampled_from(["'", '"', "'''", '"""'])).map(lambda pair: _quoted(*pair)),
    _SERVICE.map(lambda text: "#" + text.replace("\n", "") + "\n"),
    _SERVICE.map(lambda text: "<urn:" + "".join(c for c in text if c not in '<>"{}|^`\\ \n\t') + ">"),
)
_PLAIN = st.sampled_from(["?s", "ex:a", ".", "{", "}", "FILTER", "(", ")", "1.5", "true", "'a'@en", "<urn:b>", "&&"])


@given(st.lists(st.one_of(_HIDDEN, _PLAIN), max_size=12))
def test_what_strings_iris_and_comments_hold_never_counts(parts: list[str]) -> None:
    found = scan("SELECT " + " ".join(parts))
    assert found.outside is None
    assert found.first is not None
    assert found.first.text == "SELECT"


@given(st.lists(st.one_of(_HIDDEN, _PLAIN), max_size=12), st.lists(st.one_of(_HIDDEN, _PLAIN), max_size=4))
def test_a_keyword_outside_of_them_is_found(before: list[str], after: list[str]) -> None:
    text = "SELECT " + " ".join(before)
    found = scan(f"{text}\nSERVICE {' '.join(after)}").outside
    assert found is not None
    assert (found.line, found.column) == (text.count("\n") + 2, 1)


@given(st.text(max_size=200))
def test_any_text_is_scanned_or_refused(text: str) -> None:
    try:
        check(text, LIMITS)
    except BadInput as error:
        message = str(error)
    else:
        message = "scanned"
    assert message.strip()


QUADRATIC = {
    "dotted words": "a." * 50_000,
    "hyphens": "a-" * 50_000,
    "open IRIs": "<a" * 50_000,
    "dots": "a:" + "." * 100_000,
    "prefixes": "PREFIX " * 14_000,
    "services": "SERVICE " * 12_000,
    "escapes": r"\u0041" * 16_000,
    "colons": ":" * 100_000,
    "quotes": "'' " * 33_000,
    "escaped quotes": "'" + r"\'" * 50_000 + "'",
    "newlines": "a\n" * 50_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", QUADRATIC.values(), ids=QUADRATIC.keys())
def test_long_texts_take_linear_time(text: str) -> None:
    # Ten times the longest query that is let in: seconds if linear, many minutes if quadratic.
    assert scan("SELECT " + text * 10) is not None
