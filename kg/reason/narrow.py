"""A small set of axioms and facts that HermiT still finds contradictory: it gives no explanation of its own."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.reason.contradictions import A, Contradiction
from kg.reason.hermit import consistency
from kg.reason.shrink import shrink
from kg.vocab import OWL, RDF

Unit = frozenset[Triple]  # one axiom or fact, with all its unnamed nodes
_DECLARATIONS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology}


@dataclass(frozen=True)
class Narrowing:
    """Asks HermiT about parts of the ontology and the record, until a moment of the monotonic clock."""

    declarations: Unit
    until: float
    clock: Callable[[], float] = time.monotonic

    def wrong(self, parts: Iterable[Unit]) -> bool:
        """True when these parts contradict each other; raises what `consistency` raises."""
        return not consistency(self.declarations.union(*parts)).consistent

    def in_time(self) -> bool:
        """True while there is time for one more question."""
        return self.clock() < self.until

    def narrow(self, axioms: Sequence[Unit], facts: Sequence[Unit]) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
        """First the things of the record that are needed, then the axioms that bear on them, then their facts."""
        things = shrink(_by_subject(facts), lambda some: self.wrong([*axioms, *some]), self.in_time)
        bearing = _bearing_on(things, axioms)
        if self.in_time() and self.wrong([*bearing, *things]):
            axioms = bearing
        axioms = shrink(axioms, lambda some: self.wrong([*some, *things]), self.in_time)
        single = units(chain.from_iterable(things))
        return axioms, shrink(single, lambda some: self.wrong([*axioms, *some]), self.in_time)


def explain_by_asking(
    axioms: frozenset[Triple], facts: frozenset[Triple], *, member_of: NamedNode | None = None, seconds: float = 60.0
) -> Contradiction:
    """Narrow a contradiction that only HermiT sees, or that a class can have no member, for so many seconds.

    The result says by `complete` whether each axiom and fact in it is known to be needed.
    """
    if member_of is not None:
        facts = frozenset([Triple(NamedNode(A + member_of.value), RDF.type, member_of)])
    declared = frozenset(t for t in axioms if t.predicate == RDF.type and t.object in _DECLARATIONS)
    narrowing = Narrowing(declared, time.monotonic() + seconds)
    fewer, still = narrowing.narrow(units(axioms - declared), units(facts))
    return Contradiction(
        None,
        (),
        frozenset(chain.from_iterable(fewer)),
        frozenset(chain.from_iterable(still)),
        member_of,
        complete=narrowing.in_time(),
    )


def units(triples: Iterable[Triple]) -> list[Unit]:
    """The triples, those that share unnamed nodes together, in a fixed order."""
    single: list[Unit] = []
    groups: dict[BlankNode, set[Triple]] = {}
    for triple in triples:
        if nodes := _unnamed(triple):
            joined = {triple}.union(*(groups.get(node, ()) for node in nodes))
            groups.update({node: joined for member in joined for node in _unnamed(member)})
        else:
            single.append(frozenset([triple]))
    shared = {id(group): frozenset(group) for group in groups.values()}
    return sorted([*single, *shared.values()], key=lambda unit: sorted(map(str, unit)))


def _unnamed(triple: Triple) -> list[BlankNode]:
    return [node for node in (triple.subject, triple.object) if isinstance(node, BlankNode)]


def _by_subject(facts: Iterable[Unit]) -> list[Unit]:
    groups: dict[str, set[Triple]] = defaultdict(set)
    for unit in facts:
        groups[min(str(triple.subject) for triple in unit)] |= unit
    return [frozenset(group) for _, group in sorted(groups.items())]


def _bearing_on(things: Iterable[Unit], axioms: Sequence[Unit]) -> list[Unit]:
    """The axioms whose subject these things reach, step by step; those of unnamed subjects by any term of theirs."""
    reached = {term for unit in things for triple in unit for term in triple}
    bearing: dict[Unit, None] = {}
    growing = True
    while growing:
        new = [unit for unit in axioms if unit not in bearing and _heads(unit) & reached]
        bearing.update(dict.fromkeys(new))
        reached.update(term for unit in new for triple in unit for term in triple)
        growing = bool(new)
    return sorted(bearing, key=lambda unit: sorted(map(str, unit)))


def _heads(unit: Unit) -> set[object]:
    named: set[object] = {triple.subject for triple in unit if isinstance(triple.subject, NamedNode)}
    return named or {triple.object for triple in unit if isinstance(triple.object, NamedNode)}
