"""`kg query`."""

import json
import sys
from pathlib import Path

import click

from kg.cli.options import with_settings
from kg.errors import BadInput, StoreUnavailable, Unreadable
from kg.settings import Settings

JSON, CSV = "application/sparql-results+json", "text/csv"
ACCEPT = {
    "table": f"{JSON}, text/turtle;q=0.9",
    "json": f"{JSON}, application/ld+json;q=0.9",
    "csv": f"{CSV}, text/turtle;q=0.9",
}


@click.command(
    "query",
    epilog="""\b
Examples:
  kg query 'ASK { ?s ?p ?o }'
  kg query -f queries/who-said-what.rq --format csv
  kg query -f my.rq --endpoint https://example.org/sparql

Without --endpoint the current generation is asked, in a process of its own, under the server's limits.
CONSTRUCT and DESCRIBE answer in Turtle (JSON-LD with --format json).""",
)
@click.argument("text", required=False, metavar="[QUERY]")
@click.option("-f", "--file", "path", type=click.Path(path_type=Path), help="Read the query from a file; - for stdin.")
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint.")
@click.option("--format", "output", type=click.Choice(list(ACCEPT)), default="table", show_default=True)
@with_settings("data")
def command(settings: Settings, text: str | None, path: Path | None, endpoint: str | None, output: str) -> None:
    """Ask a SPARQL query, here or of any endpoint."""
    query = _read(text, path)
    media_type, body = _remote(endpoint, query, output, settings) if endpoint else _here(settings, query, output)
    if output == "table" and media_type == JSON:
        click.echo(_table(json.loads(body)))
    else:
        sys.stdout.buffer.write(body)


def _read(text: str | None, path: Path | None) -> str:
    if (text is None) == (path is None):
        raise BadInput("expected a query, or a file of one with -f")
    if text is not None:
        return text
    try:
        return sys.stdin.read() if str(path) == "-" else Path(str(path)).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot be read: {error}", str(path)) from error


def _here(settings: Settings, query: str, output: str) -> tuple[str, bytes]:
    from kg.sparql.protocol import Query
    from kg.sparql.service import QueryService
    from kg.store.generations import Generations

    if Generations(settings.data).current() is None:
        raise StoreUnavailable(f"nothing was published in {settings.data} yet: run `kg build`")
    service = QueryService(settings)
    service.start()
    try:
        answer = service.answer(Query(query), ACCEPT[output], lambda: False)
        return answer.media_type, b"".join(answer.chunks)
    finally:
        service.close(0)


def _remote(endpoint: str, query: str, output: str, settings: Settings) -> tuple[str, bytes]:
    from kg.store.remote import RemoteStore

    store = RemoteStore(endpoint, settings.query_seconds + 5)
    answer = store.query(query, ACCEPT[output])
    return answer.media_type, b"".join(answer.chunks)


def _table(results: dict[str, object]) -> str:
    """The results of a SELECT as a table, of an ASK as a word."""
    from prettytable import PrettyTable

    if "boolean" in results:
        return "true" if results["boolean"] else "false"
    head, body = results["head"], results["results"]
    table = PrettyTable(head["vars"], align="l", max_width=60)  # type: ignore[index]
    for row in body["bindings"]:  # type: ignore[index]
        table.add_row([row.get(name, {}).get("value", "") for name in head["vars"]])  # type: ignore[index]
    return str(table)
