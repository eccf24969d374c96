"""The history of a data directory: what was published when, and which of it is kept and can be asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import NotFound, StoreUnavailable
from kg.store.generations import Generation, Generations, stamp_of
from kg.store.journal import FILE, Entry, Journal


@dataclass(frozen=True, slots=True)
class Moment:
    """A published generation: its journal entry, and whether it is kept; a pruned one cannot be asked any more."""

    entry: Entry
    is_kept: bool

    @property
    def number(self) -> int:
        """The generation's number."""
        return self.entry.generation

    @property
    def time(self) -> datetime:
        """When it was published, in UTC."""
        return datetime.fromisoformat(self.entry.time).astimezone(UTC)

    def as_json(self) -> dict[str, object]:
        """What is told of it, as JSON."""
        names = ("generation", "parent", "time", "what", "added", "removed", "quads")
        return {name: getattr(self.entry, name) for name in names} | {"kept": self.is_kept}


class History:
    """The generations of a data directory up to the current one, by its journal; any thread may ask."""

    def __init__(self, root: Path) -> None:
        self._generations, self._journal = Generations(root), Journal(root / FILE)

    def moments(self) -> tuple[Moment, ...]:
        """Every generation that was published up to the current one, oldest first.

        Raises StoreUnavailable when CURRENT cannot be read, or names what the journal does not list.
        """
        current = self._generations.current()
        entries = self._journal.read().entries
        if current and all(entry.generation != current.number for entry in entries):
            raise StoreUnavailable(f"{self._journal.path} does not list generation {current.number}, which is current")
        there = {generation.number for generation in self._generations.all()}
        return tuple(
            Moment(entry, entry.generation in there)
            for entry in entries
            if current and entry.generation <= current.number
        )

    def kept(self) -> tuple[Moment, ...]:
        """Those that can be asked, oldest first."""
        return tuple(moment for moment in self.moments() if moment.is_kept)

    def find(self, number: int) -> Moment:
        """A generation, kept or not. Raises NotFound when there never was one of that number."""
        moments = self.moments()
        found = next((moment for moment in moments if moment.number == number), None)
        if found is None:
            newest = f"; the newest is {moments[-1].number}" if moments else ""
            raise NotFound(f"there is no generation {number}{newest}")
        return found

    def find_kept(self, number: int) -> Moment:
        """A generation that can be asked. Raises NotFound, which names those there are."""
        moments = self.moments()
        kept = [moment for moment in moments if moment.is_kept]
        found = next((moment for moment in kept if moment.number == number), None)
        if found:
            return found
        was = any(moment.number == number for moment in moments)
        why = "is not kept any more" if was else "was never published"
        raise NotFound(f"generation {number} {why}; {_listed([moment.number for moment in kept])}")

    def at(self, instant: datetime) -> Moment:
        """The newest kept generation that was published by then, else the first that is kept (RFC 7089, 4.5.3).

        `instant` has whole seconds, as HTTP has. Raises NotFound when nothing is kept.
        """
        kept = self.kept()
        if not kept:
            raise NotFound("nothing was published yet")
        return next((m for m in reversed(kept) if m.time.replace(microsecond=0) <= instant), kept[0])

    def generation(self, moment: Moment) -> Generation:
        """The files of a kept generation. Raises NotFound when it was pruned meanwhile."""
        return self._generations.get(moment.number)

    def stamp(self, moment: Moment) -> str:
        """What tells a kept generation from itself before an erasure. Raises NotFound when it was pruned meanwhile."""
        try:
            return stamp_of(self.generation(moment).data)
        except OSError as error:
            raise NotFound(f"generation {moment.number} is not kept any more") from error

    def before(self, moment: Moment) -> Generation | None:
        """What it was made from; None for the first. Raises NotFound when that was pruned."""
        parent = moment.entry.parent
        return None if parent is None else self._generations.get(parent)


def _listed(numbers: list[int]) -> str:
    """`there are 3 to 12`, in one piece where nothing is missing in between."""
    if not numbers:
        return "there is none"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    return f"there {'is' if len(numbers) == 1 else 'are'} {', '.join(told)}"
