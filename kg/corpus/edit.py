"""Writing down where the words of a claims file stand: `at:` beside quotes and cues, and the text's sha256."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kg.corpus.anchor import Found, Outcome, Similar
from kg.corpus.document import check_places
from kg.corpus.files import Yaml, open_text, open_yaml
from kg.corpus.folders import CLAIMS
from kg.corpus.furniture import masked_text
from kg.corpus.notes import Notes, each
from kg.corpus.splice import Splice, apply, is_faithful, setting
from kg.corpus.targets import Target, report, target
from kg.corpus.text import shown
from kg.corpus.tree import Mapping, Node
from kg.report import Problem

_WRITTEN = frozenset({"at", "sha256"})


@dataclass(frozen=True, slots=True)
class Anchored:
    """What became of the words under one key: `where` names their statement or chain, `line` is 1-based.

    `kept`, `filled` (they had no offsets) and `moved` (they had others) have `at`; `review` (only similar words
    were found) and `failed` were left as they are, and a problem says why.
    """

    where: str
    key: str
    line: int
    result: Literal["kept", "filled", "moved", "review", "failed"]
    at: str | None


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What anchoring a file did; `changed` when it was written. Problems are those of finding words only."""

    file: str
    changed: bool
    places: tuple[Anchored, ...]
    problems: tuple[Problem, ...]


def anchor_file(folder: Path) -> Anchoring:
    """Find the words of an article's claims file and write their offsets and the text's sha256 into it.

    Every other byte stays; a file that is right already, or cannot be read, is not touched. The new file replaces
    the old one at once. What is wrong with the file otherwise is for `read_article` to tell.
    """
    folder = folder.absolute()
    notes = Notes(shown(folder / CLAIMS, folder.parent))
    text, claims = open_text(folder, notes), open_yaml(folder / CLAIMS, notes)
    if text is None or claims is None:
        return Anchoring(notes.file, False, (), tuple(notes.problems))
    places, splices = _anchor(claims, text, notes)
    changed = bool(splices) and _write(folder / CLAIMS, claims, apply(claims.text, splices), notes)
    return Anchoring(notes.file, changed, places, tuple(notes.problems))


def _anchor(claims: Yaml, read: tuple[str, str], notes: Notes) -> tuple[tuple[Anchored, ...], list[Splice]]:
    raw, sha256 = read
    article = claims.tree.get("article")
    about = article if isinstance(article, Mapping) else Mapping((), False, 1, 0, 0)
    text = masked_text(raw, about.get("furniture"), notes)
    check_places(about, text, notes)
    splices = list(_sha256(claims.text, about, sha256))
    places = []
    shifts: list[tuple[int, int, Anchored]] = []
    for sought in _targets(claims.tree):
        outcomes = sought.outcomes(text)
        report(sought, outcomes, notes)
        place = _judge(sought, outcomes)
        places.append(place)
        if place.at and sought.kept:
            shifts.append((sought.kept[0][0], _first(outcomes), place))
        if place.at and place.result != "kept":
            splices.append(setting(claims.text, sought.owner, "at", place.at, after=sought.key))
    _to_be_read(shifts, notes)
    return tuple(places), splices


def _first(outcomes: tuple[Outcome, ...]) -> int:
    return next(outcome.passage.start for outcome in outcomes if isinstance(outcome, Found))


def _to_be_read(shifts: list[tuple[int, int, Anchored]], notes: Notes) -> None:
    """Point at the words before which the text changed: what moved by as much as the words before it moved with them.

    Each of `shifts` is where words began, where they begin now, and what became of them.
    """
    before = 0
    for old, new, place in sorted(shifts, key=lambda shift: shift[:2]):
        if new - old != before and place.result == "moved":
            message = f"the text before the words of {place.key} changed; they are now at {place.at}: read them there"
            notes.add(place.line, place.where, "moved", message, "warning")
        before = new - old


def _sha256(yaml: str, about: Mapping, sha256: str) -> Iterator[Splice]:
    old = about.get("sha256")
    if about.entries and (old is None or getattr(old, "text", None) != sha256):
        yield setting(yaml, about, "sha256", sha256, after=about.entries[-1][0].text)


def _targets(tree: Mapping) -> Iterator[Target]:
    """Everything with words to find, in the order of the file; misshapen parts are for the reader to report."""
    unheard = Notes("")
    for name, kind in (("chains", "chain"), ("statements", "statement")):
        things = tree.get(name)
        for key, node in things.entries if isinstance(things, Mapping) else ():
            where = f"{kind} {key.text}"
            owners: list[tuple[Node, str]] = [(node, "quote")] if kind == "statement" else []
            links = node.get("chain") if kind == "statement" and isinstance(node, Mapping) else node
            owners += [(link, "cue") for link in each(links)]
            for owner, words in owners:
                if isinstance(owner, Mapping) and (sought := target(owner, words, where, unheard)):
                    yield sought


def _judge(sought: Target, outcomes: tuple[Outcome, ...]) -> Anchored:
    line = sought.texts[0][1]
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    if len(found) < len(outcomes):
        similar = any(isinstance(outcome, Similar) for outcome in outcomes)
        return Anchored(sought.where, sought.key, line, "review" if similar else "failed", None)
    spans = [f"{outcome.passage.start}-{outcome.passage.end}" for outcome in found]
    at = spans[0] if len(spans) == 1 else f"[{', '.join(spans)}]"
    if sought.kept and all(outcome.by == "kept" for outcome in found):
        return Anchored(sought.where, sought.key, line, "kept", at)
    return Anchored(sought.where, sought.key, line, "moved" if sought.owner.has("at") else "filled", at)


def _write(path: Path, claims: Yaml, text: str, notes: Notes) -> bool:
    if not is_faithful(claims.tree, text, _WRITTEN):
        message = "at: cannot be filled in without changing the rest: write the links of chains in { }"
        notes.add(1, "", "unwritable", message)
        return False
    try:
        if path.read_bytes() != claims.text.encode():
            notes.add(1, "", "unwritable", "the file was changed while it was read: run kg anchor again")
            return False
        _replace(path.resolve(), text.encode())
    except OSError as error:
        notes.add(1, "", "unwritable", f"the file cannot be written: {error.strerror}")
        return False
    return True


def _replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of the old one, on disk before it is seen; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
