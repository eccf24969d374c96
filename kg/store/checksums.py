"""Checksums of the files of record and perspectives, in the form that `sha256sum --check` reads.

RocksDB checks a block only when it is read, and drops the tail of a damaged log in silence; these tell at once.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from kg.store import durable
from kg.store.generations import GRAPHS

NAME = "record.sha256"
FOLDERS = ("perspectives", "record")


def write(folder: Path, parent: Path | None = None) -> None:
    """Write the checksums of a generation's `record/`, `perspectives/` and `graphs`.

    Files shared with its parent keep theirs.
    """
    known: dict[str, str] = {}
    with suppress(OSError, UnicodeDecodeError):
        known = _written(parent) if parent else {}
    lines = []
    for path in _files(folder):
        name = str(path.relative_to(folder))
        shared = parent is not None and name in known and durable.is_same(path, parent / name)
        lines.append(f"{known[name] if shared else durable.sha256(path)}  {name}\n")
    (folder / NAME).write_text("".join(lines), "utf-8")


def _written(folder: Path) -> dict[str, str]:
    """The digests in a generation's checksums, by file; raises OSError and UnicodeDecodeError."""
    lines = (folder / NAME).read_text("utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def problems(folder: Path, sha256: durable.Sha256 = durable.sha256) -> tuple[str, ...]:
    """A sentence for each of these files that is missing, changed or strange; empty when all are as written."""
    try:
        expected = _written(folder)
    except (OSError, UnicodeDecodeError) as error:
        return (f"the checksums {folder / NAME} cannot be read: {error}",)
    paths = _files(folder)
    with ThreadPoolExecutor(2) as threads:  # hashing leaves Python's lock alone
        found = {
            str(path.relative_to(folder)): digest
            for path, digest in zip(paths, threads.map(sha256, paths), strict=True)
        }
    return tuple(
        f"{folder / name} {_difference(name, expected, found)}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    )


def is_intact(folder: Path, path: Path) -> bool:
    """True when a file of a generation is as written; False when that cannot be told."""
    try:
        return _written(folder).get(str(path.relative_to(folder))) == durable.sha256(path)
    except (OSError, UnicodeDecodeError):
        return False


def _difference(name: str, expected: dict[str, str], found: dict[str, str]) -> str:
    if name not in found:
        return "is missing"
    if name not in expected:
        return "does not belong there"
    return "was changed after it was written"


def _files(folder: Path) -> list[Path]:
    graphs = folder / GRAPHS
    inside = (path for name in FOLDERS for path in (folder / name).rglob("*"))
    return sorted(path for path in (*inside, graphs) if path.is_file())
