"""`kg stats`."""

from collections import Counter
from pathlib import Path

import click

from kg.cli.options import count, with_settings
from kg.corpus.claims import read_article
from kg.corpus.coverage import coverage
from kg.corpus.folders import articles_in
from kg.errors import BadInput
from kg.settings import Settings


@click.command(
    "stats",
    epilog="""\b
Examples:
  kg stats                                every article
  kg stats 2020-06-08-pmoi-najaf --gaps   and the words that no claim accounts for

The share is of letters and digits, site furniture aside, that lie in a statement's words, a cue, the headline or the
dateline.""",
)
@click.argument("slugs", nargs=-1, metavar="[ARTICLE]...")
@click.option("--gaps", is_flag=True, help="List what lies outside, with its line in article.txt.")
@with_settings("articles")
def command(settings: Settings, slugs: tuple[str, ...], gaps: bool) -> None:
    """Tell how much of each text its claims account for."""
    if settings.articles is None:
        raise BadInput("there is no corpus to count: --articles is none")
    for folder in [settings.articles / slug for slug in slugs] or articles_in(settings.articles):
        _tell(folder, gaps)


def _tell(folder: Path, gaps: bool) -> None:
    article = read_article(folder).article
    if article is None:
        raise BadInput(f"{folder.name}: cannot be read; `kg validate {folder.name}` tells why")
    found = coverage(article)
    status = Counter(statement.status for statement in article.statements)
    drafts = f", {count(status['draft'], 'draft')}" if status["draft"] else ""
    voices = len({statement.chain[-1].voice for statement in article.statements if statement.chain})
    click.echo(
        f"{folder.name}: {count(len(article.statements), 'statement')}{drafts}, {count(voices, 'voice')}, "
        f"{found.share:.1%} of the text accounted for, {count(len(found.gaps), 'gap')}"
    )
    if gaps:
        for gap in found.gaps:
            click.echo(f"  line {gap.line}: {gap.words}")
