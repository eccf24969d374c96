"""The questions as people meet them: pages, CSV, JSON, and the command line."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg.questions import questions
from tests.live import JSON, Response, Server, environment, serving
from tests.questions.support import QUERIES
from tests.questions.test_files import NUMBERED

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
NAME = "commanders-on-a-date"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("questions")
    with serving(folder, data=folder / "kg-data") as running:
        yield running


class Page(HTMLParser):
    """What a reader without script finds: links, the labels of inputs, the table's cells, alerts."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.labels: set[str | None] = set()
        self.scopes: list[str | None] = []
        self.cells: list[str] = []
        self.tags: list[str] = []
        self.text = response.body.decode()
        self._in_cell = False
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "main":  # the frame around it, with its search form, is the same on every page
            self.tags, self.inputs, self.labels = [], {}, set()
        elif tag == "a":
            self.links.append(given["href"] or "")
        elif tag == "input":
            self.inputs[given["name"] or ""] = given
        elif tag == "label":
            self.labels.add(given["for"])
        elif tag == "th":
            self.scopes.append(given.get("scope"))
        elif tag == "td":
            self.cells.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data


def get(server: Server, path: str, accept: str = HTML, **values: str) -> Response:
    return server.request("GET", path + (f"?{urlencode(values)}" if values else ""), Accept=accept)


def test_the_front_page_leads_to_the_list_and_the_list_to_every_question(server: Server) -> None:
    assert "/queries" in Page(get(server, "/")).links
    links = Page(get(server, "/queries")).links
    assert {f"/queries/{name}" for name in NUMBERED.values()} <= set(links)


def test_the_list_as_json(server: Server) -> None:
    answer = get(server, "/queries", "application/json")
    assert answer.headers["content-type"] == "application/json"
    listed = {each["name"]: each for each in answer.json}
    assert set(listed) == {question.name for question in questions(QUERIES)}
    assert listed[NAME]["params"][1] == {
        "name": "day",
        "type": "date",
        "default": "2020-06-08",
        "description": "the day",
    }


@pytest.mark.parametrize("name", sorted(NUMBERED.values()))
def test_each_question_has_its_page_and_csv(server: Server, name: str) -> None:
    answer = get(server, f"/queries/{name}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer)
    assert "script" not in page.tags
    written = get(server, f"/queries/{name}.csv")
    assert written.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(written.body.decode(), newline="")))
    labels = {f"{column}Label" for column in rows[0]}
    shown = [column for column in rows[0] if column not in labels]
    assert len(page.cells) == len(shown) * min(1000, len(rows) - 1)
    assert set(page.scopes) <= {"col"}
    assert {f"param-{each}" for each in page.inputs} == page.labels


def test_a_page_shows_labels_and_the_values_asked_for(server: Server) -> None:
    page = Page(get(server, f"/queries/{NAME}", group="quds-force", day="2020-01-03"))
    assert page.inputs["group"]["value"] == "quds-force"
    assert page.inputs["day"] == {"id": "param-day", "name": "day", "value": "2020-01-03", "size": "50", "type": "date"}
    assert page.cells[:4] == ["Qassem Soleimani", "commander", "said of this day", "then-"]
    assert "VALUES ?group { &lt;quds-force&gt; }" in page.text
    (link,) = [link for link in page.links if ".csv" in link]
    rows = list(csv.DictReader(io.StringIO(get(server, link).body.decode())))
    assert rows[0]["commander"] == "https://w3id.org/attest/id/qassem-soleimani"


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        (f"/queries/{NAME}", JSON, JSON),
        (f"/queries/{NAME}", "application/json", "application/json"),
        (f"/queries/{NAME}", "text/csv", "text/csv; charset=utf-8"),
        (f"/queries/{NAME}.json", HTML, JSON),
        (f"/queries/{NAME}.json", "text/csv", JSON),
        (f"/queries/{NAME}.csv", JSON, "text/csv; charset=utf-8"),
    ],
)
def test_the_extension_wins_over_accept(server: Server, path: str, accept: str, media_type: str) -> None:
    answer = get(server, path, accept)
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["vary"].startswith("Accept")
    assert int(answer.headers["attest-generation"]) >= 1
    if "json" in media_type:
        assert len(answer.json["results"]["bindings"]) == 2


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/queries/commander-on-a-date", 404, f"no question is called 'commander-on-a-date'; did you mean {NAME}?"),
        (f"/queries/{NAME}.xml", 404, "expected .csv or .json after the name of a question, found 'xml'"),
        ("/queries/..%2fpyproject", 404, None),
        (f"/queries/{NAME}?day=soon", 400, "parameter day: expected a day like 2020-06-08, found 'soon'"),
        (f"/queries/{NAME}?dya=2020-06-08", 400, f"parameter dya: the question {NAME} has no such parameter; did you mean day?"),
        (f"/queries/{NAME}?day=2020-06-08&day=2020-06-09", 400, "parameter day: expected one value, found 2"),
        (f"/queries/{NAME}?group=%3Cx%3E%20%7D%20%23", 400, "parameter group: expected an id like badr-corps, or an absolute IRI, found '<x> } #'"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered(server: Server, path: str, status: int, detail: str | None) -> None:
    answer = get(server, path, JSON + ", application/json")
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert detail is None or answer.json["detail"] == detail
    assert get(server, path).status == status


def test_a_wrong_value_is_told_at_its_field(server: Server) -> None:
    page = Page(get(server, f"/queries/{NAME}", group="quds-force", day='"><script>'))
    assert page.inputs["group"]["value"] == "quds-force"
    assert page.inputs["day"]["value"] == '"><script>'
    assert page.inputs["day"]["aria-invalid"] == "true"
    assert f'id="{page.inputs["day"]["aria-describedby"]}"' in page.text
    assert "script" not in page.tags
    assert page.cells == []


def test_no_format_that_is_offered(server: Server) -> None:
    assert get(server, f"/queries/{NAME}", "image/png").status == 406


def kg(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", "query", *arguments]
    env = environment(data=server.log.parent / "kg-data")
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_the_command_line_lists_and_asks(server: Server) -> None:
    listed = kg(server, "--questions")
    assert f"{NAME} group=badr-corps day=2020-06-08\n    Who commanded this group on this date" in listed.stdout
    arguments = ("--question", NAME, "--param", "group=quds-force", "--param", "day=2020-01-03", "--format", "json")
    here, there = kg(server, *arguments), kg(server, *arguments, "--endpoint", f"{server.url}/sparql")
    assert here.returncode == 0, here.stderr
    assert json.loads(here.stdout)["results"]["bindings"][0]["commanderLabel"]["value"] == "Qassem Soleimani"
    assert json.loads(there.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--question", "commander"), "no question is called 'commander'"),
        (("--question", NAME, "--param", "grop=x"), "did you mean group?"),
        (("--question", NAME, "--param", "day"), "expected --param NAME=VALUE"),
        (("--question", NAME, "--param", "day=2020-01-01", "--param", "day=2020-01-02"), "each name once"),
        (("ASK {}", "--param", "day=2020-01-01"), "expected --param with --question"),
        (("ASK {}", "--question", NAME), "expected a query, a file of one with -f, or the name of one"),
    ],
)
def test_the_command_line_says_what_is_wrong(server: Server, arguments: tuple[str, ...], sentence: str) -> None:
    told = kg(server, *arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert sentence in told.stderr
