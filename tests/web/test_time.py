"""The record as it stood, over HTTP: by number, by date, and what changed."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlencode

import pytest

from kg.build.pipeline import build
from kg.store.history import History
from tests.conftest import CLAIMS, Project, write_project
from tests.live import JSON, Response, Server, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/attest/ontology#Statement> }"
HTML = "text/html"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Four generations, the last three kept; the second lacks the third statement, and the third has it again."""
    made = write_project(tmp_path_factory.mktemp("project"))
    settings = made.moved(keep=3)
    short = CLAIMS[: CLAIMS.index("  denial:")]
    for claims in (CLAIMS.replace("Guards fire on", "Guards fired on"), short, CLAIMS, short):
        made.write(claims)
        assert build(settings).published
    return made


@pytest.fixture(scope="module")
def server(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    s = project.settings
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, data=s.data, articles=s.articles, ontology=s.ontology, shapes=s.shapes, keep=3) as running:
        yield running


def count(answer: Response) -> int:
    assert answer.status == 200, answer.body
    return int(answer.json["results"]["bindings"][0]["n"]["value"])


def when(project: Project, number: int) -> datetime:
    return History(project.settings.data).find(number).time.replace(microsecond=0)


@pytest.mark.parametrize(("generation", "found"), [(2, 2), (3, 3), (4, 2)])
def test_a_query_of_each_generation(server: Server, generation: int, found: int) -> None:
    got = server.query(COUNT, generation=str(generation))
    assert (count(got), got.headers["attest-generation"]) == (found, str(generation))
    form = urlencode({"query": COUNT, "generation": generation}).encode()
    kind = "application/x-www-form-urlencoded"
    posted = server.request("POST", "/sparql", form, Content_Type=kind, Accept=JSON)
    assert (count(posted), posted.headers["attest-generation"]) == (found, str(generation))
    assert "memento-datetime" in posted.headers
    path = f"/sparql?generation={generation}"
    direct = server.request("POST", path, COUNT.encode(), Content_Type="application/sparql-query", Accept=JSON)
    assert count(direct) == found


def test_the_tag_of_a_past_answer_is_not_that_of_the_present(server: Server) -> None:
    past, now = server.query(COUNT, generation="2"), server.query(COUNT)
    assert past.headers["etag"] != now.headers["etag"]
    again = server.request(
        "GET",
        "/sparql?" + urlencode({"query": COUNT, "generation": "2"}),
        Accept=JSON,
        If_None_Match=past.headers["etag"],
    )
    assert again.status == 304


@pytest.mark.parametrize(
    ("generation", "status", "detail"),
    [
        ("1", 404, "generation 1 is not kept any more; there are 2 to 4"),
        ("99", 404, "generation 99 was never published; there are 2 to 4"),
        ("x", 400, "expected 'generation' as the number of one, such as 12, found 'x'"),
        ("0", 400, "expected 'generation' as the number of one, such as 12, found '0'"),
    ],
)
@pytest.mark.parametrize("path", ["/sparql?query=ASK+{}&", "/page/mayor?", "/data/mayor?", "/articles/norwick?"])
def test_what_there_is_not(server: Server, path: str, generation: str, status: int, detail: str) -> None:
    got = server.request("GET", f"{path}generation={generation}", Accept="application/json")
    assert (got.status, got.json["detail"]) == (status, detail)


