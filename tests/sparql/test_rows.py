import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, Store

from kg.sparql.rows import counter

SYNTAXES = ["JSON", "XML", "CSV", "TSV"]
MIMICS = [
    "},{",
    "}},{",
    '}},{"',
    "{},{}",
    "},{},",
    "},{}]",
    "<result>",
    "\r\n",
    "\n",
    '"',
    '""',
    "\\",
    '\\"',
    "x",
    "}",
    ",",
    "é",
]
_TEXT = st.lists(st.sampled_from(MIMICS), max_size=5).map("".join)
_CELL = st.one_of(st.none(), _TEXT.map(Literal), st.just(NamedNode("urn:a")), st.just(Literal("1", language="en")))
_TABLE = st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[_CELL] * width), max_size=8))


def _written(table: list[tuple[object, ...]], syntax: str) -> bytes:
    """The engine's own writing of a table, empty cells and empty rows among it."""
    names = " ".join(f"?v{i}" for i in range(len(table[0]) if table else 1))
    rows = " ".join("(" + " ".join("UNDEF" if cell is None else str(cell) for cell in row) + ")" for row in table)
    results = Store().query(f"SELECT {names} {{ VALUES ({names}) {{ {rows} }} }}")
    assert isinstance(results, QuerySolutions)
    return bytes(results.serialize(format=getattr(QueryResultsFormat, syntax)))


def _counted(data: bytes, syntax: str, cuts: list[int]) -> int:
    rows = counter(syntax)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        rows.add(data[start:end])
    return rows.count


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(table=_TABLE, cuts=st.lists(st.integers(0, 5000), max_size=20))
@example(table=[(None,), (None,), (None,)], cuts=[])
@example(table=[(Literal('}},{"'),), (Literal("a"),)], cuts=list(range(200)))
@example(table=[(None, Literal("a")), (None, None), (Literal('"\r\n"'), None)], cuts=list(range(300)))
def test_rows_are_counted_exactly_wherever_the_stream_is_cut(syntax, table, cuts) -> None:
    counted = _counted(_written(table, syntax), syntax, cuts)
    texts = [cell.value for row in table for cell in row if isinstance(cell, Literal)]
    # The one text that JSON's counter takes for a row more, as its module says.
    surplus = sum(len(re.findall(r"(?=\},\{\}[,\]])", text)) for text in texts) if syntax == "JSON" else 0
    least = max(1, len(table)) if syntax == "JSON" else len(table)
    assert least <= counted <= least + surplus


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_byte_by_byte(syntax: str) -> None:
    table = [(Literal('a "quoted",\r\n<result> }},{" row'), None), (None, None), (NamedNode("urn:a"), Literal("b"))]
    data = _written(table, syntax)
    assert _counted(data, syntax, list(range(len(data)))) == 3


def test_nested_terms() -> None:
    store = Store()
    results = store.query(
        "SELECT ?t { VALUES ?i { 1 2 } BIND(<<( <urn:a> <urn:b> <<( <urn:c> <urn:d> ?i )>> )>> AS ?t) }"
    )
    assert _counted(bytes(results.serialize(format=QueryResultsFormat.JSON)), "JSON", []) == 2
