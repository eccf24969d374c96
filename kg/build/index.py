"""The search index of a generation, made from its parent's by what a commit changes, or else from its record."""

import fcntl
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kg.build.searched import Said, Searched, Thing, Touched
from kg.errors import StoreUnavailable
from kg.iri import Iris
from kg.store import durable, index
from kg.store.commit import Unpublished
from kg.store.generations import Generations
from kg.store.index import LONG, fold
from kg.store.lock import locked

CACHE = 64 << 20  # bytes of the file that are held while it is made
WAIT = 30.0  # seconds for the lock of the data directory
_PREPARE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE stale (thing INTEGER PRIMARY KEY);
CREATE TEMP TABLE fresh (thing INTEGER PRIMARY KEY);
CREATE TEMP TABLE spoken (iri TEXT PRIMARY KEY);
"""
# What is taken out must be told to FTS5 as it was put in, and is cheapest in the order of ids.
_TAKE_OUT = """
INSERT INTO names (names, rowid, folded) SELECT 'delete', id, fold(form) FROM spellings WHERE thing IN stale
  ORDER BY id;
DELETE FROM spellings WHERE thing IN stale;
DELETE FROM things WHERE id IN stale;
INSERT INTO quotes (quotes, rowid, folded) SELECT 'delete', id, fold(words) FROM statements WHERE iri IN spoken
  ORDER BY id;
DELETE FROM statements WHERE iri IN spoken;
"""
_PUT_IN = """
INSERT INTO names (rowid, folded) SELECT id, fold(form) FROM spellings WHERE thing IN fresh ORDER BY id;
INSERT INTO quotes (rowid, folded) SELECT id, fold(words) FROM statements WHERE iri IN spoken ORDER BY id;
"""
_SETTLE = """
INSERT INTO names (names) VALUES ('optimize');
INSERT INTO quotes (quotes) VALUES ('optimize');
"""


def index_of(iris: Iris) -> Callable[[Unpublished], None]:
    """What puts the search index into the folder of a generation."""
    return partial(_attach, iris)


def make_index(folder: Path, store: Store, iris: Iris) -> None:
    """Put the index of all that a store holds into a folder that has none."""
    searched = Searched(store, iris)
    with closing(_Writer(folder)) as made:
        made.create(index.version(iris.base))
        made.write(searched, Touched(searched.things(), searched.statements()), _SETTLE)
    index.seal(folder)


def make_again(root: Path, number: int, iris: Iris) -> None:
    """Give a generation that is published the index that it lacks, or that is damaged or of another version.

    Raises NotFound, StoreUnavailable, OSError and sqlite3.Error.
    """
    generation, draft = Generations(root).get(number), root / f"{index.DRAFT}{number}"
    inode = generation.path.stat().st_ino
    with _claimed(draft):
        if index.is_current(generation.path, iris.base) and index.is_whole(generation.path):
            return  # another process has made it
        index.remove(draft)
        with generation.opened() as store:
            make_index(draft, store, iris)
        durable.sync_tree(draft)
        with locked(root, WAIT):
            if generation.path.stat().st_ino != inode:
                raise StoreUnavailable(f"generation {number} was made again meanwhile: a text was erased from it")
            for name in (index.DIGEST, index.FILE):
                (draft / name).replace(generation.path / name)
            durable.sync(generation.path)


@contextmanager
def _claimed(draft: Path) -> Iterator[None]:
    """A folder that no other process uses meanwhile, removed at the end."""
    draft.mkdir(exist_ok=True)
    claim = os.open(draft, os.O_RDONLY)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX)  # goes with this process, however it ends
        draft.mkdir(exist_ok=True)
        yield
        durable.discard(draft)
    finally:
        os.close(claim)


def _attach(iris: Iris, unpublished: Unpublished) -> None:
    """Make it from the parent's, or anew where that is missing, damaged or of another version."""
    searched = Searched(unpublished.store, iris)
    if not _follow(iris, unpublished, searched):
        index.remove(unpublished.folder)
        make_index(unpublished.folder, unpublished.store, iris)


