"""The search index follows each commit, and is then what it would be if it were made from nothing."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from kg.build.index import index_of, make_index
from kg.build.searched import APART
from kg.graph.change import Edit
from kg.iri import Iris
from kg.store import index
from kg.store.commit import Unpublished
from kg.store.generations import Generation
from kg.vocab import AT, NS, RDF, RDFS

BASE = "https://example.org/"
IRIS = Iris(BASE)
# What is searched, as a question to the record.
THINGS = """PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing ?label ?kind ?form
WHERE {
  GRAPH ?graph { ?thing a ?kind ; rdfs:label ?label FILTER(isLiteral(?label)) }
  FILTER(?graph NOT IN (APART) && isIRI(?thing))
  ?kind rdfs:subClassOf* at:Entity .
  { ?thing rdfs:label ?form }
  UNION { ?thing at:hasName/at:nameForm ?form }
  UNION { ?thing at:preferredName/at:nameForm ?form }
  UNION { ?naming at:named ?thing ; at:bearsName/at:nameForm ?form }
  UNION { ?place at:mentions ?thing . ?name at:occursIn ?place ; at:nameForm ?form }
  FILTER(isLiteral(?form))
}"""
STATEMENTS = """PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?statement ?words ?voice ?polarity
WHERE {
  ?statement at:groundedIn/at:exact ?words ; at:claimedBy/rdfs:label ?voice ; at:polarity ?polarity .
  FILTER(isIRI(?statement) && isLiteral(?words) && isLiteral(?voice))
}"""


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that an index has; a thing's number apart, which tells when it came."""
    spelt = "SELECT s.id, iri, form FROM spellings s JOIN things t ON t.id = thing ORDER BY 1, 2, 3"
    with closing(index.opened(folder)) as db:
        return {
            "things": db.execute("SELECT iri, label, language, kind FROM things ORDER BY 1").fetchall(),
            "spellings": db.execute(spelt).fetchall(),
            "statements": db.execute("SELECT * FROM statements ORDER BY 1, 2").fetchall(),
            "names": postings(db, "names"),
            "quotes": postings(db, "quotes"),
        }


def postings(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Every word of a table of FTS5 with each place at which it stands."""
    db.execute(f"CREATE VIRTUAL TABLE temp.{table}_words USING fts5vocab(main, {table}, instance)")
    return db.execute(f"SELECT term, doc, offset FROM {table}_words ORDER BY 1, 2, 3").fetchall()


def asked(store: Store) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """The spellings of each thing, and the words of each statement, as the engine finds them."""
    apart = ", ".join(str(IRIS.graph(name)) for name in APART)
    spelt: dict[str, set[str]] = {}
    for row in store.query(THINGS.replace("APART", apart), use_default_graph_as_union=True):
        spelt.setdefault(row["thing"].value, set()).add(row["form"].value)
    said = store.query(STATEMENTS, use_default_graph_as_union=True)
    return spelt, {(row["statement"].value, row["words"].value) for row in said}


def told(folder: Path) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """The same, as an index has them."""
    with closing(index.opened(folder)) as db:
        spelt: dict[str, set[str]] = {}
        for iri, form in db.execute("SELECT iri, form FROM spellings JOIN things t ON t.id = thing"):
            spelt.setdefault(iri, set()).add(form)
        return spelt, set(db.execute("SELECT iri, words FROM statements"))


def anew(store: Store, folder: Path, iris: Iris = IRIS) -> Path:
    folder.mkdir()
    make_index(folder, store, iris)
    return folder


def quads(rng: random.Random) -> Iterator[Quad]:
    """Quads of a small record in which everything that makes something found comes and goes."""
    nodes = {name: [NamedNode(f"{BASE}{name}-{i}") for i in range(4)] for name in ("thing", "name", "place", "s")}
    nodes["name"].append(BlankNode("spelt"))
    kinds = [AT.Agent, NamedNode(NS + "Person"), AT.Statement]
    texts = [Literal(text) for text in ("Najaf", "An-Najaf", "النجف", "Нажаф", "the same")]
    texts += [Literal("Najaf", language="en"), Literal("Nedschef", language="de"), Literal("Najaf", language="fr")]
    graphs = [NamedNode(f"{BASE}a"), NamedNode(f"{BASE}b"), IRIS.graph("findings"), IRIS.graph("propositions")]
    while True:
        thing, name, place, statement = (rng.choice(nodes[kind]) for kind in ("thing", "name", "place", "s"))
        text, graph = rng.choice(texts), rng.choice(graphs)
        yield rng.choice(
            [
                Quad(thing, RDF.type, rng.choice(kinds), graph),
                Quad(thing, RDFS.label, text, graph),
                Quad(thing, rng.choice([AT.hasName, AT.preferredName]), name, graph),
                Quad(name, AT.nameForm, text, graph),
                Quad(place, AT.mentions, thing, graph),
                Quad(name, AT.occursIn, place, graph),
                Quad(statement, AT.named, thing, graph),
                Quad(statement, AT.bearsName, name, graph),
                Quad(statement, AT.groundedIn, place, graph),
                Quad(place, AT.exact, text, graph),
                Quad(statement, AT.claimedBy, thing, graph),
                Quad(statement, AT.polarity, rng.choice([AT.affirmed, AT.negated]), graph),
                Quad(statement, AT.claimedBy, text, graph),
            ]
        )


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_it_is_what_a_full_run_makes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    store, made, found = Store(), quads(rng), list[int]()
    ontology = IRIS.graph("ontology")
    store.extend(
        Quad(NamedNode(NS + lower), RDFS.subClassOf, upper, ontology)
        for lower, upper in (("Agent", AT.Entity), ("Person", AT.Agent))
    )
    put = index_of(IRIS)
    parent: Generation | None = None
    shared = 0
    for number in range(1, 31):
        added = frozenset(next(made) for _ in range(rng.choice((1, 3, 30)))) - frozenset(store)
        if number % 10 == 0:
            new = NamedNode(f"{BASE}thing-0"), NamedNode(f"{BASE}a")
            added |= {
                Quad(new[0], p, o, new[1]) for p, o in ((RDF.type, AT.Agent), (RDFS.label, Literal(f"N{number}")))
            }
        there = sorted((quad for quad in store if quad.graph_name != ontology), key=str)
        removed = frozenset(rng.sample(there, min(len(there), rng.choice((0, 2, 20)))))
        store.extend(added)
        for quad in removed:
            store.remove(quad)
        folder = tmp_path / str(number)
        folder.mkdir()
        if number % 10 == 0:  # a disk that forgets: nothing of it is taken over
            path = tmp_path / str(number - 1) / index.FILE
            content = path.read_bytes()
            path.write_bytes(content[:-1] + b"?" if number == 10 else content[:4096] + bytes(len(content) - 4096))
        put(Unpublished(folder, store, parent, Edit(added, removed)))
        full = anew(store, tmp_path / f"full-{number}")
        assert index.is_whole(folder)
        assert rows(folder) == rows(full), number
        assert told(folder) == asked(store), number
        found.append(len(told(folder)[0]))
        shared += bool(parent) and (folder / index.FILE).samefile(parent.path / index.FILE)
        parent = Generation(number, folder)
    assert min(found) < max(found), "things came, and went"
    assert shared, "where nothing that is found changed"
