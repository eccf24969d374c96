"""Words that the tests of the store share: small quads, and a commit with its usual arguments."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kg.store.commit import Change, Delta, commit
from kg.store.generations import Generation

SHARED = NamedNode("https://example.org/shared")


def iri(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/{name}")


def quad(text: str, graph: str) -> Quad:
    """`s p o`: the object is a literal when it starts with an apostrophe; `_:x` is a blank node."""
    subject, predicate, object_ = text.split(" ", 2)
    return Quad(_node(subject), iri(predicate), _node(object_), iri(graph))


def _node(text: str) -> NamedNode | BlankNode | Literal:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return Literal(text[1:]) if text.startswith("'") else iri(text)


def change(
    graphs: Mapping[str, Iterable[str]] | None = None, shared: Iterable[str] = (), what: str = "a test"
) -> Change:
    return Change(
        graphs={iri(name): frozenset(quad(text, name) for text in texts) for name, texts in (graphs or {}).items()},
        shared=frozenset(quad(text, "shared") for text in shared),
        shared_graph=SHARED,
        what=what,
    )


def noon() -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def accept(_: Delta) -> None:
    """A check that finds nothing wrong."""


def publish(
    root: Path,
    wanted: Change,
    *,
    check: Callable[[Delta], None] = accept,
    keep: int = 10,
    wait: float = 30.0,
) -> Generation | None:
    return commit(root, wanted, check=check, keep=keep, clock=noon, wait=wait)


def published(root: Path, wanted: Change, keep: int = 10) -> Generation:
    generation = publish(root, wanted, keep=keep)
    assert generation is not None
    return generation


def content(generation: Generation) -> set[str]:
    """What a generation holds, as `s p o graph`."""
    with generation.opened() as store:
        return {" ".join(_short(term) for term in (q.subject, q.predicate, q.object, q.graph_name)) for q in store}


def _short(term: object) -> str:
    if isinstance(term, Literal):
        return "'" + term.value
    return str(term).removeprefix("<https://example.org/").removesuffix(">")


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes, and every folder; the lock apart, which comes and goes."""
    return {
        str(path.relative_to(root)): b"" if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.name != "LOCK"
    }
