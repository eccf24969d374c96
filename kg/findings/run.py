"""A rule, run for some units: its rows grouped into findings, each with a sentence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.errors import BadInput
from kg.findings.rules import Rule
from kg.findings.words import Words
from kg.iri import Iris
from kg.vocab import AT, RDF, RDFS

_BATCH = 500  # units that one query is asked about
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule noticed: what it is about, what it rests on, what stands in its circle, if any, and a sentence."""

    iri: NamedNode
    rule: NamedNode
    focus: NamedNode
    rests_on: tuple[NamedNode, ...]
    judgements: tuple[str, ...]
    ring: tuple[NamedNode, ...]
    sentence: str

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """The finding in its graph."""
        pairs: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF.type, AT.Finding),
            (AT.rule, self.rule),
            (AT.focus, self.focus),
            (RDFS.label, Literal(self.sentence, language="en")),
        ]
        pairs += [(AT.restsOn, statement) for statement in self.rests_on]
        pairs += [(AT.restsOnJudgement, Literal(judgement)) for judgement in self.judgements]
        pairs += [(AT.inRing, node) for node in self.ring]
        return (Quad(self.iri, predicate, value, graph) for predicate, value in pairs)


def units(rule: Rule, store: ox.Store, iris: Iris, statements: Iterable[NamedNode] | None) -> set[NamedNode]:
    """What the statements lead to, by the rule's own pattern; None: all that there is."""
    if statements is None:
        return _abouts(rule.units(None), store, iris)
    batches = _batches(sorted(statements, key=str))
    return {unit for batch in batches for unit in _abouts(rule.units(batch), store, iris)}


def findings(rule: Rule, about: Iterable[NamedNode], words: Words) -> Iterator[Finding]:
    """Run a rule for these units; raises BadInput when a row lacks what the rule's header promises."""
    for batch in _batches(sorted(about, key=str)):
        grouped: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in _rows(rule.for_all(batch), words.store, words.iris):
            grouped[_key(rule, row)].append(row)
        yield from (_finding(rule, key, rows, words) for key, rows in grouped.items())


def described(rules: Iterable[Rule], iris: Iris) -> frozenset[Triple]:
    """The rules themselves, as triples."""
    return frozenset(triple for rule in rules for triple in rule.describe(iris))


def _batches(nodes: Sequence[NamedNode]) -> Iterator[Sequence[NamedNode]]:
    return (nodes[start : start + _BATCH] for start in range(0, len(nodes), _BATCH))


def _abouts(query: str, store: ox.Store, iris: Iris) -> set[NamedNode]:
    return {row["about"] for row in _rows(query, store, iris) if isinstance(row["about"], NamedNode)}


def _rows(query: str, store: ox.Store, iris: Iris) -> Iterator[Row]:
    solutions = store.query(query, base_iri=iris.base, use_default_graph_as_union=True)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError("expected a SELECT query")
    names = [variable.value for variable in solutions.variables]
    return ({name: row[name] for name in names} for row in solutions)


def _key(rule: Rule, row: Row) -> tuple[object, ...]:
    values = tuple(row[name] for name in rule.key)
    if None in values or not isinstance(row["about"], NamedNode):
        raise BadInput(f"rule {rule.name}: expected {', '.join(f'?{n}' for n in rule.key)} in each row, found {row}")
    return values


def _finding(rule: Rule, key: tuple[object, ...], rows: list[Row], words: Words) -> Finding:
    values: dict[str, set[object]] = defaultdict(set)
    for row in rows:
        for name, value in row.items():
            if value is not None:
                values[name].add(value)
    told = {name: words.all(found) for name, found in values.items()}
    grounds = {term for name, found in values.items() if name.startswith("statement") for term in found}
    judgements = {words.of(value) for value in values.get("judgement", ())}
    judgements |= {rule.judgement.format_map(told)} if rule.judgement else set()
    (focus,) = values["about"]
    assert isinstance(focus, NamedNode)
    return Finding(
        words.iris.minted("finding", rule.name, [str(value) for value in key]),
        words.iris.rule(rule.name),
        focus,
        _nodes(grounds),
        tuple(sorted(judgements)),
        _nodes({node for name in rule.ring for node in values.get(name, ())}),
        _sentence(rule, told, sorted(judgements)),
    )


def _nodes(terms: Iterable[object]) -> tuple[NamedNode, ...]:
    return tuple(sorted((term for term in terms if isinstance(term, NamedNode)), key=str))


def _sentence(rule: Rule, told: Mapping[str, str], judgements: list[str]) -> str:
    said = rule.sentence.format_map(defaultdict(str, told))
    return f"{said} This rests on a curator's judgement too: {'; '.join(judgements)}." if judgements else said
