import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.corpus.claims import read_article
from kg.corpus.edit import anchor_file
from kg.corpus.text import read_text

from .support import STATEMENT, TEXT, TOP, told, write

BEFORE = (
    TOP
    + """\
  # the text is the evening edition
chains:   # outermost first
  report: [gazette, {voice: reporter, cue: a report says }]   # flow
  told:
  - gazette
  - voice: mayor
    cue: the mayor told the Gazette   # block
    basis: ledger

statements:
  fire:                       # the first
    quote:   guards opened fire   # odd spaces stay
    chain: [gazette, { voice: hadi, near: Nobody, cue: "Hadi" } ]

    says: {Event: {event: clash,   participant: guards}}
  both:
    quote:
      - “The guards fired,”  # one
      # between
      - guards fired again   # two
    # before the chain
    chain: report
    says: {Event: {event: clash}}
  listed:
    quote: ["opened fire", 'Nobody fired']
    chain: [gazette]
    says: {Event: {event: clash}}
  literal:
    quote: |
      Mayor Ali Hadi denied it

    # after the text
    chain: [gazette]
    says: {Event: {event: clash}}
  inline: {quote: at night, chain: [gazette], says: {Event: {event: clash}}}
  last:
    chain: [gazette]
    says: {Event: {event: clash}}
    quote: told
      the Gazette"""
)


def place(words: str, after: int = 0) -> str:
    start = TEXT.index(words, after)
    return f"{start}-{start + len(words)}"


def expected(sha256: str) -> str:
    changes = {
        "  # the text is": f"  sha256: {sha256}\n  # the text is",
        "a report says }": f"a report says, at: {place('a report says')} }}",
        "# block\n": f"# block\n    at: {place('the mayor told the Gazette')}\n",
        "spaces stay\n": f"spaces stay\n    at: {place('guards opened fire')}\n",
        'cue: "Hadi"': f'cue: "Hadi", at: {place("Hadi", TEXT.index("Nobody"))}',
        "# two\n": f"# two\n    at: [{place('“The guards fired,”')}, {place('guards fired again')}]\n",
        "'Nobody fired']\n": f"'Nobody fired']\n    at: [{place('opened fire')}, {place('Nobody fired')}]\n",
        "quote: |": f"at: {place('Mayor Ali Hadi denied it')}\n    quote: |",
        "quote: at night,": f"quote: at night, at: {place('at night')},",
        "told\n      the Gazette": f"told\n      the Gazette\n    at: {place('told the Gazette')}",
    }
    after = BEFORE
    for old, new in changes.items():
        assert after.count(old) == 1, old
        after = after.replace(old, new)
    return after


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_writes_offsets_and_hash_and_touches_nothing_else(tmp_path: Path, newline: str) -> None:
    folder = write(tmp_path, BEFORE.replace("\n", newline))
    done = anchor_file(folder)
    assert done.problems == ()
    assert done.changed
    assert {anchored.result for anchored in done.places} == {"filled"}
    assert len(done.places) == 9
    sha256 = read_text(folder / "article.txt")[1]
    assert (folder / "claims.yaml").read_bytes().decode() == expected(sha256).replace("\n", newline)
    assert read_article(folder).problems == ()


def test_a_bare_key_in_brackets_gets_its_value(tmp_path: Path) -> None:
    link = "{voice: x, cue: on Sunday, at}"
    folder = write(tmp_path, TOP + "statements:\n" + STATEMENT.replace("[gazette]", f"[gazette, {link}]"))
    assert anchor_file(folder).problems == ()
    assert f"cue: on Sunday, at: {place('on Sunday')}}}" in (folder / "claims.yaml").read_text()


def test_a_file_that_is_right_is_not_touched(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE)
    anchor_file(folder)
    path = folder / "claims.yaml"
    before, state = path.read_bytes(), path.stat()
    done = anchor_file(folder)
    assert not done.changed
    assert {anchored.result for anchored in done.places} == {"kept"}
    after = path.stat()
    assert path.read_bytes() == before
    assert (after.st_ino, after.st_mtime_ns) == (state.st_ino, state.st_mtime_ns)


def test_follows_words_that_moved(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE)
    anchor_file(folder)
    text = TEXT.replace("Guards open fire in Najaf\n", "Guards open fire in Najaf\n\nBy our reporter 😀\n")
    (folder / "article.txt").write_bytes(text.encode())
    before = read_article(folder).problems
    assert told(before) == [(8, "stale")]
    assert {p.severity for p in before} == {"violation"}
    done = anchor_file(folder)
    assert {(p.rule, p.severity) for p in done.problems} == {("moved", "warning")}
    assert {anchored.result for anchored in done.places} == {"moved"}
    assert read_article(folder).problems == ()
    assert anchor_file(folder).changed is False


def test_points_at_the_words_before_which_the_text_changed_not_at_all_that_moved_with_them(tmp_path: Path) -> None:
    lines = [f"Line {i} says thing {i}." for i in range(9)]
    quotes = "".join(f"  s{i}: {{quote: says thing {i}, chain: [a, {{voice: b, cue: Line {i}}}]}}\n" for i in range(9))
    folder = write(tmp_path, TOP + "statements:\n" + quotes, "\n".join(lines))
    anchor_file(folder)
    lines[3], lines[6] = "More. " + lines[3], "Line 6 now also says thing 6."
    (folder / "article.txt").write_text("\n".join(lines), "utf-8")
    done = anchor_file(folder)
    assert [anchored.result for anchored in done.places].count("moved") == 12
    read = [(p.where, "cue" in p.message) for p in done.problems if p.rule == "moved"]
    assert read == [("statement s3", True), ("statement s6", False)]


