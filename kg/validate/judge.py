"""pyshacl as the judge of many graphs by the same shapes, each of which it reads but once."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyshacl
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS, SH, Graph
from rdflib.plugins.stores.memory import Memory
from rdflib.term import Node

from kg.validate.indexed import Index, Indexed, Parts


class Data:
    """What is judged, with the background in which all is judged."""

    def __init__(self, triples: Iterable[Parts], background: Index) -> None:
        self.index = Index(triples, background)
        self.graph = DataGraph(Memory(), Indexed(self.index))
        self._members: dict[Node, frozenset[Node]] = {}

    def members(self, cls: Node) -> frozenset[Node]:
        """The instances of a class and of its subclasses."""
        if cls not in self._members:
            classes = [*filter(None, self.graph.transitive_subjects(RDFS.subClassOf, cls))]
            self._members[cls] = frozenset(node for each in classes for node in self.index.subjects(RDF.type, each))
        return self._members[cls]


@dataclass(frozen=True)
class Targeted:
    """A shape, and what it declares to be its targets (SHACL, section 2.1.3)."""

    shape: Shape
    nodes: frozenset[Node]
    classes: frozenset[Node]
    subjects_of: frozenset[Node]
    objects_of: frozenset[Node]
    strays: bool  # whether its results can be about other nodes than its targets

    @classmethod
    def of(cls, shape: Shape) -> "Targeted":
        """Read the declarations once."""
        nodes, classes, implicit, objects_of, subjects_of = map(frozenset, shape.target())  # type: ignore[no-untyped-call]
        return cls(shape, nodes, classes | implicit, subjects_of, objects_of, _strays(shape))

    def focus(self, data: Data, about: Container[Node]) -> list[Any]:
        """The focus nodes in some data, those left out of which no result can be about what is asked."""
        found = set(self.nodes).union(*(data.members(cls) for cls in self.classes))
        found.update(s for prop in self.subjects_of for s, _ in data.graph.subject_objects(prop))
        found.update(o for prop in self.objects_of for _, o in data.graph.subject_objects(prop))
        return [node for node in found if self.strays or node in about]


def _strays(shape: Shape) -> bool:
    """Whether the shape hands its values on, as new focus nodes, to shapes whose results come to the report."""
    graph, todo, seen = shape.sg.graph, list[Node]([shape.node]), set[Node]()
    while todo:
        node = todo.pop()
        inner = set(graph.objects(node, SH.property)) - seen
        if inner and graph.value(node, SH.path) is not None:
            return True
        seen |= inner
        todo += inner
    return False


class Shapes(ShapesGraph):
    """Shapes as pyshacl has read them, which looks up the constraints of each again for every value."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._constraints: dict[Node, list[tuple[Node, Node]]] = {}

    def predicate_objects(self, s: Node) -> list[tuple[Node, Node]]:
        """Of what is said of a shape its constraints, which is all that pyshacl asks for."""
        if s not in self._constraints:
            found = self.graph.predicate_objects(s)
            self._constraints[s] = [(p, o) for p, o in found if p in CONSTRAINT_PARAMETERS_MAP]
        return self._constraints[s]


class Judge:
    """Judges data by shapes, in sight of a background."""

    def __init__(self, shapes: Iterable[Parts], background: Iterable[Parts]) -> None:
        self.graph = Indexed(Index(shapes))
        self._background = Index(background)

    @cached_property
    def _shapes(self) -> Shapes:
        """The shapes as pyshacl has read them."""
        pyshacl.validate(Graph(), shacl_graph=Graph(), inplace=True)  # patches rdflib as it needs it
        return Shapes(self.graph)

    @cached_property
    def _targeted(self) -> tuple[Targeted, ...]:
        return tuple(Targeted.of(shape) for shape in self._shapes.shapes)

    def report(self, triples: Iterable[Parts], about: Container[Node]) -> Graph:
        """The validation report (SHACL, section 3.6), of which results about other nodes may be missing.

        The triples are each given once, and none of them is of the background.
        """
        data, shapes = Data(triples, self._background), self._shapes
        validator = pyshacl.Validator(data.graph, shacl_graph=Graph(), options={"inplace": True})
        executor = validator.make_executor()
        asked = ((each.shape, each.focus(data, about)) for each in self._targeted)
        judged = [shape.validate(executor, data.graph, focus=focus) for shape, focus in asked if focus]
        results = [result for _, found in judged for result in found]
        conforms = all(conforms for conforms, _ in judged)
        report, _ = validator.create_validation_report(shapes, conforms, results)
        assert isinstance(report, Graph)
        return report
