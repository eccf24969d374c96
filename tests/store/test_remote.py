"""What a server elsewhere may answer, and what we make of it."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from kg.errors import (
    BadInput,
    ContentTooLarge,
    DeadlineExceeded,
    NotAcceptable,
    QuerySyntax,
    StoreUnavailable,
)
from kg.store.remote import RemoteStore

JSON = "application/sparql-results+json"


class Scripted(BaseHTTPRequestHandler):
    """Answers `/name` with the reply of that name, and notes what it was asked."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, headers, content = self.server.replies[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815  (the name is the standard library's)

    def log_message(self, *_):
        """Say nothing on stderr."""


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.replies, server.asked = {"/ok": (200, {"Content-Type": f"{JSON}; charset=utf-8"}, b"{}")}, []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask(server, path, query="ASK {}"):
    server.asked.clear()
    return RemoteStore(f"http://127.0.0.1:{server.server_port}{path}", 10).query(query, JSON)


def test_a_query_is_posted_as_a_form(server):
    query = "ASK { ?s ?p 'ü & + %20' }"
    answer = ask(server, "/ok", query)
    assert (answer.media_type, b"".join(answer.chunks)) == (JSON, b"{}")
    ((command, path, headers, body),) = server.asked
    assert (command, path, headers["Accept"]) == ("POST", "/ok", JSON)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body) == {"query": [query]}


def problem(**details):
    return {"Content-Type": "application/problem+json"}, json.dumps(details).encode()


PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
ERRORS = {
    "400 with problem details": (400, *problem(detail="no } here", line=3, column=7), QuerySyntax, "400: no } here$"),
    "400 with a title only": (400, *problem(title="Bad query"), QuerySyntax, "400: Bad query$"),
    "400 in plain text": (400, PLAIN, b"\nParse error: line 1\n at X\n", QuerySyntax, "400: Parse error: line 1$"),
    "400 without a word": (400, {}, b"", QuerySyntax, "400: Bad Request$"),
    "400 with broken JSON": (400, {"Content-Type": "application/json"}, b"{oops", QuerySyntax, "400: {oops$"),
    "400 with a list": (400, {"Content-Type": "application/json"}, b"[1]", QuerySyntax, r"400: \[1\]$"),
    "400 not in UTF-8": (400, PLAIN, b"caf\xe9", QuerySyntax, "400: caf\ufffd$"),
    "403": (403, PLAIN, b"Not for you", BadInput, "403: Not for you$"),
    "404 with a page": (404, {"Content-Type": "text/html"}, b"<!doctype html><p>", BadInput, "404: Not Found$"),
    "406": (406, PLAIN, b"No such type", NotAcceptable, "406: No such type$"),
    "413": (413, PLAIN, b"Too long", ContentTooLarge, "413: Too long$"),
    "429": (429, {**PLAIN, "Retry-After": "17"}, b"Slower", StoreUnavailable, "429: Slower$"),
    "500": (500, PLAIN, b"java.lang.Error\n\tat Z", StoreUnavailable, "500: java.lang.Error$"),
    "503": (
        503,
        {**problem(detail="Busy")[0], "Retry-After": "17"},
        b'{"detail":"Busy"}',
        StoreUnavailable,
        "503: Busy$",
    ),
}


@pytest.mark.parametrize(("status", "headers", "body", "kind", "sentence"), ERRORS.values(), ids=ERRORS)
def test_an_error_keeps_the_servers_own_sentence(server, status, headers, body, kind, sentence):
    server.replies["/error"] = (status, headers, body)
    with pytest.raises(kind, match=sentence) as raised:
        ask(server, "/error")
    assert type(raised.value) is kind
    assert f"http://127.0.0.1:{server.server_port}/error answered" in str(raised.value)
    if "Retry-After" in headers:
        assert raised.value.retry_after == 17
    if b'"line"' in body:
        assert (raised.value.line, raised.value.column) == (3, 7)


SOON = "in ten minutes"  # as a moment, reckoned when the test runs
RETRY = {
    "not said": ({}, range(5, 6)),
    "seconds": ({"Retry-After": "120"}, range(120, 121)),
    "a moment": (
        {"Retry-After": SOON},
        range(590, 601),
    ),
    "a moment gone by": ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, range(1)),
    "nonsense": ({"Retry-After": "soon"}, range(5, 6)),
}


@pytest.mark.parametrize(("headers", "expected"), RETRY.values(), ids=RETRY)
def test_when_to_come_back(server, headers, expected):
    if headers.get("Retry-After") == SOON:
        headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)}
    server.replies["/later"] = (503, headers, b"")
    with pytest.raises(StoreUnavailable) as raised:
        ask(server, "/later")
    assert raised.value.retry_after in expected


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_the_query_along(server, status):
    server.replies["/moved"] = (status, {"Location": "/ok"}, b"")
    assert b"".join(ask(server, "/moved", "ASK { }").chunks) == b"{}"
    assert [(command, path) for command, path, *_ in server.asked] == [("POST", "/moved"), ("POST", "/ok")]
    assert parse_qs(server.asked[-1][3]) == {"query": ["ASK { }"]}


def test_see_other_is_fetched(server):
    server.replies["/other"] = (303, {"Location": "/ok"}, b"")
    assert b"".join(ask(server, "/other").chunks) == b"{}"
    assert [(command, path) for command, path, *_ in server.asked] == [("POST", "/other"), ("GET", "/ok")]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"])
def test_a_redirect_leads_to_no_other_scheme(server, target):
    server.replies["/away"] = (307, {"Location": target}, b"")
    with pytest.raises(BadInput):
        ask(server, "/away")


def test_redirects_in_a_circle_end(server):
    server.replies["/circle"] = (307, {"Location": "/circle"}, b"")
    with pytest.raises(BadInput, match="307"):
        ask(server, "/circle")
    assert len(server.asked) < 20


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "/sparql", "data:,x", "http://", ""])
def test_only_web_addresses_are_endpoints(url):
    with pytest.raises(BadInput, match="expected the http or https address"):
        RemoteStore(url, 1)


BROKEN = {
    "shorter than announced": ({"Content-Length": "100"}, b"{"),
    "a chunk cut": ({"Transfer-Encoding": "chunked"}, b"10\r\n{\r\n"),
    "no last chunk": ({"Transfer-Encoding": "chunked"}, b"1\r\n{\r\n"),
}


@pytest.mark.parametrize(("headers", "body"), BROKEN.values(), ids=BROKEN)
def test_a_cut_answer_never_looks_whole(server, monkeypatch, headers, body):
    monkeypatch.setattr(Scripted, "protocol_version", "HTTP/1.1")
    server.replies["/cut"] = (200, {"Content-Type": JSON, "Connection": "close", **headers}, body)
    answer = ask(server, "/cut")
    with pytest.raises(StoreUnavailable, match="broke off"):
        list(answer.chunks)


def test_nobody_there():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(StoreUnavailable, match=f"nothing listens at http://127.0.0.1:{port}/"):
        RemoteStore(f"http://127.0.0.1:{port}/", 5).query("ASK {}", JSON)


def test_somebody_silent():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DeadlineExceeded, match=r"did not answer within 0\.2 seconds"):
            RemoteStore(url, 0.2).query("ASK {}", JSON)


def test_no_http_at_all():
    def babble(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"220 smtp ready\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=babble, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(StoreUnavailable, match="cannot be asked"):
            RemoteStore(url, 5).query("ASK {}", JSON)
        thread.join()
