"""The fast path: the whole of a plain query to `/sparql`, and what is kept of answers, without Flask.

What is plain is answered as Flask would answer it, byte for byte, logged and counted alike; everything else is
Flask's: browsers, HEAD, descriptions, bodies with a coding, and whatever is wrong.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_etags

from kg.errors import KgError, QuerySyntax
from kg.sparql.answers import Answer, Reader, Task
from kg.sparql.protocol import FORM, read_fields, read_query
from kg.sparql.run import Lost, Run
from kg.sparql.service import QueryService
from kg.web.asking import answer_headers
from kg.web.editor import prefers_page
from kg.web.observe import BEGAN, ROUTE, Tell, Watch
from kg.web.policy import policy
from kg.web.reply import Reply, begun, reply

PATH = b"/sparql"
ROUTE_OF_QUERIES = "/sparql"
OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})
SINGLE = frozenset({b"accept", b"accept-encoding", b"content-type", b"if-none-match"})  # headers that are read
OTHERS = frozenset({b"content-encoding", b"accept-datetime"})  # headers whose bearers Flask answers
PLAIN = frozenset({"query", "format", "output", "timeout", "default-graph-uri", "named-graph-uri"})
REMEMBERED = 1000  # requests
LONGEST = 4096  # bytes of a request that is remembered
PATIENCE = 0.02  # seconds in which a worker's answer is awaited without a thread
WAITING = 16  # requests that wait for a worker without a thread
SMALL = 1 << 16  # bytes of an answer that may be put together without a thread
COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", policy()),
    ("Referrer-Policy", "same-origin"),
]

Raw = tuple[str, bytes, bytes, bytes, bytes, bytes]  # method, query string, body, Content-Type, Accept, -Encoding


@dataclass(frozen=True, slots=True)
class Asked:
    """A plain request: what was prepared for it, whose address it came from, and when (monotonic)."""

    method: str
    query_string: bytes
    task: Task
    address: str
    began: float


@dataclass(frozen=True, slots=True)
class Begun:
    """What a request has come to: a reply, a failure, the pieces of a run (all if `whole`), or nothing yet."""

    run: Run | None = None
    pieces: list[bytes] = field(default_factory=list)
    whole: bool = False
    reply: Reply | None = None
    failure: KgError | None = None


class FastPath:
    """Recognises plain queries, and answers them; used by the event loop's thread alone."""

    def __init__(self, service: QueryService, tell: Tell, threads: Executor) -> None:
        self._service, self._tell, self._threads = service, tell, threads
        self._tasks: LRUCache[Raw, Task] = LRUCache(REMEMBERED)
        self._waiting: deque[asyncio.Future[bool]] = deque()

    def asked(self, scope: Any, body: bytes, address: str, client: str, gone: Callable[[], bool]) -> Asked | None:
        """The request as the fast path takes it; None for all that Flask answers."""
        began, method = time.monotonic(), scope["method"]
        if method not in ("GET", "POST") or (scope.get("raw_path") or scope["path"].encode()) != PATH:
            return None
        if (headers := _read_headers(scope["headers"], method)) is None:
            return None
        kind, accept, encodings = (headers.get(name, b"") for name in (b"content-type", b"accept", b"accept-encoding"))
        task = self._task((method, scope["query_string"], body, kind, accept, encodings))
        if task is None:
            return None
        tags = headers.get(b"if-none-match", b"") if method == "GET" else b""
        reader = Reader(client or "unknown", task.reader.encodings, _knows(tags) if tags else _knows_nothing)
        return Asked(method, scope["query_string"], self._service.renew(task, gone, reader), address, began)

    async def begin(self, asked: Asked) -> Begun:
        """The answer that is kept; or have a worker answer, and wait for it as long as that takes no thread."""
        try:
            begun = await self._at_once(asked)
            if begun is None and len(self._waiting) < WAITING:
                await self._turn()
                begun = await self._at_once(asked)
            return begun or Begun()
        except (Lost, QuerySyntax):  # a thread begins anew, and explains it
            return Begun()
        except KgError as error:
            return Begun(failure=error)

    async def _at_once(self, asked: Asked) -> Begun | None:
        if answer := self._service.at_hand(asked.task):
            return Begun(reply=self._reply(asked, answer))
        run = self._service.begin(asked.task)
        return await self._begun(asked, run) if run else None

    async def _turn(self) -> None:
        """Wait until another run has ended, for a short while: what comes in a burst needs no threads to wait."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        timer = asyncio.get_running_loop().call_later(PATIENCE, _settle, turn, False)
        try:
            await turn
        finally:
            timer.cancel()
            if turn in self._waiting:
                self._waiting.remove(turn)

    def _land(self, run: Run) -> None:
        self._service.land(run)
        if self._waiting:
            _settle(self._waiting.popleft(), True)

    async def _begun(self, asked: Asked, run: Run) -> Begun:
        pieces: list[bytes] = []
        lands = True
        try:
            whole = await _collect(run, pieces)
            lands = whole and sum(map(len, pieces)) <= SMALL
            return Begun(reply=self._finished(asked, run, pieces, True)) if lands else Begun(run, pieces, whole)
        finally:
            if lands:
                self._land(run)

    async def end(self, asked: Asked, begun: Begun) -> Begun:
        """The reply to what was begun, by a thread, or what went wrong."""
        if begun.failure:
            return begun
        try:
            if begun.run is None:
                return Begun(reply=await self._on_thread(self._answered, asked))
            given = asked, begun.run, begun.pieces, begun.whole
            return Begun(reply=await self._on_thread(self._finished, *given))
        except KgError as error:
            return Begun(failure=error)
        finally:
            if begun.run:
                self._land(begun.run)

    async def _on_thread(self, step: Callable[..., Reply], *given: object) -> Reply:
        return await asyncio.get_running_loop().run_in_executor(self._threads, step, *given)

    def _answered(self, asked: Asked) -> Reply:
        return self._reply(asked, self._service.make(asked.task))

    def _finished(self, asked: Asked, run: Run, pieces: list[bytes], whole: bool) -> Reply:
        return self._reply(asked, self._service.finish(run, asked.task, pieces, whole))

    def _task(self, raw: Raw) -> Task | None:
        """What a request asks, without who does; None where it is not plain, or wrong."""
        if (task := self._tasks.get(raw)) is None:
            try:
                task = _prepared(self._service, raw)
            except KgError:  # Flask says so
                return None
            if task and sum(map(len, raw)) <= LONGEST:
                self._tasks[raw] = task
        return task

    def _reply(self, asked: Asked, answer: Answer) -> Reply:
        environ = {
            "REQUEST_METHOD": asked.method,
            "REMOTE_ADDR": asked.address,
            "QUERY_STRING": asked.query_string.decode("latin-1"),
            ROUTE: ROUTE_OF_QUERIES,
            BEGAN: asked.began,
        }
        watch = Watch(environ, self._tell)
        headers = answer_headers(answer, asked.method == "GET") + COMMON
        watch.status, watch.result = 304 if answer.known else 200, answer.chunks
        watch.headers = {name.lower(): value for name, value in headers}
        first, rest = begun(watch)
        return reply(watch.status, headers, first, rest, watch)


async def _collect(run: Run, pieces: list[bytes]) -> bool:
    """Add the pieces that a worker gives soon; True when they are all. Raises as `Run.next` does."""
    until, size = time.monotonic() + PATIENCE, 0
    try:
        while size <= SMALL and await _readable(run.fileno(), until - time.monotonic()):
            for piece in run.arrived():
                if not piece:
                    return True
                pieces.append(piece)
                size += len(piece)
    except BaseException:
        run.abort()
        raise
    return False


async def _readable(file: int, seconds: float) -> bool:
    """Wait until there is something to read; False when the time is over."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[bool] = loop.create_future()
    loop.add_reader(file, _settle, ready, True)
    timer = loop.call_later(max(0.0, seconds), _settle, ready, False)
    try:
        return await ready
    finally:
        timer.cancel()
        loop.remove_reader(file)


