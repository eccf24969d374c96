from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped corpus, served with a deadline of two seconds."""
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(folder, data=folder / "kg-data", query_seconds=2, body_seconds=2) as running:
        yield running
