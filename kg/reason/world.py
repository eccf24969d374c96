"""A world of plain triples, reasoned on its own: what follows from it, and what in it cannot be so together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kg.reason.closure import Closure, is_blank
from kg.reason.contradictions import contradictions
from kg.reason.rules import read_rules
from kg.vocab import OWL, RDF, RDFS

_LANGUAGE = (OWL._ns, RDFS._ns)
_WORDS = frozenset({RDFS.label, RDFS.isDefinedBy})


@dataclass(frozen=True, slots=True)
class Proof:
    """What an inferred triple follows from: the last rule, and the triples of the world (none of them inferred)."""

    rule: str
    title: str
    facts: frozenset[Triple]


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """Triples of a world that cannot hold together, by a rule of OWL 2 RL."""

    rule: str
    title: str
    facts: frozenset[Triple]


def terminology(triples: Iterable[Triple]) -> frozenset[Triple]:
    """What an ontology says of its classes and properties, as OWL reads it; labels and concepts are left out."""
    return frozenset(triple for triple in triples if _is_axiom(triple))


def _is_axiom(triple: Triple) -> bool:
    if triple.predicate == RDF.type:
        return isinstance(triple.object, NamedNode) and triple.object.value.startswith(OWL._ns)
    if triple.predicate in (RDF.first, RDF.rest):
        return True
    return triple.predicate.value.startswith(_LANGUAGE) and triple.predicate not in _WORDS


def consequences(axioms: frozenset[Triple], facts: frozenset[Triple]) -> dict[Triple, Proof]:
    """What follows from the facts of a world, each with one proof; nothing about the ontology's own terms."""
    closure = Closure.of(axioms | facts)
    closure.complete(read_rules("materialised"))
    found: dict[Triple, Proof] = {}
    for triple, derivation in sorted(closure.derivations.items(), key=lambda item: str(item[0])):
        because = frozenset(closure.asserted(triple)) & facts
        if because and not any(is_blank(term) for term in triple) and not triple.predicate.value.startswith(_LANGUAGE):
            found[triple] = Proof(derivation.rule.name, derivation.rule.title, because)
    return found


def clashes(axioms: frozenset[Triple], facts: frozenset[Triple]) -> tuple[Clash, ...]:
    """Every set of facts that cannot hold together, the smallest first; a set that holds a smaller one is left out.

    What the ontology contradicts by itself is for `kg check`.
    """
    found: dict[frozenset[Triple], Clash] = {}
    for contradiction in contradictions(axioms, facts):
        for involved in (contradiction.facts, *contradiction.others):
            own = involved & facts
            if own and contradiction.facts_clash and contradiction.rule is not None:
                found.setdefault(own, Clash(contradiction.rule.name, contradiction.rule.title, own))
    smallest = [one for one in found if not any(other < one for other in found)]
    return tuple(found[facts] for facts in sorted(smallest, key=_size))


def between(
    axioms: frozenset[Triple], mine: frozenset[Triple], theirs: frozenset[Triple], known: Iterable[Clash]
) -> tuple[Clash, ...]:
    """What cannot be so in two worlds together, though each could be without the other; `known` clash within one."""
    within = [clash.facts for clash in known]
    joint = clashes(axioms, mine | theirs)
    return tuple(clash for clash in joint if not any(one <= clash.facts for one in within))


def _size(facts: frozenset[Triple]) -> tuple[int, list[str]]:
    return len(facts), sorted(map(str, facts))


def negative_assertion(denial: NamedNode, triple: Triple) -> frozenset[Triple]:
    """That the triple does not hold, as OWL 2 writes it (Mapping to RDF Graphs, section 2.1)."""
    target = OWL.targetIndividual if isinstance(triple.object, NamedNode) else OWL.targetValue
    pairs = (
        (RDF.type, OWL.NegativePropertyAssertion),
        (OWL.sourceIndividual, triple.subject),
        (OWL.assertionProperty, triple.predicate),
        (target, triple.object),
    )
    return frozenset(Triple(denial, predicate, value) for predicate, value in pairs)


def supported(facts: Iterable[Triple], grounds: Mapping[Triple, frozenset[NamedNode]]) -> frozenset[NamedNode]:
    """The statements that these facts rest on."""
    return frozenset(statement for fact in facts for statement in grounds.get(fact, ()))
