"""One query to another endpoint: where it goes, what is sent, what is taken for an answer."""

import gzip
import socket
import ssl
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import trustme

from kg.services import read_services
from kg.sparql.federation.fetch import Failed, fetch

from .hostile import ANSWER, KIND, answer, endpoint

MOST = 10_000


def asked(iri: str, most: int = MOST) -> tuple[bytes, str]:
    (service,) = read_services(iri).values()
    return fetch(service, "SELECT * { ?s ?p ?o }", most, 1)


def test_what_is_sent_is_ours_alone() -> None:
    with endpoint(answer()) as there:
        assert asked(f"http://127.0.0.1:{there.port}/sparql?a=b") == (ANSWER, "JSON")
    head, _, body = there.requests[0].decode().partition("\r\n\r\n")
    line, *headers = head.split("\r\n")
    assert line == "POST /sparql?a=b HTTP/1.1"
    names = {header.partition(":")[0] for header in headers}
    assert names == {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Length", "Connection", "Attest-Federation-Depth",
    }  # fmt: skip
    assert f"Host: 127.0.0.1:{there.port}" in headers
    assert "Attest-Federation-Depth: 1" in headers
    assert parse_qs(body) == {"query": ["SELECT * { ?s ?p ?o }"]}


def test_results_in_xml_and_in_pieces() -> None:
    xml = b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><results/></sparql>'
    with endpoint(answer(xml, kind="application/sparql-results+xml; charset=utf-8")) as there:
        assert asked(f"http://127.0.0.1:{there.port}/") == (xml, "XML")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {KIND}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with endpoint(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(ANSWER), ANSWER)) as there:
        assert asked(f"http://127.0.0.1:{there.port}/") == (ANSWER, "JSON")


def chunked(taken: socket.socket) -> None:
    """An answer without an end."""
    taken.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {KIND}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    while True:
        taken.sendall(b"400\r\n" + b" " * 0x400 + b"\r\n")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            answer(b"", "302 Found", KIND, None, "Location: http://127.0.0.1:1/"),
            "answered 302, a redirection, which is not followed",
        ),
        (answer(b"", "307 Temporary Redirect", KIND, None, "Location: /x"), "answered 307"),
        (answer(status="500 Internal Server Error"), "answered 500"),
        (answer(status="404 Not Found"), "answered 404"),
        (answer(status="206 Partial Content"), "answered 206"),
        (answer(kind="text/html"), "answered in 'text/html', not in"),
        (answer(kind="application/json"), "answered in 'application/json', not in"),
        (answer(gzip.compress(b" " * 10_000_000), "200 OK", KIND, None, "Content-Encoding: gzip"), "in a coding"),
        (answer(b" " * (MOST + 1)), f"answered with more than {MOST} bytes"),
        (answer(length=10**12), "broke its answer off"),
        (chunked, f"answered with more than {MOST} bytes"),
        (b"", "cannot be reached, or broke the connection"),
        (b"SSH-2.0-OpenSSH\r\n", "cannot be reached, or broke the connection"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000, "cannot be reached, or broke the connection"),
    ],
    ids=lambda value: value if isinstance(value, str) else "reply",
)
def test_what_is_no_answer(reply: bytes, reason: str) -> None:
    with endpoint(reply) as there, pytest.raises(Failed, match=reason) as failed:
        asked(f"http://127.0.0.1:{there.port}/")
    assert "127.0.0.1" not in str(failed.value)
    assert len(there.requests) == 1


def test_the_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look-up of a rebinding name would lead elsewhere; there is none."""
    lookups: list[str] = []
    with endpoint(answer()) as there:

        def resolve(host: str, port: int, **_: object) -> list[object]:
            lookups.append(host)
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(lookups) == 1 else "127.0.0.9", port))
            ]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        assert asked(f"http://example.org:{there.port}/ 127.0.0.1/32") == (ANSWER, "JSON")
        assert lookups == ["example.org"]
        assert f"Host: example.org:{there.port}".encode() in there.requests[0]


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["0.0.0.0"]]
)
def test_a_name_that_leads_inside_is_not_followed(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with endpoint(answer()) as there:
        found = [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, there.port))
            for a in addresses
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(Failed, match="an address which is not public, and which the list does not name"):
            asked(f"http://example.org:{there.port}/")
    assert there.connections == 0


def test_ipv6_by_the_address_and_by_the_name_of_this_machine() -> None:
    with endpoint(answer(), family=socket.AF_INET6) as there:
        assert asked(f"http://[::1]:{there.port}/")[1] == "JSON"
        assert f"Host: [::1]:{there.port}".encode() in there.requests[0]


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(Failed, match="has a name that leads to no address"):
        asked("http://nowhere.invalid/sparql")


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


def under_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_the_certificate_is_of_the_name_not_of_the_address(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with endpoint(answer(), under_tls(authority, "localhost")) as there:
        assert asked(f"https://localhost:{there.port}/")[0] == ANSWER
        with pytest.raises(Failed, match="has no valid certificate for its name"):
            asked(f"https://127.0.0.1:{there.port}/")
    assert len(there.requests) == 1


def test_a_certificate_of_nobody_we_know(authority: trustme.CA) -> None:
    with endpoint(answer(), under_tls(authority, "localhost")) as there:
        sent = there.requests
        with pytest.raises(Failed, match="has no valid certificate for its name"):
            asked(f"https://localhost:{there.port}/")
    assert sent == []


def test_no_tls_at_all() -> None:
    with endpoint(answer()) as there, pytest.raises(Failed, match="does not speak TLS as expected"):
        asked(f"https://localhost:{there.port}/")
