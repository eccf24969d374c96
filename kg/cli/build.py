"""`kg build`."""

import sys

import click

from kg.build.inputs import is_stale
from kg.cli.options import count, progress_bar, show_report, with_settings
from kg.settings import Settings
from kg.store.recovery import recover


@click.command(
    "build",
    epilog="""\b
Examples:
  kg build                          what has changed since the last build
  kg build --articles my/articles --data /srv/attest

An article with a violation does not enter; the store keeps what it had of it. Exit code 1 then.""",
)
@with_settings("data", "articles")
@click.option("--all", "everything", is_flag=True, help="Look at every article, changed or not.")
def command(settings: Settings, everything: bool) -> None:
    """Publish the corpus as a new generation of the knowledge graph."""
    for warning in recover(settings.data).warnings:
        click.echo(f"warning: {warning}", err=True)
    if not everything and not is_stale(settings):
        click.echo("Nothing has changed since the last build.", err=True)
        return
    from kg.build.pipeline import build  # rdflib and pyshacl take a second to import: only when there is work

    with progress_bar("Articles") as progress:
        outcome = build(settings, progress=progress, everything=everything)
    show_report(outcome.report)
    generation = outcome.generation.number if outcome.generation else "none"
    click.echo(
        f"Generation {generation}{'' if outcome.published else ' (unchanged)'}: {count(outcome.articles, 'article')}, "
        f"{count(outcome.statements, 'statement')}, {count(outcome.quads, 'triple')}; "
        f"{count(len(outcome.report.violations), 'violation')}"
        + (f"; {count(outcome.drafts, 'draft')} left out" if outcome.drafts else ""),
        err=True,
    )
    if outcome.rejected:
        click.echo(f"Not entered, the store keeps what it had: {', '.join(outcome.rejected)}", err=True)
    sys.exit(0 if outcome.report.conforms else 1)
