"""The worlds of all perspectives, put into the folder of a generation before it is published."""

import hashlib
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

from pyoxigraph import Store

from kg.build.world import Teller, Viewed, World
from kg.errors import StoreUnavailable
from kg.graph.perspectives.policy import policies
from kg.iri import Iris
from kg.reason.rules import read_rules
from kg.store import dump, durable, nquads
from kg.store.commit import Unpublished
from kg.store.generations import Generation
from kg.store.perspectives import FOLDER, RECORD, About, Pair, Shelf, read_shelf, write_shelf

KEPT = 100  # clashes of one world, or of two, that are told; all are counted


def worlds(iris: Iris, computed: Container[object]) -> Callable[[Unpublished], None]:
    """What puts the world of each policy into a generation; the `computed` graphs of the record are not looked at."""
    return partial(_attach, iris, computed)


def _attach(iris: Iris, computed: Container[object], unpublished: Unpublished) -> None:
    """Write each world anew, or link it to the parent's where all that it follows from is the same.

    Raises BadInput when what follows from a world does not come to an end.
    """
    view = Viewed.of(unpublished.store, iris, computed)
    shelving = _Shelving.of(unpublished, view)
    changed = unpublished.made.added | unpublished.made.removed
    if shelving.is_current and not any(view.concerns(quad) for quad in changed):
        shelving.keep()
    elif made := [World(view, policy) for policy in policies(view.record, view.schema, iris)]:
        shelving.fill(made)


@dataclass(frozen=True, slots=True)
class _Shelving:
    """The folder of worlds in the making, and the parent's worlds, which may be used again."""

    folder: Path
    parent: Generation | None
    known: Shelf
    rules: str  # a digest of what is applied to every world

    @classmethod
    def of(cls, unpublished: Unpublished, view: Viewed) -> "_Shelving":
        parent = unpublished.parent
        known = Shelf()
        with suppress(StoreUnavailable):  # what cannot be read is made anew
            known = read_shelf(parent.path) if parent else known
        rules = [rule.query for kind in ("materialised", "checking", "contradictions") for rule in read_rules(kind)]
        return cls(unpublished.folder, parent, known, _digest(rules, sorted(map(str, view.schema.triples))))

    @property
    def is_current(self) -> bool:
        """True when the parent's worlds were made by the same rules and the same ontology, and are all there."""
        there = self.parent and all(self.parent.perspective(a.name).data.exists() for a in self.known.perspectives)
        return bool(there) and self.known.rules == self.rules

    def keep(self) -> None:
        """Link all worlds of the parent."""
        if self.parent:
            durable.link_tree(self.parent.path / FOLDER, self.folder / FOLDER)

    def fill(self, made: list[World]) -> None:
        """Write or link every world, then what is told of them."""
        (self.folder / FOLDER).mkdir()
        told = tuple(map(self._about, made))
        pairs = [self._pair(*two) for two in combinations(zip(made, told, strict=True), 2)]
        write_shelf(self.folder, Shelf(told, tuple(pair for pair in pairs if pair.clashing), self.rules))

    def _about(self, world: World) -> About:
        basis = _digest(self.rules, sorted(world.basis()))
        old = next((about for about in self.known.perspectives if about.basis == basis), None)
        kept = self.parent.perspective(old.name) if old and self.parent else None
        if old and kept and old.name == world.policy.name and kept.data.exists():
            durable.link_tree(kept.path, self.folder / FOLDER / old.name)
            return old
        return _write(self.folder / FOLDER / world.policy.name, world, basis)

    def _pair(self, one: tuple[World, About], other: tuple[World, About]) -> Pair:
        if one[1] in self.known.perspectives and other[1] in self.known.perspectives:
            return self.known.pair(one[1].name, other[1].name)
        found = one[0].against(other[0])
        teller = Teller(one[0].view, (one[0], other[0]))
        return Pair((one[1].name, other[1].name), len(found), tuple(map(teller.clash, found[:KEPT])))


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _write(folder: Path, world: World, basis: str) -> About:
    folder.mkdir()
    quads = frozenset(world.quads())
    digest, _ = dump.write(folder, None, "", nquads.lines(quads), set())
    work = Store(str(folder / "work"))
    work.bulk_extend(quads)
    work.flush()
    work.backup(str(folder / RECORD))
    del work
    durable.discard(folder / "work")
    return _told(world, len(quads), digest, basis)


def _told(world: World, quads: int, sha256: str, basis: str) -> About:
    policy, accepted, view = world.policy, world.accepted, world.view
    teller = Teller(view, (world,))
    return About(
        name=policy.name,
        iri=policy.iri.value,
        title=policy.title.value,
        description=policy.description.value if policy.description else "",
        language=policy.title.language or "und",
        policy=tuple(policy.words(view.call)),
        statements=len(accepted.statements),
        barren=len(accepted.barren),
        triples=len(accepted.facts),
        denials=len(accepted.denials),
        inferred=len(world.inferred),
        clashing=len(world.clashes),
        clashes=tuple(map(teller.clash, world.clashes[:KEPT])),
        quads=quads,
        sha256=sha256,
        basis=basis,
    )
