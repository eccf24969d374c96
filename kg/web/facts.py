"""What is claimed and denied of a thing: propositions in groups, each with everyone who says or denies it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.web.claims import read_labels
from kg.web.record import Iri, Record
from kg.web.sentences import Part, Sentence, Speller, part_of
from kg.web.terms import AT, Graph, Row
from kg.web.times import earliest, told_time
from kg.web.vocabulary import Vocabulary, vocabulary

MOST = 80  # propositions on a page
SECTIONS = (  # the first that a proposition's class lies below
    ("Posts, leadership and command", ("PostProposition", "LeadershipProposition")),
    ("Ties, support and belonging", ("RelationProposition",)),
    ("What is said to have happened", ("EventProposition",)),
    ("Descriptions and the rest", ("Proposition",)),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement that says or denies a proposition; `chain` is outermost first, `marks` what is out of the usual."""

    statement: str
    identifier: str
    chain: tuple[Part, ...]
    marks: tuple[str, ...]
    is_denied: bool
    when: str
    written: str
    earliest: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A proposition as a sentence, with those who say it and those who deny it; nothing says that it holds."""

    sentence: Sentence
    said: tuple[Saying, ...]
    denied: tuple[Saying, ...]

    @property
    def earliest(self) -> str:
        """The earliest time that a voice gives it, as text that sorts."""
        return min((saying.earliest for saying in (*self.said, *self.denied)), default="~")

    @property
    def when(self) -> str:
        """The times that voices give it, each once, in order."""
        told = sorted((s.earliest, s.when) for s in (*self.said, *self.denied) if s.when)
        return "; ".join(dict.fromkeys(when for _, when in told))


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one class in which the thing has one role."""

    kind: str
    role: str
    facts: tuple[Fact, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Section:
    """Groups of a family of classes."""

    title: str
    groups: tuple[Group, ...]


def read_sections(record: Record, thing: str) -> tuple[tuple[Section, ...], int]:
    """What is said of a thing in sections, and in how many propositions; about `MOST` are shown, evenly shared."""
    words = vocabulary(record)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = record.rows("roles", thing=Iri(thing))
    for row in rows:
        groups[row["kind"].value, row["role"].value].append(row["proposition"].value)
    share = max(5, MOST // max(1, len(groups)))
    shown = {key: sorted(propositions)[:share] for key, propositions in groups.items()}
    facts = read_facts(record, [p for propositions in shown.values() for p in propositions])
    made = {
        key: Group(words.topic(key[0]), words.label(key[1]), _in_time(facts[p] for p in shown[key]), len(groups[key]))
        for key in groups
    }
    sections = (_section(title, classes, made, words) for title, classes in SECTIONS)
    return tuple(section for section in sections if section.groups), len(rows)


def read_facts(record: Record, propositions: Sequence[str], voices: Sequence[str] = ()) -> dict[str, Fact]:
    """Each proposition with everyone, or those of `voices`, who says or denies it."""
    if not propositions:
        return {}
    wanted = [Iri(iri) for iri in propositions]
    graph = record.graph("propositions", s=wanted)
    only = {"voice": [Iri(iri) for iri in voices]} if voices else {}
    rows = record.rows("sayings", proposition=wanted, **only)
    speller = Speller(vocabulary(record), read_labels(record, graph))
    chains = _chains(record, {row["attribution"].value for row in rows})
    sayings: dict[str, list[Saying]] = defaultdict(list)
    for row in rows:
        sayings[row["proposition"].value].append(_saying(row, chains, speller.words))
    return {p: _fact(speller.sentence(graph, p), sayings[p]) for p in propositions}


def _section(title: str, classes: tuple[str, ...], made: dict[tuple[str, str], Group], words: Vocabulary) -> Section:
    taken = [key for key in made if any(words.is_a(key[0], cls) for cls in classes)]
    groups = [made.pop(key) for key in sorted(taken, key=lambda key: (words.label(key[0]), words.label(key[1])))]
    return Section(title, tuple(groups))


def _in_time(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(sorted(facts, key=lambda f: (f.earliest, [part.text for part in f.sentence.parts])))


def _fact(sentence: Sentence, sayings: list[Saying]) -> Fact:
    said, denied = ([s for s in sayings if s.is_denied is denied] for denied in (False, True))
    return Fact(sentence, tuple(said), tuple(denied))


def _chains(record: Record, attributions: Iterable[str]) -> dict[str, tuple[Part, ...]]:
    wanted = [Iri(iri) for iri in sorted(attributions)]
    chains: dict[str, tuple[Part, ...]] = {}
    for row in record.rows("chains", attribution=wanted) if wanted else ():
        key = row["attribution"].value
        chains[key] = (*chains.get(key, ()), part_of(row, "agent", "label"))
    return chains


def _saying(row: Row, chains: dict[str, tuple[Part, ...]], words: Vocabulary) -> Saying:
    times = times_of(row)
    marks = [(name, row[name].value) for name in ("modality", "speechAct")]
    return Saying(
        statement=row["statement"].value,
        identifier=row["identifier"].value,
        chain=chains[row["attribution"].value],
        marks=tuple(words.label(value) for name, value in marks if not words.is_default(AT + name, value)),
        is_denied=row["polarity"].value == AT + "negated",
        when=told_time(times, "it"),
        written=row["written"].value if "written" in row else "",
        earliest=earliest(times, "it"),
    )


def times_of(row: Row) -> Graph:
    """The two ranges of a row, as those of a statement called `it`."""
    graph = Graph()
    for name in ("firstPrecise", "lastPrecise", "firstImprecise", "lastImprecise"):
        if name in row:
            graph.add("it", AT + name, row[name])
    return graph
