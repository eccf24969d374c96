"""A batch of writes as one commit: all pass together, or each is judged alone, so that only the culprit is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Store

from kg.build.derived import derived
from kg.errors import BadInput, KgError, NotFound, PreconditionFailed
from kg.findings.rules import read_rules
from kg.graph.change import NOTHING, Edit
from kg.graph.schema import read_schema
from kg.iri import Iris
from kg.sparql import engine
from kg.sparql.writes.apply import Applier, iri, refused_by_engine
from kg.sparql.writes.messages import Outcome, Write, WriterStart
from kg.sparql.writes.operations import UpdateLimits
from kg.sparql.writes.owned import refuse_owned
from kg.store import edit
from kg.store.commit import Delta, Derived
from kg.store.edit import Graph
from kg.store.generations import Generation, Generations
from kg.store.journal import WRITE
from kg.store.workbench import Bench, Workbench
from kg.validate.refusal import NotValid, check_terms

if TYPE_CHECKING:
    from kg.validate.gate import Gate

LOCK_WAIT = 10.0  # seconds for a build that is publishing
Tell = Callable[[str], None]
Refusal = (KgError, SyntaxError, RuntimeError, ValueError, MemoryError, OSError)


class Judge:
    """What every write must satisfy; `union` says whether the record is guarded or a general store."""

    def __init__(self, start: WriterStart) -> None:
        self._base, self._union = start.base_iri, start.union
        self._schema = read_schema(Path(start.ontology))
        self._gate = self._guard(start)
        self.derived = Derived()
        if start.union:
            self.derived = derived(read_rules(Path(start.findings)), self._schema, Iris(start.base_iri))

    @staticmethod
    def _guard(start: WriterStart) -> "Gate | None":
        if not start.union:
            return None
        from kg.validate.gate import Gate, read_shapes  # rdflib and pyshacl take a second to import

        return Gate(read_schema(Path(start.ontology)), read_shapes(Path(start.shapes)))

    def check(self, store: Store, made: Edit) -> None:
        """Raise NotValid or Repeated for a change that may not enter."""
        change = Delta(store, made.added, made.removed)
        if self._gate is None:
            return check_terms(change, self._schema)
        from kg.validate.written import check_written

        edit.refuse_repeated(store, made.added, self.derived.graphs)
        return check_written(change, self._gate, self._base, self.derived.graphs)

    def check_last(self, delta: Delta) -> None:
        """The same of what was derived: no triple in two graphs."""
        if self._union:
            edit.refuse_repeated(delta.store, delta.added)


@dataclass(slots=True)
class Committer:
    """Commits batches; `tell` hears the number of each write before it is applied, then `gate`, `derive`, `publish`."""

    start: WriterStart
    bench: Workbench
    judge: Judge
    applier: Callable[[Store], Applier]
    generations: Generations

    def commit(self, writes: list[Write], tell: Tell) -> list[Outcome]:
        """Apply, judge and publish; each write's outcome. Raises StoreUnavailable, after which nothing is published."""
        with self.bench.locked(LOCK_WAIT) as bench:
            return _Batch(self, bench, writes, tell).run()


