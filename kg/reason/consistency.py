"""OWL 2 DL consistency by HermiT, through owlready2."""

import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import owlready2
import pyoxigraph as ox

from kg.errors import StoreUnavailable

_ABOUT = (
    "https://w3id.org/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner found: whether all can hold together, and the classes that can have no member."""

    consistent: bool
    unsatisfiable: tuple[str, ...]


def consistency(triples: Iterable[ox.Triple]) -> Verdict:
    """Ask HermiT whether these triples, ontology and record together, are consistent.

    Raises StoreUnavailable when there is no Java to run it.
    """
    if shutil.which("java") is None:
        raise StoreUnavailable("the OWL reasoner needs Java (17 or newer) on the PATH, found none: nothing was checked")
    axioms = (t for t in triples if t.predicate.value.startswith(_ABOUT) and not isinstance(t.object, ox.Triple))
    text = ox.serialize(axioms, format=ox.RdfFormat.N_TRIPLES) or b""
    world = owlready2.World()  # of its own: the default world remembers what an earlier run loaded
    ontology = world.get_ontology("https://w3id.org/attest/check").load(fileobj=io.BytesIO(text))
    try:
        with _temporary_files(), ontology:
            owlready2.sync_reasoner_hermit(world, debug=0)
        return Verdict(True, tuple(sorted(c.iri for c in world.inconsistent_classes() if c is not owlready2.Nothing)))
    except owlready2.OwlReadyInconsistentOntologyError:
        return Verdict(consistent=False, unsatisfiable=())
    finally:
        world.close()


@contextmanager
def _temporary_files() -> Iterator[None]:
    """Keep temporary files in a folder that goes away: owlready2 leaves its own when it finds a contradiction."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
