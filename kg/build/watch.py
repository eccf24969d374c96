"""Following the files that are built from: somebody saves one, and a moment later it is time for another look."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from watchfiles import watch

from kg.settings import Settings

QUIET = 50  # milliseconds without a change after which a file counts as written
LONGEST = 1_000  # milliseconds that changes without a pause are waited for
PULSE = 500  # milliseconds after which whoever waits is told that nothing happened
POLL = 1_000  # milliseconds between two looks at all files, where the system does not tell of changes


def changes(settings: Settings) -> Iterator[bool]:
    """True when a file that a build reads may have changed, and once when watching has begun; False while none has.

    A folder that is replaced by another is followed, and one that is gone until it is there again.
    """
    folders = [f for f in (settings.articles, settings.ontology, settings.shapes, settings.findings) if f]
    while True:
        places, begun = _places(folders), False
        for told in _told([folder for folder in folders if folder.is_dir()]):
            if _places(folders) != places:
                break
            yield told or not begun
            begun = True


def _places(folders: list[Path]) -> list[tuple[int, int] | None]:
    """Which folders these are now: what is watched is a folder, not its name."""
    return [(at.stat().st_dev, at.stat().st_ino) if at.is_dir() else None for at in folders]


def _told(folders: list[Path]) -> Iterator[bool]:
    with suppress(FileNotFoundError):
        try:
            yield from _watched(folders, polling=None)
        except FileNotFoundError:
            raise
        except OSError:  # there are more folders than the system can tell of (Linux: fs.inotify.max_user_watches)
            yield from _watched(folders, polling=True)


def _watched(folders: list[Path], polling: bool | None) -> Iterator[bool]:
    # No filter: what a build reads is told by the files themselves, and any may be such.
    found = watch(
        *folders,
        watch_filter=None,
        debounce=LONGEST,
        step=QUIET,
        rust_timeout=PULSE,
        yield_on_timeout=True,
        force_polling=polling,
        poll_delay_ms=POLL,
    )
    return map(bool, found)
