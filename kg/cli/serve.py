"""`kg serve`."""

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields

import click

from kg.cli.options import with_settings
from kg.errors import BadInput, StoreUnavailable
from kg.settings import Settings
from kg.sparql.sandbox import die_with
from kg.store.generations import Generations


@click.command(
    "serve",
    epilog="""\b
Examples:
  kg serve                                  http://127.0.0.1:8000, the corpus that comes with it
  kg serve --port 8080 --data /srv/attest
  kg serve --watch                          and publish each change of the corpus as it is saved
  kg serve --articles none                  serve the data as it is, build nothing
  kg serve --writable                       take writes at /update and /store, with a token (`kg token add`)
  kg serve --articles none --writable --no-auth   a general store, on this machine only
  kg serve --services https://query.wikidata.org/sparql      queries may ask that endpoint by SERVICE

Read-only unless told otherwise. `kg build` may run beside it: the server follows. SIGTERM and Ctrl-C let running
queries finish.""",
)
@with_settings("data", "articles", "host", "port", "writable", "auth", "services")
@click.option("--watch", is_flag=True, help="Follow the corpus: publish each change as it is saved.")
def command(settings: Settings, watch: bool) -> None:
    """Build what is stale, then serve the endpoint."""
    from kg.web.address import check_address, check_settings

    check_settings(settings)
    check_address(settings)
    if watch and not (settings.union and settings.articles):
        raise BadInput("--watch follows a corpus, and this server has none")
    building = _building(settings) if settings.union else None
    # What is served is imported meanwhile.
    from kg.web.serving import serve

    if building:
        _await(building, settings)
        if Generations(settings.data).current() is None:
            raise StoreUnavailable(f"nothing to serve in {settings.data}: no generation was ever published there")
    with _following(settings) if watch else nullcontext():
        serve(settings)


def _building(settings: Settings, *more: str) -> "subprocess.Popen[bytes]":
    """Build in a process of its own: the server is forked from this one, and no store may be open in it then."""
    command = [sys.executable, "-m", "kg", "build", "--unless-rolled-back", *more]
    end_with_me = functools.partial(die_with, os.getpid())
    return subprocess.Popen(command, env=_environment(settings), preexec_fn=end_with_me)


def _await(building: "subprocess.Popen[bytes]", settings: Settings) -> None:
    code = building.wait()
    if code != 0 and Generations(settings.data).current() is None:
        sys.exit(code)
    if code != 0:
        click.echo("warning: not everything could be built (see above); serving what was published before", err=True)


@contextmanager
def _following(settings: Settings) -> Iterator[None]:
    """Build again and again beside the server; what it builds is followed like any other generation."""
    following = _building(settings, "--watch")
    try:
        yield
    finally:
        following.terminate()
        following.wait()


def _environment(settings: Settings) -> dict[str, str]:
    values = {f"KG_{f.name.upper()}": getattr(settings, f.name) for f in fields(Settings)}
    return {**os.environ, **{name: "none" if value is None else str(value) for name, value in values.items()}}
