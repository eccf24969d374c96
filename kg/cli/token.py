"""`kg token`."""

from datetime import UTC, datetime

import click

from kg.cli.options import with_settings
from kg.errors import BadInput
from kg.settings import Settings
from kg.store.bearer import Token, Tokens

LONGEST = 3650  # days


@click.group(
    "token",
    epilog="""\b
Examples:
  kg token add "Anna's editor"      prints the token, once
  kg token list
  kg token revoke 1f0c9a2b""",
)
def command() -> None:
    """Manage the tokens that writing to a server needs."""


@command.command(
    "add",
    epilog="""\b
Examples:
  kg token add "Anna's editor"                                      everything, for 90 days
  kg token add importer --graph https://example.org/g --days 7      the graph store, this graph only

The token is printed once, on stdout, and kept only as a hash. Send it as `Authorization: Bearer TOKEN`.
An update needs a token without --graph.""",
)
@click.argument("name")
@click.option("--graph", "graphs", multiple=True, metavar="IRI", help="A graph that it may write; repeat for more.")
@click.option("--days", type=click.FloatRange(min=0, max=LONGEST, min_open=True), default=90, show_default=True)
@with_settings("data")
def add(settings: Settings, name: str, graphs: tuple[str, ...], days: float) -> None:
    """Make a token; NAME says whose it is, or what for."""
    for graph in graphs:
        if ":" not in graph or any(sign in graph for sign in '<>" {}|\\^`'):
            raise BadInput(f"expected the absolute IRI of a graph, found {graph!r}")
    token, text = Tokens(settings.data).add(name, days, graphs or None, datetime.now(UTC))
    click.echo(f"Token {token.id} ({name}), until {token.expires}. It is not shown again:", err=True)
    click.echo(text)


@command.command("list")
@with_settings("data")
def list_(settings: Settings) -> None:
    """List the tokens: id, expiry, name, graphs."""
    now = datetime.now(UTC)
    for token in Tokens(settings.data).all():
        click.echo("\t".join((token.id, _until(token, now), token.name, " ".join(token.graphs or ["everything"]))))


@command.command("revoke", epilog="\b\nExample:\n  kg token revoke 1f0c9a2b     the id is in `kg token list`")
@click.argument("id_", metavar="ID")
@with_settings("data")
def revoke(settings: Settings, id_: str) -> None:
    """Forget a token: it is refused from now on, also by servers that run."""
    token = Tokens(settings.data).revoke(id_)
    click.echo(f"Token {token.id} ({token.name}) is revoked.", err=True)


def _until(token: Token, now: datetime) -> str:
    return f"expired {token.expires}" if token.is_expired(now) else f"until {token.expires}"
