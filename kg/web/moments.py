"""The record as it stood: `?generation=N`, and `Accept-Datetime` as RFC 7089 (Memento) has it.

Each address that is read from the record is its own TimeGate and answers with 200 (RFC 7089, section 4.1.2; see
docs/decisions/0019-mementos-by-generation.md).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps
from typing import ParamSpec
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request

from kg.errors import BadInput
from kg.settings import Settings
from kg.sparql.protocol import read_generation
from kg.store.history import History, Moment
from kg.web.environ import PATH

EXPOSED = "Attest-Generation, ETag, Link, Memento-Datetime, Retry-After"
P = ParamSpec("P")
_HISTORY = "attest.history"
_LONGEST = 1_000  # characters of an address that is repeated in a Link header
_KEPT = re.compile(
    r' (?P<name>href|action|data-[a-z]+)="(?P<path>/(?:articles|statements|findings|perspectives|search|sparql|queries'
    r'|timeline|graph|map|ontology|catalogue|(?:page|data|id)/)[^"#?]*)?(?P<query>\?[^"#]*)?(?P<rest>(?:#[^"]*)?)"'
)
_LINKED = re.compile(r"<(/(?!/)[^>]*)>")
_FORM = re.compile(r"<form [^>]*>")


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of the moment that it shows, with the address of the same page now."""

    moment: Moment
    is_current: bool
    present: str


def furnish_moments(app: Flask) -> None:
    """Let the application answer as of a moment; it has its settings."""
    settings: Settings = app.extensions["attest.settings"]
    app.extensions[_HISTORY] = History(settings.data)
    app.after_request(_tell)
    app.context_processor(lambda: {"told_moment": told})


def history() -> History:
    """The history of the record that is served."""
    found: History = current_app.extensions[_HISTORY]
    return found


def asked_moment() -> Moment | None:
    """The moment that this request asks for, None for now. Raises BadInput and NotFound."""
    if "moment" not in g:
        g.moment = _asked()
    found: Moment | None = g.moment
    return found


def asked_generation() -> int | None:
    """The generation that this request asks for, None for the current one. Raises BadInput and NotFound."""
    moment = asked_moment()
    return moment.number if moment else None


def stamp() -> str:
    """What tells the generation that this request asks for from itself before an erasure. Raises NotFound."""
    moment = asked_moment()
    assert moment is not None, "only the past is rewritten"
    return history().stamp(moment)


def refuse_past() -> None:
    """Hold that this request is of now. Raises BadInput where it names a generation."""
    g.moment = None
    if "generation" in request.args:
        raise BadInput("expected no 'generation': what is written is a generation of its own")


def settle(generation: int | None) -> None:
    """Learn which generation the body of this request asks for."""
    if generation is not None:
        g.moment = history().find_kept(generation)


def _asked() -> Moment | None:
    given = request.args.getlist("generation")
    if len(given) > 1:
        raise BadInput(f"expected at most one 'generation' parameter, got {len(given)}")
    number = read_generation(given[0] if given else None)
    if number is not None:
        return history().find_kept(number)
    wanted = request.headers.get("Accept-Datetime")
    return history().at(read_instant(wanted)) if wanted is not None else None


