"""How lists of statements are narrowed: about what, by which voice, of which kind, speech act and polarity."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, request

from kg.errors import BadInput, did_you_mean
from kg.web.ids import NAME
from kg.web.record import Bound, Iri, Record
from kg.web.remembered import Remembered
from kg.web.terms import AT, LABEL, Row, value
from kg.web.vocabulary import vocabulary

CHOICES = "attest.choices"
THINGS = ("about", "voice")
SCHEMES = {"act": "SpeechAct", "polarity": "Polarity"}
Choices = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address chooses: each value as it stands there, what each is called, and what else may be chosen."""

    values: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Choices
    bound: Mapping[str, Bound]

    @property
    def kept(self) -> str:
        """The values as they stand in the address."""
        return urlencode(self.values)


def read_filters(record: Record) -> Filters:
    """The filters of the request; raises BadInput for a value that is none."""
    values = {name: text for name in (*THINGS, "kind", *SCHEMES) if (text := request.args.get(name))}
    choices = _choices(record)
    for name, text in values.items():
        _check(name, text, choices)
    labels = {name: _label(record, name, text, choices) for name, text in values.items()}
    return Filters(values, labels, choices, {name: _bound(record, name, text) for name, text in values.items()})


def _choices(record: Record) -> Choices:
    words = vocabulary(record)
    kinds = sorted(words.below(AT + "Proposition") - {AT + "Proposition"}, key=words.topic)
    found = {"kind": [(kind.removeprefix(AT), words.topic(kind)) for kind in kinds]}
    for name, scheme in SCHEMES.items():
        found[name] = [(one.removeprefix(AT), words.label(one)) for one in words.concepts(scheme)]
    return {**read_choices(record), **found}


def _check(name: str, text: str, choices: Choices) -> None:
    if name in THINGS:
        if not NAME.fullmatch(text):
            raise BadInput(f"expected the name of a thing as {name}, found {text[:100]!r}")
    elif text not in (known := [one for one, _ in choices[name]]):
        raise BadInput(f"expected as {name} one of {', '.join(known)}, found {text[:50]!r}{did_you_mean(text, known)}")


def _label(record: Record, name: str, text: str, choices: Choices) -> str:
    known = dict(choices[name])
    return known.get(text) or record.graph("labels", s=Iri(record.iri(text))).text(record.iri(text), LABEL) or text


def _bound(record: Record, name: str, text: str) -> Bound:
    if name in THINGS:
        return Iri(record.iri(text))
    if name == "kind":
        return [Iri(cls) for cls in sorted(vocabulary(record).below(AT + text))]
    return Iri(AT + text)


def read_choices(record: Record) -> Choices:
    """The first things and voices by name, and all relations, as they stand in an address and as they are called."""
    kept: Remembered[Choices] = current_app.extensions[CHOICES]
    return kept.of(record)


def find_choices(record: Record) -> Choices:
    """Ask the record for them."""
    queries = {"about": "view-things", "voice": "view-voices", "relation": "view-relations"}
    return {name: [_pair(record, row) for row in record.rows(query)] for name, query in queries.items()}


def _pair(record: Record, row: Row) -> tuple[str, str]:
    iri = value(row, "thing")
    return record.name(iri) or iri, value(row, "label")
