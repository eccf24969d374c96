"""Searches ask the index of the generation that is asked, however it came there."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from kg.build.pipeline import build
from kg.store import index
from kg.store.generations import Generations
from kg.web.index import Index
from tests.build.test_index import rows
from tests.conftest import Project, write_project
from tests.live import Server, serving


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two generations; the second knows the crowd by another name."""
    made = write_project(tmp_path_factory.mktemp("project"))
    assert build(made.settings).published
    made.edit("label: The crowd", "label: The multitude")
    assert build(made.settings).published
    return made


@pytest.fixture(scope="module")
def served(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The first generation has no index, as if an earlier version had published it, and that of the second is damaged."""
    data = tmp_path_factory.mktemp("served") / "kg-data"
    shutil.copytree(project.settings.data, data)
    index.remove(data / "generations" / "1")
    path = data / "generations" / "2" / index.FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    s = project.settings
    with serving(data.parent, data=data, articles=s.articles, ontology=s.ontology, shapes=s.shapes) as running:
        yield running


def found(server: Server, asked: str, more: str = "") -> list[str]:
    """The labels of what is found; a search that is told to come again does."""
    for _ in range(100):
        answer = server.request("GET", f"/search?q={quote(asked)}{more}", Accept="application/json")
        if answer.status != 503:
            break
    assert answer.status == 200, answer.body
    return [thing["label"] for thing in answer.json["things"]]


def test_an_index_that_is_missing_or_damaged_is_made_again(project: Project, served: Server) -> None:
    copies = {g.number: g.path for g in Generations(served.log.parent / "kg-data").all()}
    assert not any(index.is_whole(path) for path in copies.values())
    assert found(served, "multitude") == ["The multitude"]
    assert found(served, "crowd") == []
    assert found(served, "crowd", "&generation=1") == ["The crowd"]
    assert found(served, "multitude", "&generation=1") == []
    for generation in Generations(project.settings.data).all():
        assert index.is_whole(copies[generation.number])
        assert rows(copies[generation.number]) == rows(generation.path)
    assert not list(served.log.parent.glob(f"kg-data/{index.DRAFT}*"))
    held = {file.path for file in served.front.open_files() if file.path.endswith(index.FILE)}
    assert held == {str(path / index.FILE) for path in copies.values()}
    assert not any("pyoxigraph" in mapped.path for mapped in served.front.memory_maps())


def names(folder: Path, forms: dict[str, list[str]]) -> Index:
    """An index of things by their spellings."""
    from pyoxigraph import Literal, NamedNode, Quad, Store

    from kg.build.index import make_index
    from kg.iri import Iris
    from kg.vocab import AT, RDF, RDFS

    iris, store = Iris("https://example.org/"), Store()
    for number, (label, more) in enumerate(forms.items()):
        thing, graph = NamedNode(f"https://example.org/t{number}"), iris.graph("entities")
        store.add(Quad(thing, RDF.type, AT.Entity, graph))
        store.extend(Quad(thing, RDFS.label, Literal(form, language="en"), graph) for form in (label, *more))
    folder.mkdir()
    make_index(folder, store, iris)
    return Index(folder)


def test_the_nearest_spelling_comes_first_and_no_thing_twice(tmp_path: Path) -> None:
    asked = names(
        tmp_path / "names",
        {
            "Badr": ["A Badr Organization of old"],
            "Badr Corps": [],
            "Badra": [],
            "Ba": [],
            "Al-Badr Brigade": [],
            "Brigade of Najaf": [],
            "Mustafa al-Kadhimi": ["مصطفى الكاظمي"],
        },
    )

    def labels(text: str, limit: int = 10) -> list[str]:
        return [thing.label for thing in asked.things(text, limit)]

    assert labels("badr") == ["A Badr Organization of old", "Badr Corps", "Al-Badr Brigade", "Badra"]
    assert labels("b", 3) == ["Ba", "A Badr Organization of old", "Badra"]
    assert labels("مصطفي الكاظمی") == ["Mustafa al-Kadhimi"]
    assert labels("brigade badr") == ["Al-Badr Brigade"]
    assert labels("nowhere brigade najaf")[0] == "Brigade of Najaf"
    assert labels("nothing at all") == []
    assert labels("badr badr brigade of nowhere")[0] in ("Al-Badr Brigade", "Brigade of Najaf")
    asked.close()
