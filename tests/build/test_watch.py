"""Being told of changes, also where the system does not tell of them."""

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from kg.build import watch
from kg.build.builder import Builder
from kg.cli.watch import follow
from tests.conftest import Project


def test_who_watches_with_code_that_is_there_no_more_is_told_to_start_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process has its own
    builder = Builder(project.settings)
    inputs = builder.look(pytest.fail)
    assert follow(project.settings, builder, replace(inputs, code="that of an earlier version")) == 4
    assert "start it again" in capsys.readouterr().err


def next_change(told: Any, claims: Path) -> None:
    """Write until a change is told: who polls may look for the first time after the first write."""
    for number in range(120):
        claims.write_text(f"format: 1 # {number}\n", "utf-8")
        if next(told):
            return
    pytest.fail("no change was told in a minute")


def test_what_changed_before_and_after_is_told(project: Project) -> None:
    told = watch.changes(project.settings)
    assert next(told)
    next_change(told, project.claims)


def test_where_there_are_too_many_folders_they_are_polled(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    polled = []

    def limited(*folders: Path, force_polling: bool | None, **more: Any) -> Any:
        if not force_polling:
            raise OSError("OS file watch limit reached.")
        polled.append(folders)
        return watchfiles.watch(*folders, force_polling=True, **more)

    monkeypatch.setattr(watch, "watch", limited)
    monkeypatch.setattr(watch, "POLL", 50)
    told = watch.changes(project.settings)
    assert next(told)
    next_change(told, project.claims)
    assert project.settings.articles in polled[0]
