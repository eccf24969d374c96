"""Options that commands share, and how a command says what it found."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from kg.errors import StoreUnavailable
from kg.report import Report
from kg.settings import Settings, load

F = TypeVar("F", bound=Callable[..., Any])


def with_settings(*names: str) -> Callable[[F], F]:
    """Give a command the options named (`data`, `articles`, `host`, `port`) and pass it `settings`."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def run(**values: Any) -> Any:
            flags = {name: values.pop(name) for name in names}
            return function(settings=load(flags), **values)

        decorated: Any = run
        for name in reversed(names):
            decorated = _OPTIONS[name](decorated)
        return cast(F, decorated)

    return decorate


_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "data": click.option(
        "--data", type=click.Path(path_type=Path), metavar="DIR", help="Where generations are kept (default: kg-data)."
    ),
    "articles": click.option(
        "--articles", metavar="DIR", help="The corpus; `none` for none (default: the one that comes with it)."
    ),
    "host": click.option("--host", metavar="ADDRESS", help="Address to listen on (default: 127.0.0.1)."),
    "writable": click.option(
        "--writable", is_flag=True, default=None, help="Take writes at /update and /store (default: read-only)."
    ),
    "auth": click.option(
        "--auth/--no-auth",
        default=None,
        help="Whether writes need a token; --no-auth on loopback only.",
    ),
    "services": click.option(
        "--services",
        metavar="IRIS",
        help="Endpoints that a query may ask by SERVICE, with commas between (default: none).",
    ),
    "port": click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000)."),
}


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while it is a terminal, and nothing otherwise; call it with how many are done, of how many."""
    stream = sys.stderr
    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None and total and stream.isatty():
            bar = click.progressbar(length=total, label=label, file=stream)
            bar.__enter__()
        if bar is not None:
            bar.update(done - bar.pos)

    try:
        yield show
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def show_report(report: Report) -> None:
    """Print each problem on a line of its own, for people and for editors that jump to `file:line`."""
    for problem in report.problems:
        click.echo(str(problem))


def unpublished(settings: Settings) -> StoreUnavailable:
    """What to raise where there is no generation to tell of."""
    return StoreUnavailable(f"nothing was published in {settings.data} yet: run `kg build`")


def count(number: int, noun: str) -> str:
    """`1 article`, `2 articles`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
