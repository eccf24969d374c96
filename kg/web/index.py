"""A search index of one generation, in memory: every label and spelling in any script, and the words of statements.

SQLite's FTS5 ranks and splits words; both what is indexed and what is asked are folded first.
"""

import sqlite3
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from kg.web.record import Record
from kg.web.terms import AT

MOST_WORDS = 12  # of a search
FEW = 8  # things, where none bears all the words
MOST_KNOWN = 50_000  # words among which a misspelt one is sought
LOOKED = 1000  # things among which the nearest are sought, where more bear the words
NEAREST = (
    "SELECT iri, label, language, kind, form FROM (SELECT *, length(folded) AS long FROM things WHERE things MATCH ?"
    " LIMIT ?) ORDER BY long > ?, long LIMIT ?"
)
RANKED = (
    "SELECT iri, label, language, kind, form FROM things WHERE things MATCH ? ORDER BY length(folded) > ?, rank LIMIT ?"
)
_SAME = str.maketrans("أإآٱىیئةکؤ", "ااااييي" + "هكو")  # hamza carriers, final forms, Persian letters
_DROPPED = dict.fromkeys(map(ord, "'’‘ʿʾʼ`´ـ\u200c\u200d\u200e\u200f"))


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that a search found: its IRI, label and its language, class, and the spelling that matched."""

    iri: str
    label: str
    language: str
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class Words:
    """A statement whose words a search found."""

    iri: str
    words: str
    voice: str
    is_denied: bool


def fold(text: str) -> str:
    """Letters without case, accents, apostrophes and the variants of Arabic letters, for comparison alone."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME).translate(_DROPPED)).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


class Index:
    """Answers searches over one generation; safe to ask from many threads."""

    def __init__(self, record: Record) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE VIRTUAL TABLE things USING fts5(folded, iri UNINDEXED, label UNINDEXED, language UNINDEXED,"
            " kind UNINDEXED, form UNINDEXED, prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
        )
        self._db.execute(
            "CREATE VIRTUAL TABLE statements USING fts5(folded, iri UNINDEXED, words UNINDEXED, voice UNINDEXED,"
            " denied UNINDEXED, tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._db.execute("CREATE VIRTUAL TABLE known USING fts5vocab(things, row)")
        self._db.executemany("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?)", _things(record))
        self._db.executemany("INSERT INTO statements VALUES (?, ?, ?, ?, ?)", _statements(record))

    def things(self, text: str, limit: int) -> list[Found]:
        """Things that bear every word (each may be unfinished), or else the few nearest that bear any; each once."""
        if not (whole := _whole(text)):
            return []
        # Whole words first: of the many that an unfinished one may begin, only so many are looked at.
        long = len(fold(text)) + 1
        rows = [row for ask in (whole, _every(text)) for row in self._rows(NEAREST, (ask, LOOKED, long, limit * 10))]
        most = limit
        if not rows:
            rows, most = self._rows(RANKED, (_any(text), long, limit * 10)), min(limit, FEW)
        return list({row[0]: Found(*row) for row in reversed(rows)}.values())[::-1][:most]

    def statements(self, text: str, limit: int, offset: int = 0) -> tuple[list[Words], int]:
        """Statements with any of the words, those with most and rarest first, and how many there are."""
        ask = _any(text)
        if not ask:
            return [], 0
        rows = self._rows(
            "SELECT iri, words, voice, denied FROM statements WHERE statements MATCH ? ORDER BY rank LIMIT ? OFFSET ?",
            (ask, limit, offset),
        )
        total = self._rows("SELECT count(*) FROM statements WHERE statements MATCH ?", (ask,))[0][0]
        return [Words(iri, words, voice, bool(denied)) for iri, words, voice, denied in rows], int(total)

    def instead(self, text: str) -> str:
        """What might have been meant, empty when nothing comes near."""
        known = [row[0] for row in self._rows("SELECT term FROM known LIMIT ?", (MOST_KNOWN,))]
        asked = fold(text).split()[:MOST_WORDS]
        near = [next(iter(get_close_matches(word, known, n=1, cutoff=0.7)), word) for word in asked]
        return " ".join(near) if near != asked else ""

    def _rows(self, ask: str, values: tuple[object, ...]) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._db.execute(ask, values).fetchall()


def _chunks(text: str) -> list[str]:
    chunks = fold(text).replace('"', " ").replace("\0", " ").split()[:MOST_WORDS]
    return [f'"{chunk}"' for chunk in chunks if any(c.isalnum() for c in chunk)]


def _whole(text: str) -> str:
    return " ".join(_chunks(text))


def _every(text: str) -> str:
    return " ".join(f"{chunk}*" for chunk in _chunks(text))


def _any(text: str) -> str:
    return " OR ".join(_chunks(text))


def _things(record: Record) -> Iterable[tuple[str, ...]]:
    for row in record.rows("search-things"):
        label, form = row["label"], row["form"].value
        yield fold(form), row["thing"].value, label.value, label.language, row["kind"].value, form


def _statements(record: Record) -> Iterable[tuple[object, ...]]:
    for row in record.rows("search-statements"):
        words, denied = row["words"].value, row["polarity"].value == AT + "negated"
        yield fold(words), row["statement"].value, words, row["voice"].value, int(denied)
