"""The terms that Python itself names, each IRI written once; a misspelt one is an AttributeError.

A test holds every term of `AT` to what `ontology/` declares. An ontologist's new class needs no line here.
"""

from pyoxigraph import NamedNode

ONTOLOGY = "https://w3id.org/attest/ontology"
NS = ONTOLOGY + "#"


def _at(name: str) -> NamedNode:
    return NamedNode(NS + name)


class AT:
    """Terms of our ontology (prefix `at:`)."""

    Statement = _at("Statement")
    Attribution = _at("Attribution")
    Passage = _at("Passage")
    Document = _at("Document")
    Proposition = _at("Proposition")
    Entity = _at("Entity")
    Name = _at("Name")
    Assessment = _at("Assessment")
    Agent = _at("Agent")
    Perspective = _at("Perspective")
    Justification = _at("Justification")

    attribution = _at("attribution")
    relayedBy = _at("relayedBy")
    attributedAgent = _at("attributedAgent")
    cue = _at("cue")
    depth = _at("depth")
    claimedBy = _at("claimedBy")
    publishedBy = _at("publishedBy")
    expresses = _at("expresses")
    condition = _at("condition")
    polarity = _at("polarity")
    modality = _at("modality")
    speechAct = _at("speechAct")
    affirmed = _at("affirmed")
    negated = _at("negated")
    basis = _at("basis")
    possiblySame = _at("possiblySame")
    evidence = _at("evidence")
    obtainedBy = _at("obtainedBy")
    groundedIn = _at("groundedIn")

    inDocument = _at("inDocument")
    startOffset = _at("startOffset")
    endOffset = _at("endOffset")
    exact = _at("exact")
    prefix = _at("prefix")
    suffix = _at("suffix")
    mentions = _at("mentions")
    occursIn = _at("occursIn")
    nameForm = _at("nameForm")
    hasName = _at("hasName")
    preferredName = _at("preferredName")
    bearsName = _at("bearsName")
    named = _at("named")

    sha256 = _at("sha256")
    publisher = _at("publisher")
    publishedAt = _at("publishedAt")
    reportedAt = _at("reportedAt")
    spokeAt = _at("spokeAt")
    headline = _at("headline")
    dateline = _at("dateline")
    furniture = _at("furniture")

    timeExpression = _at("timeExpression")
    firstPrecise = _at("firstPrecise")
    lastPrecise = _at("lastPrecise")
    firstImprecise = _at("firstImprecise")
    lastImprecise = _at("lastImprecise")
    startKnown = _at("startKnown")
    endKnown = _at("endKnown")
    ongoing = _at("ongoing")

    assesses = _at("assesses")
    assessedBy = _at("assessedBy")
    assessedAt = _at("assessedAt")
    verdict = _at("verdict")
    note = _at("note")

    Finding = _at("Finding")
    FindingRule = _at("FindingRule")
    rule = _at("rule")
    focus = _at("focus")
    inRing = _at("inRing")
    restsOn = _at("restsOn")
    restsOnJudgement = _at("restsOnJudgement")

    acceptsVoice = _at("acceptsVoice")
    acceptsInChain = _at("acceptsInChain")
    acceptsArticle = _at("acceptsArticle")
    acceptsPolarity = _at("acceptsPolarity")
    acceptsModality = _at("acceptsModality")
    acceptsSpeechAct = _at("acceptsSpeechAct")
    acceptsVerdict = _at("acceptsVerdict")
    independentVoices = _at("independentVoices")
    accepts = _at("accepts")
    justifiedBy = _at("justifiedBy")

    assertoric = _at("assertoric")
    default = _at("default")
    distributes = _at("distributes")
    expects = _at("expects")
    writtenBy = _at("writtenBy")
    projectsSubject = _at("projectsSubject")
    projectsPredicate = _at("projectsPredicate")
    projectsObject = _at("projectsObject")


class RDF:
    """Terms of RDF 1.1, and `reifies` of RDF 1.2."""

    _ns = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    type = NamedNode(_ns + "type")
    reifies = NamedNode(_ns + "reifies")
    langString = NamedNode(_ns + "langString")
    subject = NamedNode(_ns + "subject")
    predicate = NamedNode(_ns + "predicate")
    object = NamedNode(_ns + "object")
    first = NamedNode(_ns + "first")
    rest = NamedNode(_ns + "rest")


class RDFS:
    """Terms of RDF Schema."""

    _ns = "http://www.w3.org/2000/01/rdf-schema#"
    label = NamedNode(_ns + "label")
    isDefinedBy = NamedNode(_ns + "isDefinedBy")
    subClassOf = NamedNode(_ns + "subClassOf")
    subPropertyOf = NamedNode(_ns + "subPropertyOf")
    domain = NamedNode(_ns + "domain")
    range = NamedNode(_ns + "range")
    Literal = NamedNode(_ns + "Literal")


class OWL:
    """Terms of OWL 2."""

    _ns = "http://www.w3.org/2002/07/owl#"
    Class = NamedNode(_ns + "Class")
    Ontology = NamedNode(_ns + "Ontology")
    ObjectProperty = NamedNode(_ns + "ObjectProperty")
    DatatypeProperty = NamedNode(_ns + "DatatypeProperty")
    AnnotationProperty = NamedNode(_ns + "AnnotationProperty")
    TransitiveProperty = NamedNode(_ns + "TransitiveProperty")
    SymmetricProperty = NamedNode(_ns + "SymmetricProperty")
    equivalentProperty = NamedNode(_ns + "equivalentProperty")
    inverseOf = NamedNode(_ns + "inverseOf")
    versionInfo = NamedNode(_ns + "versionInfo")
    NegativePropertyAssertion = NamedNode(_ns + "NegativePropertyAssertion")
    sourceIndividual = NamedNode(_ns + "sourceIndividual")
    assertionProperty = NamedNode(_ns + "assertionProperty")
    targetIndividual = NamedNode(_ns + "targetIndividual")
    targetValue = NamedNode(_ns + "targetValue")


class SKOS:
    """Terms of SKOS."""

    _ns = "http://www.w3.org/2004/02/skos/core#"
    Concept = NamedNode(_ns + "Concept")
    definition = NamedNode(_ns + "definition")
    scopeNote = NamedNode(_ns + "scopeNote")
    example = NamedNode(_ns + "example")


class XSD:
    """Datatypes of XML Schema."""

    _ns = "http://www.w3.org/2001/XMLSchema#"
    string = NamedNode(_ns + "string")
    boolean = NamedNode(_ns + "boolean")
    integer = NamedNode(_ns + "integer")
    decimal = NamedNode(_ns + "decimal")
    nonNegativeInteger = NamedNode(_ns + "nonNegativeInteger")
    positiveInteger = NamedNode(_ns + "positiveInteger")
    dateTime = NamedNode(_ns + "dateTime")


class DCTERMS:
    """Terms of Dublin Core."""

    _ns = "http://purl.org/dc/terms/"
    title = NamedNode(_ns + "title")
    description = NamedNode(_ns + "description")
    language = NamedNode(_ns + "language")
    source = NamedNode(_ns + "source")
    identifier = NamedNode(_ns + "identifier")
