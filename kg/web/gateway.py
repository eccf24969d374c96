"""From granian's ASGI to Flask's WSGI: whole bodies in time, slow readers without threads, honest ends of streams.

Under WSGI granian ends a stream that failed as if it were complete; under ASGI it cuts the connection, so that a
client can tell. See docs/decisions/0002-asgi-gateway.md.
"""

import asyncio
import contextlib
import io
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

from cachetools import LRUCache

from kg.errors import BadInput, BodyTooSlow, BudgetSpent, ContentTooLarge, KgError, StoreUnavailable
from kg.settings import Settings, networks
from kg.sparql.service import QueryService
from kg.web.auth import body_limit
from kg.web.clients import WSGI, client_address, group
from kg.web.environ import GONE, PATH
from kg.web.fast import FastPath
from kg.web.observe import BEGAN, NO_ROUTE, Exchange, Tell
from kg.web.problems import FAILED, MEDIA_TYPE, REFUSAL, details, headers
from kg.web.reply import Reply, begun
from kg.web.reply import reply as make_reply

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CLIENTS = 10_000  # whose addresses are remembered as read
THREADS = 64  # more than all queries that may run or wait
IN_FLIGHT = 2000  # requests at once, before they are turned away
DISCARD, LINGER = 8 << 20, 2.0  # bytes, and seconds, of a body that is too long
PACE = 4096  # bytes of an answer for which a client wins back a second of its patience


