"""`kg findings`, and what `kg build` says of findings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.live import environment


class Kg:
    """The command line, on a project's files."""

    def __init__(self, project: Project) -> None:
        self.project, self.settings = project, project.settings

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        s = self.settings
        env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data)
        run = [sys.executable, "-m", "kg", *arguments]
        return subprocess.run(run, env=env, cwd=self.project.root, capture_output=True, text=True, check=False)


@pytest.fixture
def kg(project: Project) -> Kg:
    return Kg(project)


def test_the_findings_are_listed_by_rule_article_and_entity_in_three_forms(kg: Kg) -> None:
    nothing = kg("findings")
    assert (nothing.returncode, nothing.stdout) == (4, "")
    assert "run `kg build`" in nothing.stderr

    built = kg("build")
    assert built.returncode == 0, built.stderr
    assert built.stdout == ""
    assert "new: anonymous-only: Only voices that are not named (Witnesses) affirm it as certain" in built.stderr

    everything = kg("findings", "--format", "json")
    assert everything.returncode == 0
    data = json.loads(everything.stdout)
    assert {finding["rule"] for finding in data} == {"anonymous-only", "independent-voices", "single-voice"}
    assert everything.stderr == f"{len(data)} findings in generation 1\n"
    (anonymous,) = json.loads(kg("findings", "--rule", "anonymous-only", "--format", "json").stdout)
    assert anonymous["restsOn"] == ["norwick/tear-gas"]
    assert anonymous["restsOnJudgement"] == ["that these voices are not named: Witnesses"]
    assert anonymous["focus"].startswith("proposition-")
    assert anonymous["finding"].startswith("https://w3id.org/attest/id/finding-")

    assert json.loads(kg("findings", "--article", "norwick", "--format", "json").stdout) == data
    mayors = json.loads(kg("findings", "--entity", "mayor", "--format", "json").stdout)
    assert mayors
    assert all("norwick/fired" in finding["restsOn"] for finding in mayors)
    both = kg("findings", "--entity", "mayor", "--rule", "anonymous-only", "--format", "json")
    assert (both.returncode, json.loads(both.stdout)) == (0, [])

    table = kg("findings", "--rule", "anonymous-only").stdout
    assert table.startswith("+-")
    assert "norwick/tear-gas" in table
    markdown = kg("findings", "--rule", "anonymous-only", "--format", "markdown").stdout
    assert markdown.startswith("## anonymous-only\n\n- Only voices that are not named (Witnesses)")
    assert markdown.endswith("\n  - `norwick/tear-gas`\n")


def test_what_is_not_there_is_told_with_the_nearest_name(kg: Kg) -> None:
    kg("build")
    for arguments, told in (
        (["--rule", "single-voices"], "no rule is called 'single-voices'; did you mean single-voice?"),
        (["--article", "nowhere"], "no article is called 'nowhere' in this generation"),
        (["--entity", "nobody"], "no entity is called 'nobody' in this generation"),
        (
            ["--entity", "https://exa mple"],
            "expected an id like badr-corps, or an absolute IRI, found 'https://exa mple'",
        ),
    ):
        asked = kg("findings", *arguments)
        assert (asked.returncode, asked.stdout) == (2, "")
        assert told in asked.stderr


def test_the_rules_are_told_with_what_they_do_not_mean(kg: Kg) -> None:
    told = kg("findings", "--rules").stdout
    assert "single-voice: Single voice\n    Exactly one voice" in told
    assert told.count("\n    Not: ") == told.count("\n    ") / 2


def test_a_build_says_what_is_new_and_what_went_away(kg: Kg) -> None:
    kg("build")
    kg.project.edit("chain: [gazette, {voice: witnesses", "chain: [gazette, {voice: captain")
    again = kg("build")
    assert again.returncode == 0, again.stderr
    assert "gone: anonymous-only: Only voices that are not named (Witnesses)" in again.stderr
    assert "new: single-voice: One voice alone, The captain of the guards, affirms it as certain" in again.stderr


def test_a_broken_rule_stops_a_build_with_its_place(kg: Kg, tmp_path: Path) -> None:
    folder = tmp_path / "broken-rules"
    folder.mkdir()
    (folder / "rule.rq").write_text("# title: A rule\nSELECT * { ?s ?p ?o }\n", "utf-8")
    s = kg.settings
    env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data)
    run = [sys.executable, "-m", "kg", "build"]
    built = subprocess.run(
        run, env={**env, "KG_FINDINGS": str(folder)}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert built.returncode == 3
    assert "rule.rq: expected a line `# sentence: …`" in built.stderr
