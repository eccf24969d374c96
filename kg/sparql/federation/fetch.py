"""One query to another endpoint (SPARQL 1.1 Protocol, section 2.1.2), over a connection that leads nowhere else."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlencode

from kg.services import Service
from kg.sparql.federation.messages import HOPS

SYNTAXES = {"application/sparql-results+json": "JSON", "application/sparql-results+xml": "XML"}
PLAIN = ("", "identity")
CHUNK = 1 << 16  # bytes


class Failed(Exception):
    """The endpoint gave no answer that can be used; the text says why, and no address."""


def fetch(service: Service, query: str, most: int, hops: int) -> tuple[bytes, str]:
    """The endpoint's answer, of at most so many bytes, and its syntax ("JSON", "XML"). Raises Failed."""
    connection = http.client.HTTPConnection(service.host, service.port)
    connection.auto_open = 0  # it would look the name up again
    with _told(), _connected(service) as connection.sock:
        connection.request("POST", service.target, _form(query), _headers(service, hops))
        with connection.getresponse() as response:
            return _read(response, most), _syntax(response)


def _form(query: str) -> bytes:
    return urlencode({"query": query}).encode("ascii")


def _headers(service: Service, hops: int) -> dict[str, str]:
    """All that is sent: nothing comes from the client who asked us."""
    return {
        "Host": service.authority,
        "User-Agent": f"Attest/{version('attest-kg')}",
        "Accept": "application/sparql-results+json, application/sparql-results+xml;q=0.9",
        "Accept-Encoding": "identity",  # what is not compressed cannot grow
        "Content-Type": "application/x-www-form-urlencoded",
        "Connection": "close",
        HOPS: str(hops),
    }


@contextmanager
def _told() -> Iterator[None]:
    """What can go wrong on the way, in words of ours: the library's name addresses."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Failed(f"has no valid certificate for its name ({error.verify_message})") from error
    except ssl.SSLError as error:
        raise Failed("does not speak TLS as expected") from error
    except http.client.IncompleteRead as error:
        raise Failed("broke its answer off") from error
    except (OSError, http.client.HTTPException) as error:
        raise Failed("cannot be reached, or broke the connection") from error


@contextmanager
def _connected(service: Service) -> Iterator[socket.socket]:
    """A connection to an address that the name stands for now, under TLS where the IRI says so."""
    with _dialled(_addresses(service)) as plain:
        if service.scheme != "https":
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=service.host) as secure:
            yield secure


def _addresses(service: Service) -> list[tuple[int, tuple[str, int]]]:
    """The addresses of the endpoint, all of which may be connected to. Raises Failed."""
    try:
        found = socket.getaddrinfo(service.host, service.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Failed("has a name that leads to no address") from error
    if not all(service.admits(ip_address(address[0])) for *_, address in found):
        raise Failed("has a name that leads to an address which is not public, and which the list does not name")
    return [(family, address) for family, *_, address in found]  # type: ignore[misc]


def _dialled(addresses: list[tuple[int, tuple[str, int]]]) -> socket.socket:
    """A connection to the first address that takes one. Raises OSError."""
    refusal = OSError("no address")
    for family, address in addresses:
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.connect(address)
        except OSError as error:
            made.close()
            refusal = error
        else:
            return made
    raise refusal


def _syntax(response: http.client.HTTPResponse) -> str:
    return SYNTAXES[response.headers.get_content_type()]


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    if 300 <= response.status < 400:
        raise Failed(f"answered {response.status}, a redirection, which is not followed")
    if response.status != 200:
        raise Failed(f"answered {response.status}")
    found = response.headers.get_content_type()
    if found not in SYNTAXES:
        raise Failed(f"answered in {found[:60]!r}, not in the JSON or XML of SPARQL results")
    if response.headers.get("Content-Encoding", "").strip().lower() not in PLAIN:
        raise Failed("answered in a coding (Content-Encoding) that was not asked for")
    body = response.read(most + 1)
    if len(body) > most:
        raise Failed(f"answered with more than {most} bytes; ask it for less (VALUES or LIMIT in the block of SERVICE)")
    if response.length:
        raise Failed("broke its answer off")
    return body
