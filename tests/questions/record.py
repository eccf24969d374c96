"""`python -m tests.questions.record` writes what the questions answer on the shipped corpus to `expected/`.

Read each changed file against the article before it is committed: the tests hold the answers to these files.
"""

import csv
import sys
from pathlib import Path

from kg import resources
from kg.questions import questions
from tests.questions.support import EXPECTED, QUERIES, ask, mapped_store


def write(folder: Path) -> int:
    """Write one CSV file for each question; the number of files."""
    store = mapped_store(resources.find("articles"))
    found = questions(QUERIES)
    for question in found:
        header, *rows = ask(store, question, {})
        with (folder / f"{question.name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *sorted(rows)])
    return len(found)


if __name__ == "__main__":
    sys.stderr.write(f"{write(EXPECTED)} answers written to {EXPECTED}\n")
