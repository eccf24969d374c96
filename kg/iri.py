"""IRIs of the record: derived from content, so the same words give the same IRI."""

import hashlib
import json
import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.errors import BadInput

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REVISION = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.[0-9a-f]{12}")
MINTED = re.compile(r"[a-z]+-[0-9a-f]{24}")


_PERSPECTIVE = re.compile(rf".*[/#]perspective\.({ID.pattern})")


def perspective_name(iri: NamedNode) -> str | None:
    """The name of a perspective by its IRI; None where it is the IRI of none."""
    found = _PERSPECTIVE.fullmatch(iri.value)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Iris:
    """Mints IRIs under one base (`https://w3id.org/attest/id/`); local names hold no `/`."""

    base: str

    def named(self, name: str) -> NamedNode:
        """The IRI of a thing that a curator named.

        Raises BadInput for a name that is not lower-case letters, digits and inner hyphens, or looks minted.
        """
        if not ID.fullmatch(name) or MINTED.fullmatch(name):
            raise BadInput(f"expected an id of lower-case letters and digits joined by hyphens, found {name!r}")
        return NamedNode(self.base + name)

    def minted(self, kind: str, *parts: object) -> NamedNode:
        """The IRI of a thing made of `parts` (text, numbers, or lists of them).

        Its name is `kind-` and the first 24 hex digits of the sha256 of the parts as JSON.
        """
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return NamedNode(f"{self.base}{kind}-{hashlib.sha256(text.encode()).hexdigest()[:24]}")

    def document(self, slug: str, sha256: str) -> NamedNode:
        """The IRI of one revision of an article, which also names the graph that holds it."""
        return NamedNode(f"{self.named(slug).value}.{sha256[:12]}")

    def graph(self, name: str) -> NamedNode:
        """The IRI of a graph that is of no document (`propositions`, `entities`, `perspectives`, `ontology`, …)."""
        return NamedNode(f"{self.base}graph.{name}")

    def slug(self, graph: NamedNode) -> str | None:
        """The slug of the article of which the graph holds a revision, by its name; None for any other graph."""
        found = _REVISION.fullmatch(graph.value.removeprefix(self.base)) if graph.value.startswith(self.base) else None
        return found[1] if found else None

    def is_built(self, graph: NamedNode) -> bool:
        """Whether the build owns a graph of that name: it replaces what is in it."""
        return graph.value.startswith(f"{self.base}graph.") or self.slug(graph) is not None

    def rule(self, name: str) -> NamedNode:
        """The IRI of a rule of findings."""
        return NamedNode(f"{self.base}rule.{name}")

    def perspective(self, name: str) -> NamedNode:
        """The IRI of a perspective, which also begins the names of the graphs of its world."""
        return NamedNode(f"{self.base}perspective.{self.named(name).value.removeprefix(self.base)}")
