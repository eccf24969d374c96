"""The register of entities as a build left it, so that one changed article does not pay for reading all entities again.

Losing the file costs that time once, nothing else.
"""

import json
import os
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from kg.build.workshop import Work
from kg.graph.article import Mapped
from kg.graph.terms import Known
from kg.settings import Settings

FILE = "register.json"


def keep_register(settings: Settings, common: str, register: Work) -> None:
    """Keep a register that was accepted, under the digest of all that it was made from."""
    mapped = register.mapped
    path = settings.data / FILE
    if mapped is None or _is_of(path, common):
        return
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


def kept_register(settings: Settings, common: str) -> Work | None:
    """The register that was kept under this digest, without the lines that its things come from; None without one."""
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
