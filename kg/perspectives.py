"""What worlds of perspectives hold, read from the answers of their endpoints, and what two of them hold alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg import resources
from kg.store.perspectives import About, Clash, Fact, Pair

JSON = "application/sparql-results+json"
Row = Mapping[str, Mapping[str, str]]
Key = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a triple: its value, what to call it, and its kind in SPARQL results (`uri`, `literal`)."""

    value: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Held:
    """A triple that a world holds, how (`accepted`, `denied`, `inferred`), and the statements that it rests on.

    The statements are IRIs with their names (`article/statement`) and words for the time.
    """

    how: str
    subject: Term
    predicate: Term
    object: Term
    statements: tuple[tuple[str, str, str], ...]

    @property
    def key(self) -> Key:
        """What tells it from others: its terms, and whether it is denied."""
        return self.subject.value, self.predicate.value, self.object.value, self.how == "denied"

    @property
    def sentence(self) -> str:
        """The triple in words."""
        denied = "it is denied that " if self.how == "denied" else ""
        return f"{denied}“{self.subject.label}” {self.predicate.label} “{self.object.label}”"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two worlds: what each holds alone, what both hold (as the one has it), and what they contradict."""

    one: About
    other: About
    only_one: tuple[Held, ...]
    only_other: tuple[Held, ...]
    both: tuple[tuple[Held, Held], ...]
    pair: Pair


def world_query() -> str:
    """The query that a world is listed by."""
    return (resources.find("queries") / "perspectives" / "world.rq").read_text("utf-8")


def read_world(results: Mapping[str, Any]) -> tuple[Held, ...]:
    """The triples of a world, from the answer (SPARQL 1.1 Query Results JSON Format) to the query that lists it."""
    found: dict[Key, Held] = {}
    statements: dict[Key, dict[str, tuple[str, str, str]]] = {}
    for row in results["results"]["bindings"]:
        held = _held(row)
        found.setdefault(held.key, held)
        statements.setdefault(held.key, {}).setdefault(held.statements[0][0], held.statements[0])
    return tuple(
        Held(held.how, held.subject, held.predicate, held.object, tuple(sorted(statements[key].values(), key=_by_name)))
        for key, held in found.items()
    )


def _by_name(statement: tuple[str, str, str]) -> tuple[str, str]:
    return statement[1], statement[0]


def _held(row: Row) -> Held:
    subject, predicate, value, statement = (
        _term(row, name) for name in ("subject", "predicate", "object", "statement")
    )
    when = row.get("when", {}).get("value", "")
    return Held(row["how"]["value"], subject, predicate, value, ((statement.value, statement.label, when),))


def _term(row: Row, name: str) -> Term:
    term = row[name]
    label = row.get(f"{name}Label", {}).get("value") or term["value"]
    return Term(term["value"], label, term["type"])


def compare(one: About, other: About, worlds: tuple[Iterable[Held], Iterable[Held]], pair: Pair) -> Comparison:
    """Compare the worlds of two perspectives; `pair` is what they contradict."""
    mine, theirs = ({held.key: held for held in world} for world in worlds)
    return Comparison(
        one,
        other,
        tuple(held for key, held in mine.items() if key not in theirs),
        tuple(held for key, held in theirs.items() if key not in mine),
        tuple((held, theirs[key]) for key, held in mine.items() if key in theirs),
        pair,
    )


def as_json(held: Held) -> dict[str, object]:
    """A triple of a world for a program."""
    terms = {name: _term_json(getattr(held, name)) for name in ("subject", "predicate", "object")}
    return {
        "how": held.how,
        **terms,
        "statements": [dict(zip(("iri", "name", "when"), told, strict=True)) for told in held.statements],
    }


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """A comparison for a program."""
    one, other = comparison.one.name, comparison.other.name
    return {
        "perspectives": [one, other],
        "only": {one: [*map(as_json, comparison.only_one)], other: [*map(as_json, comparison.only_other)]},
        "both": [{one: as_json(mine), other: as_json(theirs)} for mine, theirs in comparison.both],
        "contradictions": {"count": comparison.pair.clashing, "told": [*map(clash_json, comparison.pair.clashes)]},
    }


def clash_json(clash: Clash) -> dict[str, object]:
    """What cannot be so together, for a program."""
    return {"rule": clash.rule, "title": clash.title, "facts": [*map(_fact_json, clash.facts)]}


def _fact_json(fact: Fact) -> dict[str, object]:
    statements = [{"iri": iri, "name": name} for iri, name in zip(fact.statements, fact.names, strict=True)]
    return {"words": fact.words, "denied": fact.denied, "terms": list(fact.terms), "statements": statements}


def about_json(about: About) -> dict[str, object]:
    """What is told of a perspective, for a program."""
    return {
        "name": about.name,
        "iri": about.iri,
        "title": about.title,
        "description": about.description,
        "language": about.language,
        "policy": list(about.policy),
        "statements": about.statements,
        "statementsWithoutTriple": about.barren,
        "triples": about.triples,
        "denials": about.denials,
        "inferred": about.inferred,
        "consistent": about.is_consistent,
        "contradictions": {"count": about.clashing, "told": [*map(clash_json, about.clashes)]},
        "url": f"/perspectives/{about.name}",
        "sparql": f"/perspectives/{about.name}/sparql",
    }


def _term_json(term: Term) -> dict[str, str]:
    return {"value": term.value, "label": term.label, "type": term.kind}
