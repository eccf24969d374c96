"""Commands about time, run as a user runs them, on one corpus that was built three times."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import kg
from tests.conftest import CLAIMS, Project, write_project


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Generation 2 lacks a statement of generation 1."""
    project = write_project(tmp_path_factory.mktemp("project"))
    assert kg(project, "build").returncode == 0
    project.write(CLAIMS[: CLAIMS.index("  denial:")])
    assert kg(project, "build").returncode == 0
    return project


def test_generations_are_listed(built: Project) -> None:
    told = json.loads(kg(built, "generations", "--format", "json").stdout)
    assert [(g["generation"], g["parent"], g["kept"]) for g in told] == [(1, None, True), (2, 1, True)]
    assert "build: entities, norwick" in kg(built, "generations").stdout
    assert "2 (current)" in kg(built, "generations").stdout


def test_diff_tells_by_article_in_the_order_asked_for(built: Project) -> None:
    told = kg(built, "diff", "1", "2")
    assert "article norwick: +0 -" in told.stdout
    assert told.stdout.endswith("0 statements came, 1 statement went\n")
    assert kg(built, "diff").stdout == kg(built, "diff", "1").stdout == told.stdout
    assert kg(built, "diff", "2", "1").stdout.endswith("1 statement came, 0 statements went\n")


def test_diff_as_quads(built: Project) -> None:
    lines = kg(built, "diff", "1", "2", "--format", "nq").stdout.splitlines()
    assert any(line.startswith("- ") and '"Nobody was hurt"' in line for line in lines)
    back = kg(built, "diff", "2", "1", "--format", "nq").stdout.splitlines()
    assert sorted(line[1:] for line in lines) == sorted(line[1:] for line in back)


def test_diff_of_what_never_was(built: Project) -> None:
    told = kg(built, "diff", "1", "9")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "kg: generation 9 was never published; there are 1 to 2\n"


def test_query_asks_the_record_as_it_stood(built: Project) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/attest/ontology#Statement> }"
    asked = [kg(built, "query", "--format", "csv", *more, count).stdout for more in ((), ("--generation", "1"))]
    assert asked == ["n\n2\n", "n\n3\n"]
    told = kg(built, "query", "--generation", "9", count)
    assert (told.returncode, told.stderr) == (2, "kg: generation 9 was never published; there are 1 to 2\n")


def test_nothing_published(project: Project, tmp_path: Path) -> None:
    for command in ("generations", "diff"):
        told = kg(project, command)
        assert told.returncode == 4
        assert "nothing was published" in told.stderr