def _settle(future: asyncio.Future[bool], value: bool) -> None:
    if not future.done():
        future.set_result(value)


def _prepared(service: QueryService, raw: Raw) -> Task | None:
    method, query_string, body, kind, accept, encodings = raw
    form = read_fields(body, "the body") if body and kind.lower().startswith(FORM.encode()) else []
    names = {field.name for field in (*read_fields(query_string, "the address"), *form)}
    accepted = accept.decode("latin-1")
    if not names <= PLAIN or (method == "GET" and prefers_page(parse_accept_header(accepted, MIMEAccept))):
        return None
    query = read_query(method, kind.decode("latin-1"), query_string, body)
    if service.scan(query.text).outside:  # waits for others
        return None
    reader = Reader(encodings=encodings.decode("latin-1"))
    return service.prepare(query, accepted, _never, reader=reader)


def _read_headers(headers: Iterable[tuple[bytes, bytes]], method: str) -> dict[bytes, bytes] | None:
    """The headers that matter here; None for those that only Flask reads, and for one that comes twice."""
    read: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in OTHERS or (name in SINGLE and name in read) or (name in OF_BODIES and method == "GET"):
            return None
        read[name] = value
    return read


def _knows(tags: bytes) -> Callable[[str], bool]:
    return parse_etags(tags.decode("latin-1")).contains_weak


def _knows_nothing(_: str) -> bool:
    return False


def _never() -> bool:
    return False
