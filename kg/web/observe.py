"""What became of each request: told once, when its answer has been handed over or given up."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from kg.web.clients import WSGI

ROUTE = "attest.route"  # in the WSGI environ: the rule that matched, which is never the client's own text
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_ROUTE = "none"
BEGAN = "attest.began"  # in the WSGI environ: when handling began, on the monotonic clock, if earlier


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `seconds` of handling, `bytes` of the answer, `whole` unless it was cut off.

    `client` and `query` (the address's query string) are private: they are logged only where a setting says so.
    """

    method: str
    route: str
    status: int
    seconds: float
    bytes: int
    whole: bool = True
    generation: int | None = None
    client: str = ""
    query: str = ""


Tell = Callable[[Exchange], None]


class Log:
    """Writes a line of JSON for each exchange; without addresses and query texts unless `private`."""

    def __init__(self, private: bool, stream: TextIO | None = None) -> None:
        self._private, self._stream = private, stream or sys.stderr

    def __call__(self, exchange: Exchange) -> None:
        """Write one line, at once and whole."""
        line: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": exchange.method,
            "route": exchange.route,
            "status": exchange.status,
            "seconds": round(exchange.seconds, 4),
            "bytes": exchange.bytes,
            "generation": exchange.generation,
        }
        line |= {} if exchange.whole else {"cut": True}
        line |= {"client": exchange.client, "query": exchange.query} if self._private else {}
        self._stream.write(json.dumps(line, ensure_ascii=True) + "\n")
        self._stream.flush()


class Observed:
    """A WSGI application that tells what became of each request."""

    def __init__(self, app: WSGI, tell: Tell) -> None:
        self._app, self._tell = app, tell

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        watch = Watch(environ, self._tell)

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            watch.status, watch.headers = int(status.split(" ", 1)[0]), {k.lower(): v for k, v in headers}
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        watch.result = self._app(environ, started)
        return watch


class Watch:
    """The pieces of one answer, counted on their way."""

    def __init__(self, environ: dict[str, Any], tell: Tell) -> None:
        self.status, self.headers = 500, dict[str, str]()
        self.result: Iterable[bytes] = ()
        self._environ, self._tell, self._began = environ, tell, time.monotonic()
        self._bytes, self._ended = 0, False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.result:
            self._bytes += len(piece)
            yield piece
        self._ended = True

    def close(self) -> None:
        """Close what is watched, and tell."""
        try:
            getattr(self.result, "close", lambda: None)()
        finally:
            self._tell(self._exchange())

    def _exchange(self) -> Exchange:
        environ, generation = self._environ, self.headers.get("attest-generation")
        whole = self._ended or environ["REQUEST_METHOD"] == "HEAD" or self._bytes == self._length()
        return Exchange(
            method=environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in METHODS else "other",
            route=environ.get(ROUTE, NO_ROUTE),
            status=self.status,
            seconds=time.monotonic() - self._environ.get(BEGAN, self._began),
            bytes=self._bytes,
            whole=whole,
            generation=int(generation) if generation else None,
            client=environ.get("REMOTE_ADDR", ""),
            query=environ.get("QUERY_STRING", ""),
        )

    def _length(self) -> int:
        return int(self.headers.get("content-length", "0"))
