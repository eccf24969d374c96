"""What writes do to a store: the dataset that an update sees, what it changed, and that a failure leaves no trace."""

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from kg.errors import BadInput, NotAllowed
from kg.sparql.writes.apply import Applier
from kg.sparql.writes.messages import Document, Write, decode, encode
from kg.sparql.writes.operations import UpdateLimits

DATA = (
    """
<urn:a> <urn:p> 1 <urn:g> .
<urn:b> <urn:p> 2 <urn:h> .
<urn:c> <urn:p> 3 <urn:i> .
""".replace(" 1 ", ' "1" ')
    .replace(" 2 ", ' "2" ')
    .replace(" 3 ", ' "3" ')
)
COPY = "INSERT { GRAPH <urn:out> { ?s <urn:q> ?o } } WHERE { ?s <urn:p> ?o }"
IN_GRAPHS = "INSERT { GRAPH <urn:out> { ?s <urn:q> ?g } } WHERE { GRAPH ?g { ?s <urn:p> ?o } }"


def applier(union: bool = False, data: str = DATA) -> Applier:
    store = Store()
    store.load(data, RdfFormat.N_QUADS)
    return Applier(store, union, "http://base/", UpdateLimits(48, 500))


def made(on: Applier, text: str, using: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> set[str]:
    """The subjects of what an update added to <urn:out>."""
    edit = on.apply(Write("update", text, using, named))
    out = {quad for quad in on.store if quad.graph_name == NamedNode("urn:out")}
    assert out <= edit.added
    return {quad.subject.value for quad in out}  # type: ignore[union-attr]


def test_the_datasets_of_the_request_are_those_of_the_update() -> None:
    assert made(applier(), COPY) == set()
    assert made(applier(), COPY, ("urn:g",)) == {"urn:a"}
    assert made(applier(), COPY, ("urn:g", "urn:h")) == {"urn:a", "urn:b"}
    assert made(applier(), IN_GRAPHS) == {"urn:a", "urn:b", "urn:c"}
    assert made(applier(), IN_GRAPHS, (), ("urn:h",)) == {"urn:b"}
    assert made(applier(), IN_GRAPHS, ("urn:g",)) == set()
    assert made(applier(), COPY, (), ("urn:h",)) == set()


def test_each_operation_of_a_request_has_the_dataset() -> None:
    text = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:new> <urn:p> 9 }} }} ; {COPY} ; CLEAR GRAPH <urn:h>"
    assert made(applier(), text, ("urn:g",)) == {"urn:a", "urn:new"}


@pytest.mark.parametrize("graphs", [("urn:g",), ("urn:g", "urn:h")])
def test_delete_where_has_the_dataset_too(graphs: tuple[str, ...]) -> None:
    on = applier()
    on.apply(Write("update", "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", (), graphs))
    assert {quad.graph_name.value for quad in on.store} == {"urn:g", "urn:h", "urn:i"} - set(graphs)  # type: ignore[union-attr]


@pytest.mark.parametrize("clause", ["USING <urn:g>", "USING NAMED <urn:g>"])
def test_a_dataset_in_both_is_refused(clause: str) -> None:
    with pytest.raises(BadInput, match=r"section 2\.2\.3"):
        applier().apply(Write("update", COPY.replace("WHERE", f"{clause} WHERE"), ("urn:h",)))
    with pytest.raises(BadInput, match=r"section 2\.2\.3"):
        applier().apply(Write("update", "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ("urn:h",)))


@pytest.mark.parametrize("graph", ["urn:x> WHERE {} ; DROP ALL #", "not an iri", ""])
def test_a_graph_cannot_end_its_clause(graph: str) -> None:
    with pytest.raises(BadInput, match="absolute IRI"):
        applier().apply(Write("update", COPY, (graph,)))


def test_where_the_default_graph_is_the_merge_an_update_sees_it() -> None:
    assert made(applier(union=True), COPY) == {"urn:a", "urn:b", "urn:c"}
    assert made(applier(union=True), IN_GRAPHS) == {"urn:a", "urn:b", "urn:c"}
    assert made(applier(union=True), COPY.replace("WHERE", "USING <urn:h> WHERE")) == {"urn:b"}
    joined = "INSERT { GRAPH <urn:out> { ?s <urn:q> ?t } } WHERE { ?s <urn:p> '1' . ?t <urn:p> '3' }"
    assert made(applier(union=True), joined) == {"urn:a"}


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <urn:x> <urn:p> 1 }",
        "DELETE DATA { <urn:a> <urn:p> '1' }",
        "INSERT { ?s <urn:q> 1 } WHERE { ?s <urn:p> ?o }",
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR DEFAULT",
        "COPY <urn:g> TO DEFAULT",
        "MOVE DEFAULT TO <urn:g>",
    ],
)
def test_the_merge_itself_cannot_be_written(text: str) -> None:
    on = applier(union=True)
    before = set(on.store)
    with pytest.raises(NotAllowed, match="merge of all graphs"):
        on.apply(Write("update", text))
    assert set(on.store) == before
    with pytest.raises(NotAllowed, match="merge of all graphs"):
        on.apply(Write("delete"))