class Gateway:
    """An ASGI application around a WSGI one; `tell` is told of requests that do not reach it."""

    def __init__(
        self,
        app: WSGI,
        settings: Settings,
        start: Callable[[], None],
        stop: Callable[[], None],
        tell: Tell,
        service: QueryService,
    ) -> None:
        self._app, self._settings, self._trusted = app, settings, networks(settings.trusted_proxies)
        self._start, self._stop, self._tell = start, stop, tell
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._fast = FastPath(service, tell, self._threads)
        self._clients: LRUCache[tuple[str, bytes], tuple[str, str]] = LRUCache(CLIENTS)
        self._by_client: Counter[str] = Counter()
        self._peers: Counter[tuple[str, int]] = Counter()

    def busy(self) -> set[tuple[str, int]]:
        """The peers (address and port) whose requests are being served; any thread may ask."""
        return set(self._peers)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one scope (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            host, port = scope.get("client") or ("", 0)
            peer = (str(host), int(port))  # granian gives the port as text
            address, client = self._client(peer[0], _header(scope, b"x-forwarded-for"))
            self._peers[peer] += 1
            self._by_client[client] += 1
            try:
                await self._http(scope, receive, send, address, client)
            finally:
                _less(self._peers, peer)
                _less(self._by_client, client)

    def _client(self, host: str, forwarded: bytes) -> tuple[str, str]:
        """The address of who asks, and whose budget it is charged to."""
        if (known := self._clients.get((host, forwarded))) is None:
            address = client_address(host, forwarded.decode("latin-1"), self._trusted)
            known = self._clients[host, forwarded] = (address, group(address))
        return known

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

    async def _http(self, scope: Message, receive: Receive, send: Send, address: str, client: str) -> None:
        refusal: KgError | None = self._crowded(client) or _ambiguous(scope)
        if refusal:
            return await self._refuse(send, scope["method"], refusal)
        gone, body = _Gone(), b""
        asked = self._fast.asked(scope, body, address, client, gone) if scope["method"] == "GET" else None
        if asked is None:
            body, refusal = await self._whole_body(scope, receive)
            asked = self._fast.asked(scope, body, address, client, gone) if body and not refusal else None
        begun = await self._fast.begin(asked) if asked else None
        if begun and begun.reply:
            return await self._send(begun.reply, send)
        watcher = asyncio.create_task(_watch(receive, gone))
        try:
            more: dict[str, object] = {REFUSAL: refusal}
            if asked and begun:
                begun = await self._fast.end(asked, begun)
                more |= {FAILED: begun.failure, BEGAN: asked.began}
            reply = begun.reply if begun else None
            await self._send(reply or await self._reply(_environ(scope, body, gone) | more), send)
        finally:
            watcher.cancel()

    async def _whole_body(self, scope: Message, receive: Receive) -> tuple[bytes, KgError | None]:
        """The body, or why it is refused."""
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                return await self._body(scope, receive), None
        except TimeoutError:
            return b"", BodyTooSlow(f"the request's body took over {self._settings.body_seconds:g} s")
        except ContentTooLarge as error:
            await _discard(receive)
            return b"", error

    def _crowded(self, client: str) -> KgError | None:
        """Why a client's request is turned away before it is read."""
        most = self._settings.connections_per_client
        if self._by_client[client] > most:
            return BudgetSpent(f"expected at most {most} requests of one client at once; try again shortly", 1)
        if self._by_client.total() > IN_FLIGHT:
            return StoreUnavailable("too many requests at once; try again shortly")
        return None

    async def _refuse(self, send: Send, method: str, error: KgError) -> None:
        """Answer without the application, and without one of its threads."""
        body = json.dumps(details(error)).encode() + b"\n"
        given = {"Content-Type": MEDIA_TYPE, "X-Content-Type-Options": "nosniff", "Connection": "close"}
        given["Access-Control-Allow-Origin"] = "*"
        raw = [(k.lower().encode(), v.encode()) for k, v in (given | headers(error)).items()]
        await send({"type": "http.response.start", "status": error.status, "headers": raw})
        self._tell(Exchange(method, NO_ROUTE, error.status, 0.0, len(body)))
        await _Sending(send, self._settings.read_seconds)(body, more=False)

    async def _body(self, scope: Message, receive: Receive) -> bytes:
        """The whole body; raises ContentTooLarge."""
        limit = body_limit(self._settings, scope)
        declared = _header(scope, b"content-length") or b"0"
        body = bytearray()
        more = fits = declared.isdigit() and int(declared) <= limit
        while more and fits:
            message = await receive()
            body += message.get("body", b"")
            more, fits = message.get("more_body", False), len(body) <= limit
        if not fits:
            raise ContentTooLarge(f"a request's body may hold at most {limit} bytes")
        return bytes(body)

    async def _reply(self, environ: dict[str, Any]) -> Reply:
        """What the application answers."""
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(self._threads, _call, self._app, environ)
        if environ[REFUSAL]:
            reply.headers.append((b"connection", b"close"))
        return reply

    async def _send(self, reply: Reply, send: Send) -> None:
        start = {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        if reply.rest is None:  # granian takes it at once
            await send(start)
            return await send({"type": "http.response.body", "body": reply.first, "more_body": False})
        loop = asyncio.get_running_loop()
        try:
            await send(start)
            sending = _Sending(send, self._settings.read_seconds)
            await sending(reply.first, more=True)
            more = True
            while more:
                chunk = await loop.run_in_executor(self._threads, next, reply.rest, b"")
                more = bool(chunk)
                await sending(chunk, more=more)
        finally:
            await loop.run_in_executor(self._threads, reply.close)


async def _discard(receive: Receive) -> None:
    """Read some of a body that is too long: a client that is still sending would not see why it was refused."""
    read = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while read < DISCARD and (message := await receive()).get("more_body", False):
                read += len(message.get("body", b""))


class _Sending:
    """Sends the pieces of an answer; raises TimeoutError when the client takes them too slowly."""

    def __init__(self, send: Send, patience: float) -> None:
        self._send, self._loop = send, asyncio.get_running_loop()
        self._most = self._left = patience  # seconds

    async def __call__(self, body: bytes, *, more: bool) -> None:
        began = self._loop.time()
        message = {"type": "http.response.body", "body": body, "more_body": more}
        await asyncio.wait_for(_awaited(self._send(message)), self._left)
        self._left = min(self._most, self._left + len(body) / PACE - (self._loop.time() - began))


async def _awaited(step: Awaitable[None]) -> None:
    await step


class _Gone:
    """Says whether the client has left; any thread may ask."""

    left = False

    def __call__(self) -> bool:
        return self.left


async def _watch(receive: Receive, gone: _Gone) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.left = True


def _ambiguous(scope: Message) -> KgError | None:
    """Two names for the server: a proxy may have believed the other one (RFC 9112 section 3.2)."""
    found = sum(name == b"host" for name, _ in scope["headers"])
    return BadInput(f"expected one Host header, found {found}") if found > 1 else None


def _less(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


def _header(scope: Message, name: bytes) -> bytes:
    return b",".join(value for key, value in scope["headers"] if key == name)


def _call(app: WSGI, environ: dict[str, Any]) -> Reply:
    """Run the application up to its first chunk; an answer of one chunk is closed at once."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        started[:] = [(status, headers)]

    result = app(environ, start_response)
    first, rest = begun(result)
    status, headers = started[0]
    return make_reply(int(status.split(" ", 1)[0]), headers, first, rest, result)


def _environ(scope: Message, body: bytes, gone: _Gone) -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of an ASGI scope."""
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    path = unquote_to_bytes(sent).decode("latin-1")
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
        GONE: gone,
        PATH: sent.decode("latin-1"),
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
