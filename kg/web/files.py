"""`/static`: scripts and styles, encoded once and kept; below the digest of what pages are made with, for good."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from kg.sparql.encoding import SMALL, Encoding, choose, compress

FOLDER = Path(__file__).resolve().parent / "static"
FOREVER = "public, max-age=31536000, immutable"
ENCODED = {".css", ".js", ".json", ".geojson", ".svg", ".txt"}
_DIGEST = re.compile(r"([0-9a-f]{12})/(.+)")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file's bytes as they are sent, how they are encoded, and their entity tag."""

    body: bytes
    encoding: Encoding | None
    tag: str


class Files:
    """The files of a folder; an address `DIGEST/NAME` names the same file as `NAME`, and says which version of it."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder, self._digest = folder, digest
        self._kept: dict[tuple[Path, Encoding | None], Kept] = {}

    def address(self, name: str) -> str:
        """Where a page finds this version of a file; what the file imports is found beside it."""
        return f"/static/{self._digest}/{name}"

    def answer(self, filename: str) -> Response:
        """The file, or 304 where the client has it; kept for good where the address says which version it is."""
        match = _DIGEST.fullmatch(filename)
        path = self._path(match[2] if match else filename)
        kept = self._read(path, choose(request.headers.get("Accept-Encoding")) if path.suffix in ENCODED else None)
        response = Response(kept.body, content_type=_content_type(path))
        response.set_etag(kept.tag)
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOREVER if match and match[1] == self._digest else "no-cache"
        if kept.encoding:
            response.headers["Content-Encoding"] = kept.encoding
        response.make_conditional(request)
        return response

    def _path(self, name: str) -> Path:
        path = safe_join(str(self._folder), name)
        if path is None or not Path(path).is_file():
            raise NotFound(f"there is no file {name[:100]!r}")
        return Path(path)

    def _read(self, path: Path, encoding: Encoding | None) -> Kept:
        if (path, encoding) not in self._kept:  # two that ask at once make the same
            body = path.read_bytes()
            used = encoding if len(body) >= SMALL else None
            body = b"".join(compress(used, [body])) if used else body
            self._kept[path, encoding] = Kept(body, used, hashlib.sha256(body).hexdigest()[:20])
        return self._kept[path, encoding]


def _content_type(path: Path) -> str:
    kind = {".js": "text/javascript", ".geojson": "application/geo+json"}.get(path.suffix)
    kind = kind or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
