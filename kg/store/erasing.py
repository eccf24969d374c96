"""Putting an erasure in place: what is prepared beside the generations takes their place, or nothing does.

Once the note of what is to be done is on the disk, whoever holds the lock next finishes it, however often it is cut.
"""

import json
from pathlib import Path
from typing import Any

from kg.store import durable
from kg.store.generations import Generations
from kg.store.index import DRAFT
from kg.store.journal import FILE

INTENT = "erasing.json"
ERASED = "erased.json"
PREPARED = ".erased-"  # begins the folders that wait to take a generation's place
JOURNAL = f".{FILE}.erased"


def begin(root: Path, numbers: list[int], dropped: list[int], current: int, files: dict[str, str]) -> None:
    """Decide the erasure: from now on it is finished, not undone; for the lock's holder.

    `numbers` have folders prepared, `dropped` go without one, `current` is the one to serve; `files` are put into the
    data directory with these texts. Raises OSError.
    """
    generations = Generations(root)
    for number in numbers:
        durable.sync_tree(generations.folder / f"{PREPARED}{number}")
    durable.sync(generations.folder)
    durable.sync(root / JOURNAL)
    note = {"numbers": numbers, "dropped": dropped, "current": current, "files": files}
    durable.replace(root / INTENT, json.dumps(note) + "\n", mode=0o600)


def finish(root: Path) -> bool:
    """Finish an erasure that was decided, and say whether there was one; for the lock's holder. Raises OSError."""
    if not (root / INTENT).exists():
        return False
    note: dict[str, Any] = json.loads((root / INTENT).read_text("utf-8"))
    generations = Generations(root)
    _exchange(generations, note["numbers"], note["dropped"])
    if (root / JOURNAL).exists():
        (root / JOURNAL).replace(root / FILE)
        durable.sync(root)
    for name, text in note["files"].items():
        durable.replace(root / name, text)
    generations.switch(note["current"])
    drafts = (path for name in (".restore-", DRAFT) for path in root.glob(f"{name}*"))
    for folder in (*generations.folder.glob(".old-*"), *generations.folder.glob(".work-*"), *drafts):
        durable.discard(folder)  # a writer makes its clone anew, for it is of another generation
    (root / INTENT).unlink()
    durable.sync(root)
    return True


def _exchange(generations: Generations, numbers: list[int], dropped: list[int]) -> None:
    for number in (*numbers, *dropped):
        prepared, there = generations.folder / f"{PREPARED}{number}", generations.folder / str(number)
        if not prepared.exists() and number not in dropped:
            continue  # it was exchanged before
        if there.exists():
            there.rename(generations.folder / f".old-erased-{number}")
        if prepared.exists():
            prepared.rename(there)
    durable.sync(generations.folder)


def erased(root: Path) -> list[dict[str, str]]:
    """The texts that were erased: the sha256 and time of each; an empty list where that cannot be read."""
    try:
        found: list[dict[str, str]] = json.loads((root / ERASED).read_text("utf-8"))
        return [{"sha256": str(one["sha256"]), "time": str(one["time"])} for one in found]
    except FileNotFoundError:
        return []