def test_leaves_what_it_cannot_find_and_fills_the_rest(tmp_path: Path) -> None:
    claims = TOP + "statements:\n" + STATEMENT
    for name, quote in {"typo": "gaurds opened fire", "twice": "guards fired", "gone": "the annual dividend"}.items():
        claims += STATEMENT.replace("fire:", f"{name}:").replace("guards opened fire\n", f"{quote}\n    at: 1-2\n")
    folder = write(tmp_path, claims)
    done = anchor_file(folder)
    results = {anchored.where: (anchored.result, anchored.at) for anchored in done.places}
    assert results == {
        "statement fire": ("filled", place("guards opened fire")),
        "statement typo": ("review", None),
        "statement twice": ("failed", None),
        "statement gone": ("failed", None),
    }
    assert [problem.rule for problem in done.problems] == ["similar", "ambiguous", "absent"]
    written = (folder / "claims.yaml").read_text()
    assert written.count("    at: 1-2\n") == 3
    assert "sha256: " in written


REPLACED = {
    "another": ("at: 1-2 # c", "at: {at} # c"),
    "nothing": ("at: # c", "at: {at} # c"),
    "null": ("at: ~", "at: {at}"),
    "nonsense": ("at: 'here'", "at: {at}"),
    "a list": ("at: [1-2, 3-4] # c", "at: {at} # c"),
    "a list on lines": ("at:\n      - 1-2\n      - 3-4 # c", "at:\n      {at} # c"),
}


@pytest.mark.parametrize(("old", "new"), REPLACED.values(), ids=REPLACED)
def test_offsets_are_replaced_in_their_place(tmp_path: Path, old: str, new: str) -> None:
    claims = TOP + "  sha256:\nstatements:\n" + STATEMENT.replace("fire:\n", f"fire:\n    {old}\n", 1)
    folder = write(tmp_path, claims)
    done = anchor_file(folder)
    assert [anchored.result for anchored in done.places] == ["moved"]
    after = claims.replace(old, new.format(at=place("guards opened fire")))
    after = after.replace("sha256:", f"sha256: {read_text(folder / 'article.txt')[1]}")
    assert (folder / "claims.yaml").read_text() == after
    assert read_article(folder).problems == ()


UNTOUCHED = {
    "syntax": (TOP + "x: [", TEXT, "yaml-syntax"),
    "alias": (TOP + "x: &x 1\ny: *x\n", TEXT, "yaml-refused"),
    "not UTF-8": (TOP.encode() + b"# caf\xe9\n", TEXT, "unreadable"),
    "text is not UTF-8": (BEFORE, b"caf\xe9", "unreadable"),
    "a list": ("- x\n", TEXT, "kind"),
}


@pytest.mark.parametrize(("claims", "text", "rule"), UNTOUCHED.values(), ids=UNTOUCHED)
def test_a_file_that_cannot_be_read_is_left_alone(
    tmp_path: Path, claims: str | bytes, text: str | bytes, rule: str
) -> None:
    folder = write(tmp_path, claims, text)
    before = (folder / "claims.yaml").read_bytes()
    done = anchor_file(folder)
    assert rule in {problem.rule for problem in done.problems}
    assert not done.changed
    assert (folder / "claims.yaml").read_bytes() == before


def test_a_place_that_cannot_be_written_without_harm_is_told(tmp_path: Path) -> None:
    claims = TOP + "statements:\n" + STATEMENT.replace("[gazette]", "[gazette, cue: on Sunday]")
    folder = write(tmp_path, claims)
    done = anchor_file(folder)
    assert told(done.problems) == [(1, "unwritable")]
    assert (folder / "claims.yaml").read_text() == claims


def test_replaces_the_file_at_once_keeping_its_mode_and_links(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE)
    real = tmp_path / "real.yaml"
    (folder / "claims.yaml").rename(real)
    (folder / "claims.yaml").symlink_to(real)
    real.chmod(0o640)
    assert anchor_file(folder).changed
    assert (folder / "claims.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["article.txt", "claims.yaml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "real.yaml"]


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, BEFORE)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    done = anchor_file(folder)
    assert "No space left on device" in str(done.problems[0])
    assert (folder / "claims.yaml").read_text() == BEFORE
    assert sorted(path.name for path in folder.iterdir()) == ["article.txt", "claims.yaml"]


PIECES = st.sampled_from(["guards", "opened", "fire", "“no,”", "Hadi’s", "x\u00a0y", "😀", "# a", "b: c"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(words=st.lists(PIECES, min_size=1, max_size=5), style=st.sampled_from(["'{}'", '"{}"', ">-\n      {}"]),
       comment=st.sampled_from(["", "  # c", "\n    # c: 'd"]))  # fmt: skip
def test_anchoring_twice_changes_nothing_more(tmp_path: Path, words: list[str], style: str, comment: str) -> None:
    quote = " ".join(words)
    typed = style.format(quote.replace("'", "''") if style == "'{}'" else quote)
    comment = comment if not style.startswith(">") else ""
    claims = TOP + "statements:\n" + STATEMENT.replace("guards opened fire", typed + comment)
    folder = write(tmp_path, claims, TEXT + "\n" + "~ " + quote + " ~\n")
    first = anchor_file(folder)
    once = (folder / "claims.yaml").read_bytes()
    assert anchor_file(folder).changed is False
    assert (folder / "claims.yaml").read_bytes() == once
    lines = once.decode().splitlines()
    rest = [line for line in lines if not line.strip().startswith(("at: ", "sha256: "))]
    assert rest == claims.splitlines()
    assert first.changed
