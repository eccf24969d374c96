"""A graph as pyshacl reads it, which asks for the values of one thing ten thousand times for each article.

rdflib's own store answers each time through generators that look after contexts; here an answer is a list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from rdflib import SH, Graph
from rdflib.namespace import NamespaceManager
from rdflib.store import Store
from rdflib.term import BNode, Node, URIRef

Parts = tuple[Node, Node, Node]
Pattern = tuple[Node | None, Node | None, Node | None]
_NONE: list[Node] = []
_NAMES = (URIRef, BNode)
_SH = str(SH)


class Index(Store):
    """Triples, each once, and those of another index below, which has none of them; none is ever removed."""

    def __init__(self, triples: Iterable[Parts] = (), below: "Index | None" = None) -> None:
        super().__init__()
        self._below = below
        self._values: dict[Node, dict[Node, list[Node]]] = {}
        self._pairs: dict[Node, list[tuple[Node, Node]]] = defaultdict(list)
        self._size = 0 if below is None else len(below)
        self._turned: dict[Node, dict[Node, list[Node]]] = {}  # subjects by predicate and object, once asked for
        for triple in triples:
            self._put(*triple)

    def add(self, triple: Any, *_: object, **__: object) -> None:
        """Add a triple, unless it is there."""
        subject, predicate, value = triple
        if value not in self.values(subject, predicate):
            self._put(subject, predicate, value)
            self._turned.pop(predicate, None)

    def _put(self, subject: Node, predicate: Node, value: Node) -> None:
        said = self._values.setdefault(subject, {})
        said.setdefault(predicate, []).append(value)
        self._pairs[predicate].append((subject, value))
        self._size += 1

    def values(self, subject: Node, predicate: Node) -> list[Node]:
        """The objects of one subject and predicate; not to be changed."""
        said = self._values.get(subject)
        found = said.get(predicate, _NONE) if said else _NONE
        more = self._below.values(subject, predicate) if self._below is not None else _NONE
        return found + more if more else found

    def subjects(self, predicate: Node, value: Node) -> list[Node]:
        """The subjects of one predicate and object; not to be changed."""
        turned = self._turned.get(predicate)
        if turned is None:
            turned = self._turned[predicate] = defaultdict(list)
            for subject, each in self._pairs.get(predicate, ()):
                turned[each].append(subject)
        found = turned.get(value, _NONE)
        more = self._below.subjects(predicate, value) if self._below is not None else _NONE
        return found + more if more else found

    def triples(self, triple_pattern: Any, *_: object, **__: object) -> Iterator[tuple[Parts, Iterator[None]]]:
        """The triples that fit a pattern, in which None stands for anything."""
        return ((triple, iter(())) for triple in self._fitting(*triple_pattern))

    def _fitting(self, subject: Node | None, predicate: Node | None, value: Node | None) -> Iterator[Parts]:
        if subject is not None and predicate is not None:
            found = self.values(subject, predicate)
            yield from ((subject, predicate, each) for each in found if value is None or each == value)
        elif predicate is not None and value is not None:
            yield from ((each, predicate, value) for each in self.subjects(predicate, value))
        else:
            for each in [predicate] if predicate is not None else self._predicates(subject):
                yield from self._of(each, subject, value)

    def _predicates(self, subject: Node | None) -> list[Node]:
        own = self._pairs if subject is None else self._values.get(subject, {})
        return list(dict.fromkeys([*own, *(self._below._predicates(subject) if self._below is not None else ())]))

    def _of(self, predicate: Node, subject: Node | None, value: Node | None) -> Iterator[Parts]:
        """The triples of a predicate with this subject and this object, None for any."""
        if subject is not None or value is not None:
            yield from self._fitting(subject, predicate, value)
            return
        yield from ((each, predicate, said) for each, said in self._pairs.get(predicate, ()))
        if self._below is not None:
            yield from self._below._of(predicate, None, None)

    def __len__(self, *_: object, **__: object) -> int:
        return self._size


class Whole(NamespaceManager):
    """Names written in full but for SHACL's own, as where no prefix is bound, which rdflib finds out anew each time."""

    def bind(self, *args: object, **kwargs: object) -> None:
        """Bind nothing."""

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803  (rdflib's names)
        """The name as N3."""
        return f"sh:{rdfTerm.removeprefix(_SH)}" if rdfTerm.startswith(_SH) else f"<{rdfTerm}>"


class Indexed(Graph):
    """A graph over an index."""

    def __init__(self, index: Index) -> None:
        super().__init__(index, bind_namespaces="none")
        self.index = index
        self.namespace_manager = Whole(self, bind_namespaces="none")

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Any:
        """As rdflib's, from the index where it can be."""
        if type(predicate) is URIRef and type(subject) in _NAMES and not unique:
            return iter(self.index.values(subject, predicate))
        return super().objects(subject, predicate, unique)

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Any:  # noqa: A002
        """As rdflib's, from the index where it can be."""
        if type(predicate) is URIRef and type(object) in _NAMES and not unique:
            return iter(self.index.subjects(predicate, object))
        return super().subjects(predicate, object, unique)