PAGES = [
    "/articles/norwick",
    "/articles",
    "/page/mayor",
    "/statements",
    "/findings",
    "/perspectives",
    "/timeline",
    "/sparql",
    "/queries/who-said-what",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_past_says_so_and_its_links_stay_there(server: Server, path: str) -> None:
    got = server.request("GET", f"{path}?generation=3", Accept=HTML)
    page = got.body.decode()
    assert got.status == 200
    assert "The record as it stood on" in page
    assert f'<a rel="original" href="{server.url}{path}">Go to the present</a>' in page
    assert got.headers["memento-datetime"]
    kept = re.findall(r'(?:href|action)="(/(?:articles|statements|page|data|id|sparql)[^"]*|\?[^"]*)"', page)
    assert len(kept) >= 3
    assert [link for link in kept if "generation=3" not in link] == []
    forms = re.findall(r"<form [^>]*>(.*)", page)
    assert all(rest.startswith('<input type="hidden" name="generation" value="3">') for rest in forms)
    now = server.request("GET", path, Accept=HTML).body.decode()
    assert "generation=" not in re.sub(r'href="/generations[^"]*"', "", now)
    assert "as it stood" not in now


def test_links_in_headers_stay_in_the_moment_too(server: Server) -> None:
    past = server.request("GET", "/data/captain?generation=2", Accept="text/turtle").headers["link"]
    ours = re.findall(r"<(/[^>]*)>", past)
    assert "/data/captain.jsonld?generation=2" in ours
    assert all(link.endswith("generation=2") for link in ours)
    seen = server.request("GET", "/id/captain?generation=2", Accept=HTML).headers
    assert (seen["location"], seen["link"]) == (
        "/page/captain?generation=2",
        '</data/captain?generation=2>; rel="describedby"',
    )
    assert "generation=" not in server.request("GET", "/data/captain", Accept="text/turtle").headers["link"]


@pytest.mark.parametrize("path", ["/id/captain", "/data/captain.ttl", "/.well-known/void", "/sparql"])
def test_a_page_of_another_origin_may_name_a_moment(server: Server, path: str) -> None:
    asked = {"Origin": "https://example.org", "Access_Control_Request_Headers": "accept-datetime"}
    said = server.request("OPTIONS", path, **asked).headers
    assert said["access-control-allow-origin"] == "*"
    assert {"Accept-Datetime", "If-None-Match"} <= set(said["access-control-allow-headers"].split(", "))
    assert "GET" in said["access-control-allow-methods"]


def test_what_came_later_is_not_there_yet(server: Server) -> None:
    found = server.request("GET", "/articles/norwick?generation=3", Accept=HTML).body.decode()
    claims = set(re.findall(r"statement-[0-9a-f]{24}", found))
    missing = [name for name in claims if server.request("GET", f"/page/{name}?generation=2").status == 404]
    assert len(missing) == 1
    assert server.request("GET", f"/page/{missing[0]}?generation=3").status == 200
    assert (
        server.request("GET", f"/id/{missing[0]}?generation=3", Accept=HTML)
        .headers["location"]
        .endswith(f"/page/{missing[0]}?generation=3")
    )
    assert server.request("GET", f"/page/{missing[0]}").status == 410


@pytest.mark.parametrize(("number", "offset", "found"), [(2, -9999, 2), (3, 0, 3), (4, 0, 4), (4, 9999, 4)])
@pytest.mark.parametrize(
    "path",
    [
        "/page/mayor",
        "/data/mayor.ttl",
        "/queries/who-said-what.csv",
        "/store?default",
        "/sparql?" + urlencode({"query": COUNT}),
    ],
)
def test_a_date_chooses(server: Server, project: Project, path: str, number: int, offset: int, found: int) -> None:
    """The builds may share a second, of which the last is then the one."""
    asked = when(project, number) + timedelta(seconds=offset)
    shared = max(n for n in (2, 3, 4) if n == found or when(project, n) <= asked)
    got = server.request("GET", path, Accept_Datetime=format_datetime(asked, usegmt=True))
    assert (got.status, got.headers["attest-generation"]) == (200, str(shared))
    assert parsedate_to_datetime(got.headers["memento-datetime"]) == when(project, shared)
    mark = "&" if "?" in path else "?"
    assert got.headers["content-location"] == f"{server.url}{path}{mark}generation={shared}"
    assert "Accept-Datetime" in got.headers["vary"]
    link = got.headers["link"]
    assert f'<{server.url}{path}>; rel="original timegate"' in link
    assert f'<{server.url}/timemap{path}>; rel="timemap"' in link
    assert f'<{server.url}{path}{mark}generation={shared}>; rel="' in link


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-11-25T00:00:00Z", "Thu, 31 May 2007 20:35:00", "Thu, 31 May 2007 20:35:00 +0200", ""]
)
def test_a_date_that_is_none(server: Server, text: str) -> None:
    got = server.request("GET", "/page/mayor", Accept="application/json", Accept_Datetime=text)
    assert got.status == 400
    assert "expected Accept-Datetime as 'Thu, 31 May 2007 20:35:00 GMT'" in got.json["detail"]


def test_the_timemap_lists_every_moment(server: Server) -> None:
    links = server.request("GET", "/timemap/page/mayor")
    assert links.headers["content-type"] == "application/link-format"
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', links.body.decode())
    here = f"{server.url}/page/mayor"
    assert found == [
        (here, "original timegate"),
        (f"{server.url}/timemap/page/mayor", "self"),
        (f"{here}?generation=2", "first memento"),
        (f"{here}?generation=3", "memento"),
        (f"{here}?generation=4", "last memento"),
    ]
    told = server.request("GET", "/timemap/page/mayor", Accept="application/json").json
    assert [one["uri"] for one in told["mementos"]["list"]] == [uri for uri, _ in found[2:]]
    assert server.request("GET", "/timemap/health").status == 404
    assert server.request("GET", "/timemap/page/mayor", Accept="text/csv").status == 406


def test_the_history(server: Server) -> None:
    told = server.request("GET", "/generations", Accept="application/json").json
    assert [(g["generation"], g["kept"]) for g in told["generations"]] == [(4, True), (3, True), (2, True), (1, False)]
    page = server.request("GET", "/generations", Accept=HTML).body.decode()
    assert "the present" in page
    assert "not kept" in page
    assert server.request("GET", "/generations?page=2", Accept=HTML).status == 404


def test_what_a_generation_changed(server: Server) -> None:
    told = server.request("GET", "/generations/3", Accept="application/json").json
    assert (told["parent"], told["whole"], len(told["statements"]["came"])) == (2, True, 1)
    assert next(p for p in told["places"] if p["place"] == "article norwick")["removed"] == 0
    assert sum(p["added"] for p in told["places"]) == told["added"]
    triples, url = list(told["triples"]), told["next"]
    while url:
        page = server.request("GET", url, Accept="application/json").json
        triples, url = triples + page["triples"], page["next"]
    assert len(triples) == told["added"] + told["removed"]
    page = server.request("GET", "/generations/3", Accept=HTML).body.decode()
    assert f'<a href="/page/{told["statements"]["came"][0].rpartition("/")[2]}?generation=3">' in page
    assert ">Nobody was hurt</a>" in page
    for number, why in ((2, "from which it was made, is not kept"), (1, "it is not kept any more")):
        assert why in server.request("GET", f"/generations/{number}", Accept="application/json").json["unknown"]
    assert server.request("GET", "/generations/9", Accept=HTML).status == 404
    assert server.request("GET", "/generations/x", Accept=HTML).status == 400
