"""A commit publishes what was asked, wholly or not at all."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from kg.errors import KgError, StoreUnavailable
from kg.store import durable
from kg.store.commit import Change, Delta
from kg.store.edit import Repeated
from kg.store.generations import Generations
from kg.store.journal import Journal
from kg.store.lock import locked

from .support import SHARED, change, content, iri, publish, published, quad, tree


def entries(root: Path):
    return Journal(root / "journal.jsonl").entries()


def test_the_first_commit_publishes_generation_one(tmp_path):
    made = published(tmp_path, change({"a": ["s p o", "s q 'words"]}, what="Read article a"))
    assert (made.number, made.path) == (1, tmp_path / "generations" / "1")
    assert Generations(tmp_path).current() == made
    assert content(made) == {"s p o a", "s q 'words a"}
    (entry,) = entries(tmp_path)
    assert (entry.generation, entry.parent, entry.what) == (1, None, "Read article a")
    assert (entry.added, entry.removed, entry.quads) == (2, 0, 2)
    assert entry.time == "2026-11-23T12:00:00.000+00:00"
    assert entry.data == hashlib.sha256(made.data.read_bytes()).hexdigest()


CHANGES = {
    "a graph is added": ({"b": ["s p 'b"]}, {"s p 'a1 a", "s p 'a2 a", "s p 'b b"}),
    "a graph is replaced": ({"a": ["s p 'a2", "s p 'a3"]}, {"s p 'a2 a", "s p 'a3 a"}),
    "a graph is removed": ({"a": [], "c": ["s p 'c"]}, {"s p 'c c"}),
    "two graphs in one": ({"a": ["s p 'a1"], "b": ["s p 'b"]}, {"s p 'a1 a", "s p 'b b"}),
    "a triple moves": ({"a": ["s p 'a2"], "b": ["s p 'a1"]}, {"s p 'a2 a", "s p 'a1 b"}),
    "all is removed": ({"a": []}, set()),
}


@pytest.mark.parametrize(("graphs", "expected"), CHANGES.values(), ids=CHANGES)
def test_graphs_are_replaced_wholly(tmp_path, graphs, expected):
    before = published(tmp_path, change({"a": ["s p 'a1", "s p 'a2"]}))
    after = published(tmp_path, change(graphs))
    assert content(after) == expected
    assert content(before) == {"s p 'a1 a", "s p 'a2 a"}, "the parent must not change"
    with after.opened() as store:
        assert {str(g) for g in store.named_graphs()} == {str(q.graph_name) for q in store}


def test_a_graph_that_is_not_named_is_untouched(tmp_path):
    first = published(tmp_path, change({"a": ["s p 'a"], "b": ["s p 'b", "t p 'b"]}))
    second = published(tmp_path, change({"a": []}))
    assert content(second) == content(first) - {"s p 'a a"}


NO_CHANGE = {
    "the same again": change({"a": ["s p o", "s p _:x"]}),
    "removing what is not there": change({"b": []}),
    "nothing": change(),
    "shared quads that nothing refers to": change(shared=["lonely p 'x"]),
}


@pytest.mark.parametrize("again", NO_CHANGE.values(), ids=NO_CHANGE)
def test_no_change_leaves_no_trace(tmp_path, again):
    published(tmp_path, change({"a": ["s p o", "s p _:x"]}))
    before = tree(tmp_path)
    assert publish(tmp_path, again) is None
    assert tree(tmp_path) == before


def test_an_empty_first_change_publishes_nothing(tmp_path):
    assert publish(tmp_path, change({"a": []})) is None
    assert Generations(tmp_path).current() is None
    assert list(tmp_path.iterdir()) == [tmp_path / "LOCK"]


def test_spelling_that_the_store_does_not_keep_is_no_change(tmp_path):
    number = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    quads = frozenset({Quad(iri("s"), iri("p"), Literal("007", datatype=number), iri("a"))})
    wanted = Change({iri("a"): quads}, frozenset(), SHARED, "a padded number")
    made = publish(tmp_path, wanted)
    assert made is not None
    assert b'"7"^^' in made.data.read_bytes()
    assert publish(tmp_path, wanted) is None


SHARING = {
    "a shared subject that another graph uses survives": (
        [({"a": ["s1 says P"], "b": ["s2 says P"]}, ["P is 'x"]), ({"a": []}, [])],
        {"s2 says P b", "P is 'x shared"},
    ),
    "one that no graph uses any more is collected": (
        [({"a": ["s1 says P", "s1 says Q"]}, ["P is 'x", "Q is 'y"]), ({"a": ["s1 says Q"]}, [])],
        {"s1 says Q a", "Q is 'y shared"},
    ),
    "a chain is collected whole": (
        [({"a": ["s says P"], "b": ["t p 'b"]}, ["P of Q", "Q of R", "R is 'x"]), ({"a": []}, [])],
        {"t p 'b b"},
    ),
    "a chain is kept from where it is used": (
        [({"a": ["s says P"], "b": ["t says Q"]}, ["P of Q", "Q of R", "R is 'x"]), ({"a": []}, [])],
        {"t says Q b", "Q of R shared", "R is 'x shared"},
    ),
    "a diamond goes when both ways are gone": (
        [
            ({"a": ["s says P", "s says Q"], "b": ["t p 'b"]}, ["P of R", "Q of R", "R is 'x"]),
            ({"a": ["s says Q"]}, []),
            ({"a": []}, []),
        ],
        {"t p 'b b"},
    ),
    "a circle that nothing outside uses is collected": (
        [({"a": ["s says P"], "b": ["t p 'b"]}, ["P of Q", "Q of P"]), ({"a": []}, [])],
        {"t p 'b b"},
    ),
    "a circle that is used survives": (
        [({"a": ["s says P"], "b": ["t says Q"]}, ["P of Q", "Q of P"]), ({"a": []}, [])],
        {"t says Q b", "P of Q shared", "Q of P shared"},
    ),
    "one that the same change uses again survives": (
        [({"a": ["s1 says P"]}, ["P is 'x"]), ({"a": [], "b": ["s2 says P"]}, ["P is 'x"])],
        {"s2 says P b", "P is 'x shared"},
    ),
    "one that was collected comes back": (
        [
            ({"a": ["s says P"], "b": ["t p 'b"]}, ["P is 'x"]),
            ({"a": []}, []),
            ({"a": ["s says P"]}, ["P is 'x"]),
        ],
        {"s says P a", "t p 'b b", "P is 'x shared"},
    ),
    "what is added and not used is not kept": (
        [({"a": ["s says P"]}, ["P is 'x", "lonely of P"])],
        {"s says P a", "P is 'x shared"},
    ),
    "a reference to itself is none": (
        [({"a": ["s says P"], "b": ["t p 'b"]}, ["P of P"]), ({"a": []}, [])],
        {"t p 'b b"},
    ),
}


@pytest.mark.parametrize(("steps", "expected"), SHARING.values(), ids=SHARING)
def test_shared_subjects_live_as_long_as_something_refers_to_them(tmp_path, steps, expected):
    for graphs, shared in steps:
        made = published(tmp_path, change(graphs, shared))
    assert content(made) == expected
    assert entries(tmp_path)[-1].quads == len(expected)


def test_the_journal_counts_what_was_collected(tmp_path):
    published(tmp_path, change({"a": ["s says P"]}, ["P of Q", "Q is 'x"]))
    seen = []
    publish(tmp_path, change({"a": ["s p 'other"]}), check=seen.append)
    assert {str(q) for q in seen[0].removed} == {
        str(quad("s says P", "a")),
        str(quad("P of Q", "shared")),
        str(quad("Q is 'x", "shared")),
    }
    assert seen[0].added == {quad("s p 'other", "a")}
    assert (entries(tmp_path)[-1].added, entries(tmp_path)[-1].removed) == (1, 3)


REPEATS = {
    "of a graph that stays": ({"b": ["s p 'x"]}, [], "b", "a"),
    "within the change": ({"b": ["n p 'x"], "c": ["n p 'x"]}, [], "b", "c"),
    "in the shared graph": ({"b": ["t says s"]}, ["s p 'x"], "shared", "a"),
}


@pytest.mark.parametrize(("graphs", "shared", "one", "other"), REPEATS.values(), ids=REPEATS)
def test_a_triple_in_two_graphs_is_refused(tmp_path, graphs, shared, one, other):
    published(tmp_path, change({"a": ["s p 'x", "s p 'y"]}))
    before = tree(tmp_path)
    with pytest.raises(Repeated) as refusal:
        publish(tmp_path, change(graphs, shared))
    for part in ("'x".removeprefix("'"), str(iri(one)), str(iri(other)), "one graph only"):
        assert part in str(refusal.value)
    assert refusal.value.quads
    assert refusal.value.status == 409
    assert tree(tmp_path) == before


def test_a_check_that_raises_leaves_everything_as_it_was(tmp_path):
    published(tmp_path, change({"a": ["s p 'x"]}, ["P is 'x"]))
    before = tree(tmp_path)

    def refuse(delta: Delta) -> None:
        assert {str(q) for q in delta.added} == {str(quad("t p 'y", "b"))}
        assert delta.removed == frozenset()
        assert len(delta.store) == 2
        raise KgError("not today")

    with pytest.raises(KgError, match="not today"):
        publish(tmp_path, change({"b": ["t p 'y"]}), check=refuse)
    assert tree(tmp_path) == before


def test_a_check_cannot_write(tmp_path):
    def meddle(delta: Delta) -> None:
        delta.store.add(quad("t p 'y", "b"))

    with pytest.raises(RuntimeError, match="read-write"):
        publish(tmp_path, change({"a": ["s p 'x"]}), check=meddle)
    assert Generations(tmp_path).current() is None


def test_numbers_are_never_used_again(tmp_path):
    for n in range(3):
        published(tmp_path, change({"a": [f"s p '{n}"]}), keep=1)
    Generations(tmp_path).switch(3)
    again = published(tmp_path, change({"a": ["s p 'again"]}))
    assert again.number == 4
    Generations(tmp_path).switch(3)
    after_rollback = published(tmp_path, change({"b": ["s p 'b"]}))
    assert after_rollback.number == 5
    assert content(after_rollback) == {"s p '2 a", "s p 'b b"}
    assert [(e.generation, e.parent) for e in entries(tmp_path)][-2:] == [(4, 3), (5, 3)]


def test_a_pruned_number_is_not_used_again(tmp_path):
    for n in range(3):
        published(tmp_path, change({"a": [f"s p '{n}"]}))
    generations = Generations(tmp_path)
    generations.switch(1)
    generations.remove(generations.get(3))
    assert published(tmp_path, change({"a": ["s p 'x"]})).number == 4


@pytest.mark.parametrize(("keep", "left"), [(1, [5]), (2, [4, 5]), (3, [3, 4, 5]), (9, [1, 2, 3, 4, 5])])
def test_pruning_keeps_the_newest(tmp_path, keep, left):
    for n in range(5):
        published(tmp_path, change({"a": [f"s p '{n}"]}), keep=keep)
    assert [g.number for g in Generations(tmp_path).all()] == left
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == [str(n) for n in left]


def test_pruning_keeps_the_current_one(tmp_path):
    for n in range(5):
        published(tmp_path, change({"a": [f"s p '{n}"]}))
    generations = Generations(tmp_path)
    generations.switch(2)
    generations.prune(2)
    assert [g.number for g in generations.all()] == [2, 4, 5]


ODD = [
    Literal('quote " back \\ tab \t newline \n return \r'),
    Literal("line \u2028 separator, \u0085 next line, \x7f delete, \x0b"),
    Literal("قوات", language="ar"),
    Literal("x", language="EN-us"),
    Literal("2020-06-07T21:30:00.000Z", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")),
    Literal("ends in dot <https://example.org/x> ."),
    NamedNode("https://example.org/ü/%20?q#f"),
]


def test_the_same_content_gives_the_same_bytes(tmp_path):
    quads = frozenset(Quad(iri(f"s{n}"), iri("p"), term, iri("g")) for n, term in enumerate(ODD))
    more = frozenset(Quad(q.subject, iri("q"), q.object, iri("g2")) for q in quads)
    one, other = tmp_path / "one", tmp_path / "other"
    publish(one, Change({iri("g"): quads, iri("g2"): more}, frozenset(), SHARED, "at once"))
    half = frozenset(sorted(quads, key=str)[::2])
    publish(other, Change({iri("g2"): more, iri("g"): half}, frozenset(), SHARED, "in"))
    publish(other, Change({iri("g3"): frozenset({quad("x p 'y", "g3")})}, frozenset(), SHARED, "three"))
    publish(other, Change({iri("g"): quads, iri("g3"): frozenset()}, frozenset(), SHARED, "steps"))
    first, second = Generations(one).get(1), Generations(other).get(3)
    assert first.data.read_bytes() == second.data.read_bytes()
    assert entries(one)[-1].data == entries(other)[-1].data
    assert entries(one)[-1].change != entries(other)[-1].change
    lines = first.data.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2 * len(ODD)
    assert lines == sorted(lines, key=lambda line: (line.rsplit(b" ", 2)[1], line))
    with second.opened() as store:
        dumped = store.dump(format=RdfFormat.N_QUADS)
    assert sorted(dumped.splitlines(keepends=True)) == sorted(lines)


def test_the_change_has_a_digest_of_its_own(tmp_path):
    published(tmp_path, change({"a": ["s p 'x", "s p 'y"]}))
    published(tmp_path, change({"a": ["s p 'y", "s p 'z"]}))
    old, new = quad("s p 'x", "a"), quad("s p 'z", "a")
    lines = sorted([f"- {old} .\n", f"+ {new} .\n"])
    assert entries(tmp_path)[-1].change == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_chain_can_be_followed_by_hand(tmp_path):
    for n in range(3):
        published(tmp_path, change({"a": [f"s p '{n}"]}, what="zwölf"))
    digest = ""
    for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines():
        values = json.loads(line)
        stated = values.pop("digest")
        canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256((digest + canonical).encode()).hexdigest()
        assert stated == digest


def test_every_file_and_folder_is_synced_before_the_switch(tmp_path, monkeypatch):
    synced, order = [], []
    real, rename = os.fsync, Path.rename

    def fsync(descriptor):
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        synced.append(path)
        order.append(("sync", path))
        real(descriptor)

    def renamed(self, target):
        order.append(("rename", str(target)))
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", renamed)
    made = published(tmp_path, change({"a": ["s p 'x"]}))
    names = {Path(path).name for path in synced[: synced.index(str(tmp_path / "generations"))]}
    assert {p.name for p in made.path.rglob("*")} <= names
    assert {str(tmp_path), str(tmp_path / "generations"), str(tmp_path / "journal.jsonl")} <= set(synced)
    at = {path: order.index(("sync", path)) for path in synced}
    moved = order.index(("rename", str(made.path)))
    assert max(order.index(("sync", p)) for p in synced if "/.new-" in p) < moved
    assert moved < at[str(tmp_path / "generations")] < at[str(tmp_path / "journal.jsonl")]
    assert at[str(tmp_path / "journal.jsonl")] < at[str(tmp_path / ".CURRENT.new")]


def test_a_disk_that_fails_midway_leaves_everything_as_it_was(tmp_path, monkeypatch):
    published(tmp_path, change({"a": ["s p 'x"]}))
    before = tree(tmp_path)

    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "sync", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        publish(tmp_path, change({"a": ["s p 'y"]}))
    monkeypatch.undo()
    assert tree(tmp_path) == before
    assert published(tmp_path, change({"a": ["s p 'y"]})).number == 2


def test_who_waits_too_long_is_told_who_writes(tmp_path):
    with locked(tmp_path, 0), pytest.raises(StoreUnavailable, match=f"process {os.getpid()}"):
        publish(tmp_path, change({"a": ["s p 'x"]}), wait=0.1)
    assert published(tmp_path, change({"a": ["s p 'x"]})).number == 1


def test_threads_commit_one_after_the_other(tmp_path):
    threads = [threading.Thread(target=publish, args=(tmp_path, change({f"g{n}": [f"s{n} p 'x"]}))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    current = Generations(tmp_path).current()
    assert current is not None
    assert (current.number, len(content(current))) == (4, 4)
    assert [e.parent for e in entries(tmp_path)] == [None, 1, 2, 3]


COMMITTER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from store.support import change, published
for n in range(5):
    published(Path(sys.argv[2]), change({f"{sys.argv[3]}{n}": [f"{sys.argv[3]}{n} p 'x"]}))
"""


def test_processes_commit_one_after_the_other(tmp_path):
    here = str(Path(__file__).parents[1])
    running = [subprocess.Popen([sys.executable, "-c", COMMITTER, here, str(tmp_path), name]) for name in ("a", "b")]
    assert [process.wait(60) for process in running] == [0, 0]
    current = Generations(tmp_path).current()
    assert current is not None
    assert content(current) == {f"{name}{n} p 'x {name}{n}" for name in ("a", "b") for n in range(5)}
    assert [e.generation for e in entries(tmp_path)] == list(range(1, 11))


WRONG = {
    "a quad of another graph": lambda: Change(
        {iri("a"): frozenset({quad("s p o", "b")})}, frozenset(), SHARED, "wrong"
    ),
    "a shared quad of another graph": lambda: Change({}, frozenset({quad("s p o", "b")}), SHARED, "wrong"),
    "replacing the shared graph": lambda: Change({SHARED: frozenset()}, frozenset(), SHARED, "wrong"),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_a_change_that_contradicts_itself_cannot_be_made(make):
    with pytest.raises(ValueError, match=r"expected a quad of|never replaced"):
        make()
