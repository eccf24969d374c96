"""What an application answered, up to its first chunk."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(slots=True)
class Reply:
    """What was answered: status, headers, the first chunk and the rest, None where there is none and all is closed."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


def reply(status: int, headers: list[tuple[str, str]], first: bytes, rest: Iterator[bytes], result: object) -> Reply:
    """A reply that began with `first`; `result`, of which it is made, is closed at once where that was all."""
    close: Callable[[], None] = getattr(result, "close", lambda: None)
    length = next((value for name, value in headers if name.lower() == "content-length"), None)
    whole = length == str(len(first)) or not first
    if whole:
        close()
    return Reply(status, [*map(_raw, headers)], first, None if whole else rest, close)


@lru_cache(1000)
def _raw(header: tuple[str, str]) -> tuple[bytes, bytes]:
    name, value = header
    return name.lower().encode("latin-1"), value.encode("latin-1")


def begun(result: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first chunk of a result and an iterator over the rest; the result is closed where there is none."""
    try:
        rest = iter(result)
        return next(rest, b""), rest
    except BaseException:
        getattr(result, "close", lambda: None)()
        raise
