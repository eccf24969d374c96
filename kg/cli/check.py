"""`kg check`."""

import sys
from collections import Counter

import click

from kg.cli.options import count, progress_bar, with_settings
from kg.settings import Settings


@click.command(
    "check",
    epilog="""\b
Examples:
  kg check                         contradictions, explained; how the ontology is written
  kg check --no-java               by the rules of OWL 2 RL alone
  kg check --fail-on warning       for an ontologist's own checks
  kg check --articles none         the ontology by itself

\b
Each finding begins with file:LINE; a contradiction is followed by everything it rests on.
Exit code 1 when something is found at the level of --fail-on or above.""",
)
@with_settings("articles")
@click.option("--java/--no-java", default=True, help="Ask HermiT too, where there is Java (default: yes).")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The mildest level that fails.",
)
@click.option(
    "--narrow",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to narrow down what only HermiT finds.",
)
def command(settings: Settings, java: bool, fail_on: str, narrow: float) -> None:
    """Check that ontology and record can hold together, and how the ontology is written."""
    from kg.build.pipeline import whole_record
    from kg.reason.check import Check
    from kg.reason.finding import LEVELS

    with progress_bar("Articles") as progress:
        record = whole_record(settings, progress=progress)
    for slug in record.unread:
        click.echo(f"{slug} cannot be read and is left out: see `kg validate`", err=True)
    check = Check.of(settings, record.triples, record.places, tell=lambda step: click.echo(step, err=True))
    findings = check.run(java=java, seconds=narrow)
    for finding in findings:
        click.echo(str(finding))
    found = Counter(finding.level for finding in findings)
    click.echo(", ".join(count(found[level], "info" if level == "info" else level) for level in LEVELS), err=True)
    failing = LEVELS[: [*LEVELS].index(fail_on) + 1]  # type: ignore[arg-type]
    sys.exit(1 if any(found[level] for level in failing) else 0)
