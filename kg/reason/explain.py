"""A contradiction as a finding: in words and as terms, with the file and line of everything it rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.graph.part import Place
from kg.model import Source
from kg.reason.contradictions import Contradiction
from kg.reason.finding import Finding
from kg.reason.modules import Modules
from kg.reason.words import SUPPOSED, Words
from kg.vocab import RDF

_SHOWN = 20  # lines of one kind in one explanation; the rest is counted


@dataclass(frozen=True)
class Explainer:
    """Knows where axioms and nodes stand, and how to say them."""

    modules: Modules
    places: Mapping[NamedNode, Place]
    words: Words

    def finding(self, contradiction: Contradiction) -> Finding:
        """What a person needs in order to act: what clashes, why, and where each reason stands."""
        facts = [fact for fact in sorted(contradiction.facts, key=str) if not _is_supposed(fact)]
        place = self._blamed(contradiction, facts)
        return Finding(
            self._source(contradiction, facts),
            place.where if place else self._about(contradiction),
            self._sentence(contradiction),
            contradiction.rule.name if contradiction.rule else "hermit",
            "error",
            tuple(self._details(contradiction, facts)),
        )

    def unreadable(self, triple: Triple) -> Finding:
        """A triple that HermiT was not given, because of its datatype."""
        datatype = triple.object.datatype if isinstance(triple.object, Literal) else triple.object
        sentence = f"HermiT does not know {self.words.short(datatype)}; {self.words.terms(triple)} was left out"
        about = self.words.short(triple.subject)
        source = self.modules.places.get(triple) or self._fact_source(triple)
        return Finding(source, about, sentence + ".", "unknown-datatype", "warning")

    def _sentence(self, contradiction: Contradiction) -> str:
        if contradiction.supposed is not None:
            is_class = any(fact.object == contradiction.supposed for fact in contradiction.facts)
            start = "can have no member" if is_class else "can relate nothing"
        else:
            start = "the ontology contradicts itself" if contradiction.in_ontology else "cannot be so"
        if (rule := contradiction.rule) is None:
            return f"{start}, by all of what follows. Only HermiT sees it, no rule of OWL 2 RL does. [hermit]"
        told = [t for t in contradiction.witness if t not in contradiction.axioms and isinstance(t.subject, NamedNode)]
        clash = "; ".join(self.words.sentence(triple) for triple in told or contradiction.witness)
        return f"{start}: {clash}. {rule.title} [{rule.name}]"

    def _details(self, contradiction: Contradiction, facts: list[Triple]) -> Iterator[str]:
        if not contradiction.complete:
            yield "The time ran out before this could be narrowed down further; not all of it need be involved:"
        yield from _first(self._line(fact) for fact in facts)
        axioms = [axiom for axiom in contradiction.axioms if not self._is_inner(axiom)]
        yield from _first(self._line(axiom) for axiom in sorted(axioms, key=self._order))
        of_others = (min(other - contradiction.facts or other, key=str) for other in contradiction.others)
        if others := [line for line in dict.fromkeys(map(self._line, of_others)) if line not in map(self._line, facts)]:
            yield f"So it is with {len(others)} more:" if facts else f"Yet the record has {len(others)}:"
            yield from _first(iter(others))
        if contradiction.implied:
            yield f"Unusable for the same reason: {', '.join(sorted(map(self.words.short, contradiction.implied)))}"

    def _line(self, triple: Triple) -> str:
        source = self.modules.places.get(triple) or self._fact_source(triple)
        place = f"{source.file}:{source.line}: " if source else ""
        return f"{place}{self.words.sentence(triple)} [{self.words.terms(triple)}]"

    def _fact_source(self, triple: Triple) -> Source | None:
        place = self._place(triple)
        if place is None:
            return None
        key = "is" if triple.predicate == RDF.type else triple.predicate.value.rpartition("#")[2]
        return Source(place.source.file, place.lines.get(key, place.source.line))

    def _blamed(self, contradiction: Contradiction, facts: list[Triple]) -> Place | None:
        """The thing of the record that clashes, else one of those that the clash follows from."""
        if contradiction.supposed is not None:
            return None
        known = (self._place(triple) for triple in (*contradiction.witness, *facts))
        return next((place for place in known if place), None)

    def _place(self, triple: Triple) -> Place | None:
        return self.places.get(triple.subject) if isinstance(triple.subject, NamedNode) else None

    def _source(self, contradiction: Contradiction, facts: list[Triple]) -> Source | None:
        place = self._blamed(contradiction, facts)
        if place:
            own = [self._fact_source(fact) for fact in facts if self._place(fact) == place]
            return min((source for source in own if source), default=place.source)
        of_term = [t for t in contradiction.axioms if t.subject == contradiction.supposed]
        known = [self.modules.places[t] for t in of_term or contradiction.axioms if t in self.modules.places]
        return min(known, default=None)

    def _about(self, contradiction: Contradiction) -> str:
        if contradiction.supposed is not None:
            return self.words.short(contradiction.supposed)
        subjects = [triple.subject for triple in contradiction.witness]
        return self.words.short(subjects[0]) if subjects else "ontology and record"

    @cached_property
    def _inner(self) -> frozenset[object]:
        return frozenset(t.object for t in self.modules.places if isinstance(t.object, BlankNode))

    def _is_inner(self, axiom: Triple) -> bool:
        """True for the inside of a list or an unnamed class, which is told where it is used."""
        unnamed = isinstance(axiom.subject, BlankNode)
        return unnamed and (axiom.predicate == RDF.type or axiom.subject in self._inner)

    def _order(self, axiom: Triple) -> tuple[Source, str]:
        return self.modules.places.get(axiom, Source("", 0)), str(axiom)


def _is_supposed(fact: Triple) -> bool:
    return isinstance(fact.subject, NamedNode) and fact.subject.value.startswith(tuple(SUPPOSED))


def _first(lines: Iterator[str]) -> Iterator[str]:
    told = list(lines)
    yield from told[:_SHOWN]
    if len(told) > _SHOWN:
        yield f"… and {len(told) - _SHOWN} more"
