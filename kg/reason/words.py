"""Axioms and facts in words that a person without OWL understands, and as terms for one who knows it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.vocab import RDF, RDFS, XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_OWL = "http://www.w3.org/2002/07/owl#"
_PREFIXES = {"rdf": RDF._ns, "rdfs": RDFS._ns, "owl": _OWL, "xsd": XSD._ns}
_FIRST, _REST = ox.NamedNode(RDF._ns + "first"), ox.NamedNode(RDF._ns + "rest")
_VOWEL = re.compile(r"“?(?:[\w-]*:)?[aeiou]", re.IGNORECASE)  # past a quotation mark and a prefix
_LONGEST = 60  # code points of a literal before it is cut
_SENTENCES = {
    RDF.type.value: "{s} is {an_o}",
    RDFS.subClassOf.value: "every {s} is {an_o}",
    RDFS._ns + "subPropertyOf": "what {s} relates, {o} relates",
    RDFS.domain.value: "whatever has {s} is {an_o}",
    RDFS.range.value: "every value of {s} is {an_o}",
    _OWL + "disjointWith": "nothing is both {an_s} and {an_o}",
    _OWL + "complementOf": "nothing is both {an_s} and {an_o}",
    _OWL + "equivalentClass": "to be {an_s} is to be {an_o}",
    _OWL + "equivalentProperty": "{s} and {o} relate the same things",
    _OWL + "inverseOf": "{s} is {o} read backwards",
    _OWL + "propertyDisjointWith": "{s} and {o} never relate the same two things",
    _OWL + "propertyChainAxiom": "{o}, one after another, make {s}",
    _OWL + "members": "nothing is of two of {o}",
}
_KINDS = {
    _OWL + "SymmetricProperty": "{s} holds both ways",
    _OWL + "AsymmetricProperty": "{s} never holds both ways",
    _OWL + "TransitiveProperty": "{s} reaches as far as its steps",
    _OWL + "IrreflexiveProperty": "{s} relates nothing to itself",
}
SUPPOSED = {"urn:attest:a:": "{an}", "urn:attest:from:": "whatever has {}", "urn:attest:to:": "the value of {}"}


@dataclass(frozen=True)
class Words:
    """Renders triples by the labels and lists that are known, and by prefixes."""

    labels: Mapping[Term, str]
    parts: Mapping[Term, list[tuple[ox.NamedNode, Term]]]
    prefixes: Mapping[str, str]

    @classmethod
    def of(
        cls, triples: Iterable[ox.Triple], prefixes: Mapping[str, str], called: Mapping[Term, str] | None = None
    ) -> "Words":
        """Know the labels that stand in these triples, English ones before others, or else what nodes are called."""
        labels: dict[Term, str] = {}
        names: dict[Term, str] = dict(called or {})
        parts: dict[Term, list[tuple[ox.NamedNode, Term]]] = defaultdict(list)
        for triple in triples:
            if triple.predicate == RDFS.label and isinstance(triple.object, ox.Literal):
                if triple.object.language == "en" or triple.subject not in labels:
                    labels[triple.subject] = triple.object.value
            elif isinstance(triple.subject, ox.BlankNode):
                parts[triple.subject].append((triple.predicate, triple.object))
        return cls(names | labels, dict(parts), {**prefixes, **_PREFIXES})

    def sentence(self, triple: ox.Triple) -> str:
        """The triple in words."""
        form = _SENTENCES.get(triple.predicate.value, "{s} has {p} {o}")
        if triple.predicate == RDF.type and isinstance(triple.object, ox.NamedNode):
            form = _KINDS.get(triple.object.value, form)
        s, p, o = (self.name(term) for term in triple)
        return form.format(s=s, p=p, o=o, an_s=_with_article(s), an_o=_with_article(o))

    def name(self, term: Term) -> str:
        """The term's label in quotation marks, or else its short form; a list's members; what an unnamed class says."""
        if isinstance(term, ox.BlankNode):
            return self._unnamed(term)
        if isinstance(term, ox.Literal):
            return f"“{term.value if len(term.value) <= _LONGEST else term.value[:_LONGEST] + '…'}”"
        if isinstance(term, ox.NamedNode):
            for prefix, form in SUPPOSED.items():
                if term.value.startswith(prefix):
                    name = self.name(ox.NamedNode(term.value.removeprefix(prefix)))
                    return form.format(name, an=_with_article(name))
        return f"“{self.labels[term]}”" if term in self.labels else self.short(term)

    def terms(self, triple: ox.Triple) -> str:
        """The triple as Turtle would write it; all of an unnamed node that is its subject."""
        if isinstance(triple.subject, ox.BlankNode):
            return self.short(triple.subject)
        return " ".join(self.short(term) for term in triple)

    def short(self, term: Term) -> str:
        """A prefixed name where a prefix is known; a list in parentheses; another unnamed node in brackets."""
        if isinstance(term, ox.BlankNode):
            members = list(self._members(term))
            inside = "; ".join(f"{self.short(p)} {self.short(o)}" for p, o in self.parts.get(term, ()))
            return f"( {' '.join(map(self.short, members))} )" if members else f"[ {inside} ]"
        if isinstance(term, ox.NamedNode):
            fitting = [p for p, ns in self.prefixes.items() if ns and term.value.startswith(ns)]
            best = max(fitting, key=lambda p: len(self.prefixes[p]), default=None)
            if best is not None:
                return f"{best}:{term.value.removeprefix(self.prefixes[best])}"
        if isinstance(term, ox.Literal) and not term.language and term.datatype != XSD.string:
            return f'"{term.value}"^^{self.short(term.datatype)}'
        return str(term)

    def _unnamed(self, node: ox.BlankNode) -> str:
        if members := list(self._members(node)):
            return ", ".join(map(self.name, members))
        return f"[{'; '.join(f'{self.short(p)} {self.name(o)}' for p, o in self.parts.get(node, ()))}]"

    def _members(self, cell: Term) -> Iterator[Term]:
        while (of_cell := dict(self.parts.get(cell, ()))) and _FIRST in of_cell:
            yield of_cell[_FIRST]
            cell = of_cell.get(_REST, cell)


def _with_article(name: str) -> str:
    return f"{'an' if _VOWEL.match(name) else 'a'} {name}"
