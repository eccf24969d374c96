"""A small article, and ways to write a claims file for it."""

import re
from pathlib import Path

from kg.corpus.claims import Reading, read_article
from kg.report import Problem

ROOT = Path(__file__).resolve().parents[2]
NAJAF = ROOT / "articles" / "2020-06-08-pmoi-najaf"
SHARED = ROOT.parent / "shared"

TEXT = """\
728 x 90

Guards open fire in Najaf

Najaf, June 8—The town’s guards opened fire on Sunday.

“The guards fired,” a report says. The guards fired again at night, the mayor told the Gazette.

Read more: the mayor resigned in 2019.

Mayor Ali Hadi denied it. “Nobody fired, Hadi said.
"""

TOP = """\
format: 1
article:
  title: Guards open fire in Najaf
  publisher: gazette
  published: 2020-06-08
  language: en
  furniture: ["728 x 90", "Read more: the mayor resigned in 2019."]
"""

STATEMENT = """\
  fire:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash, participant: guards}}
"""

GOOD = TOP + "statements:\n" + STATEMENT


def write(root: Path, claims: str | bytes, text: str | bytes = TEXT, slug: str = "example") -> Path:
    """Write an article's folder below `root`/articles."""
    folder = root / "articles" / slug
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("article.txt", text), ("claims.yaml", claims)):
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(root: Path, claims: str | bytes, text: str | bytes = TEXT) -> Reading:
    """Write an article's folder and read it."""
    return read_article(write(root, claims, text))


def marked(yaml: str) -> list[tuple[int, str]]:
    """The line and rule of every `# !rule` that a YAML text carries, in order."""
    return [
        (number, rule)
        for number, line in enumerate(yaml.splitlines(), 1)
        for rule in re.findall(r"!([a-z-]+)", line.partition("# !")[1] + line.partition("# !")[2])
    ]


def told(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    """The line and rule of every problem, in order."""
    return sorted((problem.source.line, problem.rule) for problem in problems)
