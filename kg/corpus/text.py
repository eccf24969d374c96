"""Files as they are: their bytes, decoded strictly, and the lines that people see in their editor."""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from kg.errors import Unreadable

MAX_TEXT = 10 * 1000 * 1000  # bytes of one article


def read_text(path: Path, shown: str | None = None, limit: int = MAX_TEXT) -> tuple[str, str]:
    """The text of a UTF-8 file with its newlines untouched, and the sha256 of its bytes as hex digits.

    A byte order mark is a character of the text like any other and counts in offsets. `limit` is in bytes.
    Raises Unreadable (naming the file as `shown`) for a file that is missing, too large or a folder, and, with
    line and column in bytes, for bytes that are not UTF-8 and for NUL, which no format of the record can carry.
    """
    name = shown or str(path)
    data = _read_bytes(path, name, limit)
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        raise Unreadable(
            f"expected UTF-8, found the byte 0x{data[error.start]:02x} ({error.reason})", name, line, column
        ) from None
    if (start := data.find(0)) >= 0:
        raise Unreadable("expected text, found a NUL byte", name, *_place(data, start))
    return text, hashlib.sha256(data).hexdigest()


def _read_bytes(path: Path, name: str, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unreadable(f"expected a file that can be read: {error.strerror}", name) from None
    if len(data) > limit:
        raise Unreadable(f"expected at most {limit:,} bytes, found more", name)
    return data


def _place(data: bytes, start: int) -> tuple[int, int]:
    before = data[:start]
    return before.count(b"\n") + 1, start - (before.rfind(b"\n") + 1) + 1


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a text begin, as an editor counts them: after each newline."""

    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Lines":
        """Find the lines; CR LF ends one line, a lone CR none."""
        return cls((0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])))

    def at(self, offset: int) -> int:
        """The 1-based line of the code point at `offset`."""
        return bisect_right(self.starts, offset)


def shown(path: Path, root: Path) -> str:
    """The path as people are shown it: from the current folder, else from the folder that holds `root`."""
    absolute = path.absolute()
    for base in (Path.cwd(), root.absolute().parent):
        if absolute.is_relative_to(base):
            return absolute.relative_to(base).as_posix()
    return str(absolute)
