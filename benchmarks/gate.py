"""CPU of the gate on each shipped article, against bare pyshacl on the same data and shapes."""

import statistics
import time
from collections.abc import Callable

import pyshacl

from kg.build.workshop import Workshop
from kg.corpus.claims import read_article
from kg.corpus.folders import articles_in
from kg.settings import load
from kg.validate.rdflib_graph import add_all, to_graph

ROUNDS = 7


def cpu(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


def main() -> None:
    settings = load({})
    workshop = Workshop.open(settings)
    register = workshop.register().mapped
    assert settings.articles is not None
    assert register is not None
    print("article | quads | gate ms | bare pyshacl ms | ratio | gate ms per 550 quads")
    for folder in articles_in(settings.articles):
        article = read_article(folder).article
        assert article is not None
        mapped = workshop.mapper.article(article, register.known, {})
        quads = len(mapped.triples | mapped.shared)
        context = list(register.triples | register.shared)
        data, shapes = to_graph(mapped.triples | mapped.shared), to_graph(workshop.shapes)
        add_all(data, context)
        add_all(data, workshop.gate.background)
        ours, bare = [], []
        for _ in range(ROUNDS):
            ours.append(cpu(lambda mapped=mapped, context=context: workshop.gate.check(mapped, context)))
            bare.append(cpu(lambda data=data, shapes=shapes: pyshacl.validate(data, shacl_graph=shapes, inplace=True)))
        gate, base = statistics.median(ours) * 1000, statistics.median(bare) * 1000
        print(f"{folder.name} | {quads} | {gate:.0f} | {base:.0f} | {gate / base:.2f} | {gate * 550 / quads:.0f}")


if __name__ == "__main__":
    main()
