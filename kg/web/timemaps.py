"""`/timemap/…`: every moment of an address, as RFC 7089 section 5 has it, or as JSON."""

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kg.errors import NotAcceptable, NotFound
from kg.store.history import Moment
from kg.web.environ import PATH
from kg.web.moments import address, history, http_date, is_timed

bp = Blueprint("timemaps", __name__)
LINKS, JSON = "application/link-format", "application/json"


@bp.get("/timemap/<path:of>")
def timemap(of: str) -> Response:
    """The generations in which an address can be asked, oldest first."""
    _check(of)
    path = (request.environ.get(PATH) or request.path).removeprefix("/timemap")
    kept = history().kept()
    if not kept:
        raise NotFound("nothing was published yet")
    best = request.accept_mimetypes.best_match([LINKS, JSON]) if request.accept_mimetypes else LINKS
    if best is None:
        raise NotAcceptable(f"a TimeMap is written as {LINKS} or {JSON}")
    response = _as_json(path, kept) if best == JSON else Response(_as_links(path, kept), content_type=LINKS)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _check(of: str) -> None:
    """Raise NotFound for an address that does not answer as of a moment."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(f"/{of}", method="GET")
    except RequestRedirect:
        endpoint = ""
    except HTTPException:
        endpoint = ""
    if not is_timed(endpoint):
        raise NotFound(f"nothing at /{of[:200]} can be asked as of a moment")


def _as_links(path: str, kept: tuple[Moment, ...]) -> str:
    span = f'from="{http_date(kept[0])}"; until="{http_date(kept[-1])}"'
    lines = [
        f'<{address(None, path)}>; rel="original timegate"',
        f'<{address(None)}>; rel="self"; type="{LINKS}"; {span}',
    ]
    for moment in kept:
        edges = [name for name, one in (("first", kept[0]), ("last", kept[-1])) if one is moment]
        relations = " ".join([*edges, "memento"])
        lines.append(f'<{address(moment.number, path)}>; rel="{relations}"; datetime="{http_date(moment)}"')
    return ",\n".join(lines) + "\n"


def _as_json(path: str, kept: tuple[Moment, ...]) -> Response:
    def one(moment: Moment) -> dict[str, object]:
        uri = address(moment.number, path)
        return {"generation": moment.number, "datetime": f"{moment.time:%Y-%m-%dT%H:%M:%SZ}", "uri": uri}

    listed = [one(moment) for moment in kept]
    return jsonify(
        {
            "original_uri": address(None, path),
            "timegate_uri": address(None, path),
            "timemap_uri": address(None),
            "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
        }
    )
