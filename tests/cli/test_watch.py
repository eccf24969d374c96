"""`kg build --watch`: what a curator saves is published, and what is wrong is told, until Ctrl-C."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.store.generations import Generations
from tests.cli.test_cli import kg
from tests.conftest import CLAIMS, ENTITIES, Project, write_project
from tests.live import environment, serving

LABELS = "SELECT ?label { ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?label }"


@dataclass(frozen=True)
class Watcher:
    project: Project
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def told(self) -> str:
        return self.log.read_text("utf-8")

    @property
    def generation(self) -> int:
        current = Generations(self.project.settings.data).current()
        return current.number if current else 0

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert self.process.poll() is None, self.told
            assert time.monotonic() < end, self.told
            time.sleep(0.02)

    def until_told(self, words: str) -> None:
        self.until(lambda: words in self.told)

    def until_published(self, number: int) -> None:
        self.until_told(f"Generation {number}: ")

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def watching(project: Project, *more: str) -> Watcher:
    s = project.settings
    env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data)
    log = project.root / "watch.log"
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "kg", "build", "--watch", *more]
        process = subprocess.Popen(command, env=env, cwd=project.root, stdout=stream, stderr=stream)
    made = Watcher(project, process, log)
    made.until_told("Watching ")
    return made


@pytest.fixture(scope="module")
def watcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    made = watching(write_project(tmp_path_factory.mktemp("watched")))
    yield made
    assert made.end(signal.SIGINT) == 0
    assert made.told.endswith("Watching no more.\n")
    assert "Traceback" not in made.told
    assert Generations(made.project.settings.data).leftovers() == ()


def labels(project: Project) -> list[str]:
    return kg(project, "query", LABELS, "--format", "csv").stdout.splitlines()


def test_a_change_is_published_with_the_report_of_a_build(watcher: Watcher) -> None:
    number = watcher.generation + 1
    watcher.project.write(CLAIMS.replace("label: Witnesses,", "label: Those who saw it,"))
    watcher.until_published(number)
    assert f"Generation {number}: 1 article, 3 statements, " in watcher.told
    assert "Those who saw it" in labels(watcher.project)


def test_a_mistake_is_told_at_its_line_and_the_next_save_is_awaited(watcher: Watcher) -> None:
    number = watcher.generation + 1
    watcher.project.write(CLAIMS.replace("inRole: injured", "inRole: injurd"))
    line = CLAIMS[: CLAIMS.index("inRole: injured")].count("\n") + 1
    watcher.until_told(f"claims.yaml:{line}: statement denial: unknown Role 'injurd'; did you mean injured?")
    watcher.until_told("Not entered, the store keeps what it had: norwick")
    assert watcher.generation == number - 1
    watcher.project.write(CLAIMS.replace("label: Witnesses,", "label: Bystanders,"))
    watcher.until_published(number)
    assert "Bystanders" in labels(watcher.project)


def test_articles_come_and_go(watcher: Watcher) -> None:
    number = watcher.generation + 1
    claims = CLAIMS
    for name in ("crowd", "witnesses", "shooting"):
        claims = claims.replace(f"  {name}: {{", f"  {name}-two: {{").replace(f" {name},", f" {name}-two,")
    watcher.project.write(claims, slug="second")
    watcher.until_published(number)
    assert f"Generation {number}: 2 articles" in watcher.told
    shutil.rmtree(watcher.project.root / "articles" / "second")
    watcher.until_published(number + 1)
    assert f"Generation {number + 1}: 1 article," in watcher.told


def test_entities_and_the_ontology_are_followed(watcher: Watcher) -> None:
    number, root = watcher.generation + 1, watcher.project.root
    (root / "articles" / "entities.yaml").write_text(ENTITIES.replace("The mayor of Norwick", "The mayoress"), "utf-8")
    watcher.until_published(number)
    assert "The mayoress" in labels(watcher.project)
    module = root / "ontology" / "more.ttl"
    module.write_text("this is no Turtle", "utf-8")
    watcher.until_told("more.ttl")
    assert watcher.generation == number
    module.write_text(
        "@prefix at: <https://w3id.org/attest/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'at:Choir a owl:Class ; rdfs:subClassOf at:Organization ; rdfs:label "choir"@en .\n',
        "utf-8",
    )
    watcher.until_published(number + 1)
    assert "choir" in labels(watcher.project)


def test_what_others_published_meanwhile_is_built_upon(watcher: Watcher) -> None:
    number = watcher.generation + 1
    assert kg(watcher.project, "rollback", str(number - 1)).returncode != 0  # it is current
    assert kg(watcher.project, "rollback", "1").returncode == 0
    assert watcher.generation == number
    watcher.project.write(CLAIMS.replace("label: Witnesses,", "label: Onlookers,"))
    watcher.until_published(number + 1)
    assert {"Onlookers", "The mayoress", "choir"} <= set(labels(watcher.project))


def test_a_folder_that_is_replaced_is_followed(watcher: Watcher) -> None:
    number, articles = watcher.generation + 1, watcher.project.root / "articles"
    other, old = articles.with_name("other"), articles.with_name("old")
    shutil.copytree(articles, other)
    articles.rename(old)
    watcher.until_told("expected a folder of articles")
    other.rename(articles)
    watcher.project.write(CLAIMS.replace("label: Witnesses,", "label: Passers-by,"))
    watcher.until_published(number)
    assert "Passers-by" in labels(watcher.project)


def test_a_data_directory_that_is_damaged_meanwhile_is_mended_and_built_upon(watcher: Watcher) -> None:
    number, data = watcher.generation + 1, watcher.project.settings.data
    (data / "CURRENT").write_text("nothing\n")
    watcher.project.write(CLAIMS.replace("label: The crowd", "label: A crowd"))
    watcher.until_told("expected the number of a generation")
    watcher.until_published(number)
    assert "A crowd" in labels(watcher.project)


def test_what_cannot_be_published_is_tried_again(watcher: Watcher) -> None:
    number, journal = watcher.generation + 1, watcher.project.settings.data / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"what":"build', b'"what":"built', 1))
    watcher.project.write(CLAIMS.replace("label: The crowd", "label: Many"))
    watcher.until_told("a line was changed, removed or inserted")
    assert watcher.generation == number - 1
    journal.write_bytes(whole)
    watcher.until_published(number)
    assert "Many" in labels(watcher.project)


def test_a_server_that_watches_shows_what_is_saved(project: Project) -> None:
    s = project.settings
    with serving(
        project.root, "--watch", articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data
    ) as server:
        assert "Bystanders" not in {row["label"] for row in server.rows(LABELS)}
        project.edit("label: Witnesses,", "label: Bystanders,")
        server.await_generation(2)
        assert "Bystanders" in {row["label"] for row in server.rows(LABELS)}
        builders = [p for p in server.tree() if "--watch" in p.cmdline() and "build" in p.cmdline()]
        assert len(builders) == 1
    assert not builders[0].is_running()
    assert "Watching no more." in server.log.read_text("utf-8")


def test_a_server_without_a_corpus_has_nothing_to_watch(project: Project) -> None:
    told = kg(project, "serve", "--watch", "--articles", "none")
    assert told.returncode == 2
    assert "--watch follows a corpus" in told.stderr
