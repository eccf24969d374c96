"""The search index of a generation: a SQLite file beside its record, of every spelling and the words of statements.

It follows from the record alone: one that is missing, damaged or made by another version is made anew, not missed.
"""

import sqlite3
import unicodedata
import zlib
from functools import cache
from pathlib import Path

from kg import resources
from kg.store import durable

FILE, DIGEST = "search.sqlite", "search.sha256"
DRAFT = ".index-"  # begins the names of folders in which one is made for a generation that is published
# Tables of FTS5 without content: what they would keep twice is in the tables before them. The id of a spelling begins
# with its length, so that the nearest of very many come first, and no other need be looked at.
SCHEMA = """
CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT NOT NULL, language TEXT NOT NULL,
  kind TEXT NOT NULL);
CREATE TABLE spellings (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES things, form TEXT NOT NULL);
CREATE INDEX spellings_of ON spellings (thing);
CREATE TABLE statements (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, words TEXT NOT NULL, voice TEXT NOT NULL,
  denied INTEGER NOT NULL);
CREATE INDEX statements_of ON statements (iri);
CREATE VIRTUAL TABLE names USING fts5(folded, content='', columnsize=0, prefix='1 2 3',
  tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE quotes USING fts5(folded, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE known USING fts5vocab(names, row);
"""
LONG = 32  # bits of a spelling's id below its length
_VERSION = slice(60, 64)  # of a SQLite file: the user version (Database File Format, section 1.3)
_SAME = str.maketrans("أإآٱىیئةکؤ", "اااا" + "ييي" + "هكو")  # hamza carriers, final forms, Persian letters
_DROPPED = dict.fromkeys(map(ord, "'’‘ʿʾʼ`´ـ\u200c\u200d\u200e\u200f"))


def fold(text: str) -> str:
    """Letters without case, accents, apostrophes and the variants of Arabic letters, for comparison alone."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME).translate(_DROPPED)).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def version(base: str) -> int:
    """What tells an index by this code, for a record under this base IRI, from one by another: 31 bits."""
    code = [resources.PACKAGE / name for name in ("store/index.py", "build/index.py", "build/searched.py")]
    made_with = b"".join(path.read_bytes() for path in code)
    return zlib.crc32(made_with + f"{unicodedata.unidata_version} {base}".encode()) & 0x7FFFFFFF


def is_current(folder: Path, base: str) -> bool:
    """Whether a generation's folder has an index of this version, without reading it all."""
    try:
        with (folder / FILE).open("rb") as file:
            return int.from_bytes(file.read(_VERSION.stop)[_VERSION]) == version(base)
    except OSError:
        return False


def is_whole(folder: Path, of: Path | None = None) -> bool:
    """Whether the index in a folder is as it was when it was sealed there, or in the folder that it is a copy `of`."""
    try:
        return (of or folder).joinpath(DIGEST).read_bytes() == _digest(folder)
    except OSError:
        return False


def seal(folder: Path) -> None:
    """Write the index's checksum beside it, in the form that `sha256sum --check` reads."""
    (folder / DIGEST).write_bytes(_digest(folder))


def _digest(folder: Path) -> bytes:
    return f"{durable.sha256(folder / FILE)}  {FILE}\n".encode()


def remove(folder: Path) -> None:
    """Leave a folder without an index."""
    for name in (FILE, DIGEST):
        (folder / name).unlink(missing_ok=True)


def opened(folder: Path) -> sqlite3.Connection:
    """The index, read-only, for any thread that waits for the others. Raises sqlite3.Error."""
    address = f"{(folder / FILE).resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
