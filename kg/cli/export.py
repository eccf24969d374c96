"""`kg export`."""

import sys

import click
from pyoxigraph import RdfFormat, serialize

from kg.build.derived import computed_graphs
from kg.cli.options import unpublished, with_settings
from kg.graph.exports import reifications
from kg.graph.schema import read_schema
from kg.iri import Iris
from kg.settings import Settings
from kg.store.generations import Generations

FORMATS = {"nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG}


@click.command(
    "export",
    epilog="""\b
Examples:
  kg export > record.nq
  kg export --rdf12 --format trig > record.trig""",
)
@click.option("--format", "output", type=click.Choice(list(FORMATS)), default="nq", show_default=True)
@click.option("--rdf12", is_flag=True, help="Add rdf:reifies: the plain triple that each statement is about (RDF 1.2).")
@with_settings("data")
def command(settings: Settings, output: str, rdf12: bool) -> None:
    """Write the record as RDF, sorted, so that the same record gives the same bytes."""
    generation = Generations(settings.data).current()
    if generation is None:
        raise unpublished(settings)
    with generation.opened() as store:
        quads = set(store)
    if rdf12:
        computed = computed_graphs(Iris(settings.base_iri))
        said = [quad for quad in quads if quad.graph_name not in computed]
        quads |= set(reifications(said, read_schema(settings.ontology)))
    serialize(sorted(quads, key=str), sys.stdout.buffer, FORMATS[output])
