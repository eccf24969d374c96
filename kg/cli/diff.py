"""`kg diff`."""

from collections.abc import Iterator

import click

from kg.cli.options import count, unpublished, with_settings
from kg.settings import Settings
from kg.store.changes import Summary, changed_lines, places, summary
from kg.store.generations import Generation
from kg.store.history import History
from kg.vocab import AT


@click.command(
    "diff",
    epilog="""\b
Examples:
  kg diff                     what the current generation changed
  kg diff 3                   what has changed since generation 3
  kg diff 3 5                 from generation 3 to generation 5, in this order
  kg diff 3 5 --format nq     each triple, as N-Quads with + or - before it

`kg generations` lists those there are.""",
)
@click.argument("old", metavar="[A]", type=click.IntRange(1), required=False)
@click.argument("new", metavar="[B]", type=click.IntRange(1), required=False)
@click.option("--format", "output", type=click.Choice(["summary", "nq"]), default="summary", show_default=True)
@with_settings("data")
def command(settings: Settings, old: int | None, new: int | None, output: str) -> None:
    """Tell what differs between two generations."""
    before, after = _pair(settings, old, new)
    lines = changed_lines(before, after)
    if output == "nq":
        for line in lines:
            click.echo(f"{line.sign} {line.text}")
        return
    found = summary(lines, AT.Statement.value)
    for told in _told(found, settings.base_iri):
        click.echo(told)
    first = f"generation {before.number}" if before else "nothing"
    total = f"{found.added.total()} added, {found.removed.total()} removed"
    click.echo(f"From {first} to generation {after.number}: {total}", err=True)


def _pair(settings: Settings, old: int | None, new: int | None) -> tuple[Generation | None, Generation]:
    history = History(settings.data)
    moments = history.moments()
    if not moments:
        raise unpublished(settings)
    after = history.find_kept(new or moments[-1].number)
    if old is not None:
        return history.generation(history.find_kept(old)), history.generation(after)
    if after.entry.parent is not None:
        history.find_kept(after.entry.parent)
    return history.before(after), history.generation(after)


def _told(found: Summary, base: str) -> Iterator[str]:
    """A line for each article, and each other graph, that changed."""
    for place, (added, removed) in places(found, base).items():
        yield f"{place}: +{added} -{removed}"
    if found.came or found.went:
        yield f"{count(len(found.came), 'statement')} came, {count(len(found.went), 'statement')} went"
