"""The real article: its typographic quotes, its no-break spaces, and a quotation that never closes."""

import shutil
from pathlib import Path

import pytest

from kg.corpus.anchor import Found, Text, find
from kg.corpus.claims import read_article, read_entities
from kg.corpus.edit import anchor_file
from kg.corpus.text import read_text
from kg.model import Statement

from .support import NAJAF, SHARED

DRAFT = SHARED / "model" / "claims-draft.yaml"


@pytest.fixture
def text() -> Text:
    return Text.of(read_text(NAJAF / "article.txt")[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not DRAFT.exists():
        pytest.skip(f"no {DRAFT}")
    folder = tmp_path / "articles" / NAJAF.name
    folder.mkdir(parents=True)
    shutil.copy(NAJAF / "article.txt", folder)
    shutil.copy(DRAFT, folder / "claims.yaml")
    return folder


FOLDED = {
    "no-break space in a quote": "in a U.S.-led drone strike",
    "no-break spaces around a name": "wrote the following in Kayhan daily",
    "straight apostrophe": "Iraq's future",
    "straight quotation marks": '"Ghaani\'s defeat."',
}


@pytest.mark.parametrize("typed", FOLDED.values(), ids=FOLDED)
def test_words_typed_plainly_are_found(text: Text, typed: str) -> None:
    outcome = find(text, typed)
    assert isinstance(outcome, Found)
    assert outcome.by == "folded"
    assert len(outcome.passage.exact) == len(typed)
    assert outcome.passage.exact != typed


def test_all_no_break_spaces_are_folded(text: Text) -> None:
    assert text.raw.count("\u00a0") == 18
    assert "\u00a0" not in text.folded
    assert len(text.folded) == len(text.raw)


def test_the_end_of_an_unclosed_quotation_is_found(text: Text) -> None:
    outcome = find(text, "They also chanted slogans condemning a number of former ministers.")
    assert isinstance(outcome, Found)
    assert outcome.passage.suffix.startswith("\n\n\nRead more:")


def test_every_statement_of_the_draft_is_anchored(folder: Path) -> None:
    reading = read_article(folder)
    assert reading.problems == ()
    assert reading.article
    typed = (folder / "claims.yaml").read_text().count("    quote: ")
    assert len(reading.article.statements) == typed == 23
    text = reading.article.document.text
    passages = [passage for statement in reading.article.statements for passage in statement.passages]
    passages += [link.cue for statement in reading.article.statements for link in statement.chain if link.cue]
    assert len(passages) > 30
    assert all(text[passage.start : passage.end] == passage.exact for passage in passages)


def test_anchoring_the_draft_adds_offsets_and_keeps_every_line(folder: Path) -> None:
    before = (folder / "claims.yaml").read_text().splitlines()
    assert anchor_file(folder).problems == ()
    after = (folder / "claims.yaml").read_text().splitlines()
    assert not anchor_file(folder).changed
    bare = [line for line in after if not line.strip().startswith(("at: ", "sha256: "))]
    assert len(bare) == len(before)
    changed = [(old, new) for old, new in zip(before, bare, strict=True) if old != new]
    assert changed
    assert all(", at: " in new and "cue: " in old for old, new in changed)
    assert read_article(folder).problems == ()


@pytest.fixture(scope="module")
def record() -> dict[str, Statement]:
    reading = read_article(NAJAF)
    assert reading.problems == ()
    assert reading.article
    return {statement.id: statement for statement in reading.article.statements}


KAYHAN = ("pmoi", "kayhan", "sadollah-zarei")
HADATH = ("pmoi", "al-arabiya-al-hadath")
# Voices, outermost first, and every mark that is not the default, of the words that are easiest to put to the wrong one.
READINGS = {
    "headline-iran-backed": (("pmoi",), "presupposed"),
    "rafidein-tear-gas": (("pmoi", "al-rafidein"), "indirect"),
    "video-live-bullets": (("pmoi", "najaf-video-voice"), "direct"),
    "governor-building-fire": (("pmoi",),),
    "hadath-clashes-erupted": (HADATH, "direct"),
    "eyewitnesses-tear-gas-and-bullets": ((*HADATH, "najaf-eyewitnesses"), "indirect"),
    "eyewitnesses-attempt-to-disperse": ((*HADATH, "najaf-eyewitnesses"), "indirect", "intended"),
    "other-reports-highway": ((*HADATH, "najaf-other-reports"), "indirect"),
    "nasiriyah-overthrow": (("pmoi", "nasiriyah-demonstrators"), "indirect", "requested", "demanded"),
    "police-station-arrests-wrongful": (("pmoi",), "presupposed"),
    "committee-act-of-terrorism": (("pmoi", "october-revolution-committee"), "indirect", "evaluated"),
    "babylon-running-over": (("pmoi", "october-revolution-committee"), "direct"),
    "ghaani-traveled": (HADATH, "indirect"),
    "masjedi-protocols": (HADATH, "direct", "negated"),
    "visa-order": (HADATH, "direct"),
    "visa-ban": ((*HADATH, "mustafa-al-kadhimi"), "indirect", "ordered", "forbidden"),
    "ghaanis-defeat": (("pmoi", "al-hurra", "british-media-on-ghaani"), "direct", "evaluated"),
    "ghaani-power": (("pmoi", "al-hurra"), "direct", "negated"),
    "no-grand-welcome": (("pmoi", "al-hurra"), "direct", "negated"),
    "refused-to-meet": (("pmoi", "al-hurra"), "direct"),
    "refused-to-meet-denial": (("pmoi", "al-hurra"), "direct", "negated"),
    "zarei-us-presence": (KAYHAN, "direct", "evaluated"),
    "zarei-change-of-events": (KAYHAN, "direct", "predicted", "possible"),
    "some-deny-agenda": ((*KAYHAN, "some-who-may-say"), "indirect", "negated", "intended"),
    "kayhan-saedi-supported": (KAYHAN, "direct"),
    "kayhan-security-transitions": (KAYHAN, "direct", "predicted", "probable"),
    "kayhan-kadhimi-committed": ((*KAYHAN, "whoever-reassured-shiite-groups"), "indirect", "promised", "pledged"),
    "payroll": (("pmoi", "al-hurra"), "direct"),
    "payroll-claim-to-be-iraqis": (("pmoi", "al-hurra", "payroll-top-commanders"), "indirect"),
    "payroll-top-seats": (("pmoi", "al-hurra"), "indirect"),
    "militias-killed-protesters": (("pmoi",),),
    "hurra-occupation": (("pmoi", "al-hurra"), "direct", "evaluated"),
    "soleimani-chief-terrorist": (("pmoi",), "evaluated"),
    "muhandis-killed": (("pmoi",),),
}


@pytest.mark.parametrize("name", READINGS)
def test_hard_words_are_put_to_the_right_voice(record: dict[str, Statement], name: str) -> None:
    statement, (voices, *marks) = record[name], READINGS[name]
    given = ("wording", "speechAct", "polarity", "modality")
    assert tuple(link.voice for link in statement.chain) == voices
    assert [value.content for mark in given for value in statement.fields.get(mark, ())] == marks


DATES = {
    "rafidein-reported": "2020-06-07",
    "rafidein-gunfire-into-night": "2020-06-06/2020-06-08",  # either night
    "hadath-reported": "2020-06-03",
    "ghaani-entered-baghdad": "2020-03",
    "zarei-wrote": "2020-05-17",
    "hurra-program-broadcast": "2020-02-04",
    "militias-killed-protesters": "2019-10/2020-06-08",  # nobody says that it was on every day
    "muhandis-killed": "2020-01-03",
}


@pytest.mark.parametrize("name", DATES)
def test_dates_are_resolved_against_the_dateline(record: dict[str, Statement], name: str) -> None:
    when = record[name].when
    assert when
    assert when.written
    assert when.on == DATES[name]


# Every person, and every group that is spelled in more than one way, with each spelling and how often it stands so.
SPELLINGS = {
    "abdolvahab-al-saedi": {"Abdolvahab al-Saedi": 1, "Saedi": 1},
    "abu-mahdi-al-muhandis": {
        "Abu Mahdi al-Muhandis": 2,
        "Al-Muhandis": 2,
        "Jafar Mohammed Ali al-Ibrahimi": 1,
        "al-Muhandis": 1,
    },
    "adel-abdul-mahdi": {"Adel Abdul Mahdi": 1},
    "ali-khamenei": {"Ali Khamenei": 1},
    "esmail-ghaani": {"Esmail Ghaani": 2, "Ghaani": 3},
    "falih-al-fayyadh": {"Falih al-Fayyadh": 1},
    "hadi-al-amiri": {"Amiri": 1, "Hadi Farhan al-Amiri": 1, "Hadi al-Amiri": 1},
    "iraj-masjedi": {"Iraj Masjedi": 1},
    "jens-stoltenberg": {"Jens Stoltenberg": 1},
    "mohamed-tawfiq-allawi": {"Mohamed Tawfiq Allawi": 1},
    "mustafa-al-kadhimi": {"Al-Kadhemi": 1, "Kazemi": 1, "Mustafa al-Kadhimi": 2, "al-Kadhimi": 3},
    "nouri-al-maliki": {"Nouri al-Maliki": 1},
    "qassem-soleimani": {"Qasem Soleimani": 1, "Qassem Soleimani": 2, "Soleimani": 3},
    "sadollah-zarei": {"Sa’dollah Zarei": 1},
    "al-arabiya-al-hadath": {"Al Arabiya Al Hadath TV": 1, "Al-Hadath TV": 1},
    "kataib-hezbollah": {"Kata’ib Hezbollah": 1},
    "kataib-unspecified": {"Kata’ib": 1},
    "babil": {"Babil": 1},
    "babylon": {"Babylon": 3},
    "babylon-province": {"Babylon province": 1},
}


def test_every_spelling_of_a_person_is_found_where_it_stands() -> None:
    article = read_article(NAJAF).article
    assert article
    found: dict[str, dict[str, int]] = {}
    for mention in article.mentions:
        found.setdefault(mention.entity, {})[mention.form] = len(mention.passages)
    people = {entity.id for entity in read_entities(NAJAF.parent / "entities.yaml").entities if entity.kind == "Person"}
    assert len(people) == 14
    assert people < SPELLINGS.keys()
    assert {name: found[name] for name in SPELLINGS} == SPELLINGS
