"""Who may write: a token, or on a server without tokens whoever is on this machine, but no page from elsewhere."""

from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import request

from kg.errors import KgError, NotAllowed
from kg.settings import Settings
from kg.store.bearer import Tokens
from kg.web.address import is_loopback

READ_ONLY = "this server is read-only: it takes writes when it is started with --writable"


def authorize(settings: Settings, graph: str | None, is_update: bool) -> None:
    """Raise Unauthorized or NotAllowed unless the request may write the graph (None: the default one), or update."""
    if not settings.writable:
        raise NotAllowed(READ_ONLY)
    if not settings.auth:
        return _refuse_strangers()
    token = Tokens(settings.data).check(request.headers.get("Authorization"), datetime.now(UTC))
    return token.allow(None if is_update else graph)


def _refuse_strangers() -> None:
    """A page in this machine's browser can send requests here; its Origin, or a name that it rebound, tells."""
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        raise NotAllowed(f"expected to be addressed as this machine, found Host {request.host[:100]!r}")
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        raise NotAllowed(f"expected a request from no page, or one of this server, found Origin {origin[:100]!r}")


def body_limit(settings: Settings, scope: MutableMapping[str, Any]) -> int:
    """How many bytes the body of a request (an ASGI scope) may have: more for a document from one who may write."""
    if not settings.writable or scope["method"] not in ("PUT", "POST") or not scope["path"].startswith("/store"):
        return settings.body_bytes
    if settings.auth:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        try:
            Tokens(settings.data).check(header.decode("latin-1"), datetime.now(UTC))
        except KgError:
            return settings.body_bytes
    return max(settings.store_bytes, settings.body_bytes)
