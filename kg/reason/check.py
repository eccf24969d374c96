"""The whole of `kg check`: the rules of OWL 2 RL, HermiT where there is Java, and lint."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from kg.errors import KgError
from kg.graph.part import Place
from kg.reason import hermit
from kg.reason.contradictions import Contradiction, contradictions
from kg.reason.explain import Explainer
from kg.reason.finding import Finding, order
from kg.reason.hermit import Logical
from kg.reason.lint import STYLE, Lint
from kg.reason.modules import Modules, read_modules
from kg.reason.narrow import explain_by_asking
from kg.reason.words import Term, Words
from kg.settings import Settings
from kg.vocab import RDF, RDFS

Tell = Callable[[str], None]  # what is being done, or what was found, for the person who waits


@dataclass(frozen=True)
class Check:
    """The ontology, the shapes and the record, each triple and node with its place."""

    ontology: Modules
    facts: frozenset[Triple]
    explainer: Explainer
    lint: Lint
    tell: Tell

    @classmethod
    def of(cls, settings: Settings, facts: frozenset[Triple], places: Mapping[NamedNode, Place], tell: Tell) -> "Check":
        """Read ontology and shapes with their lines; raises Unreadable."""
        ontology, shapes = read_modules(settings.ontology), read_modules(settings.shapes)
        prefixes = {**(ontology | shapes).prefixes, "id": settings.base_iri}
        words = Words.of([*ontology.places, *facts], prefixes, _called(places, settings.base_iri))
        lint = Lint(ontology, shapes, settings.shapes / STYLE, words)
        return cls(ontology, facts, Explainer(ontology, places, words), lint, tell)

    def run(self, *, java: bool = True, seconds: float = 60.0) -> tuple[Finding, ...]:
        """Everything found, the gravest first; without Java, or unasked, by the rules alone, and says so.

        What only HermiT sees is narrowed down for `seconds`.
        """
        axioms = frozenset(self.ontology.places)
        counts = f"{len(axioms)} triples of the ontology and {len(self.facts)} of the record"
        self.tell(f"Applying the rules of OWL 2 RL to {counts} …")
        by_rules = contradictions(axioms, self.facts)
        findings = [self.explainer.finding(contradiction) for contradiction in by_rules]
        if java and hermit.java():
            findings += self._by_hermit(axioms, by_rules, seconds)
        else:
            why = "There is no Java on the PATH" if java else "As asked"
            self.tell(f"{why}: HermiT did not run, and a contradiction that no rule of OWL 2 RL shows goes unseen.")
        if not findings:
            self.tell("Ontology and record are consistent.")
        return tuple(sorted({*findings, *self.lint.findings()}, key=order))

    def _by_hermit(
        self, axioms: frozenset[Triple], by_rules: tuple[Contradiction, ...], seconds: float
    ) -> Iterator[Finding]:
        logical = Logical.of(axioms | self.facts)
        yield from map(self.explainer.unreadable, sorted(logical.unreadable, key=str))
        asking = Asking(logical.triples & axioms, logical.triples - axioms, by_rules, seconds, self.tell)
        try:
            yield from map(self.explainer.finding, asking.beyond_the_rules())
        except KgError as error:
            yield Finding(None, "", str(error), "hermit")


def _called(places: Mapping[NamedNode, Place], base: str) -> dict[Term, str]:
    """What to call the nodes that have no label: by the statement that they come from."""
    kinds = {node: node.value.removeprefix(base).partition("-")[0] for node in places}
    return {
        node: place.where if place.where.startswith(kinds[node]) else f"{kinds[node]} of {place.where}"
        for node, place in places.items()
        if place.where
    }


@dataclass(frozen=True)
class Asking:
    """HermiT's part: what it finds that the rules have not explained already."""

    axioms: frozenset[Triple]
    facts: frozenset[Triple]
    by_rules: tuple[Contradiction, ...]
    seconds: float
    tell: Tell

    def beyond_the_rules(self) -> Iterator[Contradiction]:
        """Contradictions that no rule shows, narrowed down; raises KgError when HermiT refuses or takes too long."""
        self.tell(f"Asking HermiT about {len(self.axioms) + len(self.facts)} triples …")
        whole = hermit.consistency(self.axioms | self.facts)
        alone = whole if whole.consistent else hermit.consistency(self.axioms)
        if not alone.consistent:
            if not any(c.supposed is None and not c.facts for c in self.by_rules):
                yield self._narrowed("the ontology contradicts itself", frozenset())
            return
        unexplained = frozenset(alone.unsatisfiable) - {t for c in self.by_rules for t in (c.supposed, *c.implied)}
        members = self._members(unexplained)
        for cls in sorted(self._topmost(unexplained), key=str):
            found = self._narrowed(f"nothing can be of {cls.value}", frozenset(), cls)
            yield replace(found, implied=unexplained - {cls}, others=members)
        if not whole.consistent and not members and not any(c.facts_clash for c in self.by_rules):
            yield self._narrowed("what the articles say cannot be so", self.facts)

    def _narrowed(self, what: str, facts: frozenset[Triple], cls: NamedNode | None = None) -> Contradiction:
        self.tell(f"HermiT finds that {what}, and no rule shows why: narrowing down for {self.seconds:.0f} s at most …")
        return explain_by_asking(self.axioms, facts, member_of=cls, seconds=self.seconds)

    def _members(self, classes: frozenset[NamedNode]) -> tuple[frozenset[Triple], ...]:
        typed = (fact for fact in self.facts if fact.predicate == RDF.type and fact.object in classes)
        return tuple(frozenset([fact]) for fact in sorted(typed, key=str))

    def _topmost(self, classes: frozenset[NamedNode]) -> Iterator[NamedNode]:
        parents = {(t.subject, t.object) for t in self.axioms if t.predicate == RDFS.subClassOf}
        return (cls for cls in classes if not any((cls, other) in parents for other in classes - {cls}))
