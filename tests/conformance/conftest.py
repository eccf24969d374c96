"""Suites that are not part of the project: they lie beside the checkout, and in CI they must."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared suites; without it a test is skipped, in CI it fails."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        reason = "the shared suites are not beside the checkout (../shared)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
