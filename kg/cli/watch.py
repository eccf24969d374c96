"""`kg build --watch`: publish each change as it is saved."""

import signal
import time
from types import FrameType

import click

from kg.build.builder import Builder
from kg.build.inputs import Inputs, is_stale
from kg.build.watch import changes
from kg.cli.build import build
from kg.errors import KgError, StoreUnavailable
from kg.settings import Settings

RETRY = 5.0  # seconds after which it is tried again to publish


def follow(settings: Settings, builder: Builder, built: Inputs) -> int:
    """Publish each change of the files until SIGINT or SIGTERM; `built` is what they were at the last look.

    What is wrong with a file is told, and the next change is awaited. The exit code: 0, or 4 where this process must
    be started again.
    """
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell has what it starts in the background ignore the latter
        signal.signal(number, _interrupt)
    click.echo(f"Watching {settings.articles or settings.ontology}: each change is published. Ctrl-C ends.", err=True)
    follower = _Follower(settings, builder, built)
    try:
        for changed in changes(settings):
            if (changed or follower.is_due()) and not follower.look():
                click.echo("kg: the program has changed: start it again", err=True)
                return 4
    except KeyboardInterrupt:
        click.echo("Watching no more.", err=True)
    return 0


class _Follower:
    def __init__(self, settings: Settings, builder: Builder, built: Inputs) -> None:
        self._settings, self._builder = settings, builder
        self._built, self._code = built, built.code
        self._retry: float | None = None  # when (monotonic) to try again
        self._told = ""

    def is_due(self) -> bool:
        """Whether it is time to try again what failed for no fault of the files."""
        return self._retry is not None and time.monotonic() >= self._retry

    def look(self) -> bool:
        """Build what has changed, and tell what is wrong; False when this process runs code that is there no more."""
        try:
            return self._look()
        except (KgError, OSError) as error:  # a file may go while it is read
            self._tell(f"kg: {error}")
            is_ours = isinstance(error, StoreUnavailable | OSError)
            self._retry = time.monotonic() + RETRY if is_ours else None
        return True

    def _look(self) -> bool:
        inputs = self._builder.look(self._tell)
        if inputs.code != self._code:
            return False
        if inputs != self._built or self._retry:
            if is_stale(self._settings, inputs):
                build(self._builder, inputs)
            self._built = inputs
        self._retry, self._told = None, ""
        return True

    def _tell(self, sentence: str) -> None:
        """Say it, but not again and again."""
        if sentence != self._told:
            click.echo(sentence, err=True)
        self._told = sentence


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
