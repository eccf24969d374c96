"""From one `says` entry to propositions of one fact each, split by the domains that the ontology gives to roles."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from pyoxigraph import NamedNode, Triple

from kg.errors import did_you_mean
from kg.graph.schema import Property
from kg.graph.terms import Object, Refused, Terms
from kg.model import Claim
from kg.vocab import AT, RDF

Role = tuple[NamedNode, tuple[Object, ...]]


@dataclass(frozen=True, slots=True)
class Proposition:
    """What is said: an IRI that follows from the content, and the triples that say it."""

    iri: NamedNode
    triples: frozenset[Triple]


def propositions(terms: Terms, claim: Claim, *, whole: bool) -> tuple[Proposition, ...]:
    """The propositions of one claim; with `whole` (a negated or forbidden statement) exactly one.

    A role whose domain is a subclass of the claim's class makes a proposition of that subclass, which also carries
    the roles of the claim's class itself (the event). Several values of a role make one proposition each. Raises
    Refused for an unknown class, role or value.
    """
    cls = proposition_class(terms, claim)
    parts = _by_class(terms, cls, claim)
    if whole:
        types = tuple(sorted(parts.keys() - {cls} or {cls}, key=str))  # as one that is affirmed: the two then meet
        return (_proposition(terms, types, [role for roles in parts.values() for role in roles]),)
    _check_lists(terms, claim)
    common = parts.pop(cls, [])
    bundles = {part: common + roles for part, roles in parts.items()} or {cls: common}
    return tuple(
        _proposition(terms, (part,), combination)
        for part, roles in sorted(bundles.items(), key=lambda item: item[0].value)
        for combination in _one_value_each(roles)
    )


def _check_lists(terms: Terms, claim: Claim) -> None:
    """Two lists in one part would be read as every pair of their members: nobody said that."""
    seen: dict[NamedNode | None, str] = {}
    for name, values in claim.roles.items():
        prop = terms.schema.properties.get(terms.schema.expand(name))
        if len(values) > 1:
            part = prop.domain if prop else None
            if part in seen:
                message = f"{seen[part]} and {name} are both lists: write one entry for each pair that is meant"
                raise Refused(message, values[0].source, "two-lists")
            seen[part] = name


def proposition_class(terms: Terms, claim: Claim) -> NamedNode:
    """The class that a claim names, with or without its ending `Proposition`; raises Refused when there is none."""
    schema = terms.schema
    for name in (claim.kind + "Proposition", claim.kind):
        cls = schema.expand(name)
        if cls in schema.classes and schema.is_a(cls, AT.Proposition) and cls != AT.Proposition:
            return cls
    known = (schema.shorten(c).removesuffix("Proposition") for c in schema.classes if schema.is_a(c, AT.Proposition))
    hint = did_you_mean(claim.kind, known)
    raise Refused(f"unknown kind of proposition {claim.kind!r}{hint}", claim.source)


def _by_class(terms: Terms, cls: NamedNode, claim: Claim) -> dict[NamedNode, list[Role]]:
    parts: dict[NamedNode, list[Role]] = defaultdict(list)
    for name, values in claim.roles.items():
        part, prop = _part(terms, cls, claim, name)
        objects = tuple(term for value in values for term in terms.objects(prop, value))
        parts[part].append((prop.iri, objects))
    return dict(parts)


def _part(terms: Terms, cls: NamedNode, claim: Claim, name: str) -> tuple[NamedNode, Property]:
    schema = terms.schema
    source = claim.roles[name][0].source if claim.roles[name] else claim.source
    declared = schema.properties.get(schema.expand(name))
    if declared and not declared.written_by and declared.domain is None:
        raise Refused(f"{name} is not said by a voice: it belongs beside says, not in it", source, "domain")
    if declared and declared.domain and cls in schema.supers(declared.domain):
        return declared.domain, terms.property(name, source, declared.domain)
    return cls, terms.property(name, source, cls)


def _one_value_each(roles: list[Role]) -> Iterator[list[Role]]:
    for values in product(*(objects for _, objects in roles)):
        yield [(prop, (value,)) for (prop, _), value in zip(roles, values, strict=True)]


def _proposition(terms: Terms, types: tuple[NamedNode, ...], roles: list[Role]) -> Proposition:
    pairs = sorted({(p, o) for p, objects in roles for o in objects}, key=str)
    iri = terms.iris.minted("proposition", [t.value for t in types], [[p.value, str(o)] for p, o in pairs])
    triples = {Triple(iri, RDF.type, t) for t in types} | {Triple(iri, p, o) for p, o in pairs}
    return Proposition(iri, frozenset(triples))
