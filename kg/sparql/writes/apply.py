"""What a write does to a store, and what it changed there; a write that fails leaves the store as it was."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.errors import BadInput, NotAllowed
from kg.graph.change import NOTHING, Edit
from kg.sparql.lexer import Token
from kg.sparql.writes.messages import Document, Outcome, Write
from kg.sparql.writes.operations import Block, Modify, Operation, UpdateLimits, read
from kg.store import edit
from kg.store.edit import Graph

MOST_GRAPHS = 1_000  # that a WHERE may see merged: each pattern looks into every one
SYNTAXES = {
    "TURTLE": RdfFormat.TURTLE,
    "N_TRIPLES": RdfFormat.N_TRIPLES,
    "RDF_XML": RdfFormat.RDF_XML,
    "JSON_LD": RdfFormat.JSON_LD,
}
MERGED = "the default graph is the merge of all graphs here, and cannot be written: name a graph"


@dataclass(frozen=True, slots=True)
class Applier:
    """Applies writes to a store; `union`: the default graph is the merge of all graphs, as queries see it."""

    store: Store
    union: bool
    base: str
    limits: UpdateLimits

    def apply(self, write: Write) -> Edit:
        """Apply a write, or raise and leave the store as it was.

        Raises BadInput and what is under it, SyntaxError for a document, RuntimeError for what the engine refuses.
        """
        with self._undone_on_error() as done:
            for made in self._steps(write):
                done.append(made)
            return _sum(done)

    def _steps(self, write: Write) -> Iterator[Edit]:
        if write.kind == "update":
            operations = read(write.text, self.limits)
            if not operations:
                Store().update(write.text)  # nothing but declarations, perhaps wrong ones
            for operation in operations:
                yield self._operation(operation, write)
        else:
            yield self._graph(write)

    @contextmanager
    def _undone_on_error(self) -> Iterator[list[Edit]]:
        graphs, done = frozenset(self.store.named_graphs()), list[Edit]()
        try:
            yield done
        except BaseException:
            edit.undo(self.store, _sum(done), graphs)
            raise

    def _graph(self, write: Write) -> Edit:
        """A write of the Graph Store Protocol."""
        if write.graph is None and self.union:
            raise NotAllowed(MERGED)
        graph: Graph = DefaultGraph() if write.graph is None else iri(write.graph)
        quads = frozenset(quad for document in write.documents for quad in parsed(document, graph))
        if write.kind == "post":
            made = edit.difference(self.store, {}, quads)
        else:
            made = edit.difference(self.store, {graph: quads}, frozenset())
        edit.write(self.store, made)
        if write.kind == "delete":
            self.store.remove_graph(graph)
        elif isinstance(graph, NamedNode):
            self.store.add_graph(graph)
        return made

    def _operation(self, operation: Operation, write: Write) -> Edit:
        if operation.name in ("INSERT DATA", "DELETE DATA"):
            return self._data(operation)
        parts = operation.modify()
        if operation.name == "DELETE WHERE" and (block := operation.block(2)):
            return self._compared(self._given(operation, write), self._touched(operation, (block,), None))
        if parts:
            source = self._modifying(operation, parts, write)
            return self._compared(source, self._touched(operation, parts.templates, parts.with_graph))
        if operation.name in ("WITH", "INSERT", "DELETE", "DELETE WHERE"):
            Store().update(operation.source(), base_iri=self.base)  # says what is wrong with it
            raise BadInput(f"expected the parts of {operation.name} in the order that SPARQL 1.1 Update says")
        return self._compared(operation.source(), self._managed(operation))

    def _data(self, operation: Operation) -> Edit:
        """INSERT DATA and DELETE DATA: what they list is found by inserting it into an empty store."""
        scratch = Store()
        scratch.update(operation.source(), base_iri=self.base)
        block = operation.block(2)
        if self.union and block and operation.graphs(block)[1]:
            raise NotAllowed(MERGED)
        if operation.word(0) == "DELETE":
            scratch.update(operation.source([(operation.tokens[0], "INSERT")]), base_iri=self.base)
            made = Edit(frozenset(), frozenset(quad for quad in scratch if quad in self.store))
        else:
            made = Edit(frozenset(quad for quad in scratch if quad not in self.store), frozenset())
        edit.write(self.store, made)
        return made

    def _given(self, operation: Operation, write: Write) -> str:
        """DELETE WHERE with the dataset of the request, which it has no place for: as DELETE … USING … WHERE."""
        clauses = _using(write.using, write.using_named)
        if not clauses:
            return operation.source()
        text = operation.text[operation.tokens[2].start : operation.tokens[-1].end]
        return operation.source([(operation.tokens[1], f"{text} {clauses} WHERE")])

    def _modifying(self, operation: Operation, parts: Modify, write: Write) -> str:
        """DELETE/INSERT with the dataset of the request, or with all graphs where the default graph is their merge."""
        clauses = _using(write.using, write.using_named)
        if clauses and (parts.has_using or parts.with_graph):
            raise BadInput(
                "expected using-graph-uri and using-named-graph-uri, or USING and WITH in the update, found both"
                " (SPARQL 1.1 Protocol, section 2.2.3)"
            )
        if self.union and not (clauses or parts.has_using or parts.with_graph):
            clauses = self._all_graphs()
        where = operation.tokens[parts.where]
        return operation.source([(where, f"{clauses} WHERE")] if clauses else [])

    def _all_graphs(self) -> str:
        graphs = [graph.value for graph in self.store.named_graphs() if isinstance(graph, NamedNode)]
        if len(graphs) > MOST_GRAPHS:
            raise BadInput(
                f"a WHERE without USING would have to look into {len(graphs)} graphs, and may into {MOST_GRAPHS}:"
                " name those that it is about (USING, WITH)"
            )
        return _using(graphs, graphs)

    def _touched(self, operation: Operation, templates: Iterable[Block], with_graph: object) -> frozenset[Graph] | None:
        """The graphs that templates write to; None where a variable names one."""
        terms = [operation.tokens[1]] if with_graph else []
        default = False
        for block in templates:
            graphs, outside = operation.graphs(block)
            terms += graphs
            default |= outside and not with_graph
        if default and self.union:
            raise NotAllowed(MERGED)
        if any(token.kind not in ("iri", "name") for token in terms):
            return None
        found: frozenset[Graph] = self._resolved(operation, terms)
        return found | {DefaultGraph()} if default else found

    def _managed(self, operation: Operation) -> frozenset[Graph] | None:
        """The graphs that CLEAR, DROP, CREATE, ADD, MOVE or COPY writes to; None for all."""
        words = {token.text for token in operation.tokens if token.kind == "words"}
        if self.union and "DEFAULT" in words:
            raise NotAllowed(MERGED)
        if words & {"ALL", "NAMED"}:
            return None
        found: frozenset[Graph] = self._resolved(
            operation, [token for token in operation.tokens if token.kind in ("iri", "name")]
        )
        return found | {DefaultGraph()} if "DEFAULT" in words else found

    def _resolved(self, operation: Operation, terms: list[Token]) -> frozenset[NamedNode]:
        if not terms:
            return frozenset()
        rows = Store().query(operation.resolving(terms), base_iri=self.base)
        assert isinstance(rows, ox.QuerySolutions)
        return frozenset(term for row in rows for term in row)

    def _compared(self, source: str, graphs: frozenset[Graph] | None) -> Edit:
        """Run an operation, and find what it changed by looking at these graphs (None: at all) before and after."""
        before = self._content(graphs)
        self.store.update(source, base_iri=self.base)
        after = self._content(graphs)
        return Edit(after - before, before - after)

    def _content(self, graphs: frozenset[Graph] | None) -> frozenset[Quad]:
        if graphs is None:
            return frozenset(self.store)
        return frozenset(q for graph in graphs for q in self.store.quads_for_pattern(None, None, None, graph))


def parsed(document: Document, graph: Graph) -> Iterator[Quad]:
    """The triples of a document, as quads of a graph, its blank nodes told apart from all others.

    Raises SyntaxError.
    """
    found = ox.parse(
        document.body,
        SYNTAXES[document.syntax],
        base_iri=document.base,
        without_named_graphs=True,
        rename_blank_nodes=True,
    )
    return (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in found)


def iri(text: str) -> NamedNode:
    """The IRI of a graph. Raises BadInput."""
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadInput(f"expected the absolute IRI of a graph, found {text[:200]!r}") from error


def _using(default: Iterable[str], named: Iterable[str]) -> str:
    # A NamedNode is an IRI that the engine has read, and its text is that of N-Triples: nothing else gets in.
    return " ".join([*(f"USING {iri(graph)}" for graph in default), *(f"USING NAMED {iri(graph)}" for graph in named)])


def _sum(edits: Iterable[Edit]) -> Edit:
    total = NOTHING
    for made in edits:
        total = total.then(made)
    return total


def refused_by_engine(error: BaseException) -> Outcome:
    """What the engine says while it runs an update: a graph that exists already or does not, or something else."""
    is_conflict = "exist" in str(error)
    return Outcome(error="Conflict" if is_conflict else "BadInput", text=f"the update cannot be run: {error}")
