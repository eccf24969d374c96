import pytest

from kg.corpus.tree import MAX_DEPTH, Mapping, Scalar, Sequence, parse

REFUSED = {
    "alias": ("a: &x 1\nb: *x\n", [(1, "yaml-refused", "remove &x"), (2, "yaml-refused", "*x")]),
    "alias bomb": (
        "a: &a [x,x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        [(1, "yaml-refused", "&a"), (2, "yaml-refused", "*a")],
    ),
    "tag": ("a: !!int '1'\n", [(1, "yaml-refused", "tags")]),
    "python tag": (
        "format: 1\nx: !!python/object/apply:os.system ['true']\n",
        [(2, "yaml-refused", "python/object/apply:os.system")],
    ),
    "merge key": ("a:\n  <<: {b: 1}\n", [(2, "yaml-refused", "a merge (<<)")]),
    "list as key": ("? [a, b]\n: c\n", [(1, "yaml-refused", "a list or mapping")]),
    "second document": ("a: 1\n---\nb: 2\n", [(2, "yaml-refused", "a second (---)")]),
    "directive": ("%YAML 1.1\n---\na: 1\n", [(2, "yaml-refused", "directives")]),
    "tab": ("a:\n\tb: 1\n", [(2, "yaml-syntax", "indent with spaces")]),
    "tab at the start": ("\ta: 1\n", [(1, "yaml-syntax", "indent with spaces")]),
    "colon in a value": ("a: 1\nb: he said: no\n", [(2, "yaml-syntax", "mapping values are not allowed")]),
    "bracket left open": ("a: 1\nb: [c\n", [(3, "yaml-syntax", "expected ',' or ']'")]),
    "quotation mark left open": ('a: "b\n', [(2, "yaml-syntax", "unexpected end")]),
    "unknown escape": ('a: "\\q"\n', [(1, "yaml-syntax", "escape")]),
    "control character": ("a: 1\nb: \x07\n", [(2, "yaml-syntax", "U+0007")]),
    "nul": ("a: 1\nb: \x00\n", [(2, "yaml-syntax", "U+0000")]),
    "deep flow": ("a: " + "[" * 200_000, [(1, "yaml-refused", f"at most {MAX_DEPTH}")]),
    "deep mappings": ("a: " + "{a: " * 50_000, [(1, "yaml-refused", f"at most {MAX_DEPTH}")]),
    "deep block": ("- " * 100_000, [(1, "yaml-refused", f"at most {MAX_DEPTH}")]),
    "deep keys": ("? " * 100_000, [(1, "yaml-refused", f"at most {MAX_DEPTH}")]),
}


@pytest.mark.parametrize(("yaml", "expected"), REFUSED.values(), ids=REFUSED)
def test_refuses(yaml: str, expected: list[tuple[int, str, str]]) -> None:
    node, refusals = parse(yaml)
    assert node is None
    assert len(refusals) >= len(expected)
    for refusal, (line, rule, words) in zip(refusals, expected, strict=False):
        assert (refusal.line, refusal.rule) == (line, rule)
        assert words in refusal.message


TYPED = {
    "date": "2020-06-08",
    "number": "1_000",
    "leading zero": "007",
    "boolean": "true",
    "norway": "no",
    "time": "12:30:45",
    "typographic": "“a” b’c",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_keeps_characters_as_typed(typed: str) -> None:
    node, _ = parse(f"a: {typed}  # comment\n")
    assert isinstance(node, Mapping)
    value = node.get("a")
    assert isinstance(value, Scalar)
    assert (value.text, value.plain, value.line) == (typed, True, 1)


def test_knows_the_line_of_every_value() -> None:
    yaml = "\ufeffa:\r\n  - b\r\n  -\r\n    c: 'd'\r\ne:\r\n  f\r\n"
    node, refusals = parse(yaml)
    assert isinstance(node, Mapping), refusals
    items = node.get("a")
    assert isinstance(items, Sequence)
    assert [item.line for item in items.items] == [2, 4]
    value = node.get("e")
    assert isinstance(value, Scalar)
    assert (value.line, yaml[value.start : value.end]) == (6, "f")


@pytest.mark.parametrize("yaml", ["", "# nothing yet\n", "~\n", "---\n"], ids=["empty", "comment", "null", "dashes"])
def test_an_empty_document_is_an_empty_mapping(yaml: str) -> None:
    assert parse(yaml) == (Mapping((), False, 1, 0, 0), ())


def test_as_deep_as_allowed_is_read() -> None:
    node, refusals = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert not refusals
    assert node is not None
