"""The rules of OWL 2 RL that are run as SPARQL: one file for each, and what vocabulary they read.

A rule's rows hold triple terms: `?then` is what follows, `?because1`, `?because2` … are what it follows from. A rule
of `contradictions` has no `?then`: its reasons cannot hold together.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

FOLDER = Path(__file__).resolve().parent / "rules"
Kind = Literal["materialised", "checking", "contradictions"]
_TITLE = re.compile(r"# (?P<name>[\w-]+): (?P<title>.+)\n")
_TERM = re.compile(r"\b(?P<prefix>owl|rdfs):(?P<local>\w+)")
_NAMESPACES = {"owl": "http://www.w3.org/2002/07/owl#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name in OWL 2 RL (section 4.3 of the profiles), what it says in words, and its query."""

    name: str
    title: str
    query: str

    def rows(self, store: ox.Store) -> Iterator[tuple[ox.Triple | None, tuple[ox.Triple, ...]]]:
        """What follows (None in a rule of contradictions) and the triples that it follows from.

        A row whose conclusion would not be a triple (a literal as subject) is left out.
        """
        solutions = store.query(self.query)
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError(f"rule {self.name}: expected a SELECT query")
        names = [variable.value for variable in solutions.variables]
        reasons = [name for name in names if name != "then"]
        for row in solutions:
            then = row["then"] if "then" in names else None
            because = tuple(row[name] for name in reasons)
            if (then is not None or "then" not in names) and None not in because:
                yield then, because


@cache
def read_rules(kind: Kind) -> tuple[Rule, ...]:
    """Every rule of one kind, by name: those materialised in the record, those for checking, the contradictions.

    Raises ValueError for a file that does not begin with `# name: What it says.`
    """
    return tuple(_read(path) for path in sorted((FOLDER / kind).glob("*.rq")))


def _read(path: Path) -> Rule:
    text = path.read_text("utf-8")
    title = _TITLE.match(text)
    if not title or title["name"] != path.stem:
        raise ValueError(f"{path}: expected the first line to be `# {path.stem}: What the rule says.`")
    return Rule(title["name"], title["title"], text)


def vocabulary(rules: Iterable[Rule]) -> frozenset[ox.NamedNode]:
    """The terms of OWL and RDF Schema that some rules read, which is what they make of an ontology."""
    found = (term for rule in rules for term in _TERM.finditer(rule.query))
    return frozenset(ox.NamedNode(_NAMESPACES[term["prefix"]] + term["local"]) for term in found)
