"""From granian's ASGI to Flask's WSGI: whole bodies in time, slow readers without threads, honest ends of streams.

Under WSGI granian ends a stream that failed as if it were complete; under ASGI it cuts the connection, so that a
client can tell. See docs/decisions/0002-asgi-gateway.md.
"""

import asyncio
import contextlib
import io
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from kg.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

GONE = "attest.gone"  # in the WSGI environ: a callable that tells whether the client has hung up
THREADS = 64  # more than all queries that may run or wait
IN_FLIGHT = 2000  # requests at once, before they are turned away
DISCARD, LINGER = 8 << 20, 2.0  # bytes, and seconds, of a body that is too long
STALLED = 30.0  # seconds in which a client takes nothing of its answer


@dataclass(slots=True)
class Reply:
    """What a WSGI application answered: status, headers, its first chunk and the rest."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class Gateway:
    """An ASGI application around a WSGI one."""

    def __init__(self, app: WSGI, settings: Settings, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self._app, self._settings = app, settings
        self._start, self._stop = start, stop
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._in_flight = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one scope (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            self._in_flight += 1
            try:
                await self._http(scope, receive, send)
            finally:
                self._in_flight -= 1

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await loop.run_in_executor(None, self._start)
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await loop.run_in_executor(None, self._stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        if self._in_flight > IN_FLIGHT:
            return await _refuse(send, 503, "too many requests at once; try again shortly")
        try:
            body = await asyncio.wait_for(self._body(scope, receive), self._settings.body_seconds)
        except TimeoutError:
            return await _refuse(send, 408, f"the request's body took over {self._settings.body_seconds:g} s")
        if body is None:
            await _discard(receive)
            return await _refuse(send, 413, f"a request's body may hold at most {self._settings.body_bytes} bytes")
        gone = threading.Event()
        watcher = asyncio.create_task(_watch(receive, gone))
        try:
            await self._answer(_environ(scope, body, gone), send)
        finally:
            watcher.cancel()

    async def _body(self, scope: Message, receive: Receive) -> bytes | None:
        """The whole body; None when it is longer than allowed."""
        limit = self._settings.body_bytes
        declared = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > limit:
            return None
        body = bytearray()
        more = True
        while more and len(body) <= limit:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return bytes(body) if len(body) <= limit else None

    async def _answer(self, environ: dict[str, Any], send: Send) -> None:
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(self._threads, _call, self._app, environ)
        try:
            await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
            await _send(send, reply.first, more=reply.rest is not None)
            while reply.rest is not None:
                chunk = await loop.run_in_executor(self._threads, next, reply.rest, b"")
                await _send(send, chunk, more=bool(chunk))
                if not chunk:
                    break
        finally:
            if reply.rest is not None:
                await loop.run_in_executor(self._threads, reply.close)


async def _discard(receive: Receive) -> None:
    """Read some of a body that is too long: a client that is still sending would not see why it was refused."""
    read = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while read < DISCARD and (message := await receive()).get("more_body", False):
                read += len(message.get("body", b""))


async def _send(send: Send, body: bytes, *, more: bool) -> None:
    message = {"type": "http.response.body", "body": body, "more_body": more}
    await asyncio.wait_for(_awaited(send(message)), STALLED)


async def _awaited(step: Awaitable[None]) -> None:
    await step


async def _watch(receive: Receive, gone: threading.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    headers += [(b"connection", b"close")] + ([(b"retry-after", b"5")] if status == 503 else [])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await _send(send, f"{sentence}\n".encode(), more=False)


def _call(app: WSGI, environ: dict[str, Any]) -> Reply:
    """Run the application up to its first chunk; an answer of one chunk is closed at once."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        started[:] = [(status, headers)]

    result = app(environ, start_response)
    close = getattr(result, "close", lambda: None)
    try:
        rest = iter(result)
        first = next(rest, b"")
        status, headers = started[0]
        whole = {k.lower(): v for k, v in headers}.get("content-length") == str(len(first)) or not first
    except BaseException:
        close()
        raise
    if whole:
        close()
    raw = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers]
    return Reply(int(status.split(" ", 1)[0]), raw, first, None if whole else rest, close)


def _environ(scope: Message, body: bytes, gone: threading.Event) -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of an ASGI scope."""
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        GONE: gone.is_set,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
