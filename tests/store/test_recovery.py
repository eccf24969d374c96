"""Damage is found before anyone is answered from it, and said in words."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.errors import StoreUnavailable
from kg.store.generations import Generations
from kg.store.journal import Journal
from kg.store.lock import locked
from kg.store.recovery import Recovery, problems, recover

from .support import change, content, publish, published, tree


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory with three generations; `s p 'N` is in each from N on."""
    root = tmp_path_factory.mktemp("made")
    for n in range(1, 4):
        published(root, change({f"g{n}": [f"s p '{n}"]}))
    return root


@pytest.fixture
def root(made, tmp_path):
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


def expected(number):
    return {f"s p '{n} g{n}" for n in range(1, number + 1)}


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_published_is_nothing_wrong(tmp_path, name):
    root = tmp_path / name
    if name == "empty":
        root.mkdir()
    assert recover(root) == Recovery(None, ())
    assert problems(root) == ()
    assert root.exists() == (name == "empty")


def test_an_intact_directory_is_left_alone(root):
    before = tree(root)
    assert recover(root) == Recovery(Generations(root).get(3), ())
    assert problems(root) == ()
    assert tree(root) == before


def files(root, pattern):
    found = sorted((root / "generations" / "3").glob(pattern))
    assert found, pattern
    return found


def own_table(root):
    """A table file that only the third generation has."""
    older = {path.name for path in (root / "generations" / "2" / "record").iterdir()}
    return next(path for path in files(root, "record/*.sst") if path.name not in older)


