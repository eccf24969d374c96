"""Worlds follow each commit: what a change does not touch is kept, and all of it is as a full run would have it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from ruamel.yaml import YAML

from kg.build.derived import derived
from kg.findings.rules import read_rules
from kg.graph.schema import read_schema
from kg.iri import Iris
from kg.settings import Settings
from kg.store.commit import Change, commit
from kg.store.generations import Generation
from kg.store.perspectives import read_shelf
from kg.store.recovery import problems
from kg.vocab import RDFS
from tests.perspectives.support import by, commands, generation, says, told, world, write_policies, written

POLICIES: dict[str, Any] = {
    "all": {"title": "All", "acceptsPolarity": ["affirmed", "negated"]},
    "mayor": {"title": "Mayor", "acceptsVoice": "mayor"},
    "radio": {"title": "Radio", "acceptsVoice": "radio", "acceptsPolarity": ["affirmed", "negated"]},
    "two": {"title": "Two", "independentVoices": 2},
}
STATEMENTS: dict[str, Any] = {
    "own": commands("captain", "guards"),
    "mayor-says": by("mayor", **commands("captain", "guards")),
    "radio-says": by("radio", **commands("sergeant", "guards")),
}


def files(made: Generation, name: str) -> dict[str, bytes]:
    """Everything of a world and of what is told that is the same in each run."""
    folder = made.perspective(name)
    return {"data": folder.data.read_bytes(), "told": repr(read_shelf(made.path).find(name)).encode()}


def rewrite(settings: Settings, statements: dict[str, Any]) -> None:
    """Put a second article beside the first."""
    from tests.questions.support import _write_article

    assert settings.articles is not None
    folder = settings.articles / "second"
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    if statements:
        _write_article(folder, {"statements": statements, "publisher": "herald"})


def same(one: Generation, other: Generation, name: str) -> bool:
    """Whether two generations share the files of a world."""
    return one.perspective(name).data.samefile(other.perspective(name).data)


def test_only_what_a_change_touches_is_made_anew_and_equals_a_full_run(tmp_path: Path) -> None:
    settings = written(tmp_path, STATEMENTS, POLICIES, articles={"mini": {}})
    chain = {"chain": ["herald", {"voice": "radio", "cue": "Radio said"}], "wording": "indirect"}
    denial = {"polarity": "negated", **chain, **commands("captain", "guards")}
    steps: list[tuple[dict[str, Any], set[str]]] = [
        ({"x": {"chain": ["herald"], **says("Membership", member="crowd", group="band")}}, {"mayor", "radio", "two"}),
        ({"x": {**chain, **commands("captain", "guards")}}, {"mayor"}),
        ({"x": denial}, {"mayor"}),
        ({}, {"mayor", "two"}),
    ]
    made = [generation(settings)]
    for number, (statements, kept) in enumerate(steps):
        rewrite(settings, statements)
        made.append(generation(settings))
        old, new = made[-2:]
        assert new.number == old.number + 1
        assert {name for name in POLICIES if same(old, new, name)} == kept, number
        fresh = generation(Settings(articles=settings.articles, data=tmp_path / f"fresh-{number}"))
        assert all(files(new, name) == files(fresh, name) for name in POLICIES), number
        assert read_shelf(new.path) == read_shelf(fresh.path)
        assert problems(settings.data) == ()
    assert read_shelf(made[3].path).pair("mayor", "radio").clashing == 1
    assert read_shelf(made[4].path) == read_shelf(made[0].path), "withdrawn, it is as before"


def test_what_no_world_is_made_by_costs_no_look_at_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client's own vocabulary, in a graph of its own: all worlds are linked, unread; a statement is looked at."""
    from kg.build import worlds as module

    looked: list[str] = []
    real = module._Shelving.fill
    monkeypatch.setattr(module._Shelving, "fill", lambda self, made: (looked.append("all"), real(self, made))[1])
    settings = written(tmp_path, STATEMENTS, POLICIES)
    first = generation(settings)
    assert looked == ["all"]

    def write(predicate: NamedNode) -> Generation:
        schema = read_schema(settings.ontology)
        own = NamedNode("urn:own")
        quads = frozenset({Quad(NamedNode("urn:s"), predicate, Literal("x"), own)})
        change = Change({own: quads}, frozenset(), NamedNode("urn:shared"), "write: a test")
        more = derived(read_rules(settings.findings), schema, Iris(settings.base_iri))
        made = commit(
            settings.data, change, check=lambda _: None, keep=10, clock=lambda: datetime.now(UTC), derived=more
        )
        assert made is not None
        return made

    second = write(NamedNode("urn:colour"))
    assert looked == ["all"]
    assert all(same(first, second, name) for name in POLICIES)
    assert read_shelf(second.path) == read_shelf(first.path)
    assert problems(settings.data) == ()
    write(RDFS.label)
    assert looked == ["all", "all"]


def test_the_older_generation_keeps_its_worlds(tmp_path: Path) -> None:
    settings = written(tmp_path, STATEMENTS, POLICIES, articles={"mini": {}})
    first = generation(settings)
    before = told(world(first, "all"))
    rewrite(settings, {"x": {"chain": ["herald"], **says("Membership", member="crowd", group="band")}})
    second = generation(settings)
    assert told(world(first, "all")) == before != told(world(second, "all"))


def test_a_new_name_of_a_thing_or_a_new_title_is_followed(tmp_path: Path) -> None:
    settings = written(tmp_path, STATEMENTS, POLICIES)
    first = generation(settings)
    assert settings.articles is not None
    path = settings.articles / "entities.yaml"
    register = YAML(typ="safe").load(path.read_text("utf-8"))
    register["entities"]["guards"]["label"] = "Town guards"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(register, file)
    second = generation(settings)
    assert not same(first, second, "mayor")
    assert {one.object.label for one in world(second, "mayor")} == {"Town guards"}
    policies = {**POLICIES, "mayor": {**POLICIES["mayor"], "title": "What the mayor says"}}
    write_policies(settings.articles, {"format": 1, "language": "en", "perspectives": policies})
    third = generation(settings)
    assert read_shelf(third.path).find("mayor").title == "What the mayor says"
    assert same(second, third, "radio")
