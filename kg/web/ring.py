"""A circle of voices and works as a finding has it, and where its parts stand when it is drawn."""

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from kg.web.record import Iri, Record
from kg.web.sentences import Part, part_of

MOST = 10  # nodes of a circle that is drawn; what is longer is listed alone
SIZE = 520  # the drawing is a square of so many units
RADIUS = 165
BOX = 150  # how wide a node is
INSIDE = 84  # where an edge's words stand
LINE = 19  # from one line of text to the next
GAP = 6  # between a node and an arrow
WORDED = 4  # steps whose words find room in the circle; the list below has them all
CITES = "cites"  # as `ring.rq` has it
TRIED = 1000  # circles among which the longest is sought


@dataclass(frozen=True, slots=True)
class Step:
    """From one to the next: how, and the statements that say so, as links."""

    source: Part
    target: Part
    how: str
    statements: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Text in lines around a point."""

    x: int
    y: int
    lines: tuple[str, ...]

    @property
    def first(self) -> int:
        """The base line of the first line."""
        return self.y - (len(self.lines) - 1) * LINE // 2 + LINE // 3

    @property
    def height(self) -> int:
        """How high a box around it is."""
        return len(self.lines) * LINE + 18


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step as it is drawn: its first node, its arc as an SVG path, its number's place, and its words' place."""

    step: Step
    node: Lines
    arc: str
    x: int
    y: int
    words: Lines


@dataclass(frozen=True, slots=True)
class Ring:
    """The steps of a circle, in order; the last leads to the first."""

    steps: tuple[Step, ...]

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """Each step where it is drawn, nothing for a circle of more than `MOST`."""
        number = len(self.steps)
        return tuple(_drawn(self.steps, at) for at in range(number)) if number <= MOST else ()


def read_ring(record: Record, finding: str) -> Ring | None:
    """The circle of a finding: the one through most of what stands in it; None for a finding that is of none."""
    steps = _steps(record, finding)
    nexts: dict[str, set[str]] = defaultdict(set)
    for source, target in steps:
        nexts[source].add(target)
    circles = list(islice((circle for start in sorted(nexts) for circle in _circles(start, nexts)), TRIED))
    if not circles:
        return None
    best = min(circles, key=lambda circle: (-len(circle), circle))
    made = [steps[pair] for pair in pairwise([*best, best[0]])]
    begins = (at for at, step in enumerate(made) if step.how == CITES != made[at - 1].how)
    first = next(begins, 0)  # with the one who passes it on
    return Ring((*made[first:], *made[:first]))


def _steps(record: Record, finding: str) -> dict[tuple[str, str], Step]:
    found: dict[tuple[str, str], Step] = {}
    for row in record.rows("ring", finding=Iri(finding)):
        source, target = (part_of(row, name, f"{name}Label") for name in ("from", "to"))
        said = Part(row["identifier"].value, "thing", row["statement"].value)
        known = found.get((source.iri, target.iri), Step(source, target, row["how"].value, ()))
        statements = tuple(dict.fromkeys((*known.statements, said)))
        found[source.iri, target.iri] = Step(source, target, known.how, statements)
    return found


def _circles(start: str, nexts: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Circles that begin at a node and hold none that sorts before it, so that each is found once."""
    paths: list[tuple[str, ...]] = [(start,)]
    while paths:
        path = paths.pop()
        for node in sorted(nexts.get(path[-1], ())):
            if node == start:
                yield path
            elif node > start and node not in path and len(path) <= MOST:
                paths.append((*path, node))


def _drawn(steps: Sequence[Step], at: int) -> Drawn:
    number = len(steps)
    here, there = (_node(steps, index) for index in (at, (at + 1) % number))
    angle, turn = _angle(at, number), 2 * math.pi / number
    start, end = _point(_edge(here, angle, 1)), _point(_edge(there, angle + turn, -1))
    arc = f"M{start[0]} {start[1]}A{RADIUS} {RADIUS} 0 0 1 {end[0]} {end[1]}"
    middle = angle + turn / 2
    words = _wrapped(steps[at].how, 13) if number <= WORDED else ()
    return Drawn(steps[at], here, arc, *_point(middle), Lines(*_point(middle, INSIDE), words))


def _node(steps: Sequence[Step], at: int) -> Lines:
    return Lines(*_point(_angle(at, len(steps))), _wrapped(steps[at].source.text, 17))


def _angle(at: int, number: int) -> float:
    """Clockwise, from the top."""
    return 2 * math.pi * at / number - math.pi / 2


def _edge(box: Lines, angle: float, way: int) -> float:
    """Where the circle leaves the box of the node at an angle, clockwise (`way` 1) or against it (-1)."""
    for degrees in range(90):
        there = angle + way * math.radians(degrees)
        x, y = _point(there)
        if abs(x - box.x) > BOX / 2 + GAP or abs(y - box.y) > box.height / 2 + GAP:
            return there
    return angle


def _point(angle: float, radius: int = RADIUS) -> tuple[int, int]:
    return round(SIZE / 2 + radius * math.cos(angle)), round(SIZE / 2 + radius * math.sin(angle))


def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, width, max_lines=4, placeholder=" …"))
