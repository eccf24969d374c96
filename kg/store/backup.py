"""A copy of the current generation with the journal, made while others write, and its way back."""

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kg.errors import BadInput, StoreUnavailable, Unreadable
from kg.store import durable, erasing
from kg.store.commit import writing
from kg.store.generations import Generation, Generations
from kg.store.journal import FILE, RESTORE, Entry, Journal
from kg.store.lock import locked
from kg.store.recovery import problems

NOTES = ("inputs.json", "rollback.json", erasing.ERASED)  # tokens are secrets, and stay where they are
ARCHIVES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz"}
TRIES = 5  # a copy that a commit or an erasure overtook is made again


def back_up(root: Path, target: Path) -> Entry:
    """Copy what is current into a new folder, or a new archive (.tar, .tar.gz, .tgz), checked against its digests.

    Takes no lock. Raises BadInput when the target is there already, StoreUnavailable when nothing was published, what
    is there is damaged, or the disk cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} is there already: name a file or a folder that is not")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            entry = _copied(root, draft)
            if mode := _mode(target):
                _pack(draft, target, mode)
            else:
                durable.sync_tree(draft)
                draft.replace(target)
            durable.sync(target.parent)
        finally:
            durable.discard(draft)
    return entry


def _mode(target: Path) -> str | None:
    return next((mode for ending, mode in ARCHIVES.items() if target.name.endswith(ending)), None)


def _copied(root: Path, draft: Path) -> Entry:
    """A data directory that holds the current generation only; taken again when it changed while it was read."""
    trouble: tuple[str, ...] = ()
    for _ in range(TRIES):
        durable.discard(draft)
        current = Generations(root).current()
        if current is None:
            raise StoreUnavailable(f"nothing was published in {root} yet: there is nothing to back up")
        try:
            entry = _copy(root, current, draft)
        except (FileNotFoundError, shutil.Error) as error:  # pruned meanwhile
            trouble = (str(error),)
            continue
        if entry and not (trouble := problems(draft)):
            return entry
    raise StoreUnavailable(f"no whole copy could be taken: {'; '.join(trouble) or 'the journal does not know it'}")


def _copy(root: Path, current: Generation, draft: Path) -> Entry | None:
    shutil.copytree(current.path, draft / "generations" / str(current.number))
    entries = [e for e in Journal(root / FILE).entries() if e.generation <= current.number]
    (draft / FILE).write_bytes(b"".join(entry.line() for entry in entries))
    for name in NOTES:
        if (root / name).exists():
            shutil.copy2(root / name, draft / name)
    (draft / "CURRENT").write_text(f"{current.number}\n", "utf-8")
    return entries[-1] if entries and entries[-1].generation == current.number else None


def _pack(draft: Path, target: Path, mode: str) -> None:
    partial = target.with_name(f".{target.name}.partial")
    with tarfile.open(partial, mode) as archive:  # type: ignore[call-overload]
        for path in sorted(draft.iterdir()):
            archive.add(path, path.name)
    durable.sync(partial)
    partial.replace(target)


@dataclass(frozen=True, slots=True)
class Restored:
    """The generation that is current now, and the one of the backup that it was, with its time."""

    generation: int
    was: int
    time: str


def restore(source: Path, root: Path, *, force: bool, erased: bool, clock: Callable[[], datetime]) -> Restored:
    """Make a backup the data directory; over another only by `force`, and then under a number that neither used.

    What was erased in this data directory comes back only by `erased`. Raises Unreadable for what is no whole backup,
    BadInput, StoreUnavailable.
    """
    with writing(root), _unpacked(source, root) as draft:
        if trouble := problems(draft):
            raise Unreadable(f"this is no whole backup: {'; '.join(trouble)}", str(source))
        with locked(root, 30.0):
            erasing.finish(root)
            for left in set(root.glob(".restore-*")) - {draft}:  # by one that was killed
                durable.discard(left)
            _refuse(draft, root, force, erased)
            return _put(draft, root, clock())


@contextmanager
def _unpacked(source: Path, root: Path) -> Iterator[Path]:
    """The backup as a folder beside what it will be."""
    root.mkdir(parents=True, exist_ok=True)
    draft = root / f".restore-{os.getpid()}"
    try:
        if source.is_dir():
            shutil.copytree(source, draft)
        else:
            with tarfile.open(source) as archive:
                archive.extractall(draft, filter="data")
        if Generations(draft).current() is None:
            raise Unreadable("this is no backup: there is no CURRENT in it", str(source))
        yield draft
    except (tarfile.TarError, FileNotFoundError, EOFError) as error:
        raise Unreadable(f"expected a folder or an archive that `kg backup` made: {error}", str(source)) from error
    finally:
        durable.discard(draft)


def _refuse(draft: Path, root: Path, force: bool, erased: bool) -> None:
    if not force and (top := _highest(root)):
        raise BadInput(f"{root} holds generation {top} already: name an empty folder, or add --force to replace it")
    gone = {one["sha256"] for one in erasing.erased(root)}
    data = Generations(draft).current()
    assert data is not None, "it was unpacked"
    if gone and not erased:
        texts = [one.encode() for one in gone]
        back = {one for line in data.dump.lines() for one in texts if one in line}
        if back:
            told = "a text that was" if len(back) == 1 else f"{len(back)} texts that were"
            raise BadInput(f"the backup holds {told} erased here: add --erased to bring back what it holds")


def _highest(root: Path) -> int:
    """The highest number that was used in a data directory, 0 for none; also where the journal is broken."""
    numbers = [_numbered(root)]
    numbers += [generation.number for generation in Generations(root).all()]
    return max(numbers + [entry.generation for entry in Journal(root / FILE).read().entries])


def _numbered(root: Path) -> int:
    """The number in CURRENT, 0 where there is none."""
    try:
        current = (root / "CURRENT").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    return int(current) if current.isdecimal() else 0


def _put(draft: Path, root: Path, now: datetime) -> Restored:
    """Move the backup in; whatever cuts this off, what `recover` finds is the old or the new."""
    entries = Journal(draft / FILE).entries()
    was = next(e for e in entries if e.generation == Generations(draft).current().number)  # type: ignore[union-attr]
    top, number = _highest(root), was.generation
    if top:
        number = max(top, was.generation) + 1
        what = f"{RESTORE}generation {was.generation} of a backup"
        Journal(draft / FILE).append(was.again(number, what, now))
    generations = Generations(root)
    generations.folder.mkdir(exist_ok=True)
    durable.sync_tree(draft)
    (draft / "generations" / str(was.generation)).rename(generations.folder / str(number))
    durable.sync(generations.folder)
    before = _numbered(root)
    for generation in generations.all():
        if generation.number not in (number, before):  # first: the backup's journal may list others of their numbers
            generations.remove(generation)
    (draft / FILE).replace(root / FILE)
    durable.sync(root)
    generations.switch(number)
    for generation in generations.all():
        if generation.number != number:
            generations.remove(generation)
    _bring_notes(draft, root)
    return Restored(number, was.generation, was.time)


def _bring_notes(draft: Path, root: Path) -> None:
    """The notes of the backup; what was erased, here or there, stays noted."""
    known = {one["sha256"]: one for one in (*erasing.erased(draft), *erasing.erased(root))}
    for name in NOTES:
        if (draft / name).exists():
            durable.replace(root / name, (draft / name).read_text("utf-8"))
        elif name != erasing.ERASED:
            (root / name).unlink(missing_ok=True)
    if known:
        durable.replace(root / erasing.ERASED, json.dumps(list(known.values()), indent=1) + "\n")