class _Batch:
    def __init__(self, committer: Committer, bench: Bench, writes: list[Write], tell: Tell) -> None:
        self._committer, self._bench, self._writes, self._tell = committer, bench, writes, tell
        self._store = bench.store
        self._applier = committer.applier(bench.store)
        self._iris = Iris(committer.start.base_iri)
        self._outcomes: dict[int, Outcome] = {}
        self._created: dict[int, bool] = {}

    def run(self) -> list[Outcome]:
        before = frozenset(self._store.named_graphs())
        made = self._together(range(len(self._writes)))
        names = frozenset(self._store.named_graphs())
        number = self._bench.place.parent.number if self._bench.place.parent else 0
        if made or names != before:
            number = self._publish(made).number
        for write, created in self._created.items():
            self._outcomes[write] = Outcome(number, created)
        return [self._outcomes[write] for write in range(len(self._writes))]

    def _publish(self, made: Edit) -> Generation:
        start, judge = self._committer.start, self._committer.judge
        what = WRITE + ", ".join(f"{write.kind} {write.graph or ''}".strip() for write in self._writes)

        def check(delta: Delta) -> None:
            judge.check_last(delta)
            self._tell("publish")

        self._tell("derive")
        return self._bench.publish(made, what[:500], check=check, derived=judge.derived, keep=start.keep, clock=_now)

    def _together(self, numbers: range) -> Edit:
        """Apply all, then judge them as one; when they do not pass, each again by itself."""
        graphs = frozenset(self._store.named_graphs())
        total = NOTHING
        for number in numbers:
            with self._refusing(number):
                total = total.then(self._apply(number))
        if not self._created:
            return total
        self._tell("gate")
        try:
            self._committer.judge.check(self._store, total)
        except Refusal as error:
            edit.undo(self._store, total, graphs)
            passed = list(self._created)
            self._created.clear()
            if len(passed) == 1:
                self._outcomes[passed[0]] = _failure(error, self._writes[passed[0]])
                return NOTHING
            return self._one_by_one(passed)
        return total

    def _one_by_one(self, numbers: list[int]) -> Edit:
        total = NOTHING
        for number in numbers:
            graphs = frozenset(self._store.named_graphs())
            with self._refusing(number):
                made = self._apply(number)
                try:
                    self._committer.judge.check(self._store, made)
                except BaseException:
                    edit.undo(self._store, made, graphs)
                    del self._created[number]
                    raise
                total = total.then(made)
        return total

    @contextmanager
    def _refusing(self, number: int) -> Iterator[None]:
        try:
            yield
        except Refusal as error:
            self._outcomes[number] = _failure(error, self._writes[number])

    def _apply(self, number: int) -> Edit:
        self._tell(str(number))
        write, graphs = self._writes[number], frozenset(self._store.named_graphs())
        refuse_owned([iri(write.graph)] if write.graph else [], self._iris)
        existed = self._exists(write, graphs)
        self._check_conditions(write, existed)
        if write.kind == "delete" and not existed:
            raise NotFound(f"there is no graph <{write.graph}>")
        made = self._applier.apply(write)
        try:
            self._refuse_owned(made, graphs)
        except BadInput:
            edit.undo(self._store, made, graphs)
            raise
        self._created[number] = not existed
        return made

    def _refuse_owned(self, made: Edit, before: frozenset[object]) -> None:
        touched = {quad.graph_name for quad in made.added | made.removed}
        names = before ^ frozenset(self._store.named_graphs())
        refuse_owned([graph for graph in (*touched, *names) if isinstance(graph, NamedNode)], self._iris)

    def _exists(self, write: Write, graphs: frozenset[object]) -> bool:
        return write.graph is None or iri(write.graph) in graphs

    def _check_conditions(self, write: Write, existed: bool) -> None:
        """RFC 9110, section 13.1: `If-Match` and `If-None-Match`."""
        if write.if_none_match and existed:
            raise PreconditionFailed(f"the graph <{write.graph}> exists already")
        if write.if_match is None:
            return
        if not existed or (write.if_match and not any(self._unchanged(write, number) for number in write.if_match)):
            raise PreconditionFailed("the graph is not what it was when you read it: read it again")

    def _unchanged(self, write: Write, number: int) -> bool:
        """Whether the graph is as it was in that generation, if that is still kept."""
        graph: Graph = DefaultGraph() if write.graph is None else iri(write.graph)
        try:
            with self._committer.generations.get(number).opened() as then:
                before = frozenset(then.quads_for_pattern(None, None, None, graph))
        except KgError:
            return False
        return before == frozenset(self._store.quads_for_pattern(None, None, None, graph))


def _now() -> datetime:
    return datetime.now(UTC)


def _failure(error: BaseException, write: Write) -> Outcome:
    """Why a write was refused, in words for its client."""
    match error:
        case NotValid():
            report = ox.serialize(error.triples, format=engine.GRAPHS[write.report], prefixes=_PREFIXES) or b""
            return Outcome(error="Rejected", text=str(error), report=report.decode("utf-8"))
        case edit.Repeated():
            return Outcome(error="Conflict", text=str(error))
        case KgError():
            line, column = getattr(error, "line", None), getattr(error, "column", None)
            return Outcome(error=type(error).__name__, text=str(error), line=line, column=column)
        case SyntaxError() if write.kind == "update":
            text, line, column = engine.explain(str(error), write.text)
            return Outcome(error="QuerySyntax", text=text, line=line, column=column)
        case SyntaxError():
            return Outcome(error="BadInput", text=f"the document cannot be read: {error}")
        case MemoryError():
            return Outcome(error="TooComplex", text="the write needs more memory than allowed")
        case OSError():
            return Outcome(error="StoreUnavailable", text=f"the data cannot be read or written: {error}")
    return refused_by_engine(error)


_PREFIXES = {
    "sh": "http://www.w3.org/ns/shacl#",
    "at": "https://w3id.org/attest/ontology#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def open_committer(start: WriterStart) -> Committer:
    """Get ready to commit; an empty generation is published where there is none. Raises KgError."""
    limits = UpdateLimits(nesting=start.nesting, patterns=start.patterns)
    bench = Workbench(Path(start.data))

    def applier(store: Store) -> Applier:
        return Applier(store, start.union, start.base_iri, limits)

    generations = Generations(Path(start.data))
    if generations.current() is None:
        with bench.locked(LOCK_WAIT) as first:
            if first.place.parent is None:
                nothing = Derived()
                first.publish(NOTHING, "empty", check=lambda _: None, derived=nothing, keep=start.keep, clock=_now)
    return Committer(start, bench, Judge(start), applier, generations)
