"""Every problem at its line: a `# !rule` marks the line where it must be told, and nowhere else."""

from pathlib import Path

import pytest

from kg.corpus.claims import read_article, read_entities
from kg.corpus.folders import articles_in
from kg.errors import Unreadable
from kg.model import Fields, Link, Value

from .support import GOOD, STATEMENT, TEXT, TOP, marked, read, told, write

STATEMENTS = {
    "no chain": """
  s1: # !chain
    quote: guards opened fire
    says: {Event: {event: clash}}
""",
    "empty chain": """
  s1:
    quote: guards opened fire
    chain: [] # !chain
    says: {Event: {event: clash}}
""",
    "chain without value": """
  s1:
    quote: guards opened fire
    chain: # !no-value
    says: {Event: {event: clash}}
""",
    "no quote": """
  s1: # !quote
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "empty list of quotes": """
  s1: # !quote
    quote: []
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "says nothing": """
  s1: # !says
    quote: guards opened fire
    chain: [gazette]
""",
    "says without roles": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: clash} # !says
""",
    "says is a text": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: Event # !kind
""",
    "another publisher": """
  s1:
    quote: guards opened fire
    chain: [mayor] # !publisher
    says: {Event: {event: clash}}
""",
    "a voice that is no id": """
  s1:
    quote: guards opened fire
    chain: [gazette, {voice: The Mayor}] # !id
    says: {Event: {event: clash}}
""",
    "a link without voice": """
  s1:
    quote: guards opened fire
    chain:
      - gazette
      - cue: the mayor told the Gazette # !chain
    says: {Event: {event: clash}}
""",
    "a list as link": """
  s1:
    quote: guards opened fire
    chain: [gazette, [mayor]] # !chain
    says: {Event: {event: clash}}
""",
    "two cues": """
  s1:
    quote: guards opened fire
    chain: [gazette, {voice: mayor, cue: [told, denied it]}] # !chain
    says: {Event: {event: clash}}
""",
    "comma in a flow mapping": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {written: June 8, 2020} # !flow-comma
""",
    "comma in a cue": """
  s1:
    quote: guards opened fire
    chain: [gazette, {voice: mayor, cue: fired again at night, the mayor told}] # !flow-comma
    says: {Event: {event: clash}}
""",
    "comma in a role": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash, condition: now, later}} # !flow-comma
""",
    "a key twice": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    quote: guards opened fire # !duplicate-key
""",
    "a statement twice": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
  s1: # !duplicate-key
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "an id with capitals": """
  S1: # !id
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "an id that looks minted": """
  s-0123456789abcdef01234567: # !id
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "a statement that is a text": """
  s1: guards opened fire # !kind
""",
    "a statement without value": """
  s1: # !no-value
""",
    "words that are nowhere": """
  s1:
    quote: the quarterly dividend of the bank # !absent
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "words that are only similar": """
  s1:
    quote: gaurds opened fire # !similar
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "words in several places": """
  s1:
    quote: guards fired # !ambiguous
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "near is nowhere": """
  s1:
    quote: guards fired # !near
    near: Mosul
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "near is in several places": """
  s1:
    quote: guards fired # !near
    near: mayor
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "a cue in several places": """
  s1:
    quote: Nobody fired
    chain: [gazette, {voice: hadi, cue: Hadi}] # !ambiguous
    says: {Event: {event: clash}}
""",
    "words of the site": """
  s1:
    quote: the mayor resigned # !masked
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "one of several quotes": """
  s1:
    quote:
      - guards opened fire
      - the quarterly dividend of the bank # !absent
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "offsets that are none": """
  s1:
    quote: guards opened fire
    at: here # !at
    chain: [gazette]
    says: {Event: {event: clash}}
""",
    "unknown key in when": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when:
      written: Sunday
      throughuot: 2020-06-07 # !unknown-key
""",
    "no such day": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {on: 2020-02-30} # !date
""",
    "a span that ends before it begins": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {on: 2020-06/2020-05} # !date
""",
    "a span where only one date can be": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {throughout: 2020-05/2020-06} # !date
""",
    "a date in words": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {from: June 2020} # !date
