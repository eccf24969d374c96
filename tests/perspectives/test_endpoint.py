"""The worlds over HTTP: an endpoint each, pages and JSON, on a real server."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.live import CROSS, JSON, Response, Server, serving
from tests.perspectives.test_record import PLAIN

AT = "PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
WHO = (
    AT + "SELECT ?who ?what { ?commander at:commands ?group ; rdfs:label ?who . ?group rdfs:label ?what } ORDER BY ?who"
)
ID = "https://w3id.org/attest/id/"


@pytest.fixture(scope="module", params=[200_000, 1], ids=["in memory", "on disk"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped corpus, its worlds in memory and on disk."""
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(folder, data=folder / "kg-data", query_seconds=2, memory_quads=request.param) as running:
        yield running


def ask(server: Server, name: str, text: str, accept: str = JSON, **more: str) -> Response:
    return server.request("GET", f"/perspectives/{name}/sparql?" + urlencode({"query": text, **more}), Accept=accept)


def rows(answer: Response) -> list[list[str]]:
    assert answer.status == 200, answer.body
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))[1:]


def test_it_answers_the_plain_question_that_the_record_refuses(server: Server) -> None:
    assert rows(ask(server, "al-hurra", WHO, "text/csv")) == [["Esmail Ghaani", "Quds Force"]]
    assert ["Qassem Soleimani", "Quds Force"] in rows(ask(server, "pmoi", WHO, "text/csv"))
    assert rows(server.query(WHO, "text/csv")) == []


