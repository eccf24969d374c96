from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.sparql.service import QueryService

from .support import publish, quads, serving, workers


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one generation, which tests only read."""
    root = tmp_path_factory.mktemp("data")
    publish(root, 1, quads())
    return root


@pytest.fixture(scope="module")
def service(root: Path) -> Iterator[QueryService]:
    """A service that the tests of a module share."""
    with serving(root) as service:
        yield service
    assert workers() == []