""",
    "the end before the beginning": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when:
      from: 2020-06
      to: 2020-05-31 # !date
""",
    "words of time that are nowhere": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: {written: on Monday, on: 2020-06-08} # !written
""",
    "when is a text": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    when: 2020-06-08 # !kind
""",
    "unknown status": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    status: done # !status
""",
    "a review by nobody, never": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    review:
      - note: seen # !review !review
""",
    "a review on no day": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    review: {by: gazette, on: 2020-06} # !date
""",
    "unknown key in a review": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says: {Event: {event: clash}}
    review: {by: gazette, on: 2020-06-09, verdit: accepted} # !unknown-key
""",
    "an empty item": """
  s1:
    quote: guards opened fire
    chain: [gazette]
    says:
      - Event:
          event: clash
          participant:
            - # !no-value
            - guards
""",
    "everything at once": """
  S1: # !id !chain
    quote: gaurds opened fire # !similar
    says: {Event: {}} # !says
    when: {on: 2020-13, writen: Sunday} # !date !unknown-key
    status: done # !status
""",
}


@pytest.mark.parametrize("yaml", STATEMENTS.values(), ids=STATEMENTS)
def test_a_bad_statement_is_told_and_left_out(tmp_path: Path, yaml: str) -> None:
    claims = TOP + "statements:\n" + STATEMENT + yaml.removeprefix("\n")
    assert marked(claims), "the case marks no line"
    reading = read(tmp_path, claims)
    assert told(reading.problems) == sorted(marked(claims))
    assert reading.article
    kept = [statement.id for statement in reading.article.statements]
    assert kept == (["fire", "s1"] if "  s1: # !duplicate-key" in yaml else ["fire"])


FILES = {
    "empty": "# !format !missing-key\n",
    "no format": TOP.replace("format: 1\narticle:", "article: # !format"),
    "another format": TOP.replace("format: 1", "format: 2 # !format"),
    "a list": "- format: 1 # !kind\n",
    "a text": "format # !kind\n",
    "syntax": TOP + "statements: {a: b: c} # !yaml-syntax\n",
    "python tag": TOP + "x: !!python/object/apply:os.system ['true'] # !yaml-refused\n",
    "unknown key": TOP + "statments: {} # !unknown-key\n",
    "unknown key of the article": TOP + "  titel: x # !unknown-key\n",
    "article is a list": "format: 1\narticle:\n  - title: x # !kind\n",
    "article lacks everything": "format: 1\narticle:\n  url: https://example.org # !missing-key !missing-key !missing-key !missing-key\n",
    "article without value": "format: 1\narticle: # !no-value\n",
    "title is not in the text": TOP.replace("open fire in Najaf", "resign # !title"),
    "title is furniture": TOP.replace("Guards open fire in Najaf", "728 x 90 # !title"),
    "dateline is not in the text": TOP + "  dateline: Basra # !dateline\n",
    "furniture is not in the text": TOP.replace('["728 x 90",', '["100 x 100",').replace("9.\"]", "9.\"] # !furniture"),
    "published on no day": TOP.replace("2020-06-08", "2020-06-31 # !date"),
    "published in a month": TOP.replace("2020-06-08", "2020-06 # !date"),
    "no language": TOP.replace("language: en", "language: English (UK) # !language"),
    "publisher is no id": TOP.replace("publisher: gazette", "publisher: The Gazette # !id"),
    "title is a list": TOP.replace("title: Guards open fire in Najaf", "title: [Guards] # !kind"),
    "another text": TOP + "  sha256: 0000 # !stale\n",
    "an entity without class": TOP + "entities:\n  x: {label: X} # !missing-key\n",
    "an entity without label": TOP + "entities:\n  x: # !missing-key\n    is: Person\n",
    "an entity that is a text": TOP + "entities:\n  x: Person # !kind\n",
    "an entity with a comma": TOP + "entities:\n  x: {is: Person, label: Hadi, Ali} # !flow-comma\n",
    "an entity that is no id": TOP + "entities:\n  X: {is: Person, label: X} # !id\n",
    "entities are a list": TOP + "entities:\n  - x # !kind\n",
    "a form that is nowhere": TOP + "mentions:\n  x: [Mosul] # !mentions\n",
    "a form inside a word": TOP + "mentions:\n  x: [guard] # !mentions\n",
    "a form inside longer ones": TOP + "mentions:\n  x: [Najaf, open fire in, fire in] # !mentions\n",
    "a form of two entities": TOP + "mentions:\n  x: [Najaf]\n  y: [Najaf] # !mentions\n",
    "a chain named like an entity": TOP
    + "entities:\n  x: {is: Person, label: X}\nchains:\n  x: [gazette] # !chain\n",
    "a chain with a bad cue": TOP + "chains:\n  x: [gazette, {voice: y, cue: guards fired}] # !ambiguous\n",
    "a chain of another publisher": TOP + "chains:\n  x: [mayor] # !publisher\n",
    "a statement with a bad chain, which is told already": TOP
    + "chains:\n  x: [mayor] # !publisher\n"
    + "statements:\n"
    + STATEMENT.replace("[gazette]", "x"),
    "a chain in the middle": TOP
    + "chains: {x: [gazette]}\nstatements:\n"
    + STATEMENT.replace("[gazette]", "[gazette, x] # !chain"),
    "a misspelt chain": TOP
    + "chains: {report: [gazette]}\nstatements:\n"
    + STATEMENT.replace("[gazette]", "[reprot] # !publisher"),
}  # fmt: skip


