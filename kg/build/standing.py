"""Whether a rollback stands: nothing is built over it until a curator's file changes, or a build is asked for."""

import json
from collections.abc import Iterator
from pathlib import Path

from kg.build.digests import digest_of
from kg.build.inputs import is_as_built
from kg.settings import Settings
from kg.store import durable

NOTE = "rollback.json"


def note_rollback(settings: Settings, generation: int, to: int) -> None:
    """Remember that a generation goes back to another, and which files must change before it is built over."""
    note = {"generation": generation, "to": to, "files": digest_of(_files(settings))}
    durable.replace(settings.data / NOTE, json.dumps(note, indent=1, sort_keys=True) + "\n")


def standing(settings: Settings) -> int | None:
    """The generation that the record was rolled back to, while that stands; None otherwise."""
    try:
        note = json.loads((settings.data / NOTE).read_text("utf-8"))
        generation, to, files = note["generation"], int(note["to"]), note["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return to if is_as_built(settings, generation) and files == digest_of(_files(settings)) else None


def _files(settings: Settings) -> Iterator[Path]:
    """What curators and ontologists write; our own code is left out, so that an upgrade undoes no rollback."""
    for folder in (settings.articles, settings.ontology, settings.shapes, settings.findings):
        yield from sorted(folder.rglob("*")) if folder else ()
