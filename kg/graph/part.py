"""What gathers while a piece of an article is mapped: triples, shared things, problems, and where each came from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from pyoxigraph import NamedNode, Triple

from kg.errors import BadInput
from kg.graph.terms import AlreadyTold, Object, Refused
from kg.model import Source
from kg.report import Problem

Pair = tuple[NamedNode, Object]
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node comes from: the curator's line, what it is there, and the line of each key."""

    source: Source
    where: str
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """A piece of the graph in the making."""

    triples: set[Triple] = field(default_factory=set)
    shared: set[Triple] = field(default_factory=set)
    places: dict[NamedNode, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, subject: NamedNode, pairs: Iterable[Pair]) -> None:
        """Say something of a subject."""
        self.triples.update(Triple(subject, p, o) for p, o in pairs)

    def attempt(self, where: str, source: Source, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Do a step and give its result; a refusal becomes a problem (if it was not told before) and None."""
        try:
            return step(*args, **kwargs)
        except AlreadyTold:
            return None
        except Refused as error:
            self.problems.append(Problem(error.source, where, str(error), error.rule))
        except BadInput as error:
            self.problems.append(Problem(source, where, str(error), "value"))
        return None

    def take(self, other: "Part") -> None:
        """Add all that another part holds; the first place of a node is kept."""
        self.triples |= other.triples
        self.shared |= other.shared
        self.problems += other.problems
        self.places = other.places | self.places
