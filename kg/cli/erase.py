"""`kg erase`."""

from datetime import UTC, datetime

import click

from kg.cli.options import count, with_settings
from kg.settings import Settings
from kg.store.recovery import recover


@click.command(
    "erase",
    epilog="""\b
Examples:
  kg erase 2020-06-08-pmoi-najaf --dry-run     what would go, and from where
  kg erase 2020-06-08-pmoi-najaf               asks before it does
  kg erase https://w3id.org/attest/id/2020-06-08-pmoi-najaf.cb63c25f9530 --yes

A slug means all revisions of the article. The text, its statements and what only they refer to go from every
generation that is kept; numbers stay, and the journal says that a text was erased. This cannot be undone. A running
server follows within seconds. Copies that you made (`kg backup`, `kg export`, a snapshot of the disk) are yours to
delete, and so is the article's folder: `kg build` refuses it until then.""",
)
@click.argument("document", metavar="DOCUMENT")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@with_settings("data", "articles")
def command(settings: Settings, document: str, yes: bool, dry_run: bool) -> None:
    """Take a document out of every generation, for good."""
    from kg.build.erase import erase, find_document

    for warning in recover(settings.data).warnings:
        click.echo(f"warning: {warning}", err=True)
    plan = find_document(settings, document)
    click.echo(f"To erase: {', '.join(plan.names)}")
    for found in plan.found:
        if found.graphs:
            told = f"{count(found.statements, 'statement')}, {count(len(found.quads), 'triple')} of its own"
            click.echo(f"  generation {found.generation.number}: {told}")
    referring = {graph: n for found in plan.found for graph, n in found.referring.items()}
    for graph, number in sorted(referring.items()):
        click.echo(f"  <{graph}> refers to it in {count(number, 'triple')}, which stay: look at them")
    if dry_run:
        return
    if not yes:
        click.confirm("This cannot be undone. Erase it?", abort=True, err=True)
    done = erase(settings, document, lambda step: click.echo(step, err=True), lambda: datetime.now(UTC))
    for number, removed in sorted(done.removed.items()):
        click.echo(f"Erased from generation {number}: {count(removed, 'triple')} fewer, with what only it referred to")
    if done.dropped:
        click.echo(f"Not kept any more: {', '.join(map(str, done.dropped))}")
    click.echo(f"Generation {done.current} is current. The journal says that a text was erased, and not which.")
    _tell_what_stays(settings, plan.slugs)


def _tell_what_stays(settings: Settings, slugs: tuple[str, ...]) -> None:
    click.echo("What stays: copies made before (backups, exports, snapshots of the disk, logs of requests).")
    for slug in slugs:
        if settings.articles and (settings.articles / slug).is_dir():
            click.echo(f"And {settings.articles / slug}, which is yours to delete: until then `kg build` refuses it.")
