"""`kg draft`."""

from pathlib import Path

import click

from kg.corpus.text import read_text
from kg.draft.quotes import draft_quotes
from kg.draft.yaml import to_yaml


@click.command(
    "draft",
    epilog="""\b
Examples:
  kg draft articles/2020-06-08-pmoi-najaf/article.txt
  kg draft news.txt --publisher gazette >> articles/news/claims.yaml

Each quotation becomes a statement with `status: draft`, which is never published: a person reads it, corrects who
speaks, says what it claims, and takes the status away.""",
)
@click.argument("path", metavar="ARTICLE.TXT", type=click.Path(path_type=Path))
@click.option("--publisher", default="publisher", show_default=True, help="The publisher's id, the outermost voice.")
@click.option("--language", default="en", show_default=True, help="The article's language, a BCP 47 tag.")
def command(path: Path, publisher: str, language: str) -> None:
    """Print draft claims for an article's quotations."""
    text, _ = read_text(path)
    click.echo(to_yaml(draft_quotes(text, language), publisher), nl=False)
