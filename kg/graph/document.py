"""A document revision, its passages and the names used in it, as triples."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.graph.dates import instant, span
from kg.graph.part import Pair, Part, Place
from kg.graph.terms import Terms
from kg.iri import Iris
from kg.model import Document, Mention, Passage, Source
from kg.vocab import AT, DCTERMS, RDF, XSD


@dataclass(frozen=True, slots=True)
class Revision:
    """A document together with its IRI, which also names its graph."""

    document: Document
    iri: NamedNode
    iris: Iris

    def source(self, key: str) -> Source:
        """The line of one of the keys that the curator typed for the document."""
        source = self.document.source
        return Source(source.file, self.document.lines.get(key, source.line))

    def passage(self, part: Part, passage: Passage) -> NamedNode:
        """Describe a passage and give its IRI (Web Annotation's text position and text quote in one)."""
        iri = self.iris.minted("passage", self.iri.value, passage.start, passage.end)
        part.add(
            iri,
            [
                (RDF.type, AT.Passage),
                (AT.inDocument, self.iri),
                (AT.startOffset, whole_number(passage.start)),
                (AT.endOffset, whole_number(passage.end)),
                (AT.exact, Literal(passage.exact)),
                (AT.prefix, Literal(passage.prefix)),
                (AT.suffix, Literal(passage.suffix)),
            ],
        )
        return iri


def whole_number(number: int) -> Literal:
    """An `xsd:nonNegativeInteger`."""
    return Literal(str(number), datatype=XSD.nonNegativeInteger)


def describe_document(revision: Revision, terms: Terms, part: Part) -> bool:
    """Say what the revision is: True; raises Refused for an unknown publisher, BadInput for a date that is none."""
    pairs = list(_document_pairs(revision, terms, part))
    part.places[revision.iri] = Place(revision.document.source, "article", revision.document.lines)
    part.add(revision.iri, pairs)
    return True


def _document_pairs(revision: Revision, terms: Terms, part: Part) -> Iterator[Pair]:
    document = revision.document
    yield RDF.type, AT.Document
    yield DCTERMS.title, Literal(document.title, language=document.language)
    yield DCTERMS.language, Literal(document.language)
    yield DCTERMS.identifier, Literal(document.slug)
    yield AT.sha256, Literal(document.sha256)
    yield AT.publisher, terms.entity(document.publisher, revision.source("publisher")).iri
    yield AT.publishedAt, instant(span(document.published)[0])
    if document.url:
        yield DCTERMS.source, NamedNode(document.url)
    for predicate, passage in ((AT.headline, document.headline), (AT.dateline, document.dateline)):
        if passage:
            yield predicate, revision.passage(part, passage)
    for passage in document.furniture:
        yield AT.furniture, revision.passage(part, passage)


def describe_mention(revision: Revision, terms: Terms, mention: Mention, part: Part) -> None:
    """Say where a form stands and whom it names there; raises Refused for an unknown entity."""
    known = terms.entity(mention.entity, mention.source)
    name = known.names.get(mention.form)
    if name is None:
        form = Literal(mention.form, language=terms.language)
        name = terms.iris.minted("name", AT.Name.value, [[AT.nameForm.value, str(form)]])
        part.shared |= {Triple(name, RDF.type, AT.Name), Triple(name, AT.nameForm, form)}
    for passage in mention.passages:
        where = revision.passage(part, passage)
        part.add(where, [(AT.mentions, known.iri)])
        part.add(name, [(AT.occursIn, where)])
        part.places.setdefault(where, Place(mention.source, "mentions"))
