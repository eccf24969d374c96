"""Bearer tokens (RFC 6750) for writing: kept hashed in the data directory, told once, with an expiry."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg.errors import NotAllowed, NotFound, StoreUnavailable, Unauthorized
from kg.store import durable
from kg.store.lock import locked

FILE = "tokens.json"
WAIT = 10.0  # seconds for the data directory's lock


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: its id and name, the sha256 of its text, times in ISO 8601 (UTC), and its graphs.

    `graphs` is None where the token may write everything; otherwise it is for the graph store, and these graphs only.
    """

    id: str
    name: str
    sha256: str
    created: str
    expires: str
    graphs: tuple[str, ...] | None

    def is_expired(self, now: datetime) -> bool:
        """True from the moment that it was made until for."""
        return now >= datetime.fromisoformat(self.expires)

    def allow(self, graph: str | None) -> None:
        """Raise NotAllowed for a graph (None: an update, or the default graph) that the token is not for."""
        if self.graphs is None or (graph is not None and graph in self.graphs):
            return
        what = f"<{graph}>" if graph else "updates and the default graph"
        raise NotAllowed(f"the token {self.id} is for {', '.join(f'<{g}>' for g in self.graphs)}, not for {what}")


class Tokens:
    """The tokens of a data directory; read anew for each question, so that a token revoked is refused at once."""

    def __init__(self, root: Path) -> None:
        self._root, self._path = root, root / FILE

    def all(self) -> tuple[Token, ...]:
        """Every token that is kept. Raises StoreUnavailable for a file that cannot be read."""
        try:
            entries = json.loads(self._path.read_text("utf-8"))
            return tuple(Token(**{**entry, "graphs": _graphs(entry["graphs"])}) for entry in entries)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {error}") from error

    def add(self, name: str, days: float, graphs: Iterable[str] | None, now: datetime) -> tuple[Token, str]:
        """Make a token, and return it with its text, which is kept nowhere. Raises StoreUnavailable."""
        text = f"kg_{secrets.token_urlsafe(32)}"
        until = (now + timedelta(days=days)).astimezone(UTC).isoformat(timespec="seconds")
        created = now.astimezone(UTC).isoformat(timespec="seconds")
        token = Token(secrets.token_hex(4), name, _digest(text), created, until, _graphs(graphs))
        with locked(self._root, WAIT):
            self._write((*self.all(), token))
        return token, text

    def revoke(self, token_id: str) -> Token:
        """Forget a token. Raises NotFound and StoreUnavailable."""
        with locked(self._root, WAIT):
            kept = self.all()
            gone = next((token for token in kept if token.id == token_id), None)
            if gone is None:
                raise NotFound(f"there is no token {token_id!r}: `kg token list` shows those there are")
            self._write(tuple(token for token in kept if token is not gone))
        return gone

    def check(self, authorization: str | None, now: datetime) -> Token:
        """The token that an Authorization header carries. Raises Unauthorized, and StoreUnavailable.

        Every token's digest is compared, in constant time, so that the time tells nothing.
        """
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Unauthorized("writing needs a token: send it as `Authorization: Bearer …` (made by `kg token add`)")
        digest = _digest(text.strip())
        found = [token for token in self.all() if hmac.compare_digest(token.sha256, digest)]
        if not found:
            raise Unauthorized("the token is not known here: it was revoked, or never made")
        if found[0].is_expired(now):
            raise Unauthorized(f"the token {found[0].id} expired at {found[0].expires}")
        return found[0]

    def _write(self, tokens: tuple[Token, ...]) -> None:
        durable.replace(self._path, json.dumps([asdict(token) for token in tokens], indent=1) + "\n", mode=0o600)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _graphs(graphs: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if graphs is None else tuple(graphs)
