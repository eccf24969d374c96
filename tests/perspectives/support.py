"""Miniature corpora with perspectives, built into a real generation, and the worlds that came of them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from kg.build.pipeline import Outcome, build
from kg.perspectives import JSON, Held, read_world, world_query
from kg.settings import Settings
from kg.store.generations import Generation
from kg.store.oxigraph import OxigraphStore
from kg.store.perspectives import Shelf, read_shelf
from tests.questions.support import write_corpus

BASE = Settings().base_iri
SAID = {"wording": "indirect"}


def by(voice: str, *through: str, **rest: Any) -> dict[str, Any]:
    """A statement of a voice that reaches us through others and the Gazette."""
    links = [{"voice": name, "cue": f"{name} told"} for name in (*through, voice)]
    return {"chain": ["gazette", *links], **SAID, **rest}


def says(kind: str, **roles: Any) -> dict[str, Any]:
    """What a statement says."""
    return {"says": {kind: roles}}


def commands(who: str, whom: str) -> dict[str, Any]:
    """That somebody commands a group."""
    return says("Command", commander=who, commandedGroup=whom)


def written(
    folder: Path,
    statements: Mapping[str, Any],
    perspectives: Mapping[str, Any],
    **more: Any,
) -> Settings:
    """The files of a corpus, beside a data directory of its own; `more` as in a case of the questions."""
    write_corpus({"statements": statements, **more}, folder / "articles")
    content = {"format": 1, "language": "en", "perspectives": perspectives}
    write_policies(folder / "articles", content)
    return Settings(articles=folder / "articles", data=folder / "kg-data")


def write_policies(articles: Path, content: Mapping[str, Any]) -> None:
    with (articles / "perspectives.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(dict(content), file)


def built(settings: Settings) -> Outcome:
    """A build in which everything is accepted; warnings may be."""
    outcome = build(settings)
    assert outcome.report.conforms, str(outcome.report)
    return outcome


def generation(settings: Settings) -> Generation:
    found = built(settings).generation
    assert found is not None
    return found


def shelf(made: Generation) -> Shelf:
    return read_shelf(made.path)


def world(made: Generation, name: str) -> tuple[Held, ...]:
    """The triples of a perspective, as its endpoint lists them."""
    store = OxigraphStore(made.perspective(name))
    try:
        return read_world(json.loads(b"".join(store.query(world_query(), JSON).chunks)))
    finally:
        store.close()


def told(held: Iterable[Held]) -> dict[str, set[str]]:
    """`how subject predicate object`, by local names, with the statements that it rests on."""
    return {
        " ".join([one.how, *(_local(term.value) for term in (one.subject, one.predicate, one.object))]): {
            name.partition("/")[2] for _, name, _ in one.statements
        }
        for one in held
    }


def _local(value: str) -> str:
    return value.removeprefix(BASE).rpartition("#")[2]
