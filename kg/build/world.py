"""One perspective on a record: the statements that it accepts, the world that they make, and what is told of it."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.graph.perspectives.judge import Accepted, Judge
from kg.graph.perspectives.policy import Policy
from kg.graph.perspectives.said import TIMES, Said
from kg.graph.recorded import Recorded
from kg.graph.schema import Schema
from kg.iri import Iris
from kg.reason import world as reasoning
from kg.store.perspectives import Clash, Fact
from kg.vocab import AT, DCTERMS, OWL, RDF, RDFS

_CALLED = (RDFS.label, AT.nameForm)
_TOLD = (DCTERMS.title, DCTERMS.description, DCTERMS.identifier)


@dataclass(frozen=True)
class Viewed:
    """A record as perspectives look at it, with its ontology."""

    record: Recorded
    schema: Schema
    iris: Iris

    @classmethod
    def of(cls, store: Store, iris: Iris, computed: Container[object]) -> "Viewed":
        """Read the ontology that the record holds; its `computed` graphs are not looked at."""
        quads = store.quads_for_pattern(None, None, None, iris.graph("ontology"))
        return cls(Recorded(store, computed), Schema(frozenset(quad.triple for quad in quads)), iris)

    @cached_property
    def axioms(self) -> frozenset[Triple]:
        """What the ontology says of classes and properties."""
        return reasoning.terminology(self.schema.triples)

    @cached_property
    def _read(self) -> frozenset[NamedNode]:
        """The properties that worlds are made by."""
        return frozenset(self.schema.properties) | {RDF.type, RDFS.label, *_TOLD}

    def concerns(self, quad: Quad) -> bool:
        """True when a world may follow from the quad; shapes, rules and what is computed say nothing of any."""
        if quad.graph_name in self.record.computed or quad.graph_name in (
            self.iris.graph("shapes"),
            self.iris.graph("rules"),
        ):
            return False
        return quad.predicate in self._read

    def call(self, node: NamedNode) -> str:
        """What to call a thing: its label, English before others, or else the end of its IRI."""
        found = [o for p in _CALLED for o in self.objects(node, p) if isinstance(o, Literal)]
        best = min(found, key=lambda label: (label.language != "en", str(label)), default=None)
        return best.value if best else node.value.removeprefix(self.iris.base).rpartition("#")[2]

    def sentence(self, triple: Triple) -> str:
        """The triple in words."""
        subject, predicate, value = (self.call(t) if isinstance(t, NamedNode) else str(t) for t in triple)
        return f"“{subject}” {'is of the kind' if triple.predicate == RDF.type else predicate} “{value}”"

    def objects(self, node: NamedNode, predicate: NamedNode) -> Iterator[object]:
        """The values of one property of a node."""
        return (quad.object for quad in self.record.quads(node, predicate, None))


@dataclass(frozen=True)
class World:
    """What a policy makes of a record."""

    view: Viewed
    policy: Policy

    @cached_property
    def accepted(self) -> Accepted:
        """What the policy accepts."""
        return Judge(self.view.record, self.view.schema, self.policy, self.view.call).accepted()

    @cached_property
    def denials(self) -> dict[NamedNode, Triple]:
        """The negative assertions, each with the triple that it denies."""
        return {self.view.iris.minted("denial", *map(str, triple)): triple for triple in self.accepted.denials}

    @cached_property
    def nodes(self) -> frozenset[NamedNode]:
        """Everything that the world speaks of, its properties too."""
        terms = (term for triple in (*self.accepted.facts, *self.accepted.denials) for term in triple)
        return frozenset(term for term in terms if isinstance(term, NamedNode))

    @cached_property
    def types(self) -> frozenset[Triple]:
        """What the record takes the things to be: no voice's word, but what a curator needs to tell them apart."""
        typed = (quad.triple for node in self.nodes for quad in self.view.record.quads(node, RDF.type, None))
        return frozenset(triple for triple in typed if not str(triple.object).startswith(f"<{OWL._ns}"))

    @cached_property
    def facts(self) -> frozenset[Triple]:
        """All that is reasoned from: plain triples, negative assertions, and what things are."""
        denied = (reasoning.negative_assertion(node, triple) for node, triple in self.denials.items())
        return frozenset(self.accepted.facts).union(self.types, *denied)

    @cached_property
    def proofs(self) -> dict[Triple, reasoning.Proof]:
        """What follows, and from what."""
        return reasoning.consequences(self.view.axioms, self.facts)

    @cached_property
    def clashes(self) -> tuple[reasoning.Clash, ...]:
        """What cannot be so together."""
        return reasoning.clashes(self.view.axioms, self.facts)

    @property
    def inferred(self) -> dict[Triple, reasoning.Proof]:
        """What follows from statements, with the facts that one proof needs; not what follows from types alone."""
        own = self.accepted.facts.keys()
        return {triple: proof for triple, proof in self.proofs.items() if not own.isdisjoint(proof.facts)}

    def against(self, other: "World") -> tuple[reasoning.Clash, ...]:
        """What cannot be so in both worlds together."""
        known = (*self.clashes, *other.clashes)
        return reasoning.between(self.view.axioms, self.facts, other.facts, known)

    def basis(self) -> Iterator[str]:
        """All of the record that the world, and what is told of it, follow from, as lines in no order."""
        policy = self.view.record.quads(self.policy.iri)
        triples = (*self.facts, *self._labels(self.nodes), *self._told(), *(quad.triple for quad in policy))
        yield from map(str, triples)
        yield from self.policy.words(self.view.call)
        for triple, statements in (self.accepted.facts | self.accepted.denials).items():
            yield f"{triple} {sorted(map(str, statements))}"

    def quads(self) -> Iterator[Quad]:
        """The world as it is published, each triple in one graph."""
        name = self.policy.iri.value
        terms = {term for triple in self.inferred for term in triple if isinstance(term, NamedNode)}
        labels = self._labels(self.nodes | terms)
        graphs = {
            name: self.facts - self.types,
            f"{name}.inferences": self.inferred,
            f"{name}.labels": {*self.types, *labels, *(self.proofs.keys() - self.inferred.keys())},
            f"{name}.grounds": {*self._told(), *self._grounds()},
        }
        for graph, triples in graphs.items():
            yield from (Quad(t.subject, t.predicate, t.object, NamedNode(graph)) for t in triples)

    def grounds(self, triples: Iterable[Triple]) -> frozenset[NamedNode]:
        """The statements that some facts rest on."""
        return reasoning.supported(triples, self._supports)

    @cached_property
    def _supports(self) -> dict[Triple, frozenset[NamedNode]]:
        return self.accepted.facts | {
            triple: self.accepted.denials[denied]
            for node, denied in self.denials.items()
            for triple in reasoning.negative_assertion(node, denied)
        }

    def _labels(self, nodes: Iterable[NamedNode]) -> Iterator[Triple]:
        for node in nodes:
            for predicate in _CALLED:
                yield from (quad.triple for quad in self.view.record.quads(node, predicate, None))

    def _told(self) -> Iterator[Triple]:
        """What the policy is called, and of the accepted statements their names and times."""
        words = ((DCTERMS.title, self.policy.title), (DCTERMS.description, self.policy.description))
        yield Triple(self.policy.iri, RDF.type, AT.Perspective)
        yield from (Triple(self.policy.iri, predicate, text) for predicate, text in words if text)
        for statement in self.accepted.statements:
            yield Triple(self.policy.iri, AT.accepts, statement)
            told = self.view.record.quads(statement)
            yield from (quad.triple for quad in told if quad.predicate == DCTERMS.identifier or quad.predicate in TIMES)

    def _grounds(self) -> Iterator[Triple]:
        accepted, mint = self.accepted, self.view.iris.minted
        for node, triple in self.denials.items():
            yield from (Triple(node, AT.justifiedBy, statement) for statement in accepted.denials[triple])
        derived = {triple: self.grounds(proof.facts) for triple, proof in self.inferred.items()}
        for triple, statements in (accepted.facts | derived).items():
            node = mint("justification", self.policy.name, *map(str, triple))
            yield Triple(node, RDF.type, AT.Justification)
            parts = zip((RDF.subject, RDF.predicate, RDF.object), triple, strict=True)
            yield from (Triple(node, part, term) for part, term in parts)
            yield from (Triple(node, AT.justifiedBy, statement) for statement in statements)


