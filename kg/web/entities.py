"""The page of an entity: its names and who uses them, what is said and denied of it, what it says itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, render_template

from kg.web.claims import read_labels
from kg.web.facts import Saying, Section, read_sections, times_of
from kg.web.findings import findings_about
from kg.web.ids import Thing
from kg.web.linked import schema_org
from kg.web.record import Iri, Record
from kg.web.sentences import Part, Speller, part_of
from kg.web.terms import AT, LABEL, RDF_TYPE, Graph, Row, Term, value
from kg.web.times import earliest, told_time
from kg.web.vocabulary import Vocabulary, vocabulary

SCRIPTS = {  # ISO 15924, as people call them; any other by its code
    "Arab": "Arabic script",
    "Cyrl": "Cyrillic script",
    "Grek": "Greek script",
    "Hebr": "Hebrew script",
    "Latn": "Latin script",
    "Syrc": "Syriac script",
}
TOLD = {AT + name for name in ("hasName", "preferredName", "placeholder", "anonymousSource", "note")} | {
    LABEL,
    RDF_TYPE,
}


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a form stands: in whose direct speech (none: the publisher's own words), printed by whom."""

    slug: str
    start: int
    end: int
    speakers: tuple[Part, ...]
    publisher: Part


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling: language tag, script, kind and scheme as noted, whether a voice says it is a name, and its uses."""

    text: str
    language: str
    notes: tuple[str, ...]
    how: frozenset[str]
    uses: tuple[Use, ...]

    @property
    def users(self) -> tuple[tuple[Part, Part], ...]:
        """Who uses it, as speaker and publisher, each pair once."""
        pairs = [(speaker, use.publisher) for use in self.uses for speaker in (use.speakers or (use.publisher,))]
        return tuple(dict.fromkeys(pairs))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event said to be at a place, with the times that voices give it."""

    event: Part
    at: Part
    times: tuple[str, ...]
    earliest: str


def entity_page(record: Record, thing: Thing) -> Response:
    """The page of a person, group, outlet, place, event, post or anything else that voices speak of."""
    iri = record.iri(thing.name)
    words = vocabulary(record)
    graph = record.graph("nodes", s=Iri(iri))
    sections, total = read_sections(record, iri)
    incoming = record.rows("incoming", thing=Iri(iri))
    labels = read_labels(record, graph, [row["s"].value for row in incoming])
    forms = read_forms(record, iri, words)
    label = graph.value(iri, LABEL)
    page = render_template(
        "entity.html",
        thing=thing,
        iri=iri,
        graph=graph,
        label=label,
        kind=words.label(words.kinds_of(graph, iri)),
        forms=forms,
        mentions=int(record.rows("usage-count", thing=Iri(iri))[0]["total"].value),
        sections=sections,
        findings=findings_about(record, iri),
        total=total,
        more=_more(graph, iri, words, labels),
        incoming=_incoming(incoming, words, labels),
        counts=record.rows("voice-counts", thing=Iri(iri))[0] if thing.is_a("Agent") else None,
        times=_times(sections) if thing.is_a("Event") else (),
        happenings=_happenings(record, iri) if thing.is_a("Place") else (),
        json_ld=schema_org(iri, thing, str(label or thing.name), [form.text for form in forms]),
    )
    return Response(page, mimetype="text/html")


def _times(sections: tuple[Section, ...]) -> list[Saying]:
    """One saying for each time that a voice gives to the event, in order of time."""
    facts = (fact for section in sections for group in section.groups for fact in group.facts)
    dated = sorted((s for fact in facts for s in fact.said if s.when), key=lambda s: (s.earliest, s.identifier))
    return list({(s.when, s.chain, s.written): s for s in dated}.values())


def read_forms(record: Record, iri: str, words: Vocabulary) -> list[Form]:
    """Every spelling of a thing, the most used first; of the places where it stands, the first 50."""
    noted: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in record.rows("names", thing=Iri(iri)):
        noted[row["form"].value, row["form"].language].append(row)
    uses: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for form, use in _uses(record, iri):
        uses[form.value, form.language].append(use)
    made = [_form(*key, noted[key], uses[key], words) for key in {**noted, **uses}]
    return sorted(made, key=lambda form: (-len(form.uses), form.text))


def _uses(record: Record, iri: str) -> Iterator[tuple[Term, Use]]:
    """Each place with the form that stands there, by what is noted of the place, else by its words."""
    rows = record.rows("usage", thing=Iri(iri))
    if not rows:
        return
    places = [Iri(row["place"].value) for row in rows]
    forms = {row["place"].value: row["form"] for row in record.rows("place-forms", place=places)}
    speakers: dict[str, list[Part]] = defaultdict(list)
    for row in record.rows("direct-speech", place=places):
        speakers[row["place"].value].append(part_of(row, "voice", "voiceLabel"))
    for row in rows:
        place, start, end = row["place"].value, int(row["start"].value), int(row["end"].value)
        use = Use(row["slug"].value, start, end, tuple(speakers[place]), part_of(row, "publisher", "publisherLabel"))
        yield forms.get(place, row["form"]), use


def _form(text: str, language: str, noted: list[Row], uses: list[Use], words: Vocabulary) -> Form:
    notes = {words.label(row["kind"].value) for row in noted if "kind" in row}
    notes |= {row["scheme"].value for row in noted if "scheme" in row}
    notes |= {SCRIPTS.get(value(row, "script"), value(row, "script")) for row in noted if "script" in row}
    how = frozenset(row["how"].value.removeprefix(AT) for row in noted)
    return Form(text, language, tuple(sorted(notes)), how, tuple(uses))


def _more(graph: Graph, iri: str, words: Vocabulary, labels: Graph) -> list[tuple[str, list[Part]]]:
    """What stands on the entity itself and has no place of its own on the page."""
    speller, told = Speller(words, labels), defaultdict(list)
    for predicate, one in graph.pairs(iri):
        if predicate not in TOLD:
            told[words.label(predicate)].append(speller.thing(one))
    return sorted(told.items())


def _incoming(rows: list[Row], words: Vocabulary, labels: Graph) -> list[tuple[str, list[Part]]]:
    speller, found = Speller(words, labels), defaultdict(list)
    for row in rows:
        found[words.label(row["p"].value)].append(speller.thing(row["s"]))
    return sorted(found.items())


def _happenings(record: Record, iri: str) -> tuple[Happening, ...]:
    rows: dict[tuple[Part, Part], list[Row]] = defaultdict(list)
    for row in record.rows("events-here", thing=Iri(iri), at=Iri(iri)):
        rows[part_of(row, "event", "eventLabel"), part_of(row, "at", "atLabel")].append(row)
    made = [_happening(event, at, [times_of(row) for row in found]) for (event, at), found in rows.items()]
    return tuple(sorted(made, key=lambda one: (one.earliest, one.event.text)))


def _happening(event: Part, at: Part, times: list[Graph]) -> Happening:
    told = sorted({(earliest(time, "it"), told_time(time, "it")) for time in times})
    return Happening(event, at, tuple(when for _, when in told if when), told[0][0])
