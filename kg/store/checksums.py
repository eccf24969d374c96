"""Checksums of a generation's record files, in the form that `sha256sum --check` reads.

RocksDB checks a block only when it is read, and drops the tail of a damaged log in silence; these tell at once.
"""

from pathlib import Path

from kg.store import durable

NAME = "record.sha256"


def write(folder: Path) -> None:
    """Write the checksums of all files in a generation's `record/`."""
    lines = (f"{durable.sha256(path)}  {path.relative_to(folder)}\n" for path in _files(folder))
    (folder / NAME).write_text("".join(lines), "utf-8")


def problems(folder: Path) -> tuple[str, ...]:
    """A sentence for each file of `record/` that is missing, changed or strange; empty when all are as written."""
    try:
        lines = (folder / NAME).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return (f"the checksums {folder / NAME} cannot be read: {error}",)
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = {str(path.relative_to(folder)): durable.sha256(path) for path in _files(folder)}
    return tuple(
        f"{folder / name} {_difference(name, expected, found)}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    )


def _difference(name: str, expected: dict[str, str], found: dict[str, str]) -> str:
    if name not in found:
        return "is missing"
    if name not in expected:
        return "does not belong there"
    return "was changed after it was written"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "record").rglob("*") if path.is_file())
