"""The search for names over many spellings: `python benchmarks/names.py --names 1000000`.

Prints what the search index of a generation costs: made from nothing, and at a commit that changes the names of one
article; and how long searches take, also for a letter or two, and for words that very many bear.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus import Name
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.build.index import index_of, make_index
from kg.graph.change import Edit
from kg.iri import Iris
from kg.store import index
from kg.store.commit import Unpublished
from kg.store.generations import Generation
from kg.vocab import AT, NS, RDF, RDFS
from kg.web.index import Index

IRIS = Iris("https://example.org/id/")
PERSON = NamedNode(NS + "Person")
ARTICLE = 30  # names that one article changes
ASKED = {
    "a name, whole": ("sawi", "basawi mojo", "даба"),
    "a name, unfinished": ("rukuli ne", "saw", "مينا"),
    "one letter, or two": ("b", "sa", "م", "b z"),
    "words that very many bear": ("al", "al commander", "commander b", "мир al", "commander brigade al b"),
    "none bears all of them": ("commander nobody of that name", "sawi commander мир al", "zzz al"),
}
RUNS = 9


def named(number: int, rng: random.Random) -> Iterator[Quad]:
    """One person with four spellings, of which many share a word."""
    person, graph, made = NamedNode(f"{IRIS.base}p{number}"), IRIS.graph("entities"), Name.of(rng)
    forms = [made.latin, made.variant, made.arabic, made.cyrillic]
    if number % 2:
        forms[1] = f"Al {made.latin}"
    if number % 3 == 0:
        forms[2] = f"Commander {made.latin}"
    if number % 5 == 0:
        forms[3] = f"{made.cyrillic} Мир"
    yield Quad(person, RDF.type, PERSON, graph)
    for place, form in enumerate(forms):
        yield Quad(person, RDFS.label, Literal(form, language="en" if place == 0 else f"x-{place}"), graph)


def record(people: int, rng: random.Random) -> Store:
    """A record that holds nothing but their names."""
    store = Store()
    store.add(Quad(PERSON, RDFS.subClassOf, AT.Entity, IRIS.graph("ontology")))
    store.bulk_extend(quad for number in range(people) for quad in named(number, rng))
    return store


def changed(store: Store, parent: Path, rng: random.Random, folder: Path) -> None:
    """As a commit does whose article gives some people other names."""
    persons = [NamedNode(f"{IRIS.base}p{rng.randrange(1000)}") for _ in range(ARTICLE)]
    removed = {q for person in persons for q in store.quads_for_pattern(person, RDFS.label, None, None)}
    added = {Quad(q.subject, q.predicate, Literal(f"{q.object.value} II"), q.graph_name) for q in removed}
    for quad in removed:
        store.remove(quad)
    store.extend(added)
    folder.mkdir()
    unpublished = Unpublished(folder, store, Generation(1, parent), Edit(frozenset(added), frozenset(removed)))
    told("a commit that changes one article's names", lambda: index_of(IRIS)(unpublished))


def told(what: str, run: Callable[[], None]) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    print(f"| {what} | {time.process_time() - cpu:.3f} | {time.perf_counter() - wall:.3f} |", flush=True)


def searched(asked: Index) -> None:
    print("\n| searched | for | found | median ms | slowest ms |\n|---|---|---|---|---|")
    for kind, texts in ASKED.items():
        for text in texts:
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                found = asked.things(text, 20)
                times.append((time.perf_counter() - start) * 1000)
            print(f"| {kind} | {text} | {len(found)} | {statistics.median(times):.1f} | {max(times):.1f} |")
    start = time.perf_counter()
    meant = asked.instead("rukulo")
    print(f"| what was meant by | rukulo | {meant or 'nothing'} | {(time.perf_counter() - start) * 1000:.1f} | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=100_000)
    given = parser.parse_args()
    rng = random.Random(1)
    store = record(given.names // 4, rng)
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole"
        whole.mkdir()
        print(f"{given.names:,} spellings\n\n| the index | CPU s | s |\n|---|---|---|")
        told("made from nothing", lambda: make_index(whole, store, IRIS))
        changed(store, whole, rng, Path(temporary) / "changed")
        told(
            "looked at by a server, whether it is whole", lambda: print(end="" if index.is_whole(whole) else "damaged")
        )
        print(f"\n{(whole / index.FILE).stat().st_size / 1e6:.0f} MB")
        searched(Index(Path(temporary) / "changed"))


if __name__ == "__main__":
    main()
