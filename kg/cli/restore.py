"""`kg restore`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from kg.cli.options import with_settings
from kg.settings import Settings


@click.command(
    "restore",
    epilog="""\b
Examples:
  kg restore /backups/attest-2026-11-25.tar.gz
  kg restore /backups/attest-2026-11-25 --data /srv/attest
  kg restore /backups/attest-2026-11-25 --force     replace what is there

The backup is checked against its digests first. Over other data it takes a number that neither has used, and a running
server follows. `kg serve` then builds what the curators' files say anew, as always.""",
)
@click.argument("source", metavar="FILE|DIR", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace what the data directory holds: generations and journal.")
@click.option("--erased", is_flag=True, help="Also what was erased here since (`kg erase`).")
@with_settings("data")
def command(settings: Settings, source: Path, force: bool, erased: bool) -> None:
    """Make a backup the data directory again."""
    from kg.store.backup import restore

    done = restore(source, settings.data, force=force, erased=erased, clock=lambda: datetime.now(UTC))
    as_now = f", as generation {done.generation}" if done.generation != done.was else ""
    click.echo(f"{settings.data} holds generation {done.was} of {done.time}{as_now}", err=True)
