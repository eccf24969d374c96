"""`kg query`."""

import json
import sys
from pathlib import Path

import click

from kg import resources
from kg.cli.options import unpublished, with_settings
from kg.errors import BadInput, Unreadable
from kg.settings import Settings

JSON, CSV = "application/sparql-results+json", "text/csv"
ACCEPT = {
    "table": f"{JSON}, text/turtle;q=0.9",
    "json": f"{JSON}, application/ld+json;q=0.9",
    "csv": f"{CSV}, text/turtle;q=0.9",
}


def _list(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Print each question with its parameters and their defaults, and end."""
    from kg.questions import questions

    if not wanted:
        return
    for question in questions(resources.find("queries")):
        params = "".join(f" {param.name}={param.default}" for param in question.params)
        click.echo(f"{question.name}{params}\n    {question.title}")
    context.exit()


@click.command(
    "query",
    epilog="""\b
Examples:
  kg query 'ASK { ?s ?p ?o }'
  kg query -f queries/who-said-what.rq --format csv
  kg query -f my.rq --endpoint https://example.org/sparql
  kg query --generation 3 'ASK { ?s ?p ?o }'     the record as it stood (see kg generations)
  kg query --questions
  kg query --question commanders-on-a-date --param group=badr-corps --param day=2020-06-08

Without --endpoint the current generation is asked, in a process of its own, under the server's limits.
CONSTRUCT and DESCRIBE answer in Turtle (JSON-LD with --format json).""",
)
@click.argument("text", required=False, metavar="[QUERY]")
@click.option("-f", "--file", "path", type=click.Path(path_type=Path), help="Read the query from a file; - for stdin.")
@click.option("--question", metavar="NAME", help="Ask one of the questions that come with it.")
@click.option("--param", "params", metavar="NAME=VALUE", multiple=True, help="A value for a parameter of the question.")
@click.option(
    "--questions",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List these questions.",
)
@click.option("--generation", type=click.IntRange(1), metavar="N", help="Ask the record as it stood in a generation.")
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint.")
@click.option("--format", "output", type=click.Choice(list(ACCEPT)), default="table", show_default=True)
@with_settings("data")
def command(
    settings: Settings,
    text: str | None,
    path: Path | None,
    question: str | None,
    params: tuple[str, ...],
    generation: int | None,
    endpoint: str | None,
    output: str,
) -> None:
    """Ask a SPARQL query, here or of any endpoint."""
    if sum(given is not None for given in (text, path, question)) != 1:
        raise BadInput("expected a query, a file of one with -f, or the name of one with --question")
    if params and question is None:
        raise BadInput("expected --param with --question: only a question has parameters")
    if generation is not None and endpoint:
        raise BadInput("expected --generation without --endpoint: add ?generation=N to the endpoint's address")
    query = _read(text, path) if question is None else _bound(question, params, endpoint, settings)
    media_type, body = (
        _remote(endpoint, query, output, settings) if endpoint else _here(settings, query, output, generation)
    )
    if output == "table" and media_type == JSON:
        click.echo(_table(json.loads(body)))
    else:
        sys.stdout.buffer.write(body)


def _bound(name: str, params: tuple[str, ...], endpoint: str | None, settings: Settings) -> str:
    from kg.questions import bind, find_question, with_base

    values = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals or key in values:
            raise BadInput(f"expected --param NAME=VALUE, each name once, found {param!r}")
        values[key] = value
    text = bind(find_question(resources.find("queries"), name), values)
    return with_base(text, settings.base_iri) if endpoint else text


def _read(text: str | None, path: Path | None) -> str:
    if text is not None:
        return text
    try:
        return sys.stdin.read() if str(path) == "-" else Path(str(path)).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot be read: {error}", str(path)) from error


def _here(settings: Settings, query: str, output: str, generation: int | None) -> tuple[str, bytes]:
    from kg.sparql.protocol import Query
    from kg.sparql.service import QueryService
    from kg.store.generations import Generations

    if Generations(settings.data).current() is None:
        raise unpublished(settings)
    service = QueryService(settings)
    service.start()
    try:
        answer = service.answer(Query(query, generation=generation), ACCEPT[output], lambda: False, own=True)
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