def test_too_many_graphs_to_merge_are_refused_with_the_way_out() -> None:
    data = "".join(f'<urn:a> <urn:p> "{n}" <urn:g{n}> .\n' for n in range(1_001))
    with pytest.raises(BadInput, match="name those that it is about"):
        applier(union=True, data=data).apply(Write("update", COPY))
    assert made(applier(union=True, data=data), COPY.replace("WHERE", "USING <urn:g7> WHERE")) == {"urn:a"}


UPDATES = [
    "INSERT DATA { <urn:x> <urn:p> 01 , _:b . GRAPH <urn:g> { <urn:a> <urn:p> '1' , '2' } }",
    "DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:p> '1' , '2' } }",
    "DELETE WHERE { GRAPH ?g { ?s ?p '2' } }",
    "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p '7' } WHERE { ?s ?p ?o }",
    "INSERT { GRAPH ?g { ?s ?p '8' } ?s ?p '9' } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "CLEAR GRAPH <urn:g>",
    "DROP ALL",
    "CREATE GRAPH <urn:new>",
    "COPY <urn:g> TO <urn:h>",
    "MOVE <urn:g> TO DEFAULT",
    "ADD <urn:g> TO <urn:new>",
    "PREFIX u: <urn:> BASE <urn:h> DROP GRAPH u:g ; CLEAR GRAPH <urn:h>",
]


@pytest.mark.parametrize("text", UPDATES)
def test_what_changed_is_told_exactly(text: str) -> None:
    on = applier()
    before = set(on.store)
    edit = on.apply(Write("update", text))
    assert edit.added == set(on.store) - before
    assert edit.removed == before - set(on.store)
    if "_:b" not in text:
        whole = applier()
        whole.store.update(text)
        assert set(whole.store) == set(on.store)
        assert set(whole.store.named_graphs()) == set(on.store.named_graphs())


@pytest.mark.parametrize("text", UPDATES)
def test_a_request_that_fails_at_its_end_leaves_no_trace(text: str) -> None:
    on = applier()
    on.store.add_graph(NamedNode("urn:empty"))
    before, graphs = set(on.store), set(on.store.named_graphs())
    with pytest.raises((RuntimeError, SyntaxError)):
        on.apply(Write("update", f"{text} ; CREATE GRAPH <urn:twice> ; CREATE GRAPH <urn:twice>"))
    assert (set(on.store), set(on.store.named_graphs())) == (before, graphs)


def document(text: str, syntax: str = "TURTLE") -> tuple[Document, ...]:
    return (Document(syntax, "http://doc/", text.encode()),)


def test_the_graph_store_replaces_adds_and_removes() -> None:
    on = applier()
    graph = NamedNode("urn:g")
    edit = on.apply(Write("put", graph="urn:g", documents=document("<x> <urn:p> '1'@en .")))
    assert (len(edit.added), len(edit.removed)) == (1, 1)
    assert [quad.subject for quad in on.store.quads_for_pattern(None, None, None, graph)] == [NamedNode("http://doc/x")]
    edit = on.apply(Write("post", graph="urn:g", documents=document("<x> <urn:p> '1'@en , 2 .")))
    assert (len(edit.added), len(edit.removed)) == (1, 0)
    edit = on.apply(Write("delete", graph="urn:g"))
    assert (len(edit.added), len(edit.removed)) == (0, 2)
    assert graph not in set(on.store.named_graphs())
    on.apply(Write("put", graph="urn:none", documents=document("")))
    assert NamedNode("urn:none") in set(on.store.named_graphs())
    on.apply(Write("put", documents=document("<x> <urn:p> _:b .")))
    assert [quad.graph_name for quad in on.store if quad.subject == NamedNode("http://doc/x")] == [DefaultGraph()]


def test_blank_nodes_of_two_documents_are_two() -> None:
    on = applier(data="")
    two = document("_:b <urn:p> 1 .") + document("_:b <urn:q> 2 .")
    on.apply(Write("post", graph="urn:g", documents=two))
    on.apply(Write("post", graph="urn:g", documents=two))
    assert len({quad.subject for quad in on.store}) == 4


def test_a_document_that_does_not_parse_changes_nothing() -> None:
    on = applier()
    before = set(on.store)
    with pytest.raises(SyntaxError):
        on.apply(Write("put", graph="urn:g", documents=document("<x> <urn:p> 1 . <x> nonsense")))
    remote = '{"@context": "http://127.0.0.1:9/context", "@id": "urn:x", "a": 1}'
    with pytest.raises(SyntaxError):
        on.apply(Write("put", graph="urn:g", documents=document(remote, "JSON_LD")))
    assert set(on.store) == before


def test_writes_go_through_a_pipe() -> None:
    writes = [
        Write("update", "é \ud800", ("urn:a",), ("urn:b", "urn:c")),
        Write("post", graph="urn:g", documents=document("\x00é") + document("2"), if_match=(1, 2), if_none_match=True),
        Write("delete", graph="urn:g", if_match=()),
    ]
    assert decode(b"".join(encode(writes))) == writes
