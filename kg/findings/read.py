"""The findings of a generation, read by plain look-ups, all of them or those of a rule, an article or an entity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from kg.errors import BadInput, NotFound, did_you_mean
from kg.findings.near import Near
from kg.iri import Iris
from kg.vocab import AT, DCTERMS, RDF, RDFS

_RULE = "rule."


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A finding as it is listed: the name of its rule, its sentence, and what it rests on."""

    rule: str
    sentence: str
    statements: tuple[str, ...]
    judgements: tuple[str, ...]
    focus: str
    iri: NamedNode


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings to list; None: whatever it is. An article by its folder, an entity by its id or address."""

    rule: str | None = None
    article: str | None = None
    entity: str | None = None


def list_findings(store: Store, iris: Iris, wanted: Wanted = Wanted()) -> tuple[Listed, ...]:
    """The findings wanted, sorted by rule and sentence.

    Raises NotFound for a rule, an article or an entity that the generation does not hold, BadInput for no IRI.
    """
    found = [
        *([_of_rule(store, iris, wanted.rule)] if wanted.rule else []),
        *([_of_article(store, iris, wanted.article)] if wanted.article else []),
        *([_of_entity(store, iris, wanted.entity)] if wanted.entity else []),
    ]
    graph = iris.graph("findings")
    everything = {q.subject for q in store.quads_for_pattern(None, AT.rule, None, graph)} if not found else set()
    chosen = frozenset.intersection(*map(frozenset, found)) if found else everything
    return listed(store, iris, (node for node in chosen if isinstance(node, NamedNode)))


def listed(store: Store, iris: Iris, findings: Iterable[NamedNode]) -> tuple[Listed, ...]:
    """These findings, sorted by rule and sentence."""
    return tuple(sorted((_listed(store, iris, node) for node in findings), key=_order))


def _order(finding: Listed) -> tuple[str, str, str]:
    return finding.rule, finding.sentence, finding.iri.value


def _of_rule(store: Store, iris: Iris, name: str) -> set[object]:
    rules = store.quads_for_pattern(None, RDF.type, AT.FindingRule, iris.graph("rules"))
    names = {_local(quad.subject, iris).removeprefix(_RULE) for quad in rules}
    if name not in names:
        raise NotFound(f"no rule is called {name[:100]!r}{did_you_mean(name, names)}")
    return _subjects(store, iris, AT.rule, [iris.rule(name)])


def _of_article(store: Store, iris: Iris, slug: str) -> set[object]:
    documents = [q.subject for q in store.quads_for_pattern(None, DCTERMS.identifier, Literal(slug), None)]
    if not documents:
        raise NotFound(f"no article is called {slug[:100]!r} in this generation")
    passages = (q.subject for d in documents for q in store.quads_for_pattern(None, AT.inDocument, d, None))
    statements = {q.subject for p in passages for q in store.quads_for_pattern(None, AT.groundedIn, p, None)}
    return _subjects(store, iris, AT.restsOn, statements)


def _of_entity(store: Store, iris: Iris, name: str) -> set[object]:
    """Findings about the entity, or that rest on statements that speak of it, or in whose chain it speaks."""
    try:
        entity = NamedNode(name if ":" in name else iris.base + name)
    except ValueError:
        raise BadInput(f"expected an id like badr-corps, or an absolute IRI, found {name[:200]!r}") from None
    if next(store.quads_for_pattern(entity, RDF.type, None, None), None) is None:
        raise NotFound(f"no entity is called {name[:100]!r} in this generation")
    spoken = _subjects(store, iris, AT.focus, [entity])
    return spoken | _subjects(store, iris, AT.restsOn, set(Near(store, iris).of_entity(entity)))


def _subjects(store: Store, iris: Iris, predicate: NamedNode, objects: Iterable[object]) -> set[object]:
    graph = iris.graph("findings")
    return {q.subject for o in objects for q in store.quads_for_pattern(None, predicate, o, graph)}  # type: ignore[arg-type]


def _listed(store: Store, iris: Iris, node: NamedNode) -> Listed:
    def values(predicate: NamedNode) -> Iterator[object]:
        return (quad.object for quad in store.quads_for_pattern(node, predicate, None, iris.graph("findings")))

    return Listed(
        rule="".join(_local(rule, iris).removeprefix(_RULE) for rule in values(AT.rule)),
        sentence="".join(_text(label) for label in values(RDFS.label)),
        statements=tuple(sorted(_identifier(store, iris, s) for s in values(AT.restsOn))),
        judgements=tuple(sorted(map(_text, values(AT.restsOnJudgement)))),
        focus="".join(_local(focus, iris) for focus in values(AT.focus)),
        iri=node,
    )


def _identifier(store: Store, iris: Iris, statement: object) -> str:
    """The name by which curators know a statement."""
    assert isinstance(statement, NamedNode)
    named = [_text(q.object) for q in store.quads_for_pattern(statement, DCTERMS.identifier, None, None)]
    return min(named, default=_local(statement, iris))


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal) else str(term)


def _local(node: object, iris: Iris) -> str:
    return node.value.removeprefix(iris.base) if isinstance(node, NamedNode) else str(node)
