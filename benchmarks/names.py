"""The name search over many names: `python benchmarks/names.py --names 1000000`.

Prints how long the index of a generation takes to make, what memory it takes, and how long searches take.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator

import psutil
from corpus import Name

from kg.web.index import Index
from kg.web.record import Record
from kg.web.terms import Term

ASKED = ("sawi", "basawi mojo", "مينادي", "даба", "rukuli ne", "nobody of that name", "b")


class Synthetic(Record):
    """A record that holds nothing but names."""

    def __init__(self, names: int) -> None:
        self._names = names

    def rows(self, name: str, *_: object, **__: object) -> Iterator[dict[str, Term]]:  # type: ignore[override]
        """One row for each spelling."""
        rng = random.Random(1)
        kind = Term("https://w3id.org/attest/ontology#Person", "uri")
        for i in range(self._names // 4 if name == "search-things" else 0):
            made = Name.of(rng)
            for form in (made.latin, made.variant, made.arabic, made.cyrillic):
                label = Term(made.latin, "literal", language="en")
                yield {"thing": Term(f"urn:{i}", "uri"), "label": label, "form": Term(form, "literal"), "kind": kind}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=100_000)
    given = parser.parse_args()
    process = psutil.Process()
    before, began = process.memory_info().rss, time.process_time()
    index = Index(Synthetic(given.names))
    made, memory = time.process_time() - began, process.memory_info().rss - before
    print(f"{given.names:,} names: index made in {made:.1f} s of CPU, {memory / 1e6:.0f} MB\n")
    print("| searched | found | median ms | slowest ms |\n|---|---|---|---|")
    for text in ASKED:
        times = []
        for _ in range(9):
            start = time.perf_counter()
            found = index.things(text, 20)
            times.append((time.perf_counter() - start) * 1000)
        print(f"| {text} | {len(found)} | {statistics.median(times):.1f} | {max(times):.1f} |")


if __name__ == "__main__":
    main()
