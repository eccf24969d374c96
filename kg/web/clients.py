"""Who is asking: the address of a client, also behind proxies that the settings trust."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from kg.services import Network

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SITE = 64  # bits of an IPv6 address that one client commonly holds alone


def client_address(remote: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy's; to `forwarded`, X-Forwarded-For, each proxy adds whom it saw."""
    address, rest = remote, forwarded.split(",")
    while rest and is_trusted(address, trusted) and _read(rest[-1].strip()):
        address = rest.pop().strip()
    return address


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is a trusted proxy's."""
    found = _read(address)
    return found is not None and any(found in network for network in trusted)


def group(address: str) -> str:
    """Whose budget an address is charged to: an IPv6 client has a whole network of addresses to choose from."""
    found = _read(address)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> (128 - SITE) << (128 - SITE))}/{SITE}"
    return address


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


class TrustedProxies:
    """A WSGI application that believes X-Forwarded-For, -Proto, -Host and -Prefix from trusted proxies only."""

    def __init__(self, app: WSGI, trusted: Sequence[Network]) -> None:
        self._app, self._trusted = app, trusted
        self._behind = ProxyFix(app, x_for=0, x_proto=1, x_host=1, x_prefix=1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        remote = environ.get("REMOTE_ADDR", "")
        if not is_trusted(remote, self._trusted):
            return self._app(environ, start_response)
        environ["REMOTE_ADDR"] = client_address(remote, environ.get("HTTP_X_FORWARDED_FOR", ""), self._trusted)
        return self._behind(environ, start_response)