def test_every_plain_predicate_asked_of_the_record_returns_nothing(server: Server) -> None:
    listed = " ".join(f"<{iri}>" for iri in PLAIN)
    for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"):
        assert server.rows(f"SELECT * {{ VALUES ?p {{ {listed} }} {pattern} }}") == []
    graphs = [row["g"] for row in server.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
    assert len(graphs) > 4
    for graph in graphs:
        assert server.rows(f"SELECT * FROM <{graph}> {{ VALUES ?p {{ {listed} }} ?s ?p ?o }}") == []


def test_post_formats_and_generation_are_as_at_the_record(server: Server) -> None:
    body = urlencode({"query": WHO}).encode()
    form = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/csv"}
    posted = server.request("POST", "/perspectives/al-hurra/sparql", body, **form)
    assert rows(posted) == [["Esmail Ghaani", "Quds Force"]]
    assert posted.headers["attest-generation"] == "1"
    assert posted.headers["access-control-allow-origin"] == "*"
    turtle = ask(server, "al-hurra", "CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle")
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    described = ask(server, "al-hurra", "DESCRIBE <quds-force>", "application/n-triples")
    assert f"<{ID}quds-force>".encode() in described.body
    options = server.request("OPTIONS", "/perspectives/al-hurra/sparql")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")


@pytest.mark.parametrize(
    ("name", "text", "status", "words"),
    [
        ("al-hura", "ASK {}", 404, "no perspective is called 'al-hura'; did you mean al-hurra?"),
        ("index.json", "ASK {}", 404, "no perspective is called 'index.json'"),
        ("..", "ASK {}", 404, ""),
        ("al-hurra", "SELEKT", 400, "line 1, column 1"),
        ("al-hurra", "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("pmoi", CROSS.replace("?g ?h ?i", "?g ?h ?i . ?j ?k ?l . ?m ?n ?o"), 503, "did not finish"),
    ],
    ids=["unknown", "a file", "the folder above", "syntax", "service", "deadline"],
)
def test_errors_are_as_at_the_record(server: Server, name: str, text: str, status: int, words: str) -> None:
    answer = ask(server, quote(name, safe=""), text, "application/json")
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json["detail"]


def test_the_graphs_of_a_world_are_named_by_its_perspective(server: Server) -> None:
    named = ask(server, "al-hurra", "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", "text/csv")
    iri = f"{ID}perspective.al-hurra"
    assert [row[0] for row in rows(named)] == [iri, f"{iri}.grounds", f"{iri}.inferences", f"{iri}.labels"]
    said = ask(server, "al-hurra", f"SELECT * {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}", "text/csv")
    assert len(rows(said)) > 20
    only = ask(server, "al-hurra", "SELECT * { ?s ?p ?o }", "text/csv", **{"default-graph-uri": iri})
    assert sorted(rows(only)) == sorted(rows(said))


def test_a_triple_s_statements_and_times_are_beside_it(server: Server) -> None:
    text = (
        AT
        + f"""PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?when {{ ?why rdf:subject <qassem-soleimani> ; rdf:predicate at:commands ; at:justifiedBy ?statement .
                       <{ID}perspective.pmoi> at:accepts ?statement . ?statement at:timeExpression ?when }}"""
    )
    assert rows(ask(server, "pmoi", text, "text/csv")) == [["then-"]]


def test_the_list_of_perspectives(server: Server) -> None:
    listed = server.request("GET", "/perspectives", Accept="application/json")
    assert [about["name"] for about in listed.json] == ["al-hurra", "pmoi", "two-independent-voices"]
    accepted = (
        AT
        + """SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s at:claimedBy <al-hurra> ; at:polarity at:affirmed ;
        at:modality at:certain ; at:speechAct ?act FILTER(?act IN (at:asserted, at:presupposed, at:evaluated)) }"""
    )
    assert listed.json[0]["statements"] == int(server.rows(accepted)[0]["n"]) > 10
    assert listed.json[0]["policy"][0] == "The voice that says it is Al-Hurra."
    page = server.request("GET", "/perspectives", Accept="text/html").body.decode()
    assert "All that Al-Hurra affirms as certain" in page
    assert f"{listed.json[0]['statements']} statements accepted" in page
    assert 'href="/perspectives"' in server.request("GET", "/").body.decode()


def test_a_perspective_s_page_and_json(server: Server) -> None:
    told = server.request("GET", "/perspectives/al-hurra", Accept="application/json")
    (commands,) = [one for one in told.json["world"] if one["predicate"]["label"] == "commands"]
    assert (commands["how"], commands["subject"]["value"]) == ("accepted", f"{ID}esmail-ghaani")
    assert [one["name"] for one in commands["statements"]] == ["2020-06-08-pmoi-najaf/hurra-ghaani-quds-force-chief"]
    assert {one["how"] for one in told.json["world"]} == {"accepted", "inferred"}
    former = server.request("GET", "/perspectives/pmoi", Accept="application/json").json["world"]
    (then,) = [
        one
        for one in former
        if one["subject"]["label"] == "Qassem Soleimani" and one["predicate"]["label"] == "commands"
    ]
    assert [one["when"] for one in then["statements"]] == ["then-"], "the time stands beside the triple"
    page = server.request("GET", "/perspectives/al-hurra", Accept="text/html").body.decode()
    assert "hurra-ghaani-quds-force-chief" in page
    assert 'href="/page/statement-' in page
    missing = server.request("GET", "/perspectives/nobody", Accept="application/json")
    assert missing.status == 404


def test_two_perspectives_are_compared(server: Server) -> None:
    told = server.request("GET", "/perspectives/al-hurra/compare/pmoi", Accept="application/json").json
    assert told["perspectives"] == ["al-hurra", "pmoi"]
    held = {name: {_sentence(one) for one in told["only"][name]} for name in ("al-hurra", "pmoi")}
    both = {_sentence(one["al-hurra"]) for one in told["both"]}
    assert "Esmail Ghaani commands Quds Force" in held["al-hurra"]
    assert "Qassem Soleimani commands Quds Force" in held["pmoi"]
    assert "Mustafa al-Kadhimi holds post Prime Minister of Iraq" in both
    assert held["al-hurra"].isdisjoint(held["pmoi"])
    assert both.isdisjoint(held["al-hurra"] | held["pmoi"])
    assert told["contradictions"] == {"count": 0, "told": []}
    page = server.request("GET", "/perspectives/al-hurra/compare/pmoi", Accept="text/html")
    assert page.status == 200
    assert b"In nothing that a rule shows." in page.body
    assert server.request("GET", "/perspectives/al-hurra/compare/nobody").status == 404


def _sentence(held: dict[str, dict[str, str]]) -> str:
    return " ".join(held[name]["label"] for name in ("subject", "predicate", "object"))


def test_a_new_policy_is_followed_while_the_server_runs(tmp_path: Path) -> None:
    import subprocess
    import sys
    import time

    from kg.settings import Settings
    from tests.live import environment
    from tests.perspectives.support import commands, write_policies, written

    first = {"one": {"title": "One"}}
    settings = written(tmp_path, {"a": commands("captain", "guards")}, first)
    assert isinstance(settings, Settings)
    given = {"articles": settings.articles, "data": settings.data}
    with serving(tmp_path, **given) as running:
        assert len(json.loads(running.request("GET", "/perspectives", Accept="application/json").body)) == 1
        assert ask(running, "two", "ASK {}").status == 404
        assert settings.articles is not None
        policies = {**first, "two": {"title": "Two", "acceptsVoice": "mayor"}}
        write_policies(settings.articles, {"format": 1, "language": "en", "perspectives": policies})
        build = [sys.executable, "-m", "kg", "build"]
        subprocess.run(build, env=environment(**given), cwd=tmp_path, check=True, capture_output=True)
        end = time.monotonic() + 60
        while ask(running, "two", "ASK {}").status != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert ask(running, "two", "ASK {}").headers["attest-generation"] == "2"


def test_each_perspective_has_entity_tags_of_its_own(server: Server) -> None:
    counted = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/attest/ontology#Perspective> }"
    answers = {name: ask(server, name, counted) for name in ("al-hurra", "pmoi")}
    answers["record"] = server.query(counted)
    tags = {name: answer.headers["etag"] for name, answer in answers.items()}
    assert len(set(tags.values())) == 3
    for name in ("al-hurra", "pmoi"):
        path = f"/perspectives/{name}/sparql?" + urlencode({"query": counted})
        again = server.request("GET", path, Accept=JSON, If_None_Match=tags[name])
        assert (again.status, again.body) == (304, b"")
        other = server.request("GET", path, Accept=JSON, If_None_Match=tags["record"])
        assert other.status == 200


def test_without_a_query_it_describes_itself(server: Server) -> None:
    described = server.request("GET", "/perspectives/pmoi/sparql", Accept="text/turtle")
    assert described.status == 200
    assert b"The publisher's own world" in described.body
    assert b"/perspectives/pmoi/sparql>" in described.body
    assert f"{ID}perspective.pmoi.grounds".encode() in described.body
    assert b"BasicFederatedQuery" not in described.body
    page = server.request("GET", "/perspectives/pmoi/sparql", Accept="text/html").body.decode()
    assert 'action="/perspectives/pmoi/sparql"' in page
    assert server.request("GET", "/perspectives/nobody/sparql", Accept="text/turtle").status == 404
