"""Asks the search index of one generation: every label and spelling in any script, and the words of statements.

What is asked is folded as what is indexed was.
"""

import sqlite3
import threading
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from kg.store import index
from kg.store.index import fold
from kg.web.record import Moved

MOST_WORDS = 12  # of a search
FEW = 8  # things, where none bears all the words
RARE = 1_000  # spellings that bear a word: of more it is not asked how many
MOST_KNOWN = 20_000  # words among which a misspelt one is sought at once
NEAR = 0.7  # of two words: twice the letters that both have in order, of all letters
# The id of a spelling begins with its length: the nearest come first, and FTS5 need not look at the others.
_NAMED = (
    "SELECT iri, label, language, kind, form FROM names JOIN spellings ON spellings.id = names.rowid"
    " JOIN things ON things.id = thing WHERE names MATCH ? ORDER BY names.rowid LIMIT ?"
)
_HOW_MANY = "SELECT count(*) FROM (SELECT 1 FROM names WHERE names MATCH ? LIMIT ?)"
_KNOWN = "SELECT term FROM known WHERE term BETWEEN ? AND ? AND length(term) BETWEEN ? AND ? LIMIT ?"
_QUOTED = (
    "SELECT iri, words, voice, denied FROM (SELECT rowid AS found, rank AS nearness FROM quotes WHERE quotes MATCH ?"
    " ORDER BY rank LIMIT ? OFFSET ?) JOIN statements ON id = found ORDER BY nearness"
)


class Found(NamedTuple):
    """A thing that a search found: its IRI, label and its language, class, and the spelling that matched."""

    iri: str
    label: str
    language: str
    kind: str
    form: str


class Words(NamedTuple):
    """A statement whose words a search found."""

    iri: str
    words: str
    voice: str
    is_denied: bool


class Index:
    """Answers searches over one generation, from the index in its folder; safe to ask from many threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = index.opened(folder)

    def close(self) -> None:
        """Let go of the file; who asks after that is told that another generation is served."""
        with self._lock:
            if self._db:
                self._db.close()
            self._db = None

    def things(self, text: str, limit: int) -> list[Found]:
        """Things that bear every word (each may be unfinished), or else the few nearest that bear any; each once."""
        if not (chunks := _chunks(text)):
            return []
        begun = self._found(" ".join(f"{chunk}*" for chunk in chunks), limit)
        if not begun:
            return self._nearest(chunks, len(fold(text)))[: min(limit, FEW)]
        return _once([*self._found(" ".join(chunks), limit), *begun])[:limit]  # whole words first

    def _found(self, ask: str, limit: int) -> list[Found]:
        """By the nearest spellings; a thing may have several."""
        return [Found(*row) for row in self._rows(_NAMED, ask, limit * 10)]

    def _nearest(self, chunks: list[str], long: int) -> list[Found]:
        """Where none bears all words: those with most and rarest first, but after all that are as long as was asked."""
        weights = {chunk: 1 / (self._rows(_HOW_MANY, chunk, RARE)[0][0] or RARE) for chunk in chunks}
        known = sorted(weights, key=lambda chunk: weights[chunk])
        asks = [[other for other in known if other != chunk] for chunk in known if len(known) > 2]
        borne: dict[Found, set[str]] = {}
        for ask in (*asks, *([chunk] for chunk in known)):
            for found in self._found(" ".join(ask), FEW):
                borne.setdefault(found, set()).update(ask)
        nearness = {found: sum(weights[chunk] for chunk in ask) for found, ask in borne.items()}
        return _once(sorted(borne, key=lambda found: (len(fold(found.form)) > long, -nearness[found], len(found.form))))

    def statements(self, text: str, limit: int, offset: int = 0) -> tuple[list[Words], int]:
        """Statements with any of the words, those with most and rarest first, and how many there are."""
        if not (chunks := _chunks(text)):
            return [], 0
        ask = " OR ".join(chunks)
        rows = self._rows(_QUOTED, ask, limit, offset)
        total = self._rows("SELECT count(*) FROM quotes WHERE quotes MATCH ?", ask)[0][0]
        return [Words(iri, words, voice, bool(denied)) for iri, words, voice, denied in rows], int(total)

    def instead(self, text: str) -> str:
        """What might have been meant, empty when nothing comes near."""
        asked = fold(text).split()[:MOST_WORDS]
        near = [self._near(word) for word in asked]
        return " ".join(near) if near != asked else ""

    def _near(self, word: str) -> str:
        """The known word nearest to one: of those that begin as it does, if there is one."""
        long = len(word)
        for start in (word[:2], word[:1], ""):
            rows = self._rows(_KNOWN, start, f"{start}\U0010ffff", NEAR * long / 2, 2 * long / NEAR, MOST_KNOWN)
            known: list[str] = [term for (term,) in rows]
            if near := get_close_matches(word, known, n=1, cutoff=NEAR):
                return near[0]
        return word

    def _rows(self, ask: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            if self._db is None:
                raise Moved
            return self._db.execute(ask, values).fetchall()


def _once(found: list[Found]) -> list[Found]:
    """Each thing once, by the first of its spellings."""
    kept: dict[str, Found] = {}
    for one in found:
        kept.setdefault(one.iri, one)
    return list(kept.values())


def _chunks(text: str) -> list[str]:
    """The words that are asked for, as strings of FTS5 (section 3.1 of its documentation)."""
    chunks = fold(text).replace('"', " ").replace("\0", " ").split()[:MOST_WORDS]
    return [f'"{chunk}"' for chunk in chunks if any(c.isalnum() for c in chunk)]
