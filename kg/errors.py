"""One tree of errors: each knows its HTTP status and the exit code of a command."""

from collections.abc import Iterable
from difflib import get_close_matches


class KgError(Exception):
    """Something went wrong; its text is a sentence for the person who caused it or must act on it."""

    status = 500
    exit_code = 1
    title = "Internal error"


class BadInput(KgError):
    """The caller's input is wrong."""

    status = 400
    exit_code = 2
    title = "Bad request"


class Unreadable(BadInput):
    """A file cannot be read as what it should be.

    `file`, `line` and `column` (both 1-based) say where; `line` and `column` may be None.
    """

    exit_code = 3
    title = "Unreadable input"

    def __init__(self, message: str, file: str, line: int | None = None, column: int | None = None) -> None:
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {message}")
        self.file, self.line, self.column = file, line, column


class QuerySyntax(BadInput):
    """A query does not parse; `line` and `column` are 1-based, None where the engine does not say.

    `context` is that line of the query and below it a caret under the place, once the query is at hand.
    """

    title = "SPARQL syntax error"

    def __init__(
        self, message: str, line: int | None = None, column: int | None = None, context: str | None = None
    ) -> None:
        super().__init__(message)
        self.line, self.column, self.context = line, column, context


class Forbidden(BadInput):
    """The query asks for something this endpoint does not do (SERVICE, LOAD)."""

    title = "Not offered here"


class TooComplex(BadInput):
    """The query exceeds a limit of nesting, patterns or memory."""

    title = "Query too complex"


class AnswerTooLarge(BadInput):
    """The answer exceeds the limit of rows or bytes."""

    title = "Answer too large"


class Unauthorized(BadInput):
    """The request carries no token, or none that is valid."""

    status = 401
    title = "Token needed"


class NotAllowed(BadInput):
    """The request is understood and refused: its token does not reach so far, or nobody may do this here."""

    status = 403
    title = "Not allowed"


class NotFound(BadInput):
    """There is nothing at this address."""

    status = 404
    title = "Not found"


class Gone(NotFound):
    """There was something at this address, and there is no longer."""

    status = 410
    title = "Gone"


class MethodNotAllowed(BadInput):
    """The resource does not take this method; `allow` lists those it takes."""

    status = 405
    title = "Method not allowed"

    def __init__(self, message: str, allow: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allow = allow


class NotAcceptable(BadInput):
    """None of the media types that the client accepts can be written for this answer."""

    status = 406
    title = "Not acceptable"


class BodyTooSlow(BadInput):
    """The request's body did not arrive in the time allowed."""

    status = 408
    title = "Request timeout"


class Conflict(BadInput):
    """The change does not fit what is recorded: a triple would be in two graphs, a graph exists already."""

    status = 409
    title = "Conflict"


class PreconditionFailed(BadInput):
    """What the request was made for (`If-Match`, `If-None-Match`) is not so any more."""

    status = 412
    title = "Precondition failed"


class ContentTooLarge(BadInput):
    """The request's body or query is longer than allowed."""

    status = 413
    title = "Content too large"


class UnsupportedMediaType(BadInput):
    """The request's body is of a type that is not read here."""

    status = 415
    title = "Unsupported media type"


class BudgetSpent(BadInput):
    """The client has used up its processing time for now, or asks too much at once; `retry_after` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Rejected(BadInput):
    """A write does not pass the gate; `report` is the validation report (SHACL, section 3) in `media_type`."""

    status = 422
    title = "Not conforming"

    def __init__(self, message: str, report: str, media_type: str) -> None:
        super().__init__(message)
        self.report, self.media_type = report, media_type


class StoreUnavailable(KgError):
    """The store or endpoint cannot answer now; `retry_after` is in seconds."""

    status = 503
    exit_code = 4
    title = "Unavailable"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(StoreUnavailable):
    """Too many queries run or wait already."""

    title = "Too busy"


class DeadlineExceeded(StoreUnavailable):
    """The query did not finish in the time it was allowed."""

    title = "Query timed out"


class ServiceFailed(StoreUnavailable):
    """Another endpoint, which the query asks by SERVICE, gave no answer that can be used."""

    status = 502
    title = "Service failed"


class ServiceTimedOut(ServiceFailed):
    """Another endpoint, which the query asks by SERVICE, did not answer in its time."""

    status = 504
    title = "Service timed out"


def did_you_mean(name: str, among: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing when no name comes near."""
    near = get_close_matches(name, sorted(among), n=1)
    return f"; did you mean {near[0]}?" if near else ""
