"""`python -m kg.sparql.indexer`: the process that makes the search index of a generation which has none that is whole.

A commit puts one beside the record; what an earlier version published has none, and a disk may damage one.
"""

import os
import signal
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from kg.errors import KgError
from kg.sparql import frames, sandbox
from kg.sparql.messages import Message
from kg.sparql.process import Process
from kg.sparql.worker import take_pipes


@dataclass(frozen=True, slots=True)
class IndexerStart(Message):
    """What the process is started with: the data directory, its base IRI, the generation, and who starts it."""

    data: str
    base_iri: str
    generation: int
    parent: int


def index_generation(data: Path, base_iri: str, generation: int) -> str:
    """Have a process make the index, and wait for it: why it could not, empty where it could."""
    start = IndexerStart(str(data), base_iri, generation, os.getpid())
    process = Process("kg.sparql.indexer", start.encode().decode())
    told: list[frames.Frame] = []
    while (arrived := process.receive(1.0)) is not None:
        told += arrived
    code = process.wait()
    return next((frame.body.decode() for frame in told), f"the process that makes it ended with {code}")


def main(argument: str) -> None:
    """Make the index, and tell why it could not be made, or nothing."""
    start = IndexerStart.decode(argument)
    sandbox.die_with(start.parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    sandbox.no_core()
    sandbox.refuse_network()
    _, answers = take_pipes()
    os.nice(10)  # whoever asks queries meanwhile goes first
    try:
        _make(start)
        reason = ""
    except (KgError, OSError, sqlite3.Error) as error:
        reason = str(error)
    frames.send(answers, frames.END, reason.encode())


def _make(start: IndexerStart) -> None:
    from kg.build.index import make_again  # the engine is imported when the network is cut off
    from kg.iri import Iris

    make_again(Path(start.data), start.generation, Iris(start.base_iri))


if __name__ == "__main__":
    main(sys.argv[1])
