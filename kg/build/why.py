"""Why a perspective holds a triple, or not: the statements that say it, and by which condition each is refused."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kg.build.world import Viewed, World
from kg.errors import BadInput, did_you_mean
from kg.graph.perspectives.judge import Judge
from kg.graph.perspectives.said import Said, nodes, values_of
from kg.vocab import AT, NS


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement that says a triple, or denies it: its name and words, and why it is refused (nothing: accepted)."""

    iri: str
    name: str
    words: tuple[str, ...]
    when: str
    denies: bool
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a world holds a triple: `accepted`, `denied` and `inferred` may all be, none where it says nothing of it.

    `sayings` are the statements of the record that say it or deny it; an inferred triple has the facts that one proof
    of it needs, each with the names of the statements that it rests on, and the rule.
    """

    triple: str
    accepted: bool
    denied: bool
    inferred: bool
    rule: str
    proof: tuple[tuple[str, tuple[str, ...]], ...]
    sayings: tuple[Saying, ...]


def plain_triple(view: Viewed, subject: str, predicate: str, value: str) -> Triple:
    """The triple that a person names by ids, local names of the ontology or IRIs; raises BadInput for unknown ones."""
    plain = {view.schema.shorten(iri): iri for iri in view.schema.properties if view.schema.properties[iri].is_plain}
    known = plain.get(predicate.removeprefix("at:")) or next((p for p in plain.values() if p.value == predicate), None)
    if known is None:
        raise BadInput(f"no plain property is called {predicate!r}{did_you_mean(predicate, plain)}")
    return Triple(_node(view, subject), known, _node(view, value))


def _node(view: Viewed, name: str) -> NamedNode:
    for candidate in (view.iris.base + name, NS + name.removeprefix("at:"), name):
        if " " not in candidate and ":" in candidate and next(view.record.quads(_iri(candidate)), None) is not None:
            return _iri(candidate)
    raise BadInput(f"the record describes nothing that is called {name!r}")


def _iri(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadInput(f"expected an id or an IRI, found {text[:200]!r}") from error


def explain(world: World, triple: Triple) -> Explanation:
    """Why a world holds the triple, or not."""
    view, judge = world.view, Judge(world.view.record, world.view.schema, world.policy, world.view.call)
    proof = world.inferred.get(triple)
    facts = sorted(proof.facts & world.accepted.facts.keys(), key=str) if proof else []
    return Explanation(
        triple=view.sentence(triple),
        accepted=triple in world.accepted.facts,
        denied=triple in world.accepted.denials,
        inferred=proof is not None,
        rule=proof.title if proof else "",
        proof=tuple((view.sentence(fact), _names(view, world.accepted.facts[fact])) for fact in facts),
        sayings=tuple(_sayings(judge, triple)),
    )


def _names(view: Viewed, statements: frozenset[NamedNode]) -> tuple[str, ...]:
    return tuple(sorted(Said(view.record, iri).name for iri in statements))


def _sayings(judge: Judge, triple: Triple) -> Iterator[Saying]:
    for said, proposition in sorted(judge.saying(triple), key=lambda pair: (pair[0].name, str(pair[1]))):
        passages = nodes(said.values.get(AT.groundedIn, ()))
        yield Saying(
            iri=said.iri.value,
            name=said.name,
            words=tuple(str(o.value) for node in passages for o in values_of(judge.record, node).get(AT.exact, ())),  # type: ignore[attr-defined]
            when=", ".join(str(o.value) for o in said.values.get(AT.timeExpression, ())),  # type: ignore[attr-defined]
            denies=said.has(AT.polarity, [AT.negated]),
            refusals=tuple(judge.refusals(said, proposition)),
        )