def read_instant(text: str) -> datetime:
    """The value of `Accept-Datetime` (RFC 7089, section 2.1.1). Raises BadInput."""
    try:
        return datetime.strptime(text.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        example = "Thu, 31 May 2007 20:35:00 GMT"
        raise BadInput(f"expected Accept-Datetime as {example!r}, found {text[:50]!r}") from None


def http_date(moment: Moment) -> str:
    """When a generation was published, as HTTP has it (RFC 9110, section 5.6.7)."""
    return format_datetime(moment.time.replace(microsecond=0), usegmt=True)


def address(generation: int | None, path: str | None = None) -> str:
    """The absolute address of this request, or of a path with the same parameters, in a generation or now (None)."""
    here = path or request.environ.get(PATH) or quote(request.path)
    fields = [part for part in _query_string().split("&") if part and part.partition("=")[0] != "generation"]
    fields += [] if generation is None else [f"generation={generation}"]
    return request.root_url.rstrip("/") + here + ("?" + "&".join(fields) if fields else "")


def _query_string() -> str:
    return request.query_string.decode("latin-1")


def told() -> Told | None:
    """What the page of this request says of its moment; None for a page of now."""
    moment: Moment | None = g.get("moment")
    if moment is None:
        return None
    return Told(moment, moment == history().kept()[-1], address(None))


def keep_moment(response: Response) -> Response:
    """Let the links and forms of a page of the past lead to pages of the same moment."""
    moment: Moment | None = g.get("moment")
    if moment is None or response.mimetype != "text/html" or response.status_code != 200:
        return response
    field = f"generation={moment.number}"

    def link(match: re.Match[str]) -> str:
        path, asked = match["path"] or "", match["query"] or ""
        if not (path or asked) or "generation=" in asked:
            return match[0]
        return f' {match["name"]}="{path}{asked + "&amp;" if asked else "?"}{field}{match["rest"]}"'

    hidden = f'<input type="hidden" name="generation" value="{moment.number}">'
    text = _KEPT.sub(link, response.get_data(as_text=True))
    response.set_data(_FORM.sub(lambda form: form[0] + hidden, text))
    return response


def timed(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose answer is of the moment that is asked for, which is looked up first."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        asked_moment()
        return view(*args, **kwargs)

    return timed_when_read(answer)


def timed_when_read(view: Callable[P, Response]) -> Callable[P, Response]:
    """The same, but for a view that writes too, and looks up the moment where it reads."""
    view.is_timed = True  # type: ignore[attr-defined]
    return view


def is_timed(endpoint: str | None) -> bool:
    """Whether the view of an endpoint answers as of a moment."""
    return getattr(current_app.view_functions.get(endpoint or ""), "is_timed", False)


def _tell(response: Response) -> Response:
    """Say which moment an answer is of, and where its others are (RFC 7089, sections 2.2 and 4.1.2)."""
    if not is_timed(request.endpoint):
        return response
    if request.method == "OPTIONS":
        return _preflight(response)
    response.vary.add("Accept-Datetime")
    moment: Moment | None = g.get("moment")
    if response.status_code in (301, 302, 303) and request.args.get("generation") and moment:
        response.location = _moved(response.location or "", moment.number)
    if moment and "Link" in response.headers:
        response.headers["Link"] = _LINKED.sub(
            lambda link: f"<{_moved(link[1], moment.number)}>", response.headers["Link"]
        )
    if response.status_code not in (200, 304):
        return response
    if moment:
        response.headers["Memento-Datetime"] = http_date(moment)
        if request.method in ("GET", "HEAD") and not request.args.get("generation"):
            response.headers["Content-Location"] = address(moment.number)
    if len(address(None)) <= _LONGEST and (moment or request.endpoint not in _BARE):
        links = [response.headers["Link"]] if "Link" in response.headers else []
        response.headers["Link"] = ", ".join([*links, *_links(moment)])
    return response


def _preflight(response: Response) -> Response:
    """Let pages of other origins name a moment and a tag (Fetch, CORS preflight); `/sparql` says so itself."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers.setdefault("Access-Control-Allow-Methods", response.headers.get("Allow", "GET, HEAD"))
    response.headers.setdefault("Access-Control-Allow-Headers", "Accept, Accept-Datetime, If-None-Match")
    response.headers.setdefault("Access-Control-Max-Age", "86400")
    return response


_BARE = ("sparql.sparql", "perspectives.endpoint")  # their answers of now carry no links: they are many, and small


def _moved(location: str, generation: int) -> str:
    if not location.startswith("/") or "generation=" in location:
        return location
    path, mark, fragment = location.partition("#")
    return f"{path}{'&' if '?' in path else '?'}generation={generation}{mark}{fragment}"


def _links(moment: Moment | None) -> Iterator[str]:
    yield f'<{address(None)}>; rel="original timegate"'
    yield f'<{timemap()}>; rel="timemap"; type="application/link-format"'
    if moment is not None:
        yield from (f'<{uri}>; rel="{rel}"; datetime="{date}"' for uri, rel, date in mementos(moment))


def timemap() -> str:
    """The address of the list of all moments of what this request asks for."""
    return address(None, "/timemap" + (request.environ.get(PATH) or quote(request.path)))


def mementos(moment: Moment, path: str | None = None) -> Iterator[tuple[str, str, str]]:
    """The address, relations and date of this moment, and of the first, last and next to it."""
    kept = history().kept()
    at = kept.index(moment)
    named = {"first": 0, "last": len(kept) - 1, "prev": at - 1, "next": at + 1}
    wanted = sorted({at, *(place for place in named.values() if 0 <= place < len(kept))})
    for place in wanted:
        relations = [name for name, where in named.items() if where == place]
        one = kept[place]
        yield address(one.number, path), " ".join([*relations, "memento"]), http_date(one)
