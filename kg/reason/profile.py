"""Which terms of OWL and RDF Schema in an ontology our rules make nothing of: the rule files say it."""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from kg.reason.finding import Level
from kg.reason.rules import read_rules, vocabulary
from kg.vocab import RDF, RDFS

_OWL = "http://www.w3.org/2002/07/owl#"
_SAYS_NOTHING = frozenset(
    NamedNode(_OWL + name)
    for name in (
        "AnnotationProperty", "AllDifferent", "Class", "DatatypeProperty", "NamedIndividual", "ObjectProperty",
        "Ontology", "Restriction", "onProperty", "Thing", "imports", "versionIRI", "versionInfo", "priorVersion",
        "backwardCompatibleWith", "incompatibleWith", "deprecated",
    )
) | {NamedNode(RDFS._ns + name) for name in ("label", "comment", "seeAlso", "isDefinedBy", "Literal")}  # fmt: skip
_BY_DESIGN = {RDFS.domain, RDFS.range}  # checked, and never a reason to type what a voice speaks of: see `infer`


def outside(triples: Iterable[Triple]) -> Iterator[tuple[Triple, Level, str]]:
    """Each triple that uses a term outside the profile that `infer` materialises, how grave that is, and a sentence."""
    materialised, checking = vocabulary(read_rules("materialised")), vocabulary(read_rules("checking"))
    contradictions = vocabulary(read_rules("contradictions"))
    for triple in triples:
        term = triple.object if triple.predicate == RDF.type else triple.predicate
        if not isinstance(term, NamedNode) or not term.value.startswith((_OWL, RDFS._ns)) or term in _SAYS_NOTHING:
            continue
        name = ("owl:" if term.value.startswith(_OWL) else "rdfs:") + term.value.rpartition("#")[2]
        if term not in materialised | checking | contradictions:
            yield triple, "warning", f"{name} is read by no rule: nothing is inferred by it, and only HermiT checks it."
        elif term in checking - materialised - _BY_DESIGN:
            yield triple, "info", f"{name} is checked, but nothing is inferred by it."