def _follow(iris: Iris, unpublished: Unpublished, searched: Searched) -> bool:
    """Share the parent's where nothing that is found has changed, or else change a copy; False where that cannot be."""
    folder, parent = unpublished.folder, unpublished.parent
    touched = searched.touched(unpublished.made)
    if parent is None or touched is None or not index.is_current(parent.path, iris.base):
        return False
    try:
        changed = _changed(parent.path, searched, touched)
    except sqlite3.DatabaseError:  # it is damaged
        return False
    if not (changed.things or changed.statements):
        for name in (index.FILE, index.DIGEST):
            os.link(parent.path / name, folder / name)
        return True
    shutil.copyfile(parent.path / index.FILE, folder / index.FILE)
    if not index.is_whole(folder, of=parent.path):
        return False
    with closing(_Writer(folder)) as made:
        made.write(searched, changed)
    index.seal(folder)
    return True


def _changed(folder: Path, searched: Searched, touched: Touched) -> Touched:
    """Of the nodes that are touched, those of which something else is found than an index has."""
    with closing(index.opened(folder)) as there:
        return Touched(
            {node for node in touched.things if _thing(there, node) != searched.thing(node)},
            {node for node in touched.statements if _said(there, node) != searched.statement(node)},
        )


def _thing(there: sqlite3.Connection, node: NamedNode) -> Thing | None:
    found = there.execute("SELECT label, language, kind, id FROM things WHERE iri = ?", (node.value,)).fetchone()
    if found is None:
        return None
    forms = there.execute("SELECT form FROM spellings WHERE thing = ?", found[3:])
    return Thing(found[0], found[1], found[2], frozenset(form for (form,) in forms))


def _said(there: sqlite3.Connection, node: NamedNode) -> Said | None:
    found = there.execute("SELECT words, voice, denied FROM statements WHERE iri = ?", (node.value,)).fetchall()
    return Said(frozenset(row[0] for row in found), found[0][1], bool(found[0][2])) if found else None


class _Writer:
    """Changes the index in a folder; one that is not written to its end is worth nothing."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / index.FILE, isolation_level=None)
        self._db.create_function("fold", 1, fold, deterministic=True)
        self._db.execute(f"PRAGMA cache_size = -{CACHE >> 10:d}")
        self._db.executescript(_PREPARE)

    def create(self, version: int) -> None:
        """Make the tables."""
        self._db.executescript(index.SCHEMA)
        self._db.execute(f"PRAGMA user_version = {version:d}")

    def write(self, searched: Searched, touched: Touched, then: str = "") -> None:
        """Let these nodes be found as the record has them now, and no otherwise; `then` do more in the same breath."""
        run = self._db.execute
        run("BEGIN")
        for node in touched.things:
            run("INSERT INTO stale SELECT id FROM things WHERE iri = ?", (node.value,))
        self._db.executemany("INSERT INTO spoken VALUES (?)", ((node.value,) for node in touched.statements))
        self._run(_TAKE_OUT)
        for node in sorted(touched.things, key=str):
            if thing := searched.thing(node):
                self._add_thing(node.value, thing)
        for node in sorted(touched.statements, key=str):
            if said := searched.statement(node):
                self._add_said(node.value, said)
        self._run(f"{_PUT_IN}{then}COMMIT;")

    def _run(self, script: str) -> None:
        """Run a script within the transaction, which `executescript` would end first."""
        for step in script.split(";"):
            self._db.execute(step)

    def _add_thing(self, iri: str, thing: Thing) -> None:
        add = "INSERT INTO things (iri, label, language, kind) VALUES (?, ?, ?, ?)"
        number = self._db.execute(add, (iri, thing.label, thing.language, thing.kind)).lastrowid
        self._db.execute("INSERT INTO fresh VALUES (?)", (number,))
        for form in sorted(thing.forms):
            self._insert("spellings", len(fold(form)) << LONG | _mark(iri, form), number, form)

    def _add_said(self, iri: str, said: Said) -> None:
        for words in sorted(said.words):
            self._insert("statements", _mark(iri, words), iri, words, said.voice, said.is_denied)

    def _insert(self, table: str, number: int, *values: object) -> None:
        """Insert a row under a number, or the next that is free."""
        marks = ", ".join("?" * (1 + len(values)))
        while not self._db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", (number, *values)).rowcount:  # noqa: S608
            number += 1

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _mark(*parts: str) -> int:
    """A number of `LONG` bits that follows from the content, so that what is the same has the same place."""
    return zlib.crc32("\n".join(parts).encode())
