"""An endpoint that answers as a test says, on loopback: what is real of a hostile server is what it sends."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ANSWER = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:s"}}]}}'
KIND = "application/sparql-results+json"


def answer(
    body: bytes = ANSWER, status: str = "200 OK", kind: str = KIND, length: int | None = None, *more: str
) -> bytes:
    """A response in bytes."""
    heads = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
        *more,
    ]
    return "\r\n".join([*heads, "Connection: close", "", ""]).encode() + body


class Endpoint:
    """`requests` are those that came, as they were sent; `reply` sends the answer to one."""

    def __init__(self, reply: Callable[[socket.socket], None], context: ssl.SSLContext | None, family: int) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._reply, self._context = reply, context
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            taken = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            with taken:
                self.requests.append(_request(taken))
                self._reply(taken)


def _request(taken: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += taken.recv(4096)
        if received[:1] == b"\x16":  # the first record of TLS, where none was expected
            return received
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += taken.recv(4096)
    return head + b"\r\n\r\n" + body


@contextmanager
def endpoint(
    reply: bytes | Callable[[socket.socket], None], context: ssl.SSLContext | None = None, family: int = socket.AF_INET
) -> Iterator[Endpoint]:
    """An endpoint that sends the same bytes to everybody, or what it is told to."""
    made = Endpoint((lambda taken: taken.sendall(reply)) if isinstance(reply, bytes) else reply, context, family)
    try:
        yield made
    finally:
        made.close()
