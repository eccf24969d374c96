"""The record in memory, asked as a query worker asks it, and miniature corpora to pin what a question means."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from ruamel.yaml import YAML

from kg import resources
from kg.build.derived import derived
from kg.build.workshop import Work, Workshop
from kg.corpus.folders import articles_in
from kg.questions import Question, bind, find_question
from kg.settings import Settings
from kg.store.commit import Delta

QUERIES = resources.find("queries")
CASES = Path(__file__).parent / "cases"
EXPECTED = Path(__file__).parent / "expected"

REGISTER = """\
format: 1
language: en
entities:
  gazette: {is: MediaOutlet, label: Gazette}
  herald: {is: MediaOutlet, label: Herald}
  radio: {is: MediaOutlet, label: Radio}
  mayor: {is: Person, label: Mayor}
  captain: {is: Person, label: Captain}
  sergeant: {is: Person, label: Sergeant}
  guards: {is: SecurityForce, label: Guards}
  band: {is: Militia, label: Band}
  crowd: {is: Collective, label: Crowd}
  witnesses: {is: Collective, label: Witnesses, placeholder: true, anonymousSource: true}
  shooting: {is: Event, label: Shooting}
  rally: {is: Event, label: Rally}
  norwick: {is: Settlement, label: Norwick}
  square: {is: Site, label: Square}
  shire: {is: Region, label: Shire}
  kingdom: {is: Country, label: Kingdom}
"""


@dataclass(frozen=True)
class Case:
    """A miniature corpus, and what a question answers on it."""

    question: str
    values: Mapping[str, str]
    corpus: Mapping[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ordered: bool


def cases(path: Path) -> tuple[Case, ...]:
    """Every `ask` of a case file, over the corpus that the file describes."""
    corpus = YAML(typ="safe").load(path.read_text("utf-8"))
    return tuple(
        Case(
            corpus["question"],
            {name: str(value) for name, value in (ask.get("with") or {}).items()},
            corpus,
            tuple(ask["columns"]),
            tuple(tuple("" if cell is None else _text(cell) for cell in row) for row in ask["rows"]),
            bool(ask.get("ordered")),
        )
        for ask in corpus["ask"]
    )


def _text(cell: object) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def write_corpus(corpus: Mapping[str, Any], folder: Path) -> None:
    """The files of a miniature corpus: an article's text is made of what its statements quote and cue."""
    folder.mkdir()
    register = YAML(typ="safe").load(REGISTER)
    register["entities"] |= corpus.get("register") or {}
    _dump(register, folder / "entities.yaml")
    articles = corpus.get("articles") or {"mini": {}}
    for slug, article in articles.items():
        _write_article(folder / slug, {**corpus, **(article or {})})


def _write_article(folder: Path, corpus: Mapping[str, Any]) -> None:
    folder.mkdir()
    headline = corpus.get("headline", "News")
    claims: dict[str, Any] = {"format": 1, "article": {"title": headline, "language": "en"}}
    claims["article"] |= {"publisher": corpus.get("publisher", "gazette")}
    claims["article"] |= {"published": str(corpus.get("published", "2020-06-08"))}
    claims |= {key: corpus[key] for key in ("entities", "mentions") if key in corpus}
    claims["statements"] = {}
    text = [headline]
    for name, given in corpus["statements"].items():
        statement = {"quote": f"Words of {name} end", "chain": ["gazette"], **given}
        claims["statements"][name] = statement
        quotes = statement["quote"] if isinstance(statement["quote"], list) else [statement["quote"]]
        written = [statement["when"]["written"]] if "written" in statement.get("when", {}) else []
        text += [f"{words}." for words in [*quotes, *_cues(statement["chain"]), *written] if words not in headline]
    text += [str(corpus.get("more", ""))]
    (folder / "article.txt").write_bytes("\n".join(dict.fromkeys(text)).encode())
    _dump(claims, folder / "claims.yaml")


def _cues(chain: Iterable[Any]) -> list[str]:
    return [link["cue"] for link in chain if isinstance(link, dict) and "cue" in link]


def _dump(content: object, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(content, file)


def mapped_store(articles: Path) -> ox.Store:
    """Everything that the corpus says, with ontology, as the record holds it; a violation fails."""
    settings = Settings(articles=articles)
    shop = Workshop.open(settings)
    register = shop.register()
    works = [register, *(shop.article(folder, register) for folder in articles_in(articles))]
    assert len(works) > 1, f"no article in {articles}"
    return _stored(shop, works)


def _stored(shop: Workshop, works: list[Work]) -> ox.Store:
    shared_graph = shop.mapper.iris.graph("propositions")
    quads = [quad for quads in shop.own_graphs().values() for quad in quads]
    for work in works:
        assert work.mapped is not None, work.report
        assert work.report.conforms, work.report
        quads += work.mapped.quads
        quads += (ox.Quad(t.subject, t.predicate, t.object, shared_graph) for t in work.mapped.shared)
    store = ox.Store()
    # As a generation holds them: sorted, so that what the engine leaves open is the same each time.
    store.extend(sorted(set(quads), key=str))
    for make in derived(shop.rules, shop.schema, shop.mapper.iris).makers.values():
        store.extend(sorted(make(Delta(store, frozenset(store), frozenset())).added, key=str))
    return store


def ask(store: ox.Store, question: Question, values: Mapping[str, str]) -> list[list[str]]:
    """The answer as rows of text, its header first."""
    text = bind(question, values)
    results = store.query(text, base_iri=Settings().base_iri, use_default_graph_as_union=True)
    written = results.serialize(format=ox.QueryResultsFormat.CSV)  # type: ignore[union-attr]
    assert written is not None
    return list(csv.reader(io.StringIO(written.decode(), newline="")))


def answer(store: ox.Store, case: Case) -> list[tuple[str, ...]]:
    """The columns that the case looks at, one row for each of the answer's, in the answer's order."""
    header, *rows = ask(store, find_question(QUERIES, case.question), case.values)
    places = [header.index(column) for column in case.columns]
    return [tuple(row[place].removeprefix(Settings().base_iri) for place in places) for row in rows]
