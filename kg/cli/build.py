"""`kg build`."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from kg.build.builder import Builder
from kg.build.inputs import Inputs, is_stale
from kg.build.standing import standing
from kg.cli.options import count, progress_bar, show_report, with_settings
from kg.settings import Settings
from kg.store.generations import Generations
from kg.store.perspectives import Shelf, read_shelf

if TYPE_CHECKING:
    from kg.findings.read import Listed

MOST = 20  # findings told one by one; of more, how many each rule has
CLASHES = 5  # contradictions of one perspective that are told


@click.command(
    "build",
    epilog="""\b
Examples:
  kg build                          what has changed since the last build
  kg build --watch                  and go on: publish each change as it is saved, until Ctrl-C
  kg build --articles my/articles --data /srv/attest

An article with a violation does not enter; the store keeps what it had of it. Exit code 1 then.""",
)
@with_settings("data", "articles")
@click.option("--all", "everything", is_flag=True, help="Look at every article, changed or not.")
@click.option("--watch", is_flag=True, help="Then follow the files, and publish each change as it is saved.")
@click.option(
    "--unless-rolled-back",
    is_flag=True,
    help="As `kg serve`: build nothing after a rollback, nor without articles.",
)
@click.option("--erased", is_flag=True, help="Also what was erased (`kg erase`) and is built no more.")
def command(settings: Settings, everything: bool, watch: bool, unless_rolled_back: bool, erased: bool) -> None:
    """Publish the corpus as a new generation of the knowledge graph."""
    builder = Builder(settings)
    inputs = builder.look(lambda warning: click.echo(f"warning: {warning}", err=True))
    kept = unless_rolled_back and _is_kept(settings)
    if kept:
        code = 0
    elif not (everything or erased) and not is_stale(settings, inputs):
        click.echo("Nothing has changed since the last build.", err=True)
        code = 0
    else:
        code = build(builder, inputs, everything=everything, erased=erased)
    if watch and not (kept and settings.articles is None):
        from kg.cli.watch import follow

        code = follow(settings, builder, inputs)
    sys.exit(code)


def _is_kept(settings: Settings) -> bool:
    """Whether what is published is to stay, as the server would have it."""
    if (to := standing(settings)) is not None:
        click.echo(
            f"The record was rolled back to generation {to}, and no file of the curators has changed since: nothing is"
            " built over it. `kg build` brings back what the files say.",
            err=True,
        )
        return True
    # without articles a build would take out those that are there
    return settings.articles is None and Generations(settings.data).current() is not None


def build(builder: Builder, inputs: Inputs, *, everything: bool = False, erased: bool = False) -> int:
    """Build, and tell what came of it; the exit code."""
    with progress_bar("Articles") as progress:
        outcome = builder.build(inputs, progress, everything=everything, erased=erased)
    show_report(outcome.report)
    generation = outcome.generation.number if outcome.generation else "none"
    click.echo(
        f"Generation {generation}{'' if outcome.published else ' (unchanged)'}: {count(outcome.articles, 'article')}, "
        f"{count(outcome.statements, 'statement')}, {count(outcome.quads, 'triple')}; "
        f"{count(len(outcome.report.violations), 'violation')}"
        + (f"; {count(outcome.drafts, 'draft')} left out" if outcome.drafts else ""),
        err=True,
    )
    _tell_findings("new", outcome.news.new)
    _tell_findings("gone", outcome.news.gone)
    if outcome.generation:
        _tell_perspectives(read_shelf(outcome.generation.path))
    if outcome.rejected:
        click.echo(f"Not entered, the store keeps what it had: {', '.join(outcome.rejected)}", err=True)
    return 0 if outcome.report.conforms else 1


def _tell_findings(what: str, findings: "tuple[Listed, ...]") -> None:
    """Say on stderr which findings are new, or gone: a line each, or a line for each rule where they are many."""
    if len(findings) <= MOST:
        for finding in findings:
            click.echo(f"{what}: {finding.rule}: {finding.sentence}", err=True)
        return
    for rule, number in sorted(Counter(finding.rule for finding in findings).items()):
        click.echo(f"{what}: {rule}: {count(number, 'finding')} (kg findings --rule {rule})", err=True)


def _tell_perspectives(shelf: Shelf) -> None:
    """Say how many statements each accepts, and which of them contradict themselves, on whose word."""
    for about in shelf.perspectives:
        told = f"{count(about.statements, 'statement')} accepted, {count(about.triples, 'plain triple')}"
        click.echo(f"Perspective {about.name}: {told}", err=True)
        for clash in about.clashes[:CLASHES]:
            facts = "; ".join(f"{fact.words} [{', '.join(fact.names) or 'the register'}]" for fact in clash.facts)
            click.echo(f"  contradicts itself: {facts}. {clash.title} [{clash.rule}]", err=True)
        if about.clashing > CLASHES:
            click.echo(f"  … and {about.clashing - CLASHES} more: kg perspective {about.name}", err=True)
