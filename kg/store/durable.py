"""Files that survive a power cut: nothing counts as written before it was fsynced."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

Sha256 = Callable[[Path], str]


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_same(path: Path, other: Path) -> bool:
    """True when both are hard links to one file."""
    try:
        return path.samefile(other)
    except FileNotFoundError:
        return False


def sync_tree(folder: Path, parent: Path | None = None) -> None:
    """Force everything below a folder to the disk, and the folder itself last.

    Files that are hard links to those of `parent`, which was synced before, are not forced again.
    """
    for at, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(at, name)
            if parent is None or not is_same(path, parent / path.relative_to(folder)):
                sync(path)
        sync(Path(at))


def link_tree(source: Path, target: Path) -> None:
    """Let a folder, made where there is none, share every file of another."""
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_dir():
            there.mkdir(parents=True, exist_ok=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, there)


def replace(path: Path, text: str, mode: int = 0o644) -> None:
    """Give a file new content at once: a reader sees the old text or the new, also after a power cut."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode)
    fresh.write_text(text, "utf-8")
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def discard(folder: Path) -> None:
    """Remove a folder that may still be written to by a store that is just being closed."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.02)


def sha256(path: Path) -> str:
    """The hex digest of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
