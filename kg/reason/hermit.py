"""OWL 2 DL consistency by HermiT: the Java program that comes with owlready2, run on N-Triples."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox

from kg.errors import DeadlineExceeded, KgError
from kg.vocab import OWL, RDF, RDFS, XSD

_OWL = "http://www.w3.org/2002/07/owl#"
_ANNOTATIONS = {RDFS._ns + name for name in ("label", "comment", "seeAlso", "isDefinedBy")} | {
    _OWL + name
    for name in (
        "imports",  # the modules are all here already; fetching them is no business of a check
        "versionIRI",
        "versionInfo",
        "priorVersion",
        "backwardCompatibleWith",
        "incompatibleWith",
        "deprecated",
    )
}
_DATATYPES = {
    XSD._ns + name
    for name in (
        *("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "anyURI"),
        *("boolean", "decimal", "integer", "double", "float", "hexBinary", "base64Binary", "dateTime", "dateTimeStamp"),
        *("nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger"),
        *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
} | {RDF._ns + "langString", RDF._ns + "PlainLiteral", RDF._ns + "XMLLiteral", RDFS.Literal.value}
_UNSATISFIABLE = re.compile(r"^\t(\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner found: whether all can hold together, and the classes that can have no member."""

    consistent: bool
    unsatisfiable: tuple[ox.NamedNode, ...] = ()


def java() -> str | None:
    """The Java program that would run HermiT; None where there is none."""
    return shutil.which("java")


@dataclass(frozen=True, slots=True)
class Logical:
    """The triples that mean something to the reasoner, and those it cannot read (a datatype outside OWL 2)."""

    triples: frozenset[ox.Triple]
    unreadable: frozenset[ox.Triple]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> "Logical":
        """Leave out annotations, and properties that nothing declares to be an object or datatype property."""
        triples = frozenset(triples)
        kinds = {OWL.ObjectProperty, OWL.DatatypeProperty}
        declared = {t.subject for t in triples if t.predicate == RDF.type and t.object in kinds}
        meant = frozenset(t for t in triples if t.predicate in declared or _of_language(t.predicate))
        unreadable = frozenset(t for t in meant if not _readable(t))
        return cls(meant - unreadable, unreadable)


def consistency(triples: Iterable[ox.Triple], *, seconds: float = 600.0) -> Verdict:
    """Ask HermiT whether these triples are consistent, and if so which named classes can have no member.

    Raises FileNotFoundError without Java, DeadlineExceeded after `seconds`, KgError with HermiT's own words when it
    refuses the ontology (one that is not OWL 2 DL).
    """
    with tempfile.TemporaryDirectory(prefix="attest-check-") as folder:
        file = Path(folder) / "all.nt"
        file.write_bytes(ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES) or b"")
        try:
            ran = subprocess.run(_command(file), capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise DeadlineExceeded(f"HermiT did not come to an answer within {seconds:.0f} seconds") from None
    if ran.returncode == 0:
        found = (ox.NamedNode(iri) for iri in _UNSATISFIABLE.findall(ran.stdout) if not iri.startswith(_OWL))
        return Verdict(True, tuple(sorted(found, key=str)))
    if "InconsistentOntologyException" in ran.stderr:
        return Verdict(consistent=False)
    lines = (line for line in ran.stderr.splitlines() if not line.startswith("\tat "))
    words = " ".join(lines).removeprefix('Exception in thread "main" ')
    raise KgError(f"HermiT refuses the ontology: {words or 'it gives no reason'}")


def _command(file: Path) -> list[str]:
    program = java()
    package = find_spec("owlready2")
    if program is None or package is None or package.origin is None:
        raise FileNotFoundError("expected `java` on the PATH and the package owlready2, which brings HermiT")
    hermit = Path(package.origin).parent / "hermit"
    # Most of a run is the start of Java: the quick compiler alone halves it.
    options = ["-Xmx2g", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", f"{hermit}:{hermit / 'HermiT.jar'}"]
    return [program, *options, "org.semanticweb.HermiT.cli.CommandLine", "-N", "-U", file.as_uri()]


def _of_language(predicate: ox.NamedNode) -> bool:
    return predicate.value.startswith((RDF._ns, RDFS._ns, _OWL)) and predicate.value not in _ANNOTATIONS


def _readable(triple: ox.Triple) -> bool:
    if isinstance(triple.object, ox.Literal):
        return triple.object.datatype.value in _DATATYPES
    if isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(XSD._ns):
        return triple.object.value in _DATATYPES
    return not isinstance(triple.object, ox.Triple)
