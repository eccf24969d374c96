"""`kg backup`."""

from pathlib import Path

import click

from kg.cli.options import with_settings
from kg.settings import Settings


@click.command(
    "backup",
    epilog="""\b
Examples:
  kg backup /backups/attest-2026-11-25            a folder
  kg backup /backups/attest-2026-11-25.tar.gz     an archive (.tar, .tar.gz or .tgz)

The current generation with its worlds, the journal and the notes of the build, checked against their digests; a server
and a build may run meanwhile. Not in it: older generations, tokens, and the articles, which are files of yours.""",
)
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@with_settings("data")
def command(settings: Settings, target: Path) -> None:
    """Copy the current generation and the journal."""
    from kg.store.backup import back_up

    entry = back_up(settings.data, target)
    click.echo(f"{target}: generation {entry.generation} of {entry.time} ({entry.quads} triples), checked", err=True)
