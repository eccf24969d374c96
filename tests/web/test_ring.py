"""Circles that rules find on a made-up corpus, drawn and told on the page of the finding."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kg.web.ring import Ring, Step
from kg.web.sentences import Part
from tests.live import Server, serving
from tests.questions.support import write_corpus

CASES = Path(__file__).resolve().parents[1] / "findings" / "cases"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The made-up corpora of the three rules of circles, in one."""
    folder = tmp_path_factory.mktemp("circles")
    texts = [(CASES / f"circular-{kind}.yaml").read_text() for kind in ("sourcing", "reporting")]
    texts[1] = texts[1].replace("shooting", "rally")  # what nobody else speaks of
    corpora = [YAML(typ="safe").load(text) for text in texts]
    articles = {f"{kind['rule']}-{slug}": article for kind in corpora for slug, article in kind["articles"].items()}
    chain = YAML(typ="safe").load((CASES / "circular-chain.yaml").read_text())
    corpus = {"register": corpora[0]["register"], "articles": articles | {"chain": {"statements": chain["statements"]}}}
    write_corpus(corpus, folder / "articles")
    with serving(folder, articles=folder / "articles", data=folder / "kg-data") as running:
        yield running


def page_of(server: Server, rule: str) -> str:
    """The page of the only finding of a rule."""
    (row,) = server.rows(
        f"PREFIX at: <https://w3id.org/attest/ontology#> SELECT ?finding {{ ?finding at:rule <rule.{rule}> }}"
    )
    name = row["finding"].rpartition("/")[2]
    answer = server.request("GET", f"/page/{name}", Accept="text/html")
    assert answer.status == 200
    return answer.body.decode()


def steps(page: str) -> list[str]:
    """What the list of a circle's steps says, without its quotations."""
    told = re.findall(r"<li>(<a class=\"thing\".*?)<ul>", page.partition('class="steps"')[2], re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", step)).strip() for step in told]


def test_circular_sourcing_is_drawn_and_told(server: Server) -> None:
    page = page_of(server, "circular-sourcing")
    assert steps(page) == [
        "Gazette cites Radio",
        "Radio points, as evidence, to Papers",
        "Papers is said to have been first obtained by Gazette, where it began",
    ]
    assert page.count('class="arc"') == page.count('class="node"') == page.count('class="step"') == 3
    drawn = re.findall(r'class="step" href="(/page/statement-[0-9a-f]+)"', page)
    assert len(drawn) == 3
    words = server.request("GET", drawn[2], Accept="text/html").body.decode()
    assert "Words of origin end" in words


def test_circular_reporting_leads_from_each_to_the_other(server: Server) -> None:
    assert steps(page_of(server, "circular-reporting")) == [
        "Gazette cites Herald",
        "Herald cites Gazette, where it began",
    ]


def test_a_circular_chain_is_a_circle_of_one_statement(server: Server) -> None:
    page = page_of(server, "circular-chain")
    assert steps(page) == ["Gazette cites Radio", "Radio cites Gazette, where it began"]
    assert page.count("Words of round end") >= 3


def test_what_is_not_of_a_circle_has_none(server: Server) -> None:
    (row, *_) = server.rows(
        "PREFIX at: <https://w3id.org/attest/ontology#> SELECT ?finding { ?finding at:rule <rule.single-voice> }"
    )
    page = server.request("GET", f"/page/{row['finding'].rpartition('/')[2]}", Accept="text/html").body.decode()
    assert "The circle" not in page


@pytest.mark.parametrize("number", [2, 3, 5, 10])
def test_nodes_stand_in_the_drawing_and_arrows_between_them(number: int) -> None:
    parts = [Part(f"A voice with a rather long name {at}", "thing", f"urn:{at}") for at in range(number)]
    ring = Ring(tuple(Step(one, parts[(at + 1) % number], "cites", ()) for at, one in enumerate(parts)))
    for one in ring.drawn:
        assert 75 <= one.node.x <= 520 - 75
        assert one.node.height / 2 <= one.node.y <= 520 - one.node.height / 2
        assert re.fullmatch(r"M\d+ \d+A165 165 0 0 1 \d+ \d+", one.arc)
        assert 0 < one.x < 520 > one.y > 0


def test_a_long_circle_is_told_and_not_drawn() -> None:
    parts = [Part(str(at), "thing", f"urn:{at}") for at in range(11)]
    ring = Ring(tuple(Step(one, parts[(at + 1) % 11], "cites", ()) for at, one in enumerate(parts)))
    assert ring.drawn == ()
    assert len(ring.steps) == 11
