"""Where a server may listen; looked at before anything of weight is loaded."""

import socket
from ipaddress import ip_address

from kg.errors import BadInput, StoreUnavailable
from kg.settings import Settings


def is_loopback(host: str) -> bool:
    """True for an address, or a name of one, that only this machine reaches."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_settings(settings: Settings) -> None:
    """Raise BadInput for a server that everybody could write to."""
    if not settings.auth and not is_loopback(settings.host):
        raise BadInput(f"--no-auth is for this machine only (127.0.0.1, ::1, localhost), not for {settings.host}")


def check_address(settings: Settings) -> None:
    """Raise StoreUnavailable when the address is taken, or is none."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise StoreUnavailable(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with --port"
            ) from error