@dataclass(frozen=True)
class Teller:
    """Tells of clashes in words, with the statements to blame in some worlds."""

    view: Viewed
    worlds: tuple[World, ...]

    def clash(self, clash: reasoning.Clash) -> Clash:
        """A clash with each of its facts in words."""
        denied: dict[Triple, set[NamedNode]] = defaultdict(set)
        facts: dict[Triple, frozenset[NamedNode]] = {}
        for fact in clash.facts:
            node = fact.subject
            known = [world for world in self.worlds if node in world.denials]
            if known and isinstance(node, NamedNode):
                denied[known[0].denials[node]] |= self._grounds([fact])
            else:
                facts[fact] = self._grounds([fact])
        told = [self._fact(fact, False, facts[fact]) for fact in sorted(facts, key=str)]
        told += [self._fact(fact, True, frozenset(denied[fact])) for fact in sorted(denied, key=str)]
        return Clash(clash.rule, clash.title, tuple(told))

    def _grounds(self, facts: list[Triple]) -> frozenset[NamedNode]:
        return frozenset().union(*(world.grounds(facts) for world in self.worlds))

    def _fact(self, triple: Triple, denied: bool, statements: frozenset[NamedNode]) -> Fact:
        sentence = self.view.sentence(triple)
        ordered = sorted(statements, key=lambda iri: Said(self.view.record, iri).name)
        return Fact(
            words=f"it is denied that {sentence}" if denied else sentence,
            terms=(str(triple.subject), str(triple.predicate), str(triple.object)),
            denied=denied,
            statements=tuple(iri.value for iri in ordered),
            names=tuple(Said(self.view.record, iri).name for iri in ordered),
        )
