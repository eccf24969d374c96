"""What is amiss in how the ontology is written, in the namespaces that its own modules declare.

`ontology-style.ttl` checks what SHACL can say of one term; the queries in `lint/` what takes several terms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import pyshacl
from rdflib import RDF as RDFLIB_RDF
from rdflib import SH, Graph
from rdflib.term import BNode, URIRef

from kg.model import Source
from kg.reason.finding import LEVELS, Finding, Level
from kg.reason.modules import Modules
from kg.reason.profile import outside
from kg.reason.words import Words
from kg.vocab import NS

FOLDER = Path(__file__).resolve().parent / "lint"
STYLE = "ontology-style.ttl"
_NAMESPACE = ox.NamedNode("http://purl.org/vocab/vann/preferredNamespaceUri")
_TITLE = re.compile(r"# (?P<name>[\w-]+): (?P<level>\w+): (?P<sentence>.+)\n")
_SEVERITIES: dict[object, Level] = {SH.Violation: "error", SH.Warning: "warning", SH.Info: "info"}


@dataclass(frozen=True)
class Lint:
    """The ontology's modules, and the shapes: what they use must be defined, and one file of them is about style."""

    ontology: Modules
    shapes: Modules
    style: Path
    words: Words

    def findings(self) -> Iterator[Finding]:
        """Everything found, in no particular order; raises ValueError for a query without its title."""
        yield from self._style()
        for path in sorted(FOLDER.glob("*.rq")):
            yield from self._query(path)
        for triple, level, sentence in outside(self.ontology.places):
            if self._ours(triple.subject):
                yield self._finding(triple.subject, sentence, "outside-profile", level, triple)

    @cached_property
    def _namespaces(self) -> tuple[str, ...]:
        declared = {t.object.value for t in self.ontology.places if t.predicate == _NAMESPACE}  # type: ignore[union-attr]
        return tuple(sorted(namespace.rstrip("#/") for namespace in {NS, *declared}))

    @cached_property
    def _all(self) -> Modules:
        return self.ontology | self.shapes

    @cached_property
    def _store(self) -> ox.Store:
        store = ox.Store()
        store.extend(ox.Quad(*triple) for triple in self._all.places)
        return store

    @cached_property
    def _owners(self) -> dict[object, object]:
        """Whose inside an unnamed node is."""
        return {t.object: t.subject for t in self._all.places if isinstance(t.object, ox.BlankNode)}

    def _ours(self, term: object) -> bool:
        """True for our terms and modules; an unnamed node is ours, since it stands in a file of ours."""
        return isinstance(term, ox.BlankNode) or (
            isinstance(term, ox.NamedNode) and term.value.startswith(self._namespaces)
        )

    def _query(self, path: Path) -> Iterator[Finding]:
        text = path.read_text("utf-8")
        title = _TITLE.match(text)
        if not title or title["name"] != path.stem or title["level"] not in LEVELS:
            raise ValueError(f"{path}: expected the first line to be `# {path.stem}: LEVEL: sentence`")
        level = next(level for level in LEVELS if level == title["level"])
        solutions = self._store.query(text)
        names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
        for row in solutions:  # type: ignore[union-attr]
            other = row["other"] if "other" in names else None
            if self._ours(row["term"]) or self._ours(other):
                sentence = title["sentence"].replace("{other}", self.words.short(other) if other else "")
                at = row["at"] if "at" in names else None
                yield self._finding(row["term"], sentence, title["name"], level, at)

    def _style(self) -> Iterator[Finding]:
        triples = ox.serialize(self.ontology.places, format=ox.RdfFormat.N_TRIPLES) or b""
        nodes: dict[str, BNode] = {}
        data = Graph(bind_namespaces="none").parse(data=triples, format="nt", bnode_context=nodes)
        labels = {node: label for label, node in nodes.items()}
        shapes = Graph(bind_namespaces="none").parse(self.style, format="turtle")
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        for result in report.subjects(RDFLIB_RDF.type, SH.ValidationResult):
            node = report.value(result, SH.focusNode)
            term = ox.NamedNode(str(node)) if isinstance(node, URIRef) else ox.BlankNode(labels[node])
            if self._ours(term):
                level = _SEVERITIES[report.value(result, SH.resultSeverity)]
                rule = str(report.value(result, SH.sourceShape)).rpartition("#")[2]
                yield self._finding(term, str(report.value(result, SH.resultMessage)), rule, level)

    def _finding(self, term: object, sentence: str, rule: str, level: Level, at: ox.Triple | None = None) -> Finding:
        known = self._all.places.get(at) if at else None
        source = known or self._all.declared.get(term) or Source(STYLE, 1)
        while term in self._owners:
            term = self._owners[term]
        return Finding(source, self.words.short(term), sentence, rule, level)  # type: ignore[arg-type]
