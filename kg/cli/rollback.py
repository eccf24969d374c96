"""`kg rollback`."""

from datetime import UTC, datetime

import click

from kg.build.standing import note_rollback
from kg.cli.options import with_settings
from kg.settings import Settings
from kg.store.recovery import recover
from kg.store.rollback import roll_back


@click.command(
    "rollback",
    epilog="""\b
Examples:
  kg rollback          to the generation from which the current one was made; again: undo it
  kg rollback 3        to generation 3

What generation 3 held is published as a new generation, so that no number is used again; nothing is lost, and a
running server follows. `kg serve` builds nothing over it until a file of the curators changes; `kg build` does.""",
)
@click.argument("number", metavar="[N]", type=click.IntRange(1), required=False)
@with_settings("data", "articles")
def command(settings: Settings, number: int | None) -> None:
    """Make what an earlier generation held the current state again."""
    for warning in recover(settings.data).warnings:
        click.echo(f"warning: {warning}", err=True)
    entry, to = roll_back(settings.data, number, keep=settings.keep, clock=lambda: datetime.now(UTC))
    note_rollback(settings, entry.generation, to)
    click.echo(
        f"Generation {entry.generation} holds what generation {to} held: {entry.added} triples added, "
        f"{entry.removed} removed. `kg serve` builds nothing over it until a file of the curators changes; "
        "`kg build` brings back what the files say; `kg rollback` undoes it.",
        err=True,
    )
