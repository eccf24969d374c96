"""Clients that send or read slowly, and many of them: they lose their own connections, and nobody else notices."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.live import Server, serving

CROWD = 300
LARGE = "SELECT * { ?s ?p ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
HEAD = b"GET /sparql HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9999\r\n\r\nASK"
READ = b"GET /sparql?" + urlencode({"query": LARGE}).encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("slow")
    short = {"head_seconds": 3, "body_seconds": 3, "read_seconds": 3}
    with serving(folder, data=folder / "kg-data", connections_per_client=400, **short) as running:
        yield running


@contextmanager
def crowd(server: Server, number: int, opening: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        clients = []
        for _ in range(number):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(20)
            client.connect(("127.0.0.1", server.port))
            client.sendall(opening)
            clients.append(client)
        yield clients


def ends(client: socket.socket) -> bool:
    """Whether the server closes the connection, rather than leaving it open."""
    try:
        while client.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.parametrize("opening", [HEAD, BODY, READ, b""], ids=["heads", "bodies", "readers", "silent"])
def test_three_hundred_slow_clients_starve_nobody(server: Server, opening: bytes) -> None:
    with crowd(server, CROWD, opening) as clients:
        for _ in range(5):
            assert server.query(COUNT).status == 200
            assert server.request("GET", "/health").status == 200
            time.sleep(0.3)
        if opening != READ:
            assert all(ends(client) for client in clients[::50])
    end = time.monotonic() + 20
    while (status := server.query(LARGE).status) == 503 and time.monotonic() < end:  # what they asked still waits
        time.sleep(0.5)
    assert status == 200


def test_a_head_that_drips_is_not_waited_for(server: Server) -> None:
    def drip() -> None:
        for _ in range(100):
            client.sendall(b"a")
            time.sleep(0.2)

    with crowd(server, 1, HEAD) as (client,), pytest.raises(OSError):
        drip()


def test_who_takes_nothing_of_an_answer_is_cut_off(tmp_path: Path) -> None:
    """What the kernel's buffers hold is beyond the server's sight; the answer is larger than those."""
    many = "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 5) + " }"
    read = b"GET /sparql?" + urlencode({"query": many}).encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(tmp_path, data=tmp_path / "kg-data", read_seconds=2) as server, crowd(server, 3, read) as clients:
        end = time.monotonic() + 30
        while server.log.read_text().count('"cut": true') < 3 and time.monotonic() < end:
            time.sleep(0.2)
        assert server.log.read_text().count('"cut": true') == 3
        assert all(ends(client) for client in clients)


def test_connections_beyond_a_clients_share_are_closed_and_those_in_use_are_not(tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", connections_per_client=20) as server:
        with crowd(server, 5, BODY) as busy, crowd(server, 60, b"") as idle:
            end = time.monotonic() + 8
            while time.monotonic() < end and not closed(server) >= 45:
                time.sleep(0.2)
            assert closed(server) >= 45
            for client in busy:
                client.setblocking(False)
                with pytest.raises(BlockingIOError):
                    client.recv(1)
            for client in idle[:40]:
                assert ends(client)
        assert server.query(COUNT).status == 200


def closed(server: Server) -> int:
    text = server.request("GET", "/metrics").body.decode()
    return int(
        float(next(line for line in text.splitlines() if line.startswith("attest_connections_closed ")).split()[1])
    )
