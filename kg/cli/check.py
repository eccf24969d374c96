"""`kg check`."""

import sys

import click

from kg.cli.options import with_settings
from kg.settings import Settings


@click.command(
    "check",
    epilog="""\b
Examples:
  kg check

Exit code 1 when something cannot hold together, 4 when there is no Java to run the reasoner.""",
)
@with_settings("articles")
def command(settings: Settings) -> None:
    """Ask the OWL reasoner whether ontology and record are consistent."""
    from kg.build.pipeline import all_triples
    from kg.reason.consistency import consistency

    verdict = consistency(all_triples(settings))
    for cls in verdict.unsatisfiable:
        click.echo(f"{cls}: can have no member")
    if not verdict.consistent:
        click.echo("The ontology and what the articles say contradict each other.")
    else:
        click.echo("Ontology and record are consistent (HermiT).", err=True)
    sys.exit(0 if verdict.consistent and not verdict.unsatisfiable else 1)
