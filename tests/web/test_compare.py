"""Voices side by side, and lists of statements narrowed by voice, kind, speech act and polarity."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import write_project
from tests.live import Server, serving

MORE = """\
format: 1
article: {title: What the captain says, publisher: herald, published: "2020-06-09", language: en}
statements:
  fired-denied:
    quote: The guards did not fire
    chain: [herald, {voice: captain, cue: the captain said}]
    wording: indirect
    polarity: negated
    says: {Event: {event: shooting, participant: guards, inRole: perpetrator}}
  victims:
    quote: The crowd may have been fired on
    chain: [herald]
    modality: possible
    says: {Event: {event: shooting, participant: crowd, inRole: victim}}
"""
ENTITIES = ("  crowd: {is: Collective, label: The crowd}\n", "  shooting: {is: Event, label: Shooting in Norwick}\n")
PREFIX = "PREFIX at: <https://w3id.org/attest/ontology#> "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two made-up articles: the mayor says that the guards fired, the captain denies it, the Herald thinks it possible."""
    root: Path = tmp_path_factory.mktemp("compared")
    project = write_project(root)
    register = root / "articles" / "entities.yaml"
    register.write_text(register.read_text() + "".join(ENTITIES) + "  herald: {is: MediaOutlet, label: Herald}\n")
    claims = project.claims.read_text()
    for line in ENTITIES:
        claims = claims.replace(line, "")
    project.claims.write_text(claims)
    text = "What the captain says\n\nThe guards did not fire, the captain said. The crowd may have been fired on.\n"
    project.write(MORE, slug="herald", text=text)
    with serving(root, articles=root / "articles", data=root / "kg-data") as running:
        yield running


def page(server: Server, path: str, status: int = 200, **values: object) -> str:
    answer = server.request("GET", f"{path}?{urlencode(values, doseq=True)}", Accept="text/html")
    assert answer.status == status, answer.body
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode().partition("<main")[2])))


def test_what_one_affirms_and_another_denies_stands_side_by_side(server: Server) -> None:
    told = page(server, "/compare", voice=["mayor", "captain"], show="disputed")
    assert "1–1 of 1 propositions" in told
    assert re.search(
        r"Town guards .* perpetrator affirms statement norwick/fired .* denies statement herald/fired-denied", told
    )


def test_what_a_voice_leaves_out_is_counted_and_listed(server: Server) -> None:
    told = page(server, "/compare", voice=["mayor", "captain"])
    recorded = server.rows(
        PREFIX
        + "SELECT (COUNT(DISTINCT ?p) AS ?n) { VALUES ?v { <mayor> <captain> } ?s at:claimedBy ?v ; at:expresses ?p }"
    )
    everything = int(recorded[0]["n"])
    assert f"of {everything} propositions" in told
    own = server.rows(PREFIX + "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s at:claimedBy <mayor> ; at:expresses ?p }")
    left = page(server, "/compare", voice=["mayor", "captain"], show="lacking.mayor")
    assert f"of {everything - int(own[0]['n'])} propositions" in left
    assert "norwick/denial" in left
    assert "norwick/fired" not in left


def test_how_it_is_said_stands_with_what_is_affirmed(server: Server) -> None:
    told = page(server, "/compare", voice=["mayor", "herald"], show="shared")
    assert re.search(r"victim affirms statement norwick/fired .* affirms possible statement herald/victims", told)


def test_what_is_passed_on_is_told_as_that(server: Server) -> None:
    assert "passes on that" not in page(server, "/compare", voice=["gazette", "herald"])
    told = page(server, "/compare", voice=["gazette", "herald"], passed=1, show="shared")
    assert "passes on that The mayor of Norwick affirms it: statement norwick/fired" in told
    assert "passes on that The captain of the guards denies it: statement herald/fired-denied" in told


def test_who_speaks_of_a_thing_may_be_chosen(server: Server) -> None:
    told = page(server, "/compare", about="crowd")
    assert "The mayor of Norwick 1" in told
    assert "Witnesses" not in told
    assert "Herald" in page(server, "/compare", about="crowd", voice="herald")


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ({"voice": ["mayor", "nobody"]}, 404, "nothing in the record is called nobody"),
        ({"voice": ["mayor", "> }"]}, 400, "expected the name of a thing"),
        ({"voice": list("abcde")}, 400, "expected at most 4 voices"),
        ({"voice": ["mayor", "captain"], "show": "x"}, 400, "expected as show one of disputed, shared, lacking.mayor"),
        ({"voice": ["mayor", "captain"], "page": "9"}, 404, "no page 9"),
    ],
)
def test_what_cannot_be_compared_is_told(server: Server, values: dict[str, object], status: int, told: str) -> None:
    assert told in page(server, "/compare", status, **values)


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ({"voice": "captain"}, "?s at:claimedBy|at:claimedVia <captain>"),
        ({"about": "guards", "polarity": "negated"}, "?s at:polarity at:negated ; at:expresses/at:about <guards>"),
        ({"about": "shooting", "voice": "mayor"}, "?s at:expresses/at:about <shooting> ; at:claimedBy <mayor>"),
        ({"act": "asserted", "voice": "herald"}, "?s at:speechAct at:asserted ; at:claimedBy|at:claimedVia <herald>"),
        ({"kind": "EventProposition"}, "?s at:expresses/a at:EventProposition"),
        ({"kind": "CommandProposition"}, "?s at:expresses/a at:CommandProposition"),
    ],
)
def test_statements_are_listed_as_the_address_chooses(server: Server, values: dict[str, str], pattern: str) -> None:
    rows = server.rows(f"{PREFIX} SELECT DISTINCT ?s {{ {pattern} }}")
    answer = server.request("GET", f"/statements?{urlencode(values)}", Accept="text/html").body.decode()
    listed = set(re.findall(r'data-claim="([^"]+)"', answer))
    assert listed == {row["s"].rpartition("/")[2] for row in rows}
    for name, chosen in values.items():
        assert f'value="{chosen}" selected' in answer or name == "about"


@pytest.mark.parametrize("values", [{"kind": "Nonsense"}, {"act": "affirmed"}, {"polarity": "x"}, {"voice": "A B"}])
def test_a_filter_that_is_none_is_told(server: Server, values: dict[str, str]) -> None:
    assert "expected" in page(server, "/statements", 400, **values)
