"""What is wrong with a curator's files, each thing at its line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from kg.errors import BadInput
from kg.model import Source

Severity = Literal["violation", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong: where, in which statement or entity, in words a documenter understands.

    `where` names the thing ("statement s12", "entity amiri", or "" for the file as a whole);
    `rule` is the local name of the shape or check that found it.
    """

    source: Source
    where: str
    message: str
    rule: str
    severity: Severity = "violation"

    def __str__(self) -> str:
        """`file:LINE: statement ID: sentence`, with `warning:` before the sentence of a warning."""
        who = f"{self.where}: " if self.where else ""
        advice = "warning: " if self.severity == "warning" else ""
        return f"{self.source.file}:{self.source.line}: {who}{advice}{self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """All problems found in one run, sorted by file and line."""

    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Report":
        """Sort the problems, and tell once what is said in the same words of the same line.

        A chain that many statements use has one line: its problem is told of the first of them, and how many more.
        """
        things: dict[tuple[Source, str, Severity], dict[str, Problem]] = defaultdict(dict)
        for problem in sorted(problems, reverse=True):
            things[problem.source, problem.message, problem.severity][problem.where] = problem
        return cls(tuple(sorted(map(_joined, things.values()))))

    @property
    def violations(self) -> tuple[Problem, ...]:
        """The problems that block."""
        return tuple(p for p in self.problems if p.severity == "violation")

    @property
    def conforms(self) -> bool:
        """True when nothing blocks."""
        return not self.violations

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def _joined(told: Mapping[str, Problem]) -> Problem:
    """The first of some problems that differ in what they are about, which tells of the others."""
    first = min(told.values())
    return replace(first, where=f"{first.where} and {len(told) - 1} more") if len(told) > 1 and first.where else first


class NotConforming(BadInput):
    """A change does not satisfy the shapes, the ontology or what the store already holds."""

    status = 422
    exit_code = 1
    title = "Not conforming"

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report
