"""An answer to a query as a page shows it without script: a table with labels, yes or no, or a graph as Turtle."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from kg.sparql.answers import Answer
from kg.web.labels import Label, labels, page_of
from kg.web.record import Record

Binding = dict[str, dict[str, str]]
MOST_BYTES = 4 << 20  # of an answer that a page reads
MOST_ROWS = 200
MOST_TEXT = 100_000  # characters of a graph on a page


@dataclass(frozen=True, slots=True)
class Cell:
    """One term: its text, where its page is, the IRI or datatype as a note, and the language of the text."""

    text: str
    href: str = ""
    note: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on a page. One of `names` (of variables, with `rows`), `boolean` and `graph` is not None.

    `found` counts all rows; `too_long` says that the answer was not read to its end, and that there are none.
    """

    generation: int
    names: list[str] | None = None
    rows: tuple[list[Cell], ...] = ()
    found: int = 0
    boolean: bool | None = None
    graph: str | None = None
    too_long: bool = False


def shown(answer: Answer) -> Shown:
    """Read an answer, up to what a page can show. Raises KgError."""
    pieces, size = [], 0
    for piece in answer.chunks:
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            answer.chunks.close()
            return Shown(answer.generation, names=[], too_long=True)
    body = b"".join(pieces)
    if not answer.media_type.endswith("json"):
        text = body.decode()
        return Shown(answer.generation, graph=text[:MOST_TEXT], too_long=len(text) > MOST_TEXT)
    return _results(json.loads(body), answer.generation)


def _results(results: dict[str, dict[str, list[Binding]]], generation: int) -> Shown:
    """SPARQL 1.1 Query Results JSON Format, section 3."""
    if "boolean" in results:
        return Shown(generation, boolean=bool(results["boolean"]))
    names = [str(name) for name in results["head"].get("vars", [])]
    bindings = results["results"]["bindings"]
    called = labels(Record.of_app(), _iris(bindings[:MOST_ROWS]))
    cells = tuple([_cell(row, name, called) for name in names] for row in bindings[:MOST_ROWS])
    return Shown(generation, names, cells, len(bindings))


def _iris(bindings: list[Binding]) -> Iterator[str]:
    return (term["value"] for row in bindings for term in row.values() if term["type"] == "uri")


def _cell(row: Binding, name: str, called: dict[str, Label]) -> Cell:
    term = row.get(name)
    if term is None:
        return Cell("")
    text = term["value"]
    if term["type"] == "uri":
        label = called.get(text)
        return Cell(
            label.text if label else text, page_of(text), text if label else "", label.language if label else ""
        )
    return Cell(text, note=term.get("datatype", ""), language=term.get("xml:lang", ""))
