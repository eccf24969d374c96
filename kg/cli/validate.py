"""`kg validate`."""

import sys

import click

from kg.cli.options import count, progress_bar, show_report, with_settings
from kg.errors import BadInput
from kg.settings import Settings


@click.command(
    "validate",
    epilog="""\b
Examples:
  kg validate                             every article
  kg validate 2020-06-08-pmoi-najaf       one

Each problem is a line, file:LINE: who: sentence. Exit code 1 when something blocks; warnings only advise.""",
)
@click.argument("slugs", nargs=-1, metavar="[ARTICLE]...")
@with_settings("articles")
def command(settings: Settings, slugs: tuple[str, ...]) -> None:
    """Report what is wrong with the curators' files; publish nothing."""
    from kg.build.pipeline import validate

    for slug in slugs:
        if settings.articles is None or not (settings.articles / slug).is_dir():
            raise BadInput(f"no article {slug!r} in {settings.articles or 'an empty corpus'}")
    with progress_bar("Articles") as progress:
        report = validate(settings, slugs, progress=progress)
    show_report(report)
    warnings = len(report.problems) - len(report.violations)
    click.echo(f"{count(len(report.violations), 'violation')}, {count(warnings, 'warning')}", err=True)
    sys.exit(0 if report.conforms else 1)
