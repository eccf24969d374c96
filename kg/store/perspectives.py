"""The perspectives of a generation: a folder for each world, and one file that tells of them all."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import NotFound, StoreUnavailable, did_you_mean

FOLDER, INDEX = "perspectives", "index.json"
RECORD = "record"


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple in words and as terms, and the statements that it rests on: their IRIs, and names as curators know them.

    Without statements it is of the register of entities.
    """

    words: str
    terms: tuple[str, str, str]
    denied: bool
    statements: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Facts that cannot be so together, by which rule of OWL 2 RL, and what that rule says."""

    rule: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class About:
    """One perspective: its policy in words, how much it holds, and what in it cannot be so together.

    `statements` are accepted, `barren` those of them that yield no triple; `triples` are plain, `denials` negative
    assertions, `inferred` what follows; `clashing` counts the clashes, of which `clashes` holds the first. `quads` and
    `sha256` are of the world's sorted N-Quads; `basis` is a digest of all that the world follows from.
    """

    name: str
    iri: str
    title: str
    description: str
    language: str
    policy: tuple[str, ...]
    statements: int
    barren: int
    triples: int
    denials: int
    inferred: int
    clashing: int
    clashes: tuple[Clash, ...]
    quads: int
    sha256: str
    basis: str

    @property
    def is_consistent(self) -> bool:
        """True when no rule finds anything that cannot be so."""
        return not self.clashing


@dataclass(frozen=True, slots=True)
class Pair:
    """What cannot be so in two perspectives together, though neither contradicts itself by it."""

    names: tuple[str, str]
    clashing: int
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All perspectives of a generation, by name, and what each two of them contradict.

    `rules` is a digest of what was applied to every world.
    """

    perspectives: tuple[About, ...] = ()
    pairs: tuple[Pair, ...] = ()
    rules: str = ""

    def find(self, name: str) -> About:
        """The perspective of this name; raises NotFound with the nearest name."""
        for about in self.perspectives:
            if about.name == name:
                return about
        raise not_found(name, (about.name for about in self.perspectives))

    def pair(self, one: str, other: str) -> Pair:
        """What two perspectives contradict, in whatever order they are named; raises NotFound."""
        names = tuple(sorted((self.find(one).name, self.find(other).name)))
        return next((pair for pair in self.pairs if pair.names == names), Pair((one, other), 0, ()))


def not_found(name: str, known: Iterable[str]) -> NotFound:
    """That there is no perspective of this name."""
    known = sorted(known)
    hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if known else "; there are none")
    return NotFound(f"no perspective is called {name[:100]!r}{hint}")


def write_shelf(generation: Path, shelf: Shelf) -> None:
    """Write the file that tells of all perspectives; the same shelf gives the same bytes."""
    text = json.dumps(asdict(shelf), ensure_ascii=False, indent=1, sort_keys=True)
    (generation / FOLDER / INDEX).write_text(text + "\n", "utf-8")


def read_shelf(generation: Path) -> Shelf:
    """The perspectives in the folder of a generation; none where it was published without.

    Raises StoreUnavailable for a file that is damaged.
    """
    path = generation / FOLDER / INDEX
    try:
        content = json.loads(path.read_text("utf-8"))
        pairs = (Pair(tuple(pair["names"]), pair["clashing"], _clashes(pair)) for pair in content["pairs"])
        return Shelf(tuple(map(_about, content["perspectives"])), tuple(pairs), content["rules"])
    except FileNotFoundError:
        return Shelf()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(f"{path} cannot be read: {error}") from error


def _about(content: dict[str, Any]) -> About:
    return About(**{**content, "policy": tuple(content["policy"]), "clashes": _clashes(content)})


def _clashes(content: dict[str, Any]) -> tuple[Clash, ...]:
    return tuple(Clash(c["rule"], c["title"], tuple(map(_fact, c["facts"]))) for c in content["clashes"])


def _fact(content: dict[str, Any]) -> Fact:
    lists = {name: tuple(content[name]) for name in ("terms", "statements", "names")}
    return Fact(**{**content, **lists})
