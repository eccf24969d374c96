"""Which statements of a record a policy accepts, and for each that it refuses, by which condition."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from kg.graph.perspectives.independence import independent_voices
from kg.graph.perspectives.policy import Call, Policy
from kg.graph.perspectives.said import Said, nodes, values_of
from kg.graph.projection import Plain, is_conditional, project
from kg.graph.recorded import Recorded
from kg.graph.schema import Schema
from kg.vocab import AT, RDF

NO_TRIPLE = "what it says stands for no plain triple"
CONDITIONAL = "what it says is limited by a condition, which a plain triple would leave out"
INEXACT = "it denies more closely than a plain triple can say, so that a plain denial would say too much"


@dataclass(frozen=True)
class Accepted:
    """What a policy accepts: each statement, and what comes of it.

    `facts` are plain triples, `denials` triples that are denied, each with the statements that it rests on. `barren`
    are accepted statements of which neither comes.
    """

    statements: frozenset[NamedNode]
    facts: dict[Triple, frozenset[NamedNode]]
    denials: dict[Triple, frozenset[NamedNode]]
    barren: frozenset[NamedNode]


@dataclass(frozen=True)
class Judge:
    """A policy at work on a record; `call` says what to call a thing."""

    record: Recorded
    schema: Schema
    policy: Policy
    call: Call
    _said: dict[NamedNode, Said] = field(default_factory=dict)

    def accepted(self) -> Accepted:
        """Everything that the policy accepts."""
        facts: dict[Triple, set[NamedNode]] = defaultdict(set)
        denials: dict[Triple, set[NamedNode]] = defaultdict(set)
        statements, fruitful = set[NamedNode](), set[NamedNode]()
        for said, proposition in self._passing():
            statements.add(said.iri)
            plain = self.plain(proposition)
            if plain is not None and not any(self._unsayable(said, proposition)):
                (denials if said.has(AT.polarity, [AT.negated]) else facts)[plain.triple].add(said.iri)
                fruitful.add(said.iri)
        return Accepted(frozenset(statements), _frozen(facts), _frozen(denials), frozenset(statements - fruitful))

    def saying(self, triple: Triple) -> Iterator[tuple[Said, NamedNode]]:
        """Each statement of the record with a proposition that stands for this triple, whether it says or denies it."""
        about = {q.subject for end in (triple.subject, triple.object) for q in self.record.quads(None, None, end)}
        for proposition in sorted(nodes(about), key=str):
            plain = self.plain(proposition)
            if plain is not None and plain.triple == triple:
                yield from ((said, proposition) for said in self._expressing(proposition))

    def refusals(self, said: Said, proposition: NamedNode) -> list[str]:
        """Why the perspective does not hold what the statement says by this proposition; empty when it does."""
        refused = [*self._conditions(said), *self._unsayable(said, proposition)]
        needed = self.policy.independent
        if not refused and (found := self._independent(said, proposition)) < needed:
            refused.append(f"{found} of its voices {'is' if found == 1 else 'are'} independent, not {needed}")
        return refused

    def plain(self, proposition: NamedNode) -> Plain | None:
        """The plain triple that a proposition stands for."""
        return project(values_of(self.record, proposition), self.schema)

    def _passing(self) -> Iterator[tuple[Said, NamedNode]]:
        for iri in sorted(self._candidates(), key=str):
            said = self._read(iri)
            if not any(self._conditions(said)):
                least = self.policy.independent
                yield from ((said, p) for p in said.propositions if least < 2 or self._independent(said, p) >= least)

    def _candidates(self) -> Iterable[NamedNode]:
        """The statements among which those accepted are; only what the store finds by an index is looked at."""
        policy, quads = self.policy, self.record.quads
        if policy.voices:
            return {q.subject for v in policy.voices for q in quads(None, AT.claimedBy, v)}  # type: ignore[misc]
        if policy.chain:
            links = {q.subject for v in policy.chain for q in quads(None, AT.attributedAgent, v)}
            todo = list(links)
            while todo:
                inner = {q.subject for q in quads(None, AT.relayedBy, todo.pop())} - links
                links |= inner
                todo += inner
            return {q.subject for link in links for q in quads(None, AT.attribution, link)}  # type: ignore[misc]
        return {q.subject for q in quads(None, RDF.type, AT.Statement)}  # type: ignore[misc]

    def _conditions(self, said: Said) -> Iterator[str]:
        """The conditions that a statement by itself does not meet."""
        policy, name = self.policy, self._named
        if policy.voices and said.voice not in policy.voices:
            yield f"its voice is {name([said.voice])}, not {name(policy.voices)}"
        if policy.chain and policy.chain.isdisjoint(link.agent for link in said.chain):
            yield f"{name(policy.chain)} is not in its chain"
        if policy.articles and said.article not in policy.articles:
            yield f"it stands in the article {said.article}"
        marks = ((AT.polarity, policy.polarities), (AT.modality, policy.modalities), (AT.speechAct, policy.acts))
        for predicate, wanted in marks:
            if not said.has(predicate, wanted):
                yield f"it is {name(said.values.get(predicate, ()))}, not {name(wanted)}"
        if policy.verdicts and policy.verdicts.isdisjoint(said.verdict):
            yield f"the latest verdict on it is {name(said.verdict)}, not {name(policy.verdicts)}"

    def _unsayable(self, said: Said, proposition: NamedNode) -> Iterator[str]:
        """Why nothing comes of a statement that is accepted: a plain triple must not say more than was said."""
        plain = self.plain(proposition)
        if plain is None:
            yield NO_TRIPLE
        elif is_conditional(values_of(self.record, proposition)):
            yield CONDITIONAL
        elif said.has(AT.polarity, [AT.negated]) and (said.is_dated or not plain.exact):
            yield INEXACT

    def _independent(self, said: Said, proposition: NamedNode) -> int:
        """How many independent voices say the same as this statement does by this proposition."""
        same = (one for one in self._expressing(proposition) if one.has(AT.polarity, said.values.get(AT.polarity, ())))
        return independent_voices((one for one in same if not any(self._conditions(one))), self.policy.independent)

    def _expressing(self, proposition: NamedNode) -> list[Said]:
        subjects = {q.subject for q in self.record.quads(None, AT.expresses, proposition)}
        return [self._read(iri) for iri in sorted(nodes(subjects), key=str)]

    def _read(self, iri: NamedNode) -> Said:
        return self._said.setdefault(iri, Said(self.record, iri))

    def _named(self, terms: Iterable[object]) -> str:
        return " or ".join(sorted(self.call(term) for term in terms if isinstance(term, NamedNode))) or "not told"


def _frozen(found: dict[Triple, set[NamedNode]]) -> dict[Triple, frozenset[NamedNode]]:
    return {triple: frozenset(found[triple]) for triple in sorted(found, key=str)}