@pytest.mark.parametrize("claims", FILES.values(), ids=FILES)
def test_a_bad_file_is_told(tmp_path: Path, claims: str) -> None:
    assert marked(claims), "the case marks no line"
    assert told(read(tmp_path, claims).problems) == sorted(marked(claims))


UNREADABLE = {
    "not UTF-8": (GOOD.encode() + b"# caf\xe9\n", 13, "unreadable"),
    "NUL": (GOOD.encode() + b"x: \x00\n", 13, "unreadable"),
    "UTF-16": (GOOD.encode("utf-16"), 1, "unreadable"),
    "too large": (b"# " + b"x" * 4_000_000, 1, "unreadable"),
    "deep": (GOOD.encode() + b"x: " + b"[" * 200_000, 13, "yaml-refused"),
    "deep mappings": (GOOD.encode() + b"x: " + b"{a: " * 50_000, 13, "yaml-refused"),
}


@pytest.mark.parametrize(("claims", "line", "rule"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_hostile_file_is_one_problem(tmp_path: Path, claims: bytes, line: int, rule: str) -> None:
    reading = read(tmp_path, claims)
    assert reading.article is None
    assert told(reading.problems) == [(line, rule)]


def test_an_alias_bomb_is_not_expanded(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    reading = read(tmp_path, bomb)
    assert reading.article is None
    assert {rule for _, rule in told(reading.problems)} == {"yaml-refused"}
    assert {line for line, _ in told(reading.problems)} == set(range(1, 11))


def test_a_missing_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("article.txt", "claims.yaml"):
        folder = write(tmp_path, GOOD)
        (folder / name).unlink()
        (problem,) = read_article(folder).problems
        assert str(problem).startswith(f"articles/example/{name}:1: expected a file that can be read")
        assert problem.rule == "unreadable"


def test_both_files_are_told_of_in_one_run(tmp_path: Path) -> None:
    reading = read(tmp_path, "a: [", b"caf\xe9")
    assert [problem.rule for problem in reading.problems] == ["unreadable", "yaml-syntax"]


def test_a_folder_must_be_named_like_an_id(tmp_path: Path) -> None:
    reading = read_article(write(tmp_path, GOOD, slug="My article"))
    assert told(reading.problems) == [(1, "id")]


MESSAGES = {
    "did you mean, key": (TOP + "statments: {}\n", "the file has no key 'statments'; did you mean statements?"),
    "did you mean, chain": (
        TOP + "chains: {report: [gazette]}\nstatements:\n" + STATEMENT.replace("[gazette]", "[reprot]"),
        "statement fire: a chain begins with the publisher: expected gazette, found reprot; did you mean report?",
    ),
    "comma": (
        TOP + "statements:\n" + STATEMENT + "    when: {written: June 8, 2020}\n",
        "statement fire: a comma ends a value inside { }: put the text in quotation marks, or on lines of its own",
    ),
    "chain": (
        TOP + "statements:\n" + STATEMENT.replace("    chain: [gazette]\n", ""),
        "statement fire: a statement must name who made it: give its chain, outermost voice first",
    ),
    "several places": (
        GOOD.replace("guards opened fire", "guards fired"),
        "quote stand in several places of article.txt (lines 7, 7): add near: with words close to the ones meant",
    ),
    "similar": (
        GOOD.replace("guards opened fire", "guards oponed fire"),
        "the words of quote are not in article.txt; the closest are on its line 5: 'guards opened fire'",
    ),
    "furniture": (
        GOOD.replace("guards opened fire", "the mayor resigned"),
        "these words belong to the site, not to the article",
    ),
    "date": (
        GOOD + "    when: {on: 2020-02-30}\n",
        (
            "on: expected a date like 2020, 2020-06, 2020-06-07 or 2020-06-07T21:30 "
            "(or an earlier and a later one as 2020-06-06/2020-06-08), found '2020-02-30'"
        ),
    ),
    "stale": (
        GOOD.replace("statements:", "  sha256: 00\nstatements:"),
        "warning: the text has changed since it was anchored: run kg anchor",
    ),
}


@pytest.mark.parametrize(("claims", "message"), MESSAGES.values(), ids=MESSAGES)
def test_says_what_to_do(tmp_path: Path, claims: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (problem,) = read(tmp_path, claims).problems
    assert message in str(problem)
    assert str(problem).startswith(f"articles/example/claims.yaml:{problem.source.line}: ")


RICH = (
    TOP
    + """\
  dateline: Najaf, June 8
entities:
  clash: {is: Event, label: 1984, ofType: [fight, sanctions:Raid]}
  hadi:
    is: Person
    label: Ali Hadi
    hasName:
      - {nameForm: {en: Ali Hadi}, nameKind: full}
mentions:
  hadi: [Ali Hadi, Hadi]
chains:
  report: [gazette, {voice: reporter, cue: a report says}]
  told: [report, {voice: mayor, cue: the mayor told the Gazette, basis: ledger}]
statements:
  night:
    quote: ["“The guards fired,”", guards fired again]
    chain: told
    wording: direct
    says:
      - Event: {event: clash, participant: [guards, hadi], deaths: 3, share: 0.5, sure: true, code: 007}
        Support: {supporter: gazette}
    when: {written: at night, from: 2020-06-07T21:30, to: 2020-06-08}
    ambiguity: either night
    review:
      - {by: desk, on: 2020-06-09, verdict: accepted, note: Seen}
  denial:
    quote: Nobody fired
    chain: [report, {voice: hadi, cue: Hadi, near: Nobody fired}, guards]
    says: {Event: {event: clash}}
    status: withdrawn
  later:
    quote: opened fire
    chain: gazette
    status: draft
"""
)


def plain(fields: Fields) -> dict[str, list[object]]:
    def of(value: Value) -> object:
        return value.content if isinstance(value.content, str | int | float | bool) else plain(value.content)

    return {key: [of(value) for value in values] for key, values in fields.items()}


def test_reads_a_file_whole(tmp_path: Path) -> None:
    reading = read(tmp_path, RICH)
    assert reading.problems == ()
    article = reading.article
    assert article
    document = article.document
    assert (document.slug, document.title, document.publisher) == ("example", "Guards open fire in Najaf", "gazette")
    assert (document.published, document.language, document.text) == ("2020-06-08", "en", TEXT)
    assert document.headline
    assert document.headline.start == TEXT.index("Guards open")
    assert document.dateline
    assert document.dateline.start == TEXT.index("Najaf, June")
    assert [passage.exact for passage in document.furniture] == ["728 x 90", "Read more: the mayor resigned in 2019."]
    clash, hadi = article.entities
    assert (clash.id, clash.kind, clash.label) == ("clash", "Event", "1984")
    assert plain(clash.fields) == {"ofType": ["fight", "sanctions:Raid"]}
    assert plain(hadi.fields) == {"hasName": [{"nameForm": [{"en": ["Ali Hadi"]}], "nameKind": ["full"]}]}
    assert hadi.lines == {"is": 12, "label": 13, "hasName": 14}
    assert [(m.form, [p.exact for p in m.passages]) for m in article.mentions] == [
        ("Ali Hadi", ["Ali Hadi"]),
        ("Hadi", ["Hadi"]),
    ]
    night, denial = article.statements
    assert [passage.exact for passage in night.passages] == ["“The guards fired,”", "guards fired again"]
    assert [cued(link) for link in night.chain] == [
        ("gazette", None),
        ("reporter", "a report says"),
        ("mayor", "the mayor told the Gazette"),
    ]
    assert plain(night.chain[2].fields) == {"basis": ["ledger"]}
    event, support = night.says
    assert (event.kind, support.kind, event.source.line) == ("Event", "Support", 27)
    assert plain(event.roles) == {
        "event": ["clash"],
        "participant": ["guards", "hadi"],
        "deaths": [3],
        "share": [0.5],
        "sure": [True],
        "code": ["007"],
    }
    assert night.when
    assert (night.when.written, night.when.start, night.when.end) == ("at night", "2020-06-07T21:30", "2020-06-08")
    (review,) = night.reviews
    assert (review.by, review.on, review.verdict, review.note) == ("desk", "2020-06-09", "accepted", "Seen")
    assert plain(night.fields) == {"wording": ["direct"], "ambiguity": ["either night"]}
    assert (night.source.line, night.lines["wording"], night.status) == (22, 25, "published")
    assert [cued(link) for link in denial.chain] == [
        ("gazette", None),
        ("reporter", "a report says"),
        ("hadi", "Hadi"),
        ("guards", None),
    ]
    assert denial.status == "withdrawn"


def cued(link: Link) -> tuple[str, str | None]:
    return link.voice, link.cue.exact if link.cue else None


def test_text_may_be_typed_in_any_of_yamls_ways(tmp_path: Path) -> None:
    for quote in ("guards opened fire", "'guards opened fire'", '"guards opened fire"', "guards\n      opened fire",
                  "|\n      guards opened fire", ">-\n      guards\n      opened fire"):  # fmt: skip
        reading = read(tmp_path, GOOD.replace("guards opened fire", quote))
        assert reading.problems == (), quote
        assert reading.article
        assert reading.article.statements[0].passages[0].exact == "guards opened fire"


def test_windows_files_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    text = ("\ufeff" + TEXT.replace("\n", "\r\n")).encode()
    claims = ("\ufeff" + RICH.replace("\n", "\r\n")).encode()
    reading = read(tmp_path, claims, text)
    assert reading.problems == ()
    assert reading.article
    assert reading.article.document.text.encode() == text
    passage = reading.article.statements[0].passages[0]
    assert text.decode()[passage.start : passage.end] == passage.exact
    bad = read(tmp_path, claims.replace(b"at night,", b"at noon,"), text)
    assert told(bad.problems) == [(29, "written")]


def test_offsets_count_code_points(tmp_path: Path) -> None:
    text = TEXT.replace("The town’s", "😀𝔘 The town’s")
    reading = read(tmp_path, GOOD, text)
    assert reading.article
    passage = reading.article.statements[0].passages[0]
    assert text[passage.start : passage.end] == "guards opened fire"
    assert passage.start == TEXT.index("guards opened") + 3


def test_offsets_that_do_not_hold_are_a_violation_until_they_are_anchored_again(tmp_path: Path) -> None:
    start = TEXT.index("guards opened")
    for at, expected in ((f"{start}-{start + 18}", []), ("3-9", [(11, "stale")])):
        claims = GOOD.replace("opened fire\n", f"opened fire\n    at: {at}\n")
        reading = read(tmp_path, claims)
        assert told(reading.problems) == expected
        assert all(problem.severity == "violation" for problem in reading.problems)
        assert reading.article
        assert [statement.passages[0].start for statement in reading.article.statements] == (
            [] if expected else [start]
        )


def test_a_changed_text_is_a_warning_and_words_that_moved_one_violation(tmp_path: Path) -> None:
    moved = "opened fire\n    at: 3-9\n"
    claims = GOOD.replace("opened fire\n", moved) + STATEMENT.replace("  fire:", "  again:").replace(
        "opened fire\n", moved
    )
    claims = claims.replace("statements:", "  sha256: 00\nstatements:")
    reading = read(tmp_path, claims)
    assert [(problem.rule, problem.severity) for problem in reading.problems] == [("stale", "violation")]
    assert "the words of 2 quotes or cues are not where at: says" in reading.problems[0].message
    assert reading.article
    assert reading.article.statements == ()
    still = read(tmp_path, GOOD.replace("statements:", "  sha256: 00\nstatements:"))
    assert [(problem.rule, problem.severity) for problem in still.problems] == [("stale", "warning")]


def test_near_decides_between_places_that_match_exactly_and_folded(tmp_path: Path) -> None:
    """A no-break space in one voice's sentence must not send its quote to another's."""
    text = TEXT.replace("The guards fired again", "The guards\u00a0fired again")
    claims = GOOD.replace("guards opened fire", "guards fired\n    near: again at night")
    reading = read(tmp_path, claims, text)
    assert reading.problems == ()
    assert reading.article
    assert reading.article.statements[0].passages[0].start == text.index("guards\u00a0fired again")
    without = read(tmp_path, claims.replace("\n    near: again at night", ""), text)
    assert [problem.rule for problem in without.problems] == ["ambiguous"]


@pytest.mark.parametrize(
    "empty", ["polarity: []", "says: {Command: {commander: guards, commandedGroup: []}}", "note: {}"]
)
def test_an_empty_list_is_not_nothing(tmp_path: Path, empty: str) -> None:
    claims = GOOD if empty.startswith("says") else GOOD + f"    {empty}\n"
    claims = (
        claims.replace("says: {Event: {event: clash, participant: guards}}", empty)
        if empty.startswith("says")
        else claims
    )
    assert "no-value" in {problem.rule for problem in read(tmp_path, claims).problems}


def test_only_one_way_to_tell_the_time(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD + '    when: {on: "2020-06-07", from: "2019"}\n')
    assert [problem.message for problem in reading.problems] == [
        "expected one of on, throughout, or from and to; found on and from and to"
    ]


def test_offsets_that_hold_choose_between_places(tmp_path: Path) -> None:
    second = TEXT.index("guards fired again")
    claims = GOOD.replace("guards opened fire", f"guards fired\n    at: {second}-{second + 12}")
    reading = read(tmp_path, claims)
    assert reading.problems == ()
    assert reading.article
    assert reading.article.statements[0].passages[0].start == second


ENTITIES = """\
format: 1
language: en
entities:
  hadi:
    is: Person
    label: Ali Hadi
  Bad: {is: Person, label: x} # !id
  other: {is: Person} # !missing-key
"""


def test_reads_shared_entities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "articles" / "entities.yaml"
    path.parent.mkdir()
    path.write_text(ENTITIES)
    reading = read_entities(path)
    assert ([entity.id for entity in reading.entities], reading.language) == (["hadi"], "en")
    assert told(reading.problems) == marked(ENTITIES)
    assert {problem.source.file for problem in reading.problems} == {"articles/entities.yaml"}


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("format: 1\nentities: {}\n", [(1, "missing-key")]),
        ("format: 1\nlanguage: en\nentites: {}\n", [(3, "unknown-key")]),
        ("language: en\n", [(1, "format")]),
        ("x: [", [(1, "yaml-syntax")]),
    ],
    ids=["no language", "unknown key", "no format", "syntax"],
)
def test_a_bad_file_of_entities_is_told(tmp_path: Path, yaml: str, expected: list[tuple[int, str]]) -> None:
    path = tmp_path / "entities.yaml"
    path.write_text(yaml)
    assert told(read_entities(path).problems) == expected


def test_lists_the_folders_that_hold_either_file(tmp_path: Path) -> None:
    for slug, names in {"b": ["article.txt"], "a": ["claims.yaml"], "c": ["notes.txt"], "d": []}.items():
        (tmp_path / slug).mkdir()
        for name in names:
            (tmp_path / slug / name).write_text("")
    (tmp_path / "entities.yaml").write_text("")
    assert [path.name for path in articles_in(tmp_path)] == ["a", "b"]
    with pytest.raises(Unreadable, match="expected a folder of articles"):
        articles_in(tmp_path / "none")
