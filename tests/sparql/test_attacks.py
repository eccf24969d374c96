"""Every hostile query of the shared suite is refused or answered in time, and the service is well afterwards."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import BadInput, KgError, StoreUnavailable
from kg.sparql.protocol import DIRECT, read_query
from kg.sparql.service import QueryService

from .support import QUADS, never, number, serving

SUITE = Path(__file__).parents[3] / "shared" / "attacks" / "attacks"
CASES = sorted(SUITE.glob("q-*.rq*"))

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the shared attacks are not beside the checkout")


@pytest.fixture(scope="module")
def service(root: Path) -> Iterator[QueryService]:
    with serving(root, query_seconds=0.5, query_memory=256 << 20, query_bytes=8 << 20) as service:
        yield service


def filled(content: bytes) -> bytes:
    values = {
        b"{{CANARYPORT}}": b"9",
        b"{{CANARYHOST}}": b"127.0.0.1:9",
        b"{{CANARY}}": b"http://127.0.0.1:9",
        b"{{SELF}}": b"http://127.0.0.1:9/sparql",
        b"{{SECRETFILE}}": str(Path(__file__)).encode(),
        b"{{SECRETNT}}": str(Path(__file__)).encode(),
    }
    for name, value in values.items():
        content = content.replace(name, value)
    return content


def test_there_are_cases() -> None:
    assert len(CASES) > 60


def outcome(service: QueryService, content: bytes) -> tuple[bytes, KgError | None]:
    """What came of an answer, and what ended it."""
    received = bytearray()
    try:
        for piece in service.answer(read_query("POST", DIRECT, b"", content), None, never).chunks:
            received += piece
    except KgError as error:
        return bytes(received), error
    return bytes(received), None


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_attack(service: QueryService, path: Path) -> None:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else filled(path.read_bytes())
    received, error = outcome(service, content)
    assert error is None or isinstance(error, BadInput | StoreUnavailable)
    assert error is None or (error.status in (400, 413, 503) and len(str(error)) < 1000)
    assert len(received) <= 9 << 20
    assert b"def test_attack" not in received
    assert number(service) == QUADS
