"""What `kg serve` runs: granian with one worker process around the gateway, and an orderly end."""

import gc
import os
import resource
import sys

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from kg.settings import Settings, networks
from kg.sparql.sandbox import die_with
from kg.sparql.service import QueryService
from kg.sparql.writes.service import WriteService
from kg.web import assets
from kg.web.app import create_app
from kg.web.connections import Connections
from kg.web.gateway import Gateway

SPARE = 1024  # connections beyond those allowed, until the surplus is closed
DRAIN = 5  # seconds after the last query's deadline in which slow readers may finish

EXAMPLE = """SELECT ?who ?words { ?s at:claimedBy/rdfs:label ?who ; at:groundedIn/at:exact ?words } LIMIT 5"""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = Server(
        "kg.web.serving",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        workers=1,
        websockets=False,
        backlog=2048,
        # What is over the limit must be accepted to be counted and closed: past this number nobody is let in.
        backpressure=settings.connections + SPARE,
        http1_settings=HTTP1Settings(header_read_timeout=int(settings.head_seconds * 1000)),
        workers_kill_timeout=int(settings.query_seconds + settings.write_seconds * settings.writable) + DRAIN,
        log_level="warning",  # type: ignore[arg-type]
        process_name=None,
    )
    server.serve(target_loader=_loader(settings), wrap_loader=False)


class _loader:  # noqa: N801 - granian calls it as a function, and spawning pickles it
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, *_: object) -> Gateway:
        return make_gateway(self._settings)


def make_gateway(settings: Settings) -> Gateway:
    """The ASGI application of the one worker process."""
    parent = os.getppid()
    service = QueryService(settings)
    writes = WriteService(settings, service.wait_for) if settings.writable else None
    app = create_app(settings, service, writes)

    def start() -> None:
        die_with(parent)  # a server that nobody supervises must not stay
        _allow_many_connections()
        if writes:
            writes.start()  # publishes an empty generation where there is none
        service.start()
        connections.start()
        gc.freeze()  # what is loaded stays: no use in looking through it again and again
        _announce(settings, service)

    def stop() -> None:
        connections.stop()
        if writes:
            writes.close(settings.write_seconds)
        service.close(settings.query_seconds)

    gateway = Gateway(app.wsgi_app, settings, start, stop, app.extensions["attest.tell"], service)
    connections = Connections(
        settings.port,
        settings.connections,
        settings.connections_per_client,
        networks(settings.trusted_proxies),
        gateway.busy,
    )
    count = app.extensions["attest.metrics"].gauge
    count("attest_connections", "Connections to the server.", connections.count)
    count("attest_connections_closed", "Idle connections closed since there were too many.", lambda: connections.closed)
    return gateway


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _announce(settings: Settings, service: QueryService) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{settings.port}"
    readiness = service.readiness()
    print(  # noqa: T201 - this is the command's own message
        f"Attest serves generation {readiness.generation} ({readiness.quads} quads) at {url}/\n"
        f"Try:  curl -s {url}/sparql -H 'Accept: text/csv' --data-urlencode \\\n"
        f"  'query=PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        f"   {EXAMPLE}'\nStop with Ctrl-C.",
        file=sys.stderr,
        flush=True,
    )
    for warning in filter(None, (readiness.filter, assets.lack())):
        print(f"Warning: {warning}", file=sys.stderr, flush=True)  # noqa: T201
