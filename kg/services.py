"""The list of the SPARQL endpoints that a query may ask by `SERVICE`, and which addresses each may lead to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from kg.errors import BadInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

EXPECTED = "setting services: expected IRIs of endpoints like https://example.org/sparql, with commas between"
PORTS = {"http": 80, "https": 443}
LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
# What Python's tables call public, in some of its versions, and what is not: IETF protocol assignments (among them the
# metadata service of a cloud), 6to4 relays, local NAT64, segment routing, documentation; the agent of another cloud.
NOT_PUBLIC: tuple[Network, ...] = (
    *map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")),
    *map(IPv6Network, ("64:ff9b:1::/48", "5f00::/16", "3fff::/20")),
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_IRI = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # printable ASCII that an IRI of SPARQL may hold (IRIREF), no backslash
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # what a resolver may take for an address in another spelling


@dataclass(frozen=True, slots=True)
class Service:
    """An endpoint: its IRI as a query must write it, where it is, and the networks that are named as such for it."""

    iri: str
    scheme: str
    host: str
    port: int
    target: str
    networks: tuple[Network, ...]

    @property
    def authority(self) -> str:
        """Host and port, as a request names them (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def admits(self, address: Address) -> bool:
        """Whether an address that the host's name stands for may be connected to."""
        plain = unwrapped(address)
        return any(plain in network for network in self.networks) or is_public(plain)


def read_services(text: str) -> Mapping[str, Service]:
    """Read the list: IRIs with commas or line ends between, each perhaps followed by networks that it may lie in.

    Raises BadInput.
    """
    entries = [entry.split() for entry in re.split(r"[,\n]", text) if entry.strip()]
    read: dict[str, Service] = {}
    for iri, *networks in entries:
        if iri in read:
            raise BadInput(f"setting services: expected each endpoint once, found {iri} twice")
        read[iri] = _service(iri, networks)
    return read


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet; `address` is one that `unwrapped` returned."""
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    site = isinstance(address, IPv6Address) and address.is_site_local
    named = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not special and not site and not named


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _service(iri: str, networks: list[str]) -> Service:
    if not _IRI.fullmatch(iri):
        raise BadInput(f"{EXPECTED}; found {iri!r} (other characters are written as %XX, other names as xn--…)")
    try:
        parts = urlsplit(iri)
        port = parts.port
    except ValueError as error:
        raise BadInput(f"{EXPECTED}; found {iri!r}: {error}") from None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or set("@%") & set(parts.netloc) or "#" in iri or port == 0:
        raise BadInput(f"{EXPECTED}; found {iri!r} (http or https, a host, no user, no fragment)")
    if "[" in parts.netloc and ":" not in host:
        raise BadInput(f"{EXPECTED}; found {iri!r} (in brackets stand only addresses like [2001:db8::1])")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    admitted = (*_networks(networks, iri), *_named(host, _address(host, iri)))
    return Service(iri, parts.scheme, host, port or PORTS[parts.scheme], target, admitted)


def _address(host: str, iri: str) -> Address | None:
    """The address that a host is, None for a name; raises BadInput for what is neither beyond doubt."""
    try:
        return ip_address(host)
    except ValueError:
        labels = host.split(".")
    if not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise BadInput(
            f"setting services: expected a host name, or an address like 192.0.2.1 or [2001:db8::1], in {iri!r}; "
            f"found {host!r} (no dot at the end, no other spelling of a number)"
        )
    return None


def _named(host: str, address: Address | None) -> tuple[Network, ...]:
    """The networks that a host names as such: an address itself, and this machine by its reserved name (RFC 6761)."""
    if address is not None:
        return (ip_network(unwrapped(address)),)
    return LOOPBACK if host == "localhost" else ()


def _networks(texts: list[str], iri: str) -> tuple[Network, ...]:
    try:
        return tuple(map(ip_network, texts))
    except ValueError as error:
        raise BadInput(f"setting services: expected networks like 10.0.0.0/8 after {iri}; {error}") from None
