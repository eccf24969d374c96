"""Settings: a command's flag, then `KG_*`, then `kg.toml` in the current folder, then the default."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path

from kg import resources
from kg.errors import BadInput, Unreadable
from kg.services import Network, read_services

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, its unit in its comment; `KG_` and the upper-case name sets it from the environment."""

    articles: Path | None = field(default_factory=lambda: resources.find("articles"))  # "none": no corpus
    ontology: Path = field(default_factory=lambda: resources.find("ontology"))
    shapes: Path = field(default_factory=lambda: resources.find("shapes"))
    findings: Path = field(default_factory=lambda: resources.find("findings"))  # the rules
    data: Path = Path("kg-data")  # where generations are kept
    base_iri: str = "https://w3id.org/attest/id/"
    host: str = "127.0.0.1"
    port: int = 8000
    keep: int = 10  # generations
    memory_quads: int = 2_000_000  # a larger generation is queried from disk; so is one for which there is no memory
    query_seconds: float = 10.0  # deadline, from the request's arrival at a worker
    query_rows: int = 200_000
    query_bytes: int = 64 * MIB  # of one answer
    query_length: int = 100_000  # code points of a query's text
    query_nesting: int = 48  # brackets open at once
    query_patterns: int = 500  # triple patterns, filters and path steps, by counting their separators
    query_memory: int = 512 * MIB  # beyond the data
    query_hold: bool = True  # an answer that might fail is held until it is complete, rather than cut off
    concurrent: int = 2  # queries in the fast lane
    slow: int = 4  # queries that took over a quarter of a second, niced
    queue: int = 16  # queries waiting
    client_seconds: float = 120.0  # of workers' time, for each client and minute
    cache_bytes: int = 64 * MIB  # of whole answers; 0 keeps none
    services: str = ""  # endpoints that a query may ask by SERVICE, with commas between; none: SERVICE is refused
    service_seconds: float = 5.0  # for each of them to answer
    service_bytes: int = 5 * MIB  # of its answer
    writable: bool = False  # /update and /store take writes
    auth: bool = True  # writes need a token; off only on loopback
    union: bool = True  # the default graph is the merge of all graphs; not for a general store
    write_seconds: float = 10.0  # deadline of one write, and of judging all that share a commit
    write_memory: int = 1024 * MIB  # of the writer, beyond what it starts with
    write_queue: int = 16  # writes waiting for one commit
    store_bytes: int = 16 * MIB  # of a document sent to the graph store
    body_bytes: int = MIB
    body_seconds: float = 10.0
    head_seconds: float = 10.0  # in which a request's head must arrive; also how long an idle connection is kept
    read_seconds: float = 30.0  # that a client may let its answer lie
    connections: int = 4096
    connections_per_client: int = 512
    trusted_proxies: str = ""  # addresses and networks whose X-Forwarded-… headers are believed, with commas between
    log_requests: bool = True  # a line of JSON on standard error for each
    log_private: bool = False  # with the client's address and the text of the query


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks in CIDR form, with commas between; raises BadInput."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise BadInput(f"setting trusted_proxies: expected addresses like 10.0.0.0/8 or ::1, found {error}") from None


def load(flags: Mapping[str, object], environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Settle every setting; flags that are None were not given.

    Raises Unreadable for a broken `kg.toml`, BadInput for an unknown name in it or a value of the wrong kind.
    """
    values: dict[str, object] = _from_file((folder or Path.cwd()) / "kg.toml")
    names = {f.name for f in fields(Settings)}
    for name in names:
        if (text := environ.get(f"KG_{name.upper()}")) is not None:
            values[name] = text
    values |= {name: value for name, value in flags.items() if value is not None}
    if str(values.get("articles")) == "none" and str(values.get("writable", False)).lower() == "true":
        values.setdefault("union", False)  # a general store, as SPARQL's own suites need one
    return Settings(**{name: _read(name, value) for name, value in values.items()})  # type: ignore[arg-type]


def _from_file(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"expected TOML: {error}", str(path)) from error
    unknown = values.keys() - {f.name for f in fields(Settings)}
    if unknown:
        raise BadInput(f"{path}: unknown setting {', '.join(sorted(unknown))}")
    for name in ("articles", "ontology", "shapes", "findings", "data"):
        if isinstance(values.get(name), str) and values[name] != "none":
            values[name] = path.parent / values[name]
    return values


_PATHS = {"articles", "ontology", "shapes", "findings", "data"}
_WHOLE = {f.name for f in fields(Settings) if f.type is int}
_NUMBERS = {f.name for f in fields(Settings) if f.type is float}
_SWITCHES = {f.name for f in fields(Settings) if f.type is bool}


def _read(name: str, value: object) -> object:
    if name in _PATHS:
        return None if name == "articles" and str(value) == "none" else Path(str(value))
    if name in _SWITCHES:
        return _switch(name, value)
    if name == "trusted_proxies":
        networks(str(value))
    if name == "services":
        read_services(str(value))
    kind = int if name in _WHOLE else float if name in _NUMBERS else str
    try:
        number = kind(str(value))
    except ValueError:
        raise BadInput(f"setting {name}: expected a {'whole ' if kind is int else ''}number, found {value!r}") from None
    least = 0 if name in {"queue", "slow", "cache_bytes"} else 1
    if kind is not str and number < least and name not in _NUMBERS:  # type: ignore[operator]
        raise BadInput(f"setting {name}: expected at least {least}, found {value!r}")
    if name in _NUMBERS and not 0 < number < float("inf"):  # type: ignore[operator]
        raise BadInput(f"setting {name}: expected a positive number, found {value!r}")
    return number


def _switch(name: str, value: object) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise BadInput(f"setting {name}: expected true or false, found {value!r}")
    return text == "true"