def flip(path, at=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 0x10
    path.unlink()  # other generations may share the file
    path.write_bytes(content)


def cut(path, size):
    content = path.read_bytes()[:size]
    path.unlink()
    path.write_bytes(content)


def log(root):
    (path,) = files(root, "record/*.log")
    return path


DAMAGE = {
    "data.nq cut": (lambda r: cut(files(r, "data.nq")[0], 40), "data.nq was changed"),
    "data.nq flipped": (lambda r: flip(files(r, "data.nq")[0]), "data.nq was changed"),
    "data.nq missing": (lambda r: files(r, "data.nq")[0].unlink(), "data.nq cannot be read"),
    "a table missing": (lambda r: own_table(r).unlink(), ".sst is missing"),
    "a table flipped": (lambda r: flip(own_table(r)), ".sst was changed"),
    "a table's end flipped": (lambda r: flip(own_table(r), -1), ".sst was changed"),
    "a table cut": (lambda r: cut(own_table(r), 100), ".sst was changed"),
    "the manifest flipped": (lambda r: flip(files(r, "record/MANIFEST-*")[0]), "was changed"),
    "the manifest missing": (lambda r: files(r, "record/MANIFEST-*")[0].unlink(), "is missing"),
    "the record's CURRENT": (lambda r: cut(files(r, "record/CURRENT")[0], 3), "CURRENT was changed"),
    "a log with garbage": (lambda r: log(r).write_bytes(b"\x01" * 500), ".log was changed"),
    "a file too many": (lambda r: (log(r).parent / "999999.log").write_bytes(b"\x01"), "does not belong"),
    "no record": (lambda r: shutil.rmtree(files(r, "record")[0]), "is missing"),
    "no checksums": (lambda r: files(r, "record.sha256")[0].unlink(), "cannot be read"),
    "no generation": (lambda r: shutil.rmtree(r / "generations" / "3"), "there is no"),
    "CURRENT scribbled": (lambda r: (r / "CURRENT").write_bytes(b"\xff\x00x"), "expected the number"),
    "CURRENT empty": (lambda r: (r / "CURRENT").write_bytes(b""), "expected the number"),
    "CURRENT too great": (lambda r: (r / "CURRENT").write_text("77\n"), "generation 77"),
    "the journal cut short": (
        lambda r: cut(r / "journal.jsonl", (r / "journal.jsonl").read_bytes().rindex(b"{")),
        "generation 3 is not in the journal",
    ),
}
STILL_THREE = {"CURRENT scribbled", "CURRENT empty", "CURRENT too great"}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_and_the_newest_intact_generation_is_used(root, name):
    damage, sentence = DAMAGE[name]
    damage(root)
    before = tree(root)
    assert any(sentence in problem for problem in problems(root)), problems(root)
    assert tree(root) == before, "looking changes nothing"
    recovery = recover(root)
    number = 3 if name in STILL_THREE else 2
    assert recovery.generation == Generations(root).current() == Generations(root).get(number)
    assert content(recovery.generation) == expected(number)
    assert any(sentence in warning for warning in recovery.warnings)
    assert f"Generation {number} of 2026-11-23T12:00:00" in recovery.warnings[-1]
    assert recover(root) == Recovery(recovery.generation, ())
    after = published(root, change({"new": ["s p 'new"]}))
    assert after.number == 4 if name != "the journal cut short" else after.number > 3
    assert content(after) == expected(number) | {"s p 'new new"}


def test_every_generation_may_be_damaged_but_one(root):
    flip(root / "generations" / "3" / "data.nq")
    flip(root / "generations" / "2" / "data.nq")
    assert recover(root).generation == Generations(root).get(1)


def test_nothing_intact_is_an_error(root):
    for number in (1, 2, 3):
        flip(root / "generations" / str(number) / "data.nq")
    before = tree(root)
    with pytest.raises(StoreUnavailable, match="No intact generation"):
        recover(root)
    assert tree(root) == before


def test_a_flaw_that_all_generations_share_is_mended_from_the_lines(tmp_path):
    for n in range(1, 4):
        published(tmp_path, change({f"g{n}": [f"s p '{n}", "s p _:x"]} if n == 1 else {f"g{n}": [f"s p '{n}"]}))
    generations = Generations(tmp_path)
    names = [{path.name for path in g.record.glob("*.sst")} for g in generations.all()]
    shared = min(set.intersection(*names))
    flaw = generations.get(3).record / shared
    first = flaw.read_bytes()[0]
    with flaw.open("r+b") as file:  # in place, as on a failing disk
        file.write(bytes([first ^ 0x10]))
    damaged = [g for g in generations.all() if (g.record / shared).samefile(flaw)]
    assert len(damaged) == 3
    recovery = recover(tmp_path)
    assert recovery.generation == generations.current() == generations.get(3)
    assert content(recovery.generation) == expected(3) | {"s p _:x g1"}
    assert any("made again from" in warning for warning in recovery.warnings)
    assert recover(tmp_path) == Recovery(recovery.generation, ())
    assert content(published(tmp_path, change({"g1": []}))) == {"s p '2 g2", "s p '3 g3"}


def test_falling_back_does_not_undo_a_rollback(root):
    Generations(root).switch(2)
    flip(root / "generations" / "2" / "data.nq")
    assert recover(root).generation == Generations(root).get(1)


def test_without_current_the_newest_is_used(root):
    (root / "CURRENT").unlink()
    recovery = recover(root)
    assert recovery.generation == Generations(root).get(3)
    assert "CURRENT is missing" in recovery.warnings[0]


def test_a_torn_journal_line_is_remarked_and_replaced(root):
    with (root / "journal.jsonl").open("ab") as file:
        file.write(b'{"added":1,"chan')
    recovery = recover(root)
    assert recovery.generation == Generations(root).get(3)
    (warning,) = recovery.warnings
    assert "cut off" in warning
    published(root, change({"new": ["s p 'new"]}))
    assert recover(root).warnings == ()


def tamper(root, old, new):
    path = root / "journal.jsonl"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_journal_changed_before_the_current_entry_vouches_for_no_later_one(root):
    tamper(root, '"generation":2', '"generation":8')
    recovery = recover(root)
    assert recovery.generation == Generations(root).get(1)
    assert any("journal.jsonl:2: " in warning for warning in recovery.warnings)
    with pytest.raises(StoreUnavailable, match=r"journal.jsonl:2: "):
        publish(root, change({"new": ["s p 'new"]}))


def test_a_journal_changed_after_the_current_entry_is_remarked(root):
    Generations(root).switch(2)
    tamper(root, '"generation":3', '"generation":9')
    recovery = recover(root)
    assert recovery.generation == Generations(root).get(2)
    assert "journal.jsonl:3: " in recovery.warnings[0]


def test_leftovers_go_unless_a_commit_is_running(root):
    left = root / "generations" / ".new-99999-4"
    left.mkdir()
    (left / "data.nq").write_text("half")
    with locked(root, 0):
        assert recover(root).generation == Generations(root).get(3)
        assert left.exists()
    recover(root)
    assert not left.exists()


def test_a_generation_that_was_not_journaled_goes_with_the_next_commit(root):
    shutil.copytree(root / "generations" / "3", root / "generations" / "4")
    assert recover(root).generation == Generations(root).get(3)
    assert published(root, change({"new": ["s p 'new"]})).number == 5
    assert [g.number for g in Generations(root).all()] == [1, 2, 3, 5]


def test_a_changed_parent_is_not_built_upon(root):
    flip(root / "generations" / "3" / "data.nq")
    with pytest.raises(StoreUnavailable, match=r"data.nq is not what the journal says"):
        publish(root, change({"new": ["s p 'new"]}))
    assert Generations(root).current() == Generations(root).get(3)


ENDLESS = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from store.support import change, published
root, n = Path(sys.argv[2]), int(sys.argv[3])
while True:
    n += 1
    published(root, change({f"g{n % 7}": [f"s{i} says P{n}" for i in range(20)]}, [f"P{n} is '{n}"]), keep=3)
    print(n, flush=True)
"""
KILLS = 30


def test_a_killed_commit_is_whole_or_nothing(tmp_path):
    """Each round kills a committing process somewhere; what it acknowledged is there, and nothing is half there."""
    root, acknowledged, dice = tmp_path / "data", 0, random.Random(7)
    seen = set()
    for _ in range(KILLS):
        acknowledged = max(acknowledged, killed_after(root, acknowledged, dice.uniform(0.0, 0.25)))
        seen.add(stage(root))
        recovery = recover(root)
        assert list((root / "generations").glob(".*")) == []
        if recovery.generation is None:
            assert acknowledged == 0
            continue
        newest = {int(line.split("'")[1].split()[0]) for line in content(recovery.generation) if " is '" in line}
        assert max(newest) in {acknowledged, acknowledged + 1}
        assert problems(root) == () or "cut off" in problems(root)[0]
        acknowledged = max(newest)
    published(root, change({"last": ["s p 'last"]}))
    assert [p.name for p in (root / "generations").iterdir() if p.name.startswith(".")] == []
    assert acknowledged > 10
    assert "in the making" in seen


def killed_after(root, start, delay):
    """Run the endless committer, kill it `delay` seconds after its first commit, return the last one it told."""
    tests = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, tests, str(root), str(start)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    lines = [first, *process.stdout.read().splitlines()]
    process.stdout.close()
    process.wait()
    return int(lines[-1] or start)


def stage(root):
    return "in the making" if Generations(root).leftovers() else "between commits"


def test_a_reader_keeps_answering_while_its_generation_is_pruned(tmp_path):
    for n in range(6):  # several table files
        reading = published(tmp_path, change({f"g{n}": [f"s{n}x{i} p 'word {i}" for i in range(500)]}))
    assert len(list(reading.record.glob("*.sst"))) > 8
    with reading.opened() as store:
        for n in range(4):
            published(tmp_path, change({f"g{n}": [f"s p '{n}"]}), keep=1)
        assert not reading.path.exists()
        for _ in range(2):
            assert len(set(store)) == 3000
            query = 'SELECT (COUNT(*) AS ?n) { ?s ?p "word 7" }'
            (row,) = store.query(query, use_default_graph_as_union=True)
            assert row["n"].value == "6"


def test_opening_changes_no_file(root):
    before = {p: p.stat() for p in root.rglob("*")}
    with Generations(root).get(3).opened() as store:
        assert len(store) == 3
    assert {p: (s.st_mtime_ns, s.st_size) for p, s in before.items()} == {
        p: (p.stat().st_mtime_ns, p.stat().st_size) for p in root.rglob("*")
    }
    assert [e.generation for e in Journal(root / "journal.jsonl").entries()] == [1, 2, 3]
