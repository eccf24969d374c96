"""Commands about time, run as a user runs them, on one corpus that was built three times."""

import json
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from kg.cli import cli
from tests.cli.test_cli import kg
from tests.conftest import CLAIMS, Project, write_project
from tests.live import Server, serving


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


def test_a_rollback_stands_until_a_file_changes_or_a_build_is_asked(project: Project) -> None:
    assert kg(project, "build").returncode == 0
    project.write(CLAIMS[: CLAIMS.index("  denial:")])
    assert kg(project, "build").returncode == 0
    told = kg(project, "rollback")
    assert told.returncode == 0, told.stderr
    assert told.stderr.startswith("Generation 3 holds what generation 1 held: ")
    with serving(project.root, **used(project)) as server:
        assert server.request("GET", "/ready").json["generation"] == 3
        assert "rolled back to generation 1, and no file of the curators has changed" in server.log.read_text()
        assert kg(project, "rollback").returncode == 0
        server.await_generation(4)
        assert len(server.rows("SELECT * { ?s a <https://w3id.org/attest/ontology#Statement> }")) == 2
        assert kg(project, "rollback", "3").returncode == 0
    assert "rolled back to generation 3" in kg(project, "build", "--unless-rolled-back").stderr
    project.claims.write_text(project.claims.read_text("utf-8") + "# seen\n", "utf-8")
    built = kg(project, "build", "--unless-rolled-back")
    assert built.stderr.startswith("Generation 6: 1 article, 2 statements")
    kg(project, "rollback")
    assert kg(project, "build").stderr.startswith("Generation 8: 1 article, 2 statements")


def test_rollback_to_what_never_was(built: Project) -> None:
    told = kg(built, "rollback", "9")
    assert (told.returncode, told.stderr) == (2, "kg: generation 9 was never published; there are 1 to 2\n")


def used(project: Project) -> dict[str, object]:
    s = project.settings
    return {"data": s.data, "articles": s.articles, "ontology": s.ontology, "shapes": s.shapes}


def test_an_erasure_beside_a_running_server_leaves_no_handle_on_what_was(project: Project) -> None:
    assert kg(project, "build").returncode == 0
    shown = kg(project, "erase", "norwick", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "generation 1: 3 statements, " in shown.stdout
    assert kg(project, "erase", "norwick").returncode == 1  # nobody says yes
    with serving(project.root, writable=True, memory_quads=1, **used(project)) as server:
        last = server.request("GET", "/ready").json["generation"]
        words = "SELECT * { ?s ?p 'Nobody was hurt' }"
        assert server.query(words, generation="1").json["results"]["bindings"]
        done = kg(project, "erase", "norwick", "--yes")
        assert done.returncode == 0, done.stderr
        assert "Erased from generation 1: " in done.stdout
        assert "which is yours to delete: until then `kg build` refuses it" in done.stdout
        server.await_generation(last + 1)
        assert server.query(words, generation="1").json["results"]["bindings"] == []
        assert server.rows(words) == []
        until(lambda: not held(server))
        assert server.request("GET", "/ready").json["writable"] is True
    refused = kg(project, "build")
    assert refused.returncode == 1
    assert "articles/norwick/article.txt:1: its text was erased from the record on " in refused.stdout
    gone = kg(project, "erase", "norwick", "--yes")
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "no generation that is kept holds a document 'norwick'" in gone.stderr


def held(server: Server) -> list[str]:
    """Files that were deleted and that a process of the server has open."""
    found = []
    for process in server.tree():
        for link in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                target = str(link.readlink())
            except OSError:
                continue
            found += [target] if "/generations/" in target and target.endswith("(deleted)") else []
    return found


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_backup_and_restore_beside_a_running_server(project: Project) -> None:
    assert kg(project, "build").returncode == 0
    with serving(project.root, **used(project)) as server:
        made = kg(project, "backup", "copy.tar.gz")
        assert (made.returncode, made.stdout) == (0, "")
        assert made.stderr.startswith("copy.tar.gz: generation 1 of ")
        refused = kg(project, "restore", "copy.tar.gz")
        assert refused.returncode == 2
        assert "holds generation 1 already" in refused.stderr
        assert kg(project, "restore", "copy.tar.gz", "--force").returncode == 0
        server.await_generation(2)
        assert len(server.rows("SELECT * { ?s a <https://w3id.org/attest/ontology#Statement> }")) == 3
    assert kg(project, "build").stderr == "Nothing has changed since the last build.\n"
    elsewhere = kg(project, "restore", "copy.tar.gz", "--data", "elsewhere")
    assert elsewhere.stderr.startswith("elsewhere holds generation 1 of ")
    assert kg(project, "generations", "--data", "elsewhere").stdout.count("(current)") == 1


def test_each_command_on_the_page_is_one_that_there_is() -> None:
    """Every line of a shell block is parsed by the command that it names."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "time.md").read_text("utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    commands = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("kg ")]
    assert {words[0] for words in commands} == {
        "generations", "diff", "query", "rollback", "erase", "backup", "restore"
    }  # fmt: skip
    for name, *words in commands:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, name
        command.make_context(name, words).close()
