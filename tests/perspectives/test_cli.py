"""`kg perspective`, as a person types it, and what `kg build` says of perspectives."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kg.settings import Settings
from tests.live import environment
from tests.perspectives.support import by, commands, says, written
from tests.test_readme import ROOT, blocks


def run(data: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "kg", *arguments]
    env = environment(data=data, **more)
    return subprocess.run(call, env=env, cwd=data.parent, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpus, built by the command."""
    folder = tmp_path_factory.mktemp("built") / "kg-data"
    made = run(folder, "build")
    assert made.returncode == 0, made.stderr
    assert re.search(r"Perspective al-hurra: \d+ statements accepted, \d+ plain triples\n", made.stderr)
    return folder


def test_the_examples_of_the_docs_print_what_they_show(data: Path) -> None:
    examples = blocks("console", (ROOT / "docs" / "perspectives.md").read_text("utf-8"))
    (example,) = [block for block in examples if block.startswith("$ kg ")]
    command, shown = example.removeprefix("$ kg ").split("\n", 1)
    assert run(data, *command.split()).stdout == shown


def test_it_lists_them(data: Path) -> None:
    listed = run(data, "perspective")
    assert listed.returncode == 0
    assert listed.stdout.startswith("al-hurra: All that Al-Hurra affirms as certain\n")
    content = json.loads(run(data, "perspective", "--format", "json").stdout)
    assert [about["name"] for about in content] == ["al-hurra", "pmoi", "two-independent-voices"]
    for about in content:
        accepted = (
            f"{about['statements']} statements accepted, {about['statementsWithoutTriple']} of them without a plain"
        )
        held = f"{about['triples']} triples, {about['denials']} denials, {about['inferred']} inferred"
        assert f"  {accepted} triple; {held}\n" in listed.stdout


def test_it_lists_a_world_with_its_statements(data: Path) -> None:
    told = run(data, "perspective", "al-hurra")
    assert told.returncode == 0
    line = "“Esmail Ghaani” commands “Quds Force”  [2020-06-08-pmoi-najaf/hurra-ghaani-quds-force-chief]"
    assert line in told.stdout.splitlines()
    content = json.loads(run(data, "perspective", "al-hurra", "--format", "json").stdout)
    assert sum("(inferred)" in each for each in told.stdout.splitlines()) == content["inferred"] > 0
    assert len(content["world"]) == content["triples"] + content["denials"] + content["inferred"]


def test_it_says_why_a_triple_holds_and_by_which_condition_it_does_not(data: Path) -> None:
    held = run(data, "perspective", "al-hurra", "--why", "esmail-ghaani", "leads", "quds-force")
    assert held.returncode == 0
    assert "“Esmail Ghaani” leads “Quds Force”: inferred" in held.stdout
    assert "follows from: “Esmail Ghaani” commands “Quds Force”" in held.stdout
    asked = ["perspective", "two-independent-voices", "--why", "qassem-soleimani", "commands", "quds-force"]
    refused = json.loads(run(data, *asked, "--format", "json").stdout)
    assert [one["refusals"] for one in refused["sayings"]] == [["1 of its voices is independent, not 2"]]
    nobody = run(data, "perspective", "al-hurra", "--why", "esmail-ghaani", "memberOf", "al-hurra")
    assert nobody.returncode == 1
    assert "No statement of the record says it, or denies it." in nobody.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["al-hura"], 2, "no perspective is called 'al-hura'; did you mean al-hurra?"),
        (["al-hurra", "--compare", "pmo"], 2, "no perspective is called 'pmo'; did you mean pmoi?"),
        (["al-hurra", "--why", "x", "commands", "quds-force"], 2, "the record describes nothing that is called 'x'"),
        (["al-hurra", "--why", "quds-force", "comands", "quds-force"], 2, "no plain property is called 'comands'; did you mean commands?"),
        (["--why", "a", "b", "c"], 2, "expected the name of a perspective"),
        (["al-hurra", "--why", "a", "b", "c", "--compare", "pmoi"], 2, "expected either --why or --compare"),
    ],
)  # fmt: skip
def test_what_it_cannot_answer_it_says(data: Path, arguments: list[str], code: int, words: str) -> None:
    told = run(data, "perspective", *arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert words in told.stderr


def test_nothing_was_published(tmp_path: Path) -> None:
    told = run(tmp_path / "none", "perspective")
    assert told.returncode == 4
    assert "run `kg build`" in told.stderr


def test_it_compares_two(data: Path) -> None:
    told = run(data, "perspective", "al-hurra", "--compare", "pmoi")
    assert told.returncode == 0
    assert "  “Mustafa al-Kadhimi” holds post “Prime Minister of Iraq”" in told.stdout.partition("\nBoth (")[2]
    numbers = [int(n) for n in re.findall(r"^\S.*\((\d+)\)$", told.stdout, re.MULTILINE)]
    content = json.loads(run(data, "perspective", "al-hurra", "--compare", "pmoi", "--format", "json").stdout)
    assert numbers == [*(len(held) for held in content["only"].values()), len(content["both"]), 0]


def test_a_contradiction_is_told_by_the_build_and_by_the_command(tmp_path: Path) -> None:
    statements: dict[str, Any] = {
        "yes": by("mayor", **commands("captain", "guards")),
        "no": by("radio", polarity="negated", **commands("captain", "guards")),
        "rest": says("Characterization", characterized="guards", asWhat="brutal"),
    }
    policies = {
        "all": {"title": "All", "acceptsPolarity": ["affirmed", "negated"]},
        "mayor": {"title": "Mayor", "acceptsVoice": "mayor"},
        "radio": {"title": "Radio", "acceptsVoice": "radio", "acceptsPolarity": "negated"},
    }
    settings: Settings = written(tmp_path, statements, policies)
    made = run(settings.data, "build", articles=settings.articles)
    assert made.returncode == 0, made.stderr
    blamed = "“Captain” commands “Guards” [mini/yes]; it is denied that “Captain” commands “Guards” [mini/no]"
    assert f"contradicts itself: {blamed}. What is said not to hold does not hold. [prp-npa1]" in made.stderr
    told = run(settings.data, "perspective", "all")
    assert told.returncode == 1
    assert "    it is denied that “Captain” commands “Guards”  [mini/no]" in told.stdout.splitlines()
    compared = run(settings.data, "perspective", "mayor", "--compare", "radio", "--format", "json")
    contradictions = json.loads(compared.stdout)["contradictions"]
    assert contradictions["count"] == 1
    assert {name for fact in contradictions["told"][0]["facts"] for name in [fact["statements"][0]["name"]]} == {
        "mini/yes",
        "mini/no",
    }
    why = run(settings.data, "perspective", "radio", "--why", "captain", "commands", "guards")
    assert why.returncode == 1
    assert "mini/no denies it" in why.stdout
    assert "“Captain” commands “Guards”: denied" in why.stdout
