"""`kg generations`."""

import json

import click

from kg.cli.options import unpublished, with_settings
from kg.settings import Settings
from kg.store.history import History, Moment


@click.command(
    "generations",
    epilog="""\b
Examples:
  kg generations
  kg generations --format json

The newest comes last. What is kept can be asked as it was (`kg query --generation N`, `?generation=N` on a server) and
made the current state again (`kg rollback N`); of what was pruned, only this line is left.""",
)
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@with_settings("data")
def command(settings: Settings, output: str) -> None:
    """List what was published when, and what of it is kept."""
    moments = History(settings.data).moments()
    if not moments:
        raise unpublished(settings)
    click.echo(_json(moments) if output == "json" else _table(moments))


def _json(moments: tuple[Moment, ...]) -> str:
    return json.dumps([moment.as_json() for moment in moments], ensure_ascii=False, indent=1)


def _table(moments: tuple[Moment, ...]) -> str:
    from prettytable import PrettyTable

    table = PrettyTable(["generation", "time (UTC)", "what", "added", "removed", "triples", "kept"], align="l")
    table.max_width["what"] = 60
    for moment in moments:
        e = moment.entry
        counts = [str(number) for number in (e.added, e.removed, e.quads)]
        current = " (current)" if moment is moments[-1] else ""
        when = f"{moment.time:%Y-%m-%d %H:%M:%S}"
        table.add_row([f"{e.generation}{current}", when, e.what, *counts, "yes" if moment.is_kept else "pruned"])
    return str(table)
