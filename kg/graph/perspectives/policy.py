"""A policy as the record holds it, and in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.graph.perspectives.describe import assertoric
from kg.graph.recorded import Recorded
from kg.graph.schema import Schema
from kg.iri import Iris, perspective_name
from kg.vocab import AT, DCTERMS, RDF, RDFS

Call = Callable[[NamedNode], str]  # what to call a thing


@dataclass(frozen=True, slots=True)
class Policy:
    """The conditions of a perspective: all must be met, the values of one are alternatives.

    No voices, chain, articles or verdicts: any will do. `independent` is how many independent voices it takes.
    """

    iri: NamedNode
    name: str
    title: Literal
    description: Literal | None
    voices: frozenset[NamedNode]
    chain: frozenset[NamedNode]
    articles: frozenset[str]
    polarities: frozenset[NamedNode]
    modalities: frozenset[NamedNode]
    acts: frozenset[NamedNode]
    verdicts: frozenset[NamedNode]
    independent: int

    def words(self, call: Call) -> Iterator[str]:
        """Each condition as a sentence."""
        if self.voices:
            yield f"The voice that says it is {_listed(self.voices, call)}."
        if self.chain:
            yield f"{_listed(self.chain, call)} says it or passes it on."
        if self.articles:
            yield f"It stands in the article {' or '.join(sorted(self.articles))}."
        yield f"It is {_listed(self.polarities, call)}."
        yield f"Its modality is {_listed(self.modalities, call)}."
        yield f"Its speech act is {_listed(self.acts, call)}."
        if self.verdicts:
            yield f"The latest verdict of a reviewer on it is {_listed(self.verdicts, call)}."
        if self.independent > 1:
            yield f"At least {self.independent} voices say it whose chains share nothing but the publisher."


def policies(record: Recorded, schema: Schema, iris: Iris) -> tuple[Policy, ...]:
    """Every policy that the graph of perspectives holds, by name; what other graphs call a perspective is none."""
    graph = iris.graph("perspectives")
    found = {q.subject for q in record.quads(None, RDF.type, AT.Perspective) if q.graph_name == graph}
    named = {iri: perspective_name(iri) for iri in found if isinstance(iri, NamedNode)}
    read = (_policy(record, iri, name, schema) for iri, name in named.items() if name)
    return tuple(sorted(read, key=lambda policy: policy.name))


def _policy(record: Recorded, iri: NamedNode, name: str, schema: Schema) -> Policy:
    def values(predicate: NamedNode) -> frozenset[NamedNode]:
        objects = (q.object for q in record.quads(iri, predicate, None))
        return frozenset(o for o in objects if isinstance(o, NamedNode))

    def literals(predicate: NamedNode) -> list[Literal]:
        objects = (q.object for q in record.quads(iri, predicate, None))
        return sorted((o for o in objects if isinstance(o, Literal)), key=str)

    least = [int(number.value) for number in literals(AT.independentVoices)]
    described, title = literals(DCTERMS.description), literals(DCTERMS.title)
    so = assertoric(schema)  # whoever wrote the policy, an order is never taken for a fact
    return Policy(
        iri=iri,
        name=name,
        title=title[0] if title else Literal(name),
        description=described[0] if described else None,
        voices=values(AT.acceptsVoice),
        chain=values(AT.acceptsInChain),
        articles=frozenset(literal.value for literal in literals(AT.acceptsArticle)),
        polarities=(values(AT.acceptsPolarity) or _usual(schema, AT.polarity)) & {AT.affirmed, AT.negated},
        modalities=(values(AT.acceptsModality) or _usual(schema, AT.modality)) & so,
        acts=(values(AT.acceptsSpeechAct) or _acts(schema)) & so,
        verdicts=values(AT.acceptsVerdict),
        independent=max(least, default=1),
    )


def _usual(schema: Schema, predicate: NamedNode) -> frozenset[NamedNode]:
    """What the ontology takes a statement to be that says nothing else."""
    return frozenset(o for o in schema.objects(predicate, AT.default) if isinstance(o, NamedNode))


def _acts(schema: Schema) -> frozenset[NamedNode]:
    kinds = {o for o in schema.objects(AT.speechAct, RDFS.range) if isinstance(o, NamedNode)}
    return frozenset(term for term in assertoric(schema) if schema.types(term) & kinds)


def _listed(terms: frozenset[NamedNode], call: Call) -> str:
    *first, last = sorted(call(term) for term in terms) or ["nothing at all"]
    return f"{', '.join(first)} or {last}" if first else last
