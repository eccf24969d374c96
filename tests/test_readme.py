"""The README tells the truth: its commands are the promised ones, and its examples print what it shows."""

import json
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.settings import Settings
from tests.live import serving

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str, text: str = README) -> list[str]:
    return [body for language, body in BLOCK.findall(text) if language == kind]


def test_the_two_commands_are_the_promised_ones() -> None:
    assert blocks("sh") == [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/kg serve\n",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest\n",
    ]


def test_each_example_prints_what_the_readme_shows(tmp_path: Path) -> None:
    examples = [block.removeprefix("$ ").split("\n", 1) for block in blocks("console")]
    assert len(examples) >= 2
    with serving(tmp_path, data=tmp_path / "kg-data") as server:
        for command, shown in examples:
            here = command.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
            ran = subprocess.run(["/bin/sh", "-c", here], cwd=ROOT, capture_output=True, check=True)
            assert ran.stdout.decode().replace("\r\n", "\n") == shown, command


def test_the_modelled_fact_is_in_the_record() -> None:
    """The terms of the README's picture are declared, so the picture cannot drift from the ontology."""
    (picture,) = blocks("turtle")
    declared = {
        q.subject.value
        for path in (ROOT / "ontology").glob("*.ttl")
        for q in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)
        if isinstance(q.subject, ox.NamedNode)
    }
    used = {f"https://w3id.org/attest/ontology#{name}" for name in re.findall(r"\bat:([\w-]+)", picture)}
    assert len(used) > 15
    assert used <= declared


def test_the_links_lead_somewhere() -> None:
    links = [link for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] for link in _links(page)]
    assert len(links) > 5
    assert [str(link) for link in links if not link.exists()] == []


def _links(page: Path) -> list[Path]:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    return [page.parent / target for target in targets]


@pytest.mark.parametrize("name", [f.name for f in fields(Settings)])
def test_each_setting_is_documented_with_its_default(name: str) -> None:
    told = (ROOT / "docs" / "endpoint.md").read_text("utf-8")
    assert f"`{name}`" in told
    default = getattr(Settings(), name)
    if isinstance(default, int | float) and name not in ("port", "keep"):
        shown = f"{default:g}" if isinstance(default, float) else str(default).lower()
        line = next(line for line in told.splitlines() if line.startswith("|") and f"`{name}`" in line)
        assert shown in line


def test_the_turtle_and_yaml_of_the_docs_parse() -> None:
    found = 0
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for block in blocks("turtle", page.read_text("utf-8")):
            list(ox.parse(block.encode(), ox.RdfFormat.TURTLE))
            found += 1
    assert found >= 2


def test_the_claims_example_of_the_docs_is_one_that_the_reader_takes(tmp_path: Path) -> None:
    from kg.corpus.tree import parse

    examples = blocks("yaml", (ROOT / "docs" / "claims-format.md").read_text("utf-8"))
    assert len(examples) == 2
    for example in examples:
        node, refusals = parse(example)
        assert node is not None
        assert list(refusals) == [], json.dumps([str(r) for r in refusals])


def test_the_worked_claim_is_answered_as_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "model.md").read_text("utf-8")
    (query,) = blocks("sparql", page)
    shown = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    expected = shown[shown.index(("voice", "words")) + 1 :]
    with serving(tmp_path, data=tmp_path / "kg-data") as server:
        assert [(row["voice"], row["words"]) for row in server.rows(query)] == expected
