"""`kg findings`."""

import json

import click

from kg import resources
from kg.cli.options import count, unpublished, with_settings
from kg.settings import Settings


def _rules(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Print each rule with what it means and does not mean, and end."""
    from kg.findings.rules import read_rules

    if not wanted:
        return
    for rule in read_rules(resources.find("findings")):
        click.echo(f"{rule.name}: {rule.title}\n    {rule.means}\n    Not: {rule.does_not_mean}")
    context.exit()


@click.command(
    "findings",
    epilog="""\b
Examples:
  kg findings                                 all, by rule
  kg findings --rule act-after-death
  kg findings --article 2020-06-08-pmoi-najaf --format markdown
  kg findings --entity abu-mahdi-al-muhandis --format json
  kg findings --rules                         what each rule means, and does not mean

A finding tells how things were said, never what is true. Given together, the options narrow the list down.""",
)
@click.option("--rule", metavar="NAME", help="Only what this rule found.")
@click.option("--article", metavar="SLUG", help="Only what rests on statements of this article.")
@click.option(
    "--entity",
    metavar="ID",
    help="Only what is about this entity, or rests on what is said of it or by it.",
)
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_rules,
    help="List the rules and what they mean.",
)
@click.option(
    "--format", "output", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True
)
@with_settings("data")
def command(settings: Settings, rule: str | None, article: str | None, entity: str | None, output: str) -> None:
    """List what the rules noticed in what was said, with the statements that each finding rests on."""
    from kg.findings.read import Wanted, list_findings
    from kg.findings.show import as_json, as_markdown, as_table
    from kg.iri import Iris
    from kg.store.generations import Generations

    generation = Generations(settings.data).current()
    if generation is None:
        raise unpublished(settings)
    with generation.opened() as store:
        found = list_findings(store, Iris(settings.base_iri), Wanted(rule, article, entity))
    shown = {"table": as_table, "markdown": as_markdown}
    click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=1) if output == "json" else shown[output](found))
    click.echo(f"{count(len(found), 'finding')} in generation {generation.number}", err=True)
