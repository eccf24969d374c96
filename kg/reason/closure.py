"""Everything that follows from some triples by some rules, and for each new triple what it follows from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.errors import BadInput
from kg.reason.rules import Rule
from kg.vocab import RDF, XSD

MAX_ROUNDS = 100  # a chain of facts this long is no news article's; each round lets every rule run once
_BLANK = "urn:attest:blank:"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Derivation:
    """Why a triple holds: the rule, and the triples that it was applied to."""

    rule: Rule
    because: tuple[ox.Triple, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """The triples and what follows from them, in a store of its own.

    Blank nodes are IRIs in it, so that the cells of a list can stand in for the steps of a property chain.
    """

    store: ox.Store
    derivations: dict[ox.Triple, Derivation] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> "Closure":
        """The triples themselves (those about triple terms left out), from which nothing has been derived yet."""
        store = ox.Store()
        store.extend(ox.Quad(*named(triple)) for triple in triples if not isinstance(triple.object, ox.Triple))
        return cls(store)

    def complete(
        self,
        rules: Iterable[Rule],
        *,
        withheld: frozenset[ox.NamedNode] = frozenset(),
        rounds: int = MAX_ROUNDS,
    ) -> None:
        """Apply the rules until nothing new follows; no triple with a predicate in `withheld` is ever derived.

        Raises BadInput when something new still follows after `rounds`.
        """
        rules = tuple(rules)
        for _ in range(rounds):
            before = len(self.derivations)
            for rule in rules:
                self._apply(rule, withheld)
            if len(self.derivations) == before:
                return
        raise BadInput(
            f"expected the inference to come to an end within {rounds} rounds, but after {len(self.derivations)} "
            "new triples more follow: look for a property chain or a transitive property over a very long path"
        )

    def _apply(self, rule: Rule, withheld: frozenset[ox.NamedNode]) -> None:
        found: dict[ox.Triple, Derivation] = {}
        for then, because in rule.rows(self.store):
            if then is not None and then.predicate not in withheld and then not in self.derivations:
                known = found.get(then)
                if known is None or str(because) < str(known.because):  # the same one whatever order rows come in
                    found[then] = Derivation(rule, because)
        self.derivations.update(found)
        self.store.extend(ox.Quad(*triple) for triple in found)

    def asserted(self, triple: ox.Triple) -> Iterator[ox.Triple]:
        """The triples, none of them derived, from which one triple follows; it alone when it is not derived."""
        todo, seen = [triple], {triple}
        while todo:
            current = todo.pop()
            if (derivation := self.derivations.get(current)) is None:
                yield unnamed(current)
                continue
            todo += [reason for reason in derivation.because if reason not in seen]
            seen.update(derivation.because)


def as_stored(triples: Iterable[ox.Triple]) -> dict[ox.Triple, ox.Triple]:
    """Each triple with a typed literal as the store gives it back ("0"^^xsd:nonNegativeInteger is an integer there)."""
    literals = ((triple, triple.object) for triple in triples if isinstance(triple.object, ox.Literal))
    typed = {
        f"urn:{i}": t for i, (t, value) in enumerate(literals) if value.datatype not in (XSD.string, RDF.langString)
    }
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(key), triple.predicate, triple.object) for key, triple in typed.items())
    read = ((typed[quad.subject.value], quad.object) for quad in store if isinstance(quad.subject, ox.NamedNode))
    return {ox.Triple(written.subject, written.predicate, found): written for written, found in read}


def named(triple: ox.Triple) -> tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]:
    """The triple's terms with IRIs in the place of blank nodes."""
    subject, _, value = (
        ox.NamedNode(_BLANK + term.value) if isinstance(term, ox.BlankNode) else term for term in triple
    )
    return subject, triple.predicate, value


def unnamed(triple: ox.Triple) -> ox.Triple:
    """The triple with its blank nodes again."""
    return ox.Triple(_unnamed(triple.subject), triple.predicate, _unnamed(triple.object))  # type: ignore[arg-type]


def _unnamed(term: Term) -> Term:
    return ox.BlankNode(term.value.removeprefix(_BLANK)) if is_blank(term) else term  # type: ignore[union-attr]


def is_blank(term: Term) -> bool:
    """True for an IRI that stands for a blank node."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(_BLANK)
