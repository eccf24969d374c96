"""`kg perspective`."""

import json
from dataclasses import asdict

import click

from kg.cli.options import count, unpublished, with_settings
from kg.errors import BadInput
from kg.settings import Settings
from kg.store.generations import Generation, Generations
from kg.store.perspectives import About, Clash, Shelf, read_shelf


@click.command(
    "perspective",
    epilog="""\b
Examples:
  kg perspective                                   the perspectives, their policies, how much each accepts
  kg perspective al-hurra                          its triples, each with the statements that it rests on
  kg perspective al-hurra --why esmail-ghaani commands quds-force
  kg perspective al-hurra --compare pmoi --format json

\b
SUBJECT and OBJECT are ids of entities, names of concepts or IRIs, PREDICATE is a plain property of the ontology.
Exit code 1 when the perspective contradicts itself, or does not hold the triple that was asked about.""",
)
@click.argument("name", required=False)
@click.option("--why", nargs=3, metavar="SUBJECT PREDICATE OBJECT", help="Why it holds this triple, or not.")
@click.option("--compare", "other", metavar="OTHER", help="What the two hold alone, both, and contradict.")
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@with_settings("data")
def command(
    settings: Settings, name: str | None, why: tuple[str, str, str] | None, other: str | None, output: str
) -> None:
    """Tell what holds by a perspective, and why."""
    generation = Generations(settings.data).current()
    if generation is None:
        raise unpublished(settings)
    if (why or other) and name is None:
        raise BadInput("expected the name of a perspective with --why and --compare")
    if why and other:
        raise BadInput("expected either --why or --compare")
    shelf, as_json = read_shelf(generation.path), output == "json"
    if name is None:
        _list(shelf, as_json)
    elif why:
        _explain(settings, generation, shelf.find(name), why, as_json)
    elif other:
        _compare(generation, shelf, name, other, as_json)
    else:
        _tell(generation, shelf.find(name), as_json)


def _list(shelf: Shelf, as_json: bool) -> None:
    from kg.perspectives import about_json

    if as_json:
        click.echo(_json([about_json(about) for about in shelf.perspectives]))
        return
    for about in shelf.perspectives:
        click.echo("\n".join([f"{about.name}: {about.title}", *(f"  {line}" for line in _summary(about))]))
    if not shelf.perspectives:
        click.echo("There is no perspective: a perspectives.yaml beside the articles makes some.", err=True)


def _summary(about: About) -> list[str]:
    lines = [about.description] if about.description else []
    lines += [f"- {condition}" for condition in about.policy]
    accepted = f"{count(about.statements, 'statement')} accepted, {about.barren} of them without a plain triple"
    held = f"{count(about.triples, 'triple')}, {count(about.denials, 'denial')}, {about.inferred} inferred"
    lines.append(f"{accepted}; {held}")
    return (
        lines if about.is_consistent else [*lines, f"It contradicts itself: {count(about.clashing, 'contradiction')}"]
    )


def _tell(generation: Generation, about: About, as_json: bool) -> None:
    from kg.perspectives import about_json
    from kg.perspectives import as_json as held_json

    held = _world(generation, about.name)
    if as_json:
        click.echo(_json({**about_json(about), "world": [held_json(one) for one in held]}))
    else:
        click.echo("\n".join([about.title, *_summary(about), ""]))
        for one in held:
            names = ", ".join(f"{name} ({when})" if when else name for _, name, when in one.statements)
            click.echo(f"{one.sentence}{' (inferred)' if one.how == 'inferred' else ''}  [{names}]")
        _echo_clashes(about.clashes, about.clashing, "These cannot be so together")
    if not about.is_consistent:
        raise SystemExit(1)


def _explain(
    settings: Settings, generation: Generation, about: About, named: tuple[str, str, str], as_json: bool
) -> None:
    from kg.build.derived import computed_graphs
    from kg.build.why import explain, plain_triple
    from kg.build.world import Viewed, World
    from kg.graph.perspectives.policy import policies
    from kg.iri import Iris

    iris = Iris(settings.base_iri)
    with generation.opened() as store:
        view = Viewed.of(store, iris, computed_graphs(iris))
        policy = next(policy for policy in policies(view.record, view.schema, iris) if policy.name == about.name)
        told = explain(World(view, policy), plain_triple(view, *named))
    if as_json:
        click.echo(_json(asdict(told)))
    else:
        for line in _lines(told):
            click.echo(line)
    if not (told.accepted or told.inferred):
        raise SystemExit(1)


def _lines(told: object) -> list[str]:
    from kg.build.why import Explanation

    assert isinstance(told, Explanation)
    how = [word for word in ("accepted", "denied", "inferred") if getattr(told, word)]
    lines = [f"{told.triple}: {' and '.join(how) if how else 'not held'}"]
    if told.inferred:
        lines += [f"  follows from: {fact}  [{', '.join(names)}]" for fact, names in told.proof] + [f"  {told.rule}"]
    for one in told.sayings:
        when = f" ({one.when})" if one.when else ""
        lines.append(f"  {one.name} {'denies' if one.denies else 'says'} it: “{' … '.join(one.words)}”{when}")
        lines += [f"    refused: {reason}" for reason in one.refusals] or ["    accepted"]
    return lines if told.sayings or told.inferred else [*lines, "  No statement of the record says it, or denies it."]


def _compare(generation: Generation, shelf: Shelf, name: str, other: str, as_json: bool) -> None:
    from kg.perspectives import compare, comparison_json

    one, two = shelf.find(name), shelf.find(other)
    worlds = _world(generation, one.name), _world(generation, two.name)
    found = compare(one, two, worlds, shelf.pair(name, other))
    if as_json:
        click.echo(_json(comparison_json(found)))
        return
    click.echo(f"{one.name}: {one.title}\n{two.name}: {two.title}")
    parts = ((f"Only {one.name}", found.only_one), (f"Only {two.name}", found.only_other))
    for title, held in (*parts, ("Both", tuple(mine for mine, _ in found.both))):
        click.echo(f"\n{title} ({len(held)})")
        for each in held:
            click.echo(f"  {each.sentence}{' (inferred)' if each.how == 'inferred' else ''}")
    _echo_clashes(found.pair.clashes, found.pair.clashing, "They contradict each other")


def _echo_clashes(clashes: tuple[Clash, ...], number: int, title: str) -> None:
    click.echo(f"\n{title} ({number})")
    for clash in clashes:
        click.echo(f"  {clash.title} [{clash.rule}]")
        for fact in clash.facts:
            click.echo(f"    {fact.words}  [{', '.join(fact.names) or 'from the register of entities'}]")
    if len(clashes) < number:
        click.echo(f"  … and {number - len(clashes)} more")


def _world(generation: Generation, name: str):  # type: ignore[no-untyped-def]
    from kg.perspectives import JSON, read_world, world_query
    from kg.store.oxigraph import OxigraphStore

    store = OxigraphStore(generation.perspective(name))
    try:
        return read_world(json.loads(b"".join(store.query(world_query(), JSON).chunks)))
    finally:
        store.close()


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)
