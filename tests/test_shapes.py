"""Every rule of the shapes has a broken twin: the smallest data that breaks exactly that rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Literal, Node

from kg import resources
from kg.validate.judge import Judge
from kg.vocab import NS

CASES = Path(__file__).parent / "shapes"
SHAPES = "https://w3id.org/attest/shapes#"
STYLE = "ontology-style"
PERSPECTIVE = "perspective"

Result = tuple[str, str]
"""The local names of a broken shape and of the constraint component that was broken."""


def turtle(path: Path) -> Graph:
    return Graph(bind_namespaces="none").parse(path)


def local(term: Node | None) -> str:
    return str(term).rpartition("#")[2]


def told(report: Graph) -> set[tuple[object, ...]]:
    """Each result, by all that it names of the data and of the shapes; blank nodes alike."""
    asked = (SH.focusNode, SH.sourceShape, SH.resultPath, SH.value, SH.resultSeverity, SH.sourceConstraintComponent)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        values = (report.value(result, term) for term in asked)
        messages = sorted(report.objects(result, SH.resultMessage))
        found.add((*(value if isinstance(value, URIRef | Literal) else "" for value in values), *messages))
    return found


@dataclass(frozen=True)
class Suite:
    """One body of rules; the setting, of which a case is given what it refers to; and what all cases see."""

    shapes: Graph
    setting: Graph
    background: Graph

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.shapes, self.background)

    def broken(self, case: Graph) -> frozenset[Result]:
        """What bare pyshacl finds, which is what the gate's judge finds."""
        data = Graph(bind_namespaces="none")
        for triple in (*self.background, *case, *self.reached(case)):
            data.add(triple)
        judged = self.judge.report(set(data) - set(self.background), data.all_nodes())
        _, report, _ = pyshacl.validate(data, shacl_graph=self.shapes, inplace=True)
        assert isinstance(report, Graph)
        assert told(judged) == told(report)
        return frozenset(
            (local(report.value(r, SH.sourceShape)), local(report.value(r, SH.sourceConstraintComponent)))
            for r in report.subjects(RDF.type, SH.ValidationResult)
        )

    def reached(self, case: Graph) -> Iterator[tuple[Node, Node, Node]]:
        """All that the setting says of what the case refers to, and of what that refers to in turn."""
        todo, seen = [*case.all_nodes()], set[Node]()
        while todo:
            if (node := todo.pop()) not in seen:
                seen.add(node)
                yield from self.setting.triples((node, None, None))
                todo += self.setting.objects(node)


