"""The ontology as pages use it: names of terms, families of classes and roles, and how a proposition reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app

from kg.web.record import Record
from kg.web.remembered import Remembered
from kg.web.terms import AT, LABEL, RDF_TYPE, RDFS, SKOS, Graph, Term

NAME = "attest.vocabulary"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the ontology says of its terms."""

    graph: Graph

    def label(self, term: str) -> str:
        """The label of a term, or its local name when it has none."""
        return self.graph.text(term, LABEL) or term.rpartition("#")[2].rpartition("/")[2]

    def topic(self, cls: str) -> str:
        """What propositions of a class are of: `proposition of an event` as `event`."""
        return re.sub(r"^proposition of (an? )?", "", self.label(cls))

    def definition(self, term: str) -> str:
        """The definition of a term, empty when it has none."""
        return self.graph.text(term, SKOS + "definition")

    def family(self, term: str, predicate: str = RDFS + "subClassOf") -> list[str]:
        """The term and all that lie above it, nearest first."""
        found = [term]
        for one in found:
            found += [v.value for v in self.graph.values(one, predicate) if v.is_iri and v.value not in found]
        return found

    def below(self, top: str, predicate: str = RDFS + "subClassOf") -> set[str]:
        """The term and all that lie below it."""
        return {top} | {term for term in self.graph.nodes if top in self.family(term, predicate)}

    def is_a(self, cls: str, above: str) -> bool:
        """Whether a class is another or lies below it; names are local to our namespace."""
        return AT + above in self.family(cls)

    def concepts(self, scheme: str) -> list[str]:
        """The concepts of a class, sorted by label."""
        return sorted(self.graph.typed(AT + scheme), key=self.label)

    def is_default(self, predicate: str, value: str) -> bool:
        """Whether the ontology gives a property this value where a curator names none."""
        return Term(value) in self.graph.values(predicate, AT + "default")

    def roles(self) -> set[str]:
        """The properties by which a proposition is about an entity."""
        return self.below(AT + "about", RDFS + "subPropertyOf")

    def projection(self, cls: str, values: Iterable[Term]) -> tuple[str, str, str] | None:
        """The role of the subject, the predicate and the role of the object of the plain triple that a proposition
        stands for; a value (a deputy) may have a predicate of its own."""
        for one in self.family(cls):
            subject, obj = (self.graph.text(one, AT + f"projects{which}") for which in ("Subject", "Object"))
            if subject and obj:
                own = [self.graph.text(v.value, AT + "projectsPredicate") for v in values if v.is_iri]
                predicate = next(filter(None, own), "") or self.graph.text(one, AT + "projectsPredicate")
                return subject, predicate, obj
        return None

    def kind(self, types: Iterable[Term]) -> str:
        """The most specific of the classes, as an IRI; empty for none."""
        known = [t.value for t in types if t.is_iri]
        return max(known, key=lambda cls: len(self.family(cls)), default="")

    def kinds_of(self, graph: Graph, node: str) -> str:
        """The most specific class of a node of a graph."""
        return self.kind(graph.values(node, RDF_TYPE))


def read_vocabulary(record: Record) -> Vocabulary:
    """Ask the record for its ontology."""
    return Vocabulary(record.graph("vocabulary"))


def vocabulary(record: Record) -> Vocabulary:
    """The vocabulary of the record's generation."""
    kept: Remembered[Vocabulary] = current_app.extensions[NAME]
    return kept.of(record)
