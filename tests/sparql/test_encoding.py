import gzip
import zlib
from collections.abc import Iterator

import pytest
import zstandard

from kg.errors import BadInput, ContentTooLarge, UnsupportedMediaType
from kg.sparql.encoding import Encoding, choose, compress, decompress

READ = {
    "gzip": lambda body: gzip.decompress(body),
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("*", "zstd"),
        ("*;q=0.1, gzip", "gzip"),
        (";;q=zz,,/", None),
        ("gzip" + ",x" * 100_000, "gzip"),
    ],
)
def test_chooses_by_accept_encoding(accepted: str | None, expected: str | None) -> None:
    assert choose(accepted) == expected


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("live", [False, True])
def test_what_is_compressed_is_read_again(encoding: Encoding, live: bool) -> None:
    pieces = [b"a" * 70_000, b"", "é".encode() * 10, bytes(range(256)) * 300]
    assert READ[encoding](b"".join(compress(encoding, pieces, live))) == b"".join(pieces)


@pytest.mark.parametrize(("encoding", "reader"), [
    ("gzip", lambda: zlib.decompressobj(31)),
    ("zstd", lambda: zstandard.ZstdDecompressor().decompressobj()),
])  # fmt: skip
def test_a_live_stream_is_readable_as_it_comes(encoding: Encoding, reader) -> None:
    stream, far = compress(encoding, iter([b"first row\n", b"second row\n"]), live=True), reader()
    assert far.decompress(next(stream)) == b"first row\n"
    assert far.decompress(next(stream)) == b"second row\n"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_stream_that_fails_has_no_end(encoding: Encoding) -> None:
    closed: list[bool] = []

    def failing() -> Iterator[bytes]:
        try:
            yield b"row\n" * 50_000
            raise RuntimeError("the worker was killed")
        finally:
            closed.append(True)

    got: list[bytes] = []
    with pytest.raises(RuntimeError):
        got.extend(compress(encoding, failing()))
    assert closed == [True]
    far = zlib.decompressobj(31) if encoding == "gzip" else zstandard.ZstdDecompressor().decompressobj()
    for piece in got:
        far.decompress(piece)
    assert not far.eof


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_same_input_same_bytes(encoding: Encoding) -> None:
    assert [*compress(encoding, [b"x" * 5000])] == [*compress(encoding, [b"x" * 5000])]


@pytest.mark.parametrize("name", ["gzip", "x-gzip", " GZIP "])
def test_a_body_is_read(name: str) -> None:
    assert decompress(name, gzip.compress(b"ASK {}"), 6) == b"ASK {}"


@pytest.mark.parametrize(
    ("encoding", "body", "error", "sentence"),
    [
        ("br", b"", UnsupportedMediaType, "encoded as gzip or not at all, found 'br'"),
        ("gzip, gzip", b"", UnsupportedMediaType, "found 'gzip, gzip'"),
        ("gzip", b"ASK {}", BadInput, "expected a body in gzip"),
        ("gzip", gzip.compress(b"ASK {}", mtime=0)[:-3], BadInput, "cut off"),
        ("gzip", gzip.compress(b"ASK {}", mtime=0) + b"more", BadInput, "more after it"),
        ("gzip", gzip.compress(b"#" * 101, mtime=0), ContentTooLarge, "at most 100 bytes"),
        ("gzip", gzip.compress(bytes(200 << 20), mtime=0), ContentTooLarge, "at most 100 bytes"),
    ],
)
def test_a_body_that_is_not_read(encoding: str, body: bytes, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        decompress(encoding, body, 100)