@cache
def ontology() -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in sorted(resources.find("ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


def background() -> Iterator[tuple[Node, Node, Node]]:
    """What the gate shows the shapes of the ontology: its class hierarchy and its concepts."""
    yield from ontology().triples((None, RDFS.subClassOf, None))
    yield from ontology().triples((None, RDF.type, None))


@cache
def suite(name: str) -> Suite:
    style = name == STYLE
    shapes = Graph(bind_namespaces="none")
    for path in sorted(resources.find("shapes").glob("*.ttl")):
        if style == (path.stem == STYLE):
            shapes.parse(path)
    seen = Graph(bind_namespaces="none")
    for triple in () if style else background():
        seen.add(triple)
    return Suite(shapes, turtle((CASES / STYLE if style else CASES) / "setting.ttl"), seen)


@cache
def results(name: str, path: Path) -> frozenset[Result]:
    return suite(name).broken(turtle(path))


def expected(path: Path) -> set[str]:
    first = path.read_text("utf-8").partition("\n")[0]
    assert first.startswith("# expect: "), f"{path.name}: the first line must be '# expect: rule, rule'"
    return set(first.removeprefix("# expect: ").split(", "))


def files(kind: str) -> list[tuple[str, Path]]:
    found = [("record", path) for path in sorted((CASES / kind).glob("*.ttl"))]
    found += [(STYLE, path) for path in sorted((CASES / STYLE / kind).glob("*.ttl"))]
    assert {name for name, _ in found} == {"record", STYLE}, f"no {kind} cases under {CASES}"
    return found


def ids(case: object) -> str:
    return case.stem if isinstance(case, Path) else str(case)


def rules(shapes: Graph) -> set[URIRef]:
    """The shapes that report: those with a target, and the property shapes of one.

    The rest are helpers, on which a rule leans by sh:or, sh:not or sh:qualifiedValueShape.
    """
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetNode)
    targeted = {shape for target in targets for shape in shapes.subjects(target)}
    reporting = targeted | {part for shape in targeted for part in shapes.objects(shape, SH.property)}
    return {shape for shape in reporting if isinstance(shape, URIRef)}


COMPONENTS = {
    SH["and"]: "AndConstraintComponent",
    SH["class"]: "ClassConstraintComponent",
    SH.datatype: "DatatypeConstraintComponent",
    SH.disjoint: "DisjointConstraintComponent",
    SH.equals: "EqualsConstraintComponent",
    SH["in"]: "InConstraintComponent",
    SH.lessThan: "LessThanConstraintComponent",
    SH.lessThanOrEquals: "LessThanOrEqualsConstraintComponent",
    SH.maxCount: "MaxCountConstraintComponent",
    SH.minCount: "MinCountConstraintComponent",
    SH.minInclusive: "MinInclusiveConstraintComponent",
    SH.minLength: "MinLengthConstraintComponent",
    SH.nodeKind: "NodeKindConstraintComponent",
    SH["not"]: "NotConstraintComponent",
    SH["or"]: "OrConstraintComponent",
    SH.pattern: "PatternConstraintComponent",
    SH.uniqueLang: "UniqueLangConstraintComponent",
}
NO_CONSTRAINT = {
    RDF.type, SH.path, SH.property, SH.targetClass, SH.targetSubjectsOf, SH.targetNode, SH.name, SH.message,
    SH.severity,
}  # fmt: skip


def constraints(shapes: Graph) -> set[Result]:
    """Each constraint of each rule; a KeyError names a kind of constraint that this suite does not know."""
    return {
        (local(rule), COMPONENTS[predicate])
        for rule in rules(shapes)
        for predicate in shapes.predicates(rule)
        if predicate not in NO_CONSTRAINT
    }


@pytest.mark.parametrize(("name", "path"), files("invalid"), ids=ids)
def test_a_broken_twin_breaks_exactly_its_rules(name: str, path: Path) -> None:
    assert {rule for rule, _ in results(name, path)} == expected(path)


@pytest.mark.parametrize(("name", "path"), files("valid"), ids=ids)
def test_a_valid_case_breaks_nothing(name: str, path: Path) -> None:
    assert results(name, path) == frozenset()


@pytest.mark.parametrize("name", ["record", STYLE])
def test_the_setting_breaks_nothing(name: str) -> None:
    assert suite(name).broken(suite(name).setting) == frozenset()


@pytest.mark.parametrize("name", ["record", STYLE])
def test_every_constraint_of_every_rule_has_a_twin(name: str) -> None:
    declared = constraints(suite(name).shapes)
    assert declared
    tried = {result for case, path in files("invalid") if case == name for result in results(name, path)}
    assert declared - tried == set()


@pytest.mark.parametrize("name", ["record", STYLE])
def test_every_shape_has_an_iri_a_name_a_severity_and_a_message(name: str) -> None:
    shapes = suite(name).shapes
    found = {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}
    found |= {*shapes.objects(None, SH.property), *shapes.objects(None, SH.node), *shapes.objects(None, SH["not"])}
    found |= {member for start in shapes.objects(None, SH["or"]) for member in shapes.items(start)}
    assert found
    for shape in found:
        assert isinstance(shape, URIRef), shapes.cbd(shape).serialize()
        assert shape.startswith(SHAPES), shape
        (name_, message) = (shapes.value(shape, predicate, any=False) for predicate in (SH.name, SH.message))
        assert name_ is not None, shape
        assert name_.language == "en", shape  # type: ignore[attr-defined]
        assert message is not None, shape
        assert message.language == "en", shape  # type: ignore[attr-defined]
        assert str(message)[0].isupper(), shape
        assert str(message).endswith("."), shape
        assert shapes.value(shape, SH.severity, any=False) in {SH.Violation, SH.Warning}, shape


def test_no_two_files_describe_one_shape() -> None:
    seen: dict[Node, Path] = {}
    for path in sorted(resources.find("shapes").glob("*.ttl")):
        for shape in set(turtle(path).subjects(SH.severity)):
            assert shape not in seen, f"{local(shape)} is in {seen[shape].name} and {path.name}"
            seen[shape] = path
    assert seen


def test_shapes_use_core_constraints_only() -> None:
    for name in ("record", STYLE):
        shapes = suite(name).shapes
        assert not set(shapes.predicates()) & {SH.sparql, SH.js, SH.rule, SH.select, SH.ask}


def written_by(who: str) -> list[URIRef]:
    found = [s for s, o in ontology().subject_objects(URIRef(NS + "writtenBy")) if str(o) == who]
    assert found
    return sorted(found)  # type: ignore[type-var]


@pytest.mark.parametrize("term", written_by(PERSPECTIVE), ids=local)
def test_no_perspective_property_may_stand_in_the_record(term: URIRef) -> None:
    case = Graph()
    case.add((URIRef("https://example.org/a"), term, URIRef("https://example.org/b")))
    assert ("Plain-none", "MaxCountConstraintComponent") in suite("record").broken(case)


def expectations() -> list[tuple[URIRef, set[Node]]]:
    """Each property that a curator writes for which the ontology expects a type, and the types."""
    expects = URIRef(NS + "expects")
    taken = {*written_by("machine"), *written_by(PERSPECTIVE)}
    found = sorted(set(ontology().subjects(expects)) - taken)  # type: ignore[type-var]
    assert found
    return [(term, set(ontology().objects(term, expects))) for term in found]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("term", "types"), expectations(), ids=lambda value: local(value) if isinstance(value, URIRef) else ""
)
def test_what_the_ontology_expects_a_warning_advises(term: URIRef, types: set[Node]) -> None:
    shapes = suite("record").shapes
    advised = [s for s in shapes.subjects(SH.path, term) if shapes.value(s, SH.severity) == SH.Warning]
    (shape,) = [s for s in advised if local(s).endswith("Expected")]
    leaned = [m for start in shapes.objects(shape, SH["or"]) for m in shapes.items(start)]
    assert {c for s in [shape, *leaned] for c in shapes.objects(s, SH["class"])} == types


def test_what_does_not_distribute_is_what_the_shapes_keep_whole() -> None:
    whole = {s for s, o in ontology().subject_objects(URIRef(NS + "distributes")) if str(o) == "false"}
    shapes = suite("record").shapes
    assert set(shapes.objects(URIRef(SHAPES + "Statement-whole"), SH.targetNode)) == whole
