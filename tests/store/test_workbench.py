"""The clone that stays open between commits."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import StoreUnavailable
from kg.graph.change import NOTHING, Edit
from kg.store import edit, recovery
from kg.store.commit import Derived
from kg.store.generations import GRAPHS, Generation, Generations
from kg.store.journal import Journal
from kg.store.lock import locked
from kg.store.workbench import Bench, Workbench

from .support import change, content, published

A, EMPTY = NamedNode("urn:a"), NamedNode("urn:empty")


def add(bench: Bench, *numbers: int) -> Generation:
    quads = frozenset(Quad(A, A, Literal(number), A) for number in numbers)
    edit.write(bench.store, Edit(quads, frozenset()))
    return publish(bench, Edit(quads, frozenset()))


def publish(bench: Bench, made: Edit) -> Generation:
    return bench.publish(
        made, "write: test", check=lambda _: None, derived=Derived(), keep=10, clock=lambda: datetime.now(UTC)
    )


def test_commits_follow_each_other_and_those_of_others(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    for number in range(3):
        with bench.locked(1) as now:
            assert add(now, number).number == number + 1
    made = published(tmp_path, change({"b": ["s p o"]}))
    assert made.number == 4
    with bench.locked(1) as now:
        assert now.place.parent is not None
        assert now.place.parent.number == 4
        assert len(now.store) == 4
        last = add(now, 9)
    assert len(content(last)) == 5
    assert recovery.problems(tmp_path) == ()
    assert [entry.generation for entry in Journal(tmp_path / "journal.jsonl").entries()] == [1, 2, 3, 4, 5]


def test_after_an_error_the_clone_is_made_anew(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    with bench.locked(1) as now:
        add(now, 1)

    def fail(now: Bench) -> None:
        edit.write(now.store, Edit(frozenset({Quad(A, A, Literal(2), A)}), frozenset()))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), bench.locked(1) as now:
        fail(now)
    with bench.locked(1) as now:
        assert len(now.store) == 1


def test_a_check_that_fails_last_publishes_nothing(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    with bench.locked(1) as now:
        add(now, 1)

    def refuse(_: object) -> None:
        raise StoreUnavailable("no")

    with pytest.raises(StoreUnavailable), bench.locked(1) as now:
        now.publish(NOTHING, "x", check=refuse, derived=Derived(), keep=10, clock=lambda: datetime.now(UTC))
    current = Generations(tmp_path).current()
    assert current is not None
    assert current.number == 1
    assert recovery.problems(tmp_path) == ()


def test_empty_graphs_are_kept_and_made_again_from_the_data(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    with bench.locked(1) as now:
        now.store.add_graph(EMPTY)
        made = add(now, 1)
    assert (made.path / GRAPHS).read_text() == "<urn:empty>\n"
    bench.close()
    table = next((made.record).glob("*.sst"))
    table.write_bytes(b"broken")
    recovered = recovery.recover(tmp_path)
    assert recovered.generation is not None
    with recovered.generation.opened() as store:
        assert set(store.named_graphs()) == {A, EMPTY}
    (made.path / GRAPHS).write_text("<urn:other>\n")
    assert any("graphs was changed after it was written" in problem for problem in recovery.problems(tmp_path))


def test_the_lock_is_held_while_the_clone_is_changed_and_free_between(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    with bench.locked(1), pytest.raises(StoreUnavailable, match=str(os.getpid())), locked(tmp_path, 0):
        pass
    with locked(tmp_path, 0):
        pass


def test_the_clone_of_a_process_that_was_killed_is_removed_and_no_other(tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
from kg.store.workbench import Workbench
bench = Workbench(__import__("pathlib").Path({str(tmp_path)!r}))
with bench.locked(1):
    print(flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (clone,) = (tmp_path / "generations").glob(".work-*")
        Workbench(tmp_path)
        assert clone.is_dir()
        process.kill()
    Workbench(tmp_path)
    assert not clone.exists()
