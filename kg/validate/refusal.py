"""Why a write is refused, as a validation report (SHACL, section 3) that any SHACL tool reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import BadInput
from kg.graph.change import Changed
from kg.graph.schema import Schema
from kg.validate.terms import unknown_terms
from kg.vocab import ONTOLOGY, RDF, XSD

_SH = "http://www.w3.org/ns/shacl#"
Node = NamedNode | BlankNode


class NotValid(BadInput):
    """A write does not pass; `triples` are the validation report (SHACL, section 3)."""

    status = 422
    title = "Not conforming"

    def __init__(self, message: str, triples: frozenset[Triple]) -> None:
        super().__init__(message)
        self.triples = triples


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that is wrong: where, in which words, and the rule's name."""

    focus: Node
    path: NamedNode | None
    value: object
    message: str
    rule: str


def check_terms(change: Changed, schema: Schema) -> None:
    """Raise NotValid for a term of our namespace that nobody defined; other people's vocabulary is not looked at."""
    results = [
        Result(node_of(quad.subject), quad.predicate, quad.object, sentence, "unknown-term")
        for quad, sentence in unknown_terms(change.added, schema)
    ]
    if results:
        raise not_valid(results)


def not_valid(results: list[Result]) -> NotValid:
    """The error that tells these results."""
    messages = sorted({f"{result.focus}: {result.message}" for result in results})
    return NotValid(sentence(messages), frozenset(_report(results)))


def sentence(messages: list[str]) -> str:
    """The first few, and how many more there are."""
    more = f" (and {len(messages) - 3} more)" if len(messages) > 3 else ""
    return "; ".join(messages[:3]) + more


def _report(results: list[Result]) -> Iterator[Triple]:
    """A validation report in the words of SHACL; the component names the rule, which no shape states."""
    report = BlankNode()
    yield Triple(report, RDF.type, _sh("ValidationReport"))
    yield Triple(report, _sh("conforms"), Literal("false", datatype=XSD.boolean))
    for result in results:
        node = BlankNode()
        yield Triple(report, _sh("result"), node)
        yield Triple(node, RDF.type, _sh("ValidationResult"))
        yield Triple(node, _sh("focusNode"), result.focus)
        yield Triple(node, _sh("resultSeverity"), _sh("Violation"))
        yield Triple(node, _sh("resultMessage"), Literal(result.message, language="en"))
        yield Triple(node, _sh("sourceConstraintComponent"), NamedNode(f"{ONTOLOGY}/gate#{result.rule}"))
        if result.path:
            yield Triple(node, _sh("resultPath"), result.path)
        if isinstance(result.value, NamedNode | BlankNode | Literal):
            yield Triple(node, _sh("value"), result.value)


def _sh(name: str) -> NamedNode:
    return NamedNode(_SH + name)


def node_of(term: object) -> Node:
    """The term where it is a node; a fresh blank one for a triple term."""
    return term if isinstance(term, NamedNode | BlankNode) else BlankNode()


def read_node(text: str) -> Node:
    """A node from its N-Triples."""
    return NamedNode(text[1:-1]) if text.startswith("<") else BlankNode()
