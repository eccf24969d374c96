"""Any SPARQL 1.1 server as a store (SPARQL 1.1 Protocol, section 2.1.2: query by POST)."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import urlencode, urlsplit

from kg.errors import (
    BadInput,
    ContentTooLarge,
    DeadlineExceeded,
    KgError,
    NotAcceptable,
    QuerySyntax,
    StoreUnavailable,
)
from kg.store.base import Answer

_PIECE = 64 * 1024  # bytes
_SCHEMES = ("http", "https")


class RemoteStore:
    """The SPARQL endpoint at `url` (http or https); `timeout` is in seconds, for each wait on the network.

    Raises BadInput for any other kind of URL.
    """

    def __init__(self, url: str, timeout: float) -> None:
        _refuse_other_schemes(url)
        self._url, self._timeout = url, timeout
        self._opener = urllib.request.OpenerDirector()  # build_opener() would add file: and ftp:
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(),
        ):
            self._opener.add_handler(handler)

    def query(self, text: str, accept: str) -> Answer:
        """Ask the endpoint; the answer's pieces come as the network brings them.

        Raises what the server's answer means, in its own words: QuerySyntax (400), NotAcceptable (406),
        ContentTooLarge (413), StoreUnavailable (429, 5xx, and no connection), DeadlineExceeded, else BadInput.
        """
        body = urlencode({"query": text}).encode("ascii")
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310
        try:
            response = self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _meaning(error, self._url) from error
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(error, self._url, self._timeout) from error
        return Answer(response.headers.get_content_type(), self._pieces(response))

    def close(self) -> None:
        """Nothing stays open between queries."""

    def _pieces(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        with response:
            try:
                while piece := response.read(_PIECE):
                    yield piece
            except (OSError, http.client.HTTPException) as error:
                raise _unreachable(error, self._url, self._timeout) from error
            if response.length:
                raise StoreUnavailable(f"the answer of {self._url} broke off {response.length} bytes early")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Sends the query on to where the endpoint has moved, over http and https only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],  # noqa: ARG002  (the signature is the standard library's)
        code: int,
        msg: str,  # noqa: ARG002
        headers: Message,  # noqa: ARG002
        newurl: str,
    ) -> urllib.request.Request:
        """The same POST for the new address, or a GET where the answer lies there (303).

        Raises BadInput for another scheme.
        """
        _refuse_other_schemes(newurl)
        data, method = (None, "GET") if code == 303 else (req.data, "POST")
        return urllib.request.Request(newurl, data, dict(req.headers), method=method)  # noqa: S310


def _refuse_other_schemes(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise BadInput(f"expected the http or https address of a SPARQL endpoint, found {url!r}")


def _unreachable(error: Exception, url: str, timeout: float) -> StoreUnavailable:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return DeadlineExceeded(f"{url} did not answer within {timeout:g} seconds")
    if isinstance(reason, ConnectionRefusedError):
        return StoreUnavailable(f"nothing listens at {url}")
    if isinstance(reason, http.client.IncompleteRead):
        return StoreUnavailable(f"the answer of {url} broke off")
    return StoreUnavailable(f"{url} cannot be asked: {reason}")


def _meaning(error: urllib.error.HTTPError, url: str) -> KgError:
    problem = _problem(error)
    sentence = f"{url} answered {error.code}: {problem.get('detail') or error.reason}"
    if error.code == 400:
        return QuerySyntax(sentence, _whole(problem.get("line")), _whole(problem.get("column")))
    if error.code == 429 or error.code >= 500:
        return StoreUnavailable(sentence, _retry_after(error.headers.get("Retry-After")))
    return {406: NotAcceptable, 413: ContentTooLarge}.get(error.code, BadInput)(sentence)


def _problem(error: urllib.error.HTTPError) -> dict[str, object]:
    """Problem details (RFC 9457), or the first line of a plain text as `detail`; a page is not quoted."""
    try:
        text = error.read(_PIECE).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        return {}
    kind = error.headers.get_content_type()
    if kind == "text/html" or not text:
        return {}
    if kind.endswith("json"):
        try:
            details = json.loads(text)
        except ValueError:
            details = None
        if isinstance(details, dict):
            return {"detail": details.get("title"), **details}
    return {"detail": text.splitlines()[0][:500]}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _retry_after(value: str | None) -> int:
    """Seconds from now (RFC 9110 section 10.2.3), 5 where the server does not say."""
    if value is None:
        return 5
    if value.strip().isdecimal():
        return int(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 5
    return max(0, round((moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()))
