"""`kg anchor`."""

import sys
from collections import Counter
from pathlib import Path

import click

from kg.cli.options import show_report, with_settings
from kg.corpus.edit import anchor_file
from kg.corpus.folders import articles_in
from kg.errors import BadInput
from kg.report import Report
from kg.settings import Settings


@click.command(
    "anchor",
    epilog="""\b
Examples:
  kg anchor                               every article
  kg anchor 2020-06-08-pmoi-najaf         one

Offsets that are still true are kept. Comments and order stay, and a file that is right is not touched.""",
)
@click.argument("slugs", nargs=-1, metavar="[ARTICLE]...")
@with_settings("articles")
def command(settings: Settings, slugs: tuple[str, ...]) -> None:
    """Find where quotes stand, and write the offsets into claims.yaml."""
    if settings.articles is None:
        raise BadInput("there is no corpus to anchor: --articles is none")
    folders = [settings.articles / slug for slug in slugs] or articles_in(settings.articles)
    conforming = [_anchor(folder) for folder in folders]
    sys.exit(0 if all(conforming) else 1)


def _anchor(folder: Path) -> bool:
    """Anchor one article and say what came of it; True when nothing blocks."""
    anchoring = anchor_file(folder)
    report = Report.of(anchoring.problems)
    show_report(report)
    results = Counter(place.result for place in anchoring.places)
    counted = ", ".join(f"{number} {result}" for result, number in sorted(results.items())) or "nothing to anchor"
    click.echo(f"{anchoring.file}: {counted}; {'written' if anchoring.changed else 'not touched'}", err=True)
    return report.conforms
