"""What a build leaves for the next one, so that one changed article does not pay for reading all entities again.

The register of entities is kept in a file; losing that costs the time once, nothing else. A process that builds
again keeps what it has opened, too.
"""

import json
import os
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from kg.build.workshop import Work, Workshop
from kg.graph.article import Mapped
from kg.graph.terms import Known
from kg.settings import Settings

FILE = "register.json"


class Kept:
    """The workshop and the register of the last build of this process, and the file of the register."""

    def __init__(self) -> None:
        self._common = ""
        self._workshop: Workshop | None = None
        self._register: Work | None = None

    def workshop(self, settings: Settings, common: str) -> Workshop:
        """The workshop, opened anew unless the digest of all that it was made from is still this. Raises Unreadable."""
        if self._workshop is None or self._common != common:
            self._workshop, self._common, self._register = Workshop.open(settings), common, None
        return self._workshop

    def register(self, settings: Settings) -> Work | None:
        """The register that was kept of that digest, without the lines that its things come from; None without one."""
        if self._register is None:
            self._register = _kept_register(settings, self._common)
        return self._register

    def keep(self, settings: Settings, register: Work) -> None:
        """Keep a register that was accepted."""
        if register.mapped is None:
            return
        self._register = self._register or Work(register.slug, register.mapped)
        if not _is_of(settings.data / FILE, self._common):
            _keep(settings.data / FILE, self._common, register.mapped)


def _keep(path: Path, common: str, mapped: Mapped) -> None:
    content = {
        "common": common,
        "graph": mapped.graph.value,
        "triples": _written(mapped.triples),
        "shared": _written(mapped.shared),
        "known": {name: _entity(known) for name, known in mapped.known.items()},
        "refused": sorted(mapped.refused),
    }
    draft = path.with_name(f"{FILE}.{os.getpid()}")
    draft.write_text(json.dumps({"common": common}) + "\n" + json.dumps(content, ensure_ascii=False), "utf-8")
    draft.replace(path)


def _kept_register(settings: Settings, common: str) -> Work | None:
    path = settings.data / FILE
    if not _is_of(path, common):
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8").partition("\n")[2])
    except ValueError:  # cut off, as by a power cut
        path.unlink()
        return None
    known = {
        name: Known(NamedNode(iri), NamedNode(cls), {form: NamedNode(node) for form, node in names.items()})
        for name, (iri, cls, names) in content["known"].items()
    }
    mapped = Mapped(
        graph=NamedNode(content["graph"]),
        triples=_read(content["triples"]),
        shared=_read(content["shared"]),
        known=known,
        places={},
        problems=(),
        refused=frozenset(content["refused"]),
    )
    return Work("entities", mapped)


def _is_of(path: Path, common: str) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            return bool(json.loads(file.readline()) == {"common": common})
    except (FileNotFoundError, ValueError):
        return False


def _entity(known: Known) -> tuple[str, str, dict[str, str]]:
    return known.iri.value, known.cls.value, {form: node.value for form, node in known.names.items()}


def _written(triples: frozenset[Triple]) -> str:
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode("utf-8")


def _read(text: str) -> frozenset[Triple]:
    return frozenset(quad.triple for quad in parse(text, RdfFormat.N_TRIPLES))
