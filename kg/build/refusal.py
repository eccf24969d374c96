"""What was erased stays erased: a build takes a text again only when it is asked to."""

import json
from collections.abc import Iterable
from dataclasses import replace

from kg.build.workshop import Work
from kg.model import Source
from kg.report import Problem, Report
from kg.settings import Settings
from kg.store import durable, erasing
from kg.store.lock import locked


def refuse_erased(settings: Settings, works: Iterable[Work]) -> list[Work]:
    """The works, those whose text was erased refused. Raises StoreUnavailable where that cannot be read."""
    erased = {one["sha256"][:12]: one["time"] for one in erasing.erased(settings.data)}
    return [_refused(settings, work, erased[_text(work)]) if _text(work) in erased else work for work in works]


def _text(work: Work) -> str:
    """The beginning of the digest of an article's text; empty where there is none."""
    return work.mapped.graph.value.rpartition(".")[2] if work.mapped else ""


def _refused(settings: Settings, work: Work, time: str) -> Work:
    assert settings.articles is not None, "an article was read"
    sentence = (
        f"its text was erased from the record on {time[:10]}, and is not built again: delete this folder, or bring it"
        " back with `kg build --erased`"
    )
    problem = Problem(Source(str(settings.articles / work.slug / "article.txt"), 1), "", sentence, "erased")
    return replace(work, mapped=None, report=Report.of([problem]))


def allow_again(settings: Settings, works: Iterable[Work]) -> None:
    """Forget that the texts of these works, where they entered, were erased."""
    built = {_text(work) for work in works if work.accepted}
    with locked(settings.data, 30.0):
        known = erasing.erased(settings.data)
        left = [one for one in known if one["sha256"][:12] not in built]
        if left != known:
            durable.replace(settings.data / erasing.ERASED, json.dumps(left, indent=1) + "\n")
