"""`kg serve`."""

import functools
import os
import subprocess
import sys
from dataclasses import fields

import click

from kg.cli.options import with_settings
from kg.errors import StoreUnavailable
from kg.settings import Settings
from kg.sparql.sandbox import die_with
from kg.store.generations import Generations


@click.command(
    "serve",
    epilog="""\b
Examples:
  kg serve                                  http://127.0.0.1:8000, the corpus that comes with it
  kg serve --port 8080 --data /srv/attest
  kg serve --articles none                  serve the data as it is, build nothing
  kg serve --writable                       take writes at /update and /store, with a token (`kg token add`)
  kg serve --articles none --writable --no-auth   a general store, on this machine only
  kg serve --services https://query.wikidata.org/sparql      queries may ask that endpoint by SERVICE

Read-only unless told otherwise. `kg build` may run beside it: the server follows. SIGTERM and Ctrl-C let running
queries finish.""",
)
@with_settings("data", "articles", "host", "port", "writable", "auth", "services")
def command(settings: Settings) -> None:
    """Build what is stale, then serve the endpoint."""
    from kg.web.auth import check_settings
    from kg.web.serving import check_address, serve

    check_settings(settings)
    check_address(settings)
    if settings.union:
        _build(settings)
    if settings.union and Generations(settings.data).current() is None:
        raise StoreUnavailable(f"nothing to serve in {settings.data}: no generation was ever published there")
    serve(settings)


def _build(settings: Settings) -> None:
    """Build in a process of its own: the server is forked from this one, and no store may be open in it then."""
    command = [sys.executable, "-m", "kg", "build", "--unless-rolled-back"]
    end_with_me = functools.partial(die_with, os.getpid())
    code = subprocess.run(command, env=_environment(settings), check=False, preexec_fn=end_with_me).returncode
    if code != 0 and Generations(settings.data).current() is None:
        sys.exit(code)
    if code != 0:
        click.echo("warning: not everything could be built (see above); serving what was published before", err=True)


def _environment(settings: Settings) -> dict[str, str]:
    values = {f"KG_{f.name.upper()}": getattr(settings, f.name) for f in fields(Settings)}
    return {**os.environ, **{name: "none" if value is None else str(value) for name, value in values.items()}}
