"""What cannot hold together by the rules of OWL 2 RL: each contradiction with one proof of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from kg.reason.closure import Closure, as_stored, unnamed
from kg.reason.rules import Rule, read_rules
from kg.vocab import OWL, RDF

A, FROM, TO = "urn:attest:a:", "urn:attest:from:", "urn:attest:to:"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Triples that cannot hold together, and the axioms of the ontology and facts of the record they follow from.

    `supposed` is the class or property that the contradiction makes unusable even before anybody uses it;
    `others` are the facts of further proofs from the same axioms, and `implied` what else is unusable because of
    them. `rule` is None where only HermiT sees it; `complete` is False where not all of it need be involved.
    """

    rule: Rule | None
    witness: tuple[Triple, ...]
    axioms: frozenset[Triple]
    facts: frozenset[Triple]
    supposed: NamedNode | None = None
    others: tuple[frozenset[Triple], ...] = ()
    implied: frozenset[NamedNode] = frozenset()
    complete: bool = True

    @property
    def facts_clash(self) -> bool:
        """True when something in the record is so that it cannot be."""
        return bool(self.others) or (self.supposed is None and bool(self.facts))

    @property
    def in_ontology(self) -> bool:
        """True when no fact is needed: the ontology contradicts itself, whatever is recorded."""
        return self.supposed is not None or not self.facts


def suppositions(axioms: Iterable[Triple]) -> frozenset[Triple]:
    """A member of every named class and a use of every property: what contradicts itself then can never be used."""
    found = set[Triple]()
    for triple in axioms:
        if triple.predicate == RDF.type and isinstance(triple.subject, NamedNode):
            found.update(_supposed(triple.subject, triple.object))
    return frozenset(found)


def _supposed(term: NamedNode, kind: object) -> Iterator[Triple]:
    if kind == OWL.Class:
        yield Triple(NamedNode(A + term.value), RDF.type, term)
    elif kind == OWL.ObjectProperty:
        yield Triple(NamedNode(FROM + term.value), term, NamedNode(TO + term.value))


def contradictions(axioms: frozenset[Triple], facts: frozenset[Triple]) -> tuple[Contradiction, ...]:
    """Every way in which ontology and record cannot hold together, one for each set of axioms involved.

    What only follows from an ontology that contradicts itself already is left out. Raises BadInput when the closure
    does not come to an end.
    """
    supposed = suppositions(axioms)
    closure = Closure.of(axioms | facts | supposed)
    closure.complete(read_rules("materialised"))  # first by what things are said to be, which explains most plainly
    closure.complete((*read_rules("materialised"), *read_rules("checking")))
    written = as_stored(axioms | facts)
    groups: dict[tuple[str, frozenset[Triple]], list[Contradiction]] = {}
    for rule in read_rules("contradictions"):
        for _, witness in rule.rows(closure.store):
            asserted = {triple for reason in witness for triple in closure.asserted(reason)}
            found = _proof(rule, witness, frozenset(written.get(t, t) for t in asserted), axioms)
            groups.setdefault((rule.name, found.axioms), []).append(found)
    return _roots([_joined(group) for group in groups.values()])


def _proof(
    rule: Rule, witness: tuple[Triple, ...], asserted: frozenset[Triple], axioms: frozenset[Triple]
) -> Contradiction:
    terms = [t.subject.value for t in asserted if isinstance(t.subject, NamedNode)]
    supposed = [value.removeprefix(A).removeprefix(FROM) for value in terms if value.startswith((A, FROM))]
    return Contradiction(
        rule,
        tuple(unnamed(reason) for reason in witness),
        asserted & axioms,
        asserted - axioms,
        NamedNode(min(supposed)) if supposed else None,
    )


def _joined(group: list[Contradiction]) -> Contradiction:
    """The plainest proof of a group, with the facts of those that use the same axioms."""
    first, *rest = sorted(group, key=lambda c: (c.supposed is None, len(c.facts), sorted(map(str, c.facts))))
    return _with(first, rest)


def _roots(found: list[Contradiction]) -> tuple[Contradiction, ...]:
    """Those that are not merely others of them over again, with more axioms than it takes."""
    kept: list[Contradiction] = []
    for one in sorted(found, key=lambda c: (len(c.axioms), sorted(map(str, c.axioms | c.facts)))):
        root = next((i for i, known in enumerate(kept) if _covers(known, one)), None)
        if root is None:
            kept.append(one)
        else:
            kept[root] = _with(kept[root], [one])
    return tuple(kept)


def _with(first: Contradiction, rest: Iterable[Contradiction]) -> Contradiction:
    """The first, knowing what else of the record and of the ontology the rest concern."""
    others, implied = set(first.others), set(first.implied)
    for one in rest:
        others.update(one.others if one.supposed is not None else (one.facts, *one.others))
        implied.update(one.implied if one.supposed is None else (one.supposed, *one.implied))
    return replace(
        first,
        others=tuple(sorted(others - {first.facts}, key=lambda facts: sorted(map(str, facts)))),
        implied=frozenset(implied) - {first.supposed},
    )


def _covers(known: Contradiction, one: Contradiction) -> bool:
    same = known.in_ontology or (one.supposed is None and known.facts <= one.facts)
    return same and known.axioms <= one.axioms
