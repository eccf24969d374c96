"""What a change can have changed is found anew, and nothing else is: the result is always that of a full run.

The corpora are random, and small: statements on few entities, so that they meet, tie and contradict each other often.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad
from ruamel.yaml import YAML

from kg import resources
from kg.build.workshop import Workshop
from kg.corpus.claims import read_article, read_entities
from kg.findings.update import Finder
from kg.graph.article import Mapped
from kg.settings import Settings
from tests.questions.support import write_corpus

CHAINS = [
    ["gazette"],
    ["gazette", {"voice": "radio", "cue": "Radio said"}],
    ["gazette", {"voice": "mayor", "cue": "the mayor said"}],
    ["gazette", {"voice": "herald", "cue": "the Herald said"}],
    ["gazette", {"voice": "gazette", "cue": "the Gazette said"}],
    ["gazette", {"voice": "witnesses", "cue": "witnesses said"}],
    ["gazette", {"voice": "radio", "cue": "Radio cited"}, {"voice": "witnesses", "cue": "as witnesses told"}],
    ["gazette", {"voice": "radio", "cue": "Radio showed", "basis": "papers"}],
    ["gazette", {"voice": "duke", "cue": "the duke said", "spokeAt": "2020-05-20"}],
]
SAYS = [
    {"Event": {"event": "shooting", "participant": "guards", "inRole": "perpetrator", "means": "firearms"}},
    {"Event": {"event": "shooting", "means": "live-ammunition"}},
    {"Event": {"event": "shooting", "means": "firearms"}},
    {"Event": {"event": "shooting", "participant": "duke", "inRole": "killed"}},
    {"Event": {"event": "rally", "participant": "duke", "inRole": "speaker"}},
    {"Event": {"event": "rally", "participant": "mayor", "inRole": "visitor", "atPlace": "port"}},
    {"Event": {"event": "shooting", "participant": "crowd", "inRole": "killed", "count": "12"}},
    {"Event": {"event": "shooting", "participant": "crowd", "inRole": "killed", "count": "15"}},
    {"Post": {"postHolder": "mayor", "postHeld": "chief"}},
    {"Post": {"postHolder": "duke", "postHeld": "chief"}},
    {"Positioning": {"positioned": "mayor", "position": "norwick"}},
    {"Positioning": {"positioned": "mayor", "position": "port"}},
    {"Positioning": {"positioned": "port", "position": "shire"}},
    {"Positioning": {"positioned": "shire", "position": "norwick"}},
    {"Sourcing": {"evidence": "papers", "obtainedBy": "gazette"}},
    {"Sourcing": {"evidence": "papers", "obtainedBy": "mayor"}},
    {"Association": {"associate": "duke", "associatedWith": "band"}},
    {"Support": {"supporter": "mayor", "supported": "guards", "supportForm": "backing"}},
]
WHENS = [
    None,
    {"on": "2020-05-01"},
    {"on": "2020-05-20"},
    {"throughout": "2020-05"},
    {"from": "2020-04-01", "to": "2020-06-01"},
]
SHORT = st.integers(0, 9)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, object]:
    chain, says = draw(st.sampled_from(CHAINS)), draw(st.sampled_from(SAYS))
    made: dict[str, object] = {
        "chain": deepcopy(chain),
        "says": deepcopy(says),
    }  # YAML writes a shared part as an alias
    made["wording"] = "own" if len(made["chain"]) == 1 else "indirect"  # type: ignore[arg-type]
    made["speechAct"] = draw(st.sampled_from(["asserted", "asserted", "asserted", "presupposed", "predicted"]))
    made["polarity"] = draw(st.sampled_from(["affirmed"] * 5 + ["negated"]))
    made["modality"] = draw(st.sampled_from(["certain"] * 6 + ["possible"]))
    if when := draw(st.sampled_from(WHENS)):
        made["when"] = dict(when)
    if draw(SHORT) < 3:
        made["ongoing"] = True
    if draw(SHORT) == 0:
        made["ambiguity"] = "It may be read otherwise."
    return made


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, object]:
    """Two articles, and a register whose notes and labels vary."""
    articles = {}
    for slug, publisher in (("first", "gazette"), ("second", "herald")):
        found = draw(st.lists(statements(), min_size=8, max_size=14))
        said = {}
        for number, statement in enumerate(found):
            chain = [publisher, *statement["chain"][1:]]  # type: ignore[index]
            if any(link == publisher or (isinstance(link, dict) and link["voice"] == publisher) for link in chain[1:]):
                chain, statement = [publisher], {**statement, "wording": "own"}
            said[f"s{number}"] = {**statement, "chain": chain}
        said["s0"] = {**said["s0"], "quote": "Guards fire"} if draw(st.booleans()) else said["s0"]
        articles[slug] = {"publisher": publisher, "headline": "Guards fire on crowd", "statements": said}
    duke = {"is": "Person", "label": draw(st.sampled_from(["Duke", "Old Duke"]))}
    if draw(SHORT) < 3:
        duke["possiblySame"] = "mayor"
    mayor = {"is": "Person", "label": "Mayor"}
    if draw(SHORT) < 3:
        mayor["hasAffiliation"] = "guards"
    witnesses = {"is": "Collective", "label": "Witnesses", "placeholder": True, "anonymousSource": draw(st.booleans())}
    register = {
        "duke": duke, "mayor": mayor, "witnesses": witnesses, "port": {"is": "Settlement", "label": "Port"},
        "chief": {"is": "Post", "label": "Chief", "singleSeat": draw(st.booleans())},
        "papers": {"is": "Work", "label": draw(st.sampled_from(["Papers", "Secret papers"]))},
    }  # fmt: skip
    return {"register": register, "articles": articles}


@cache
def workshop() -> Workshop:
    return Workshop.open(Settings(articles=resources.find("articles")))


@dataclass(frozen=True)
class Change:
    store: ox.Store
    added: frozenset[Quad]
    removed: frozenset[Quad]


def quads(corpus: dict[str, object], folder: Path) -> frozenset[Quad]:
    """What the corpus says; a statement that the mapper refuses is left out, as a draft would be."""
    write_corpus(corpus, folder)
    shop = workshop()
    reading = read_entities(folder / "entities.yaml")
    register = shop.mapper.register(reading.entities, "en")
    works = [register, *_articles(folder, register)]
    graph = shop.mapper.iris.graph("propositions")
    shared = {Quad(t.subject, t.predicate, t.object, graph) for work in works for t in work.shared}
    return frozenset(shared.union(*(work.quads for work in works), *shop.own_graphs().values()))


def _articles(folder: Path, register: Mapped) -> Iterator[Mapped]:
    for path in sorted(folder.glob("*/claims.yaml")):
        article = read_article(path.parent).article
        assert article is not None, YAML(typ="safe").load(path.read_text("utf-8"))
        yield workshop().mapper.article(article, register.known, {})


def filled(*parts: Iterable[Quad]) -> ox.Store:
    store = ox.Store()
    for part in parts:
        store.extend(part)
    return store


# No shrinking: an example takes a third of a second, and what failed is small enough to read.
QUICK = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@QUICK
@given(old=corpora(), new=corpora(), keep=st.booleans())
def test_an_update_gives_what_a_full_run_gives(
    tmp_path_factory,
    old: dict[str, object],
    new: dict[str, object],
    keep: bool,  # type: ignore[no-untyped-def]
) -> None:
    if keep:  # as when one article is changed, and the rest is not
        new = {"register": old["register"], "articles": {**old["articles"], "second": new["articles"]["second"]}}  # type: ignore[dict-item,index]
    folder = tmp_path_factory.mktemp("random")
    first, second = quads(old, folder / "old"), quads(new, folder / "new")
    finder = Finder(workshop().rules, workshop().schema, workshop().mapper.iris)
    found = finder.whole(filled(first))
    change = Change(filled(second, found), second - first, first - second)
    edit = finder.update(change, filled(first, found))
    assert (edit.added & found, edit.removed - found) == (set(), set())
    assert (found - edit.removed) | edit.added == finder.whole(filled(second))


def test_random_corpora_hold_something_for_most_rules(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    """A comparison of nothing with nothing would prove nothing."""
    finder = Finder(workshop().rules, workshop().schema, workshop().mapper.iris)
    seen: set[str] = set()

    @settings(QUICK, derandomize=True, max_examples=30)
    @given(corpora())
    def look(corpus: dict[str, object]) -> None:
        found = finder.whole(filled(quads(corpus, tmp_path_factory.mktemp("random") / "corpus")))
        seen.update(q.object.value.rpartition("rule.")[2] for q in found if q.predicate.value.endswith("#rule"))  # type: ignore[union-attr]

    look()
    assert seen <= {rule.name for rule in workshop().rules}
    assert len(seen) >= 10, seen
