"""The graph of findings: made from the whole record, or from what a change can have changed, with the same result."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

from kg.findings.near import Near
from kg.findings.rules import Rule
from kg.findings.run import findings, units
from kg.findings.words import Words
from kg.graph.change import Changed, Edit, replacement, rewriting
from kg.graph.schema import Schema
from kg.iri import Iris
from kg.vocab import AT, DCTERMS

_ABOUT = "What rules notice in what was said, and on which statements each finding rests. No voice said it."


@dataclass(frozen=True)
class Finder:
    """Makes the graph of findings by the rules; `schema` is the ontology, by which propositions are put in words."""

    rules: tuple[Rule, ...]
    schema: Schema
    iris: Iris

    @property
    def graph(self) -> NamedNode:
        """The graph that holds the findings."""
        return self.iris.graph("findings")

    def whole(self, store: ox.Store) -> frozenset[Quad]:
        """The findings on everything in the store."""
        words = Words(store, self.schema, self.iris)
        found = (f for rule in self.rules for f in findings(rule, units(rule, store, self.iris, None), words))
        return frozenset((*self._about(), *(quad for finding in found for quad in finding.quads(self.graph))))

    def update(self, change: Changed, before: ox.Store | None) -> Edit:
        """How the graph changes; afterwards it is what `whole` gives. `before` is the store's parent.

        Only what the change can have changed is looked at.
        """
        if before is None or self._judged_anew(change):
            return rewriting(change.store, self.graph, self.whole(change.store))
        words = Words(change.store, self.schema, self.iris)
        statements = self._changed_statements(change.store, change) | self._changed_statements(before, change)
        made = replacement(before.quads_for_pattern(self.graph, None, None, self.graph), self._about())
        for rule in self.rules:
            if self._is_new(rule, change):
                about = units(rule, change.store, self.iris, None)
                old = self._of_rule(self.iris.rule(rule.name), before)
            else:
                about = {unit for store in (change.store, before) for unit in units(rule, store, self.iris, statements)}
                old = self._on(about, rule, before)
            fresh = (quad for finding in findings(rule, about, words) for quad in finding.quads(self.graph))
            made |= replacement(old, fresh)
        return made | Edit(frozenset(), frozenset(self._of_lost_rules(change, before)))

    def _about(self) -> Iterator[Quad]:
        """What the graph says of itself."""
        yield Quad(self.graph, DCTERMS.title, Literal("Findings", language="en"), self.graph)
        yield Quad(self.graph, DCTERMS.description, Literal(_ABOUT, language="en"), self.graph)

    def _judged_anew(self, change: Changed) -> bool:
        """Whether the ontology changed, in whose words and by whose hierarchies all is found."""
        ontology = self.iris.graph("ontology")
        return any(quad.graph_name == ontology for quad in change.added | change.removed)

    def _is_new(self, rule: Rule, change: Changed) -> bool:
        node = self.iris.rule(rule.name)
        return any(quad.subject == node for quad in change.added)

    def _changed_statements(self, store: ox.Store, change: Changed) -> frozenset[NamedNode]:
        """The statements of a store that the change touched, or whose surroundings it touched."""
        apart = {self.iris.graph(name) for name in ("findings", "inferences", "ontology", "shapes", "rules")}
        changed = (quad for quad in change.added | change.removed if quad.graph_name not in apart)
        near = Near(store, self.iris)
        nodes = {quad.subject for quad in changed if isinstance(quad.subject, NamedNode)}
        return frozenset(statement for node in nodes for statement in near.statements(node))

    def _on(self, about: Iterable[NamedNode], rule: Rule, before: ox.Store) -> Iterator[Quad]:
        """The findings of a rule that there were on these."""
        node = self.iris.rule(rule.name)
        for unit in about:
            for made in before.quads_for_pattern(None, AT.focus, unit, self.graph):
                if next(before.quads_for_pattern(made.subject, AT.rule, node, self.graph), None):
                    yield from before.quads_for_pattern(made.subject, None, None, self.graph)

    def _of_rule(self, node: NamedNode, before: ox.Store) -> Iterator[Quad]:
        """All findings of a rule that there were."""
        for made in before.quads_for_pattern(None, AT.rule, node, self.graph):
            yield from before.quads_for_pattern(made.subject, None, None, self.graph)

    def _of_lost_rules(self, change: Changed, before: ox.Store) -> Iterator[Quad]:
        """All findings of the rules that are there no more."""
        rules = {self.iris.rule(rule.name) for rule in self.rules}
        for quad in change.removed:
            if quad.object == AT.FindingRule and isinstance(quad.subject, NamedNode) and quad.subject not in rules:
                yield from self._of_rule(quad.subject, before)
