"""What `kg check` finds: one thing, where it stands, how grave it is, and what a person needs to act on it."""

from dataclasses import dataclass
from typing import Literal

from kg.model import Source

Level = Literal["error", "warning", "info"]
LEVELS: tuple[Level, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing found: where (None when it is nowhere in particular), about what, in a sentence.

    `rule` names the rule or shape that found it; `details` are lines of their own, each with its own place.
    """

    source: Source | None
    about: str
    sentence: str
    rule: str
    level: Level = "error"
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`file:LINE: term: sentence`, with the level before the sentence unless it is an error, and the details."""
        place = f"{self.source.file}:{self.source.line}: " if self.source else ""
        about = f"{self.about}: " if self.about else ""
        level = "" if self.level == "error" else f"{self.level}: "
        return "\n".join([f"{place}{about}{level}{self.sentence}", *(f"  {line}" for line in self.details)])


def order(finding: Finding) -> tuple[int, str, int, str, str]:
    """Sorts findings: the gravest first, then by place."""
    source = finding.source or Source("", 0)
    return LEVELS.index(finding.level), source.file, source.line, finding.about, finding.sentence
