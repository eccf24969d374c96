"""The plain triple that a proposition stands for, by what its class declares (`at:projectsSubject` and its kin)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.graph.schema import Schema
from kg.vocab import AT, RDF

Term = NamedNode | Literal
Roles = Mapping[NamedNode, Iterable[object]]  # the values of each property of a proposition


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain triple; `exact` when the proposition says just that and nothing more (no role in the event, no form)."""

    triple: Triple
    exact: bool


def project(roles: Roles, schema: Schema) -> Plain | None:
    """The plain triple of a proposition; None when its class names none, or it has several subjects or objects.

    A proposition of several classes (a bundle that is denied as a whole) stands for no single triple.
    """
    types = [cls for cls in roles.get(RDF.type, ()) if isinstance(cls, NamedNode)]
    values = [value for role, values in roles.items() if role != RDF.type for value in values]
    projection = schema.projection(types[0], values) if len(types) == 1 else None
    if projection is None:
        return None
    subjects, objects = (list(roles.get(role, ())) for role in (projection.subject, projection.object))
    if len(subjects) != 1 or len(objects) != 1 or not isinstance(subjects[0], NamedNode):
        return None
    if not isinstance(objects[0], NamedNode | Literal):
        return None
    told = {RDF.type, projection.subject, projection.object}
    rest = {role: list(values) for role, values in roles.items() if role not in told}
    named = all(projection.predicate in _own(value, schema) for values in rest.values() for value in values)
    return Plain(Triple(subjects[0], projection.predicate, objects[0]), named)


def is_conditional(roles: Roles) -> bool:
    """True when words limit the proposition to a condition: without them it would say more than was said."""
    return bool(list(roles.get(AT.condition, ())))


def _own(value: object, schema: Schema) -> Iterable[object]:
    """The predicate that a concept names itself, so that the triple says all that the concept does."""
    return schema.objects(value, AT.projectsPredicate) if isinstance(value, NamedNode) else ()
