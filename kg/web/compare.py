"""`/compare`: what voices affirm, deny and leave out, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from kg.errors import BadInput, NotFound
from kg.web.facts import Fact, Saying, read_facts
from kg.web.ids import NAME, page_number
from kg.web.record import Bound, Iri, Record, conditional
from kg.web.sentences import Part, Sentence, part_of
from kg.web.terms import LABEL, Row, value

bp = Blueprint("compare", __name__)
MOST = 4  # voices side by side
SHOWN = 20  # propositions on a page
SHOWS = ("disputed", "shared")  # and `lacking.NAME`


@dataclass(frozen=True, slots=True)
class Held:
    """A voice, and how many propositions it affirms, denies, passes on of others, and speaks of at all."""

    voice: Part
    name: str
    affirms: int
    denies: int
    passes: int
    speaks: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What one voice says of a proposition: what it affirms and denies itself, and what it passes on of others."""

    said: tuple[Saying, ...]
    denied: tuple[Saying, ...]
    passed: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A proposition, and what each voice says of it."""

    sentence: Sentence
    cells: tuple[Cell, ...]


@bp.get("/compare")
@conditional
def compare(record: Record) -> Response:
    """Two to four voices (`voice`) side by side, on all or `about` one thing; else the voices to choose among."""
    names = list(dict.fromkeys(filter(None, request.args.getlist("voice"))))
    about = request.args.get("about", "")
    _check(names, about)
    scope: dict[str, Bound] = {"about": Iri(record.iri(about))} if about else {}
    scope |= {"passed": 1} if request.args.get("passed") else {}
    label = record.graph("labels", s=Iri(record.iri(about))).text(record.iri(about), LABEL) or about if about else ""
    given = {"names": names, "about": about, "label": label, "most": MOST}
    if len(names) < 2:
        holders = [
            (record.name(value(row, "thing")), part_of(row, "thing", "label"), value(row, "total"))
            for row in _holders(record, scope, names)
        ]
        return Response(render_template("compare-choose.html", holders=holders, **given), mimetype="text/html")
    return Response(render_template("compare.html", **given, **_compared(record, names, scope)), mimetype="text/html")


def _check(names: Sequence[str], about: str) -> None:
    for name in filter(None, (*names, about)):
        if not NAME.fullmatch(name):
            raise BadInput(f"expected the name of a thing, found {name[:100]!r}")
    if len(names) > MOST:
        raise BadInput(f"expected at most {MOST} voices side by side, found {len(names)}")


def _holders(record: Record, scope: dict[str, Bound], names: Sequence[str]) -> list[Row]:
    """The voices that hold most, those that are chosen among them even if they hold little."""
    rows = record.charged("holders", **scope)
    known = {value(row, "thing") for row in rows}
    more = [Iri(record.iri(name)) for name in names if record.iri(name) not in known]
    return [*rows, *(record.rows("holder", thing=more) if more else ())]


def _compared(record: Record, names: Sequence[str], scope: dict[str, Bound]) -> dict[str, object]:
    voices = [Iri(record.iri(name)) for name in names]
    held = _held(record, names, scope)
    bound: dict[str, Bound] = {**scope, **_show(record, names, "passed" in scope), "voice": voices}
    everything = int(record.rows("compared-count", **{**scope, "voice": voices})[0]["total"].value)
    total = int(record.rows("compared-count", **bound)[0]["total"].value)
    number = page_number()
    rows = record.rows("compared", limit=SHOWN, offset=(number - 1) * SHOWN, **bound)
    if number > 1 and not rows:
        raise NotFound(f"there are {total} propositions here, and no page {number}")
    propositions = [value(row, "proposition") for row in rows]
    facts = read_facts(record, propositions, voices)
    first = (number - 1) * SHOWN
    chosen = [("voice", name) for name in names] + [
        (name, request.args[name]) for name in ("about", "passed") if name in scope
    ]
    show = request.args.get("show", "")
    return {
        "held": held,
        "lines": [_line(facts[iri], voices, "passed" in scope) for iri in propositions],
        "everything": everything,
        "show": show,
        "passed": "passed" in scope,
        "either": urlencode([pair for pair in chosen if pair[0] != "passed"]),
        "chosen": urlencode(chosen),
        "kept": urlencode([*chosen, *([("show", show)] if show else [])]),
        "number": number,
        "total": total,
        "first": first + 1,
        "last": min(total, first + SHOWN),
    }


def _show(record: Record, names: Sequence[str], passed: bool) -> dict[str, Bound]:
    """Which propositions: all, `disputed` or `shared` ones, or those that one of the voices is `lacking`."""
    show = request.args.get("show", "")
    name = show.removeprefix("lacking.")
    if show.startswith("lacking.") and name in names:
        lacking: dict[str, Bound] = {"lacking": Iri(record.iri(name))}
        return {**lacking, "without": 1} if passed else lacking
    if show and show not in SHOWS:
        raise BadInput(
            f"expected as show one of {', '.join((*SHOWS, *(f'lacking.{n}' for n in names)))}, found {show[:50]!r}"
        )
    return {show: 1} if show else {}


def _held(record: Record, names: Sequence[str], scope: dict[str, Bound]) -> list[Held]:
    rows = record.rows("compared-voices", voice=[Iri(record.iri(name)) for name in names], **scope)
    found = {value(row, "voice"): row for row in rows}
    if lacking := [name for name in names if record.iri(name) not in found]:
        raise NotFound(f"nothing in the record is called {lacking[0]}")
    return [_count(name, found[record.iri(name)]) for name in names]


def _count(name: str, row: Row) -> Held:
    counts = [int(value(row, column) or 0) for column in ("affirms", "denies", "passes", "speaks")]
    return Held(part_of(row, "voice", "label"), name, *counts)


def _line(fact: Fact, voices: Sequence[str], passed: bool) -> Line:
    return Line(fact.sentence, tuple(_cell(fact, voice, passed) for voice in voices))


def _cell(fact: Fact, voice: str, passed: bool) -> Cell:
    said, denied = (tuple(s for s in some if s.chain[-1].iri == voice) for some in (fact.said, fact.denied))
    others = (s for s in (*fact.said, *fact.denied) if passed and voice in {link.iri for link in s.chain[:-1]})
    return Cell(said, denied, tuple(s for s in others if s not in (*said, *denied)))
