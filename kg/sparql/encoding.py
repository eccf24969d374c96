"""Content codings (RFC 9110 section 8.4): zstd and gzip, for whole answers and for those still being written."""

import zlib
from collections.abc import Generator, Iterable
from typing import Literal, Protocol

import zstandard
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from kg.errors import BadInput, ContentTooLarge, UnsupportedMediaType

Encoding = Literal["zstd", "gzip"]
OFFERS: tuple[Encoding, ...] = ("zstd", "gzip")
SMALL = 1024  # bytes; a shorter answer is sent as it is
GZIP_LEVEL, ZSTD_LEVEL = 5, 3
_GZIP = 16 + zlib.MAX_WBITS  # zlib's number for a gzip header, with time 0: same input, same bytes


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self, mode: int = ..., /) -> bytes: ...


def choose(accepted: str | None) -> Encoding | None:
    """The coding for a client that sends this `Accept-Encoding`; None to send the answer as it is."""
    qualities = parse_accept_header((accepted or "")[:1000], Accept)
    best = max(OFFERS, key=lambda offer: qualities.quality(offer))
    return best if qualities.quality(best) > 0 and qualities.quality(best) >= qualities.quality("identity") else None


def compress(encoding: Encoding, pieces: Iterable[bytes], live: bool = False) -> Generator[bytes, None, None]:
    """The pieces, encoded; `live` sends on each as it comes instead of waiting for more.

    What the pieces raise is raised before the end of the coding, so a cut answer never looks whole.
    """
    squeezer, sync = _compressor(encoding)
    try:
        for piece in pieces:
            out = squeezer.compress(piece) + (squeezer.flush(sync) if live else b"")
            if out:
                yield out
        yield squeezer.flush()
    finally:
        getattr(pieces, "close", lambda: None)()


def decompress(encoding: str, body: bytes, most: int) -> bytes:
    """A request's body without its coding, at most `most` bytes of it.

    Raises UnsupportedMediaType for a coding other than gzip, ContentTooLarge, and BadInput for what is not gzip.
    """
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType(f"expected a body encoded as gzip or not at all, found {encoding[:100]!r}")
    squeezer = zlib.decompressobj(_GZIP)
    try:
        text = squeezer.decompress(body, most + 1)
    except zlib.error as error:
        raise BadInput(f"expected a body in gzip: {error}") from error
    if len(text) > most:
        raise ContentTooLarge(f"a request's body may hold at most {most} bytes, also once it is decompressed")
    if not squeezer.eof or squeezer.unused_data:
        raise BadInput("expected one whole gzip stream, found one that is cut off or has more after it")
    return text


def _compressor(encoding: Encoding) -> tuple[_Compressor, int]:
    """A fresh compressor, and the mode in which its `flush` only sends on what it has."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(ZSTD_LEVEL).compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return zlib.compressobj(GZIP_LEVEL, wbits=_GZIP), zlib.Z_SYNC_FLUSH
