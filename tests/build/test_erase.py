"""What was erased is in no file below the data directory, and the rest is as it was."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from kg.build.erase import Erased, erase, find_document
from kg.build.pipeline import build
from kg.errors import NotFound
from kg.store import erasing, index
from kg.store.commit import Change, commit
from kg.store.generations import Generations
from kg.store.journal import FILE, Journal
from kg.store.recovery import problems, recover
from kg.store.rollback import roll_back
from kg.vocab import AT
from tests.conftest import CLAIMS, TEXT, Project, write_project

OTHER_TEXT = TEXT.replace("Norwick", "Sudwick").replace("tear gas", "zyxwater").replace("Nobody", "Mistress Quibble")
OTHER = (
    CLAIMS.replace("Norwick", "Sudwick")
    .replace("tear gas", "zyxwater")
    .replace("Nobody", "Mistress Quibble")
    .replace("tear-gas", "zyx")
    .replace("means: zyx", "means: tear-gas")
    .replace("shooting", "sudwick-shooting")
    .replace("crowd:", "sudwick-crowd:")
    .replace(": crowd", ": sudwick-crowd")
    .replace("witnesses", "sudwick-witnesses")
    .replace("label: The crowd", "label: The Sudwick crowd")
)
WORDS = (b"zyxwater", b"Mistress Quibble", b"Sudwick", b"sudwick")


def now() -> datetime:
    return datetime(2026, 11, 25, 12, tzinfo=UTC)


def forget(project: Project, document: str = "sudwick") -> Erased:
    return erase(project.settings, document, lambda _: None, now)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Norwick alone; with Sudwick; Sudwick corrected; Sudwick gone from the files; and rolled back to when it was."""
    project = write_project(tmp_path_factory.mktemp("erase"))
    settings = project.settings
    assert build(settings).published
    project.write(OTHER, slug="sudwick", text=OTHER_TEXT)
    outcome = build(settings)
    assert outcome.report.problems == ()
    project.write(OTHER[: OTHER.index("  denial:")], slug="sudwick", text=OTHER_TEXT)
    assert build(settings).published
    shutil.rmtree(project.root / "articles" / "sudwick")
    assert build(settings).published
    roll_back(settings.data, 3, keep=10, clock=now)
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy, with its hard links kept apart from those of the others."""
    shutil.copytree(built.root, tmp_path / "copy")
    root = tmp_path / "copy"
    s = built.moved(
        articles=root / "articles", ontology=root / "ontology", shapes=root / "shapes", data=root / "kg-data"
    )
    return Project(root, s)


def holding(data: Path, words: tuple[bytes, ...] = WORDS) -> list[str]:
    """The files and stores below a folder in which one of the words stands."""
    files = [p for p in data.rglob("*") if p.is_file()]
    found = [f"{p.relative_to(data)}" for p in files if any(w in p.read_bytes() or w.decode() in str(p) for w in words)]
    for folder in {p.parent for p in files if p.name == "CURRENT" and p.parent != data}:
        from pyoxigraph import Store

        text = "\n".join(map(str, Store.read_only(str(folder)))).encode()
        found += [str(folder.relative_to(data))] if any(w in text for w in words) else []
    return found


def searchable(data: Path) -> dict[int, set[str]]:
    """Every word, folded, that the search index of each generation knows of spellings and of statements."""
    found: dict[int, set[str]] = {}
    for generation in Generations(data).all():
        with closing(index.opened(generation.path)) as db:
            db.execute("CREATE VIRTUAL TABLE temp.said USING fts5vocab(main, quotes, row)")
            found[generation.number] = {
                term for (term,) in db.execute("SELECT term FROM known UNION SELECT term FROM said")
            }
    return found


def lines(data: Path, number: int) -> set[str]:
    return set((data / "generations" / str(number) / "data.nq").read_text("utf-8").splitlines())


def test_the_words_are_in_no_file_and_the_rest_is_as_it_was(project: Project) -> None:
    data = project.settings.data
    assert len(holding(data)) > 10
    assert any(name.endswith(index.FILE) for name in holding(data))
    assert {"quibbl", "sudwick"} <= searchable(data)[2]
    first = lines(data, 1)
    done = forget(project)
    assert (done.current, sorted(done.removed), done.dropped) == (6, [2, 3, 5], ())
    assert holding(data) == []
    assert holding(data, (b"zyxwater", b"mistress", b"quibbl", b"sudwick")) == [], "nor folded"
    assert problems(data) == ()
    assert lines(data, 1) == first
    known = searchable(data)
    assert set(known) == {1, 2, 3, 4, 5, 6}
    assert not any(term.startswith(("zyx", "quibb", "sudw")) for terms in known.values() for term in terms)
    assert all(index.is_whole(generation.path) for generation in Generations(data).all())
    assert all(terms == known[1] for terms in known.values())
    generations = {g.number: g for g in Generations(data).all()}
    assert sorted(generations) == [1, 2, 3, 4, 5, 6]
    assert [lines(data, n) for n in (2, 3, 4, 5, 6)] == [first] * 5
    for generation in generations.values():
        with generation.opened() as store:
            assert len(store) == len(first)
            assert {f"{quad} ." for quad in store} == first


def test_the_journal_is_whole_and_says_so_without_the_words(project: Project) -> None:
    data = project.settings.data
    before = Journal(data / FILE).entries()
    forget(project)
    after = Journal(data / FILE).entries()
    assert [e.generation for e in after] == [1, 2, 3, 4, 5, 6]
    assert [e.time for e in after[:-1]] == [e.time for e in before]
    assert "(erased)" in after[1].what
    told = f"erasure: a text, from generations 2, 3, 5; the journal before it ended with {before[-1].digest}"
    assert (after[-1].what, after[-1].added, after[-1].removed) == (told, 0, 0)
    assert (after[1].added, after[1].removed) == (0, 0)
    assert after[-1].data == after[-2].data


def test_a_generation_that_is_not_kept_has_its_digests_withdrawn(project: Project) -> None:
    settings = project.moved(keep=3)
    done = erase(settings, "sudwick", lambda _: None, now)
    assert (done.dropped, [g.number for g in Generations(settings.data).all()]) == ((1, 2, 3), [4, 5, 6])
    entries = Journal(settings.data / FILE).entries()
    assert [(e.change, e.data) for e in entries[:3]] == [("", "")] * 3
    assert (entries[3].change, entries[3].data != "") == ("", True)
    assert holding(settings.data) == []
    assert problems(settings.data) == ()


def test_it_is_named_by_slug_or_iri(project: Project) -> None:
    (name,) = find_document(project.settings, "sudwick").names
    assert find_document(project.settings, project.settings.base_iri + name).names == (name,)
    with pytest.raises(
        NotFound, match=r"no generation that is kept holds a document 'sudwic'; did you mean sudwick\?$"
    ):
        find_document(project.settings, "sudwic")


def test_it_is_built_again_only_when_that_is_asked(project: Project) -> None:
    settings = project.settings
    forget(project)
    project.write(OTHER, slug="sudwick", text=OTHER_TEXT)
    refused = build(settings)
    assert refused.rejected == ("sudwick",)
    assert "its text was erased from the record on 2026-11-25, and is not built again" in str(
        refused.report.problems[0]
    )
    assert holding(settings.data, (b"zyxwater", b"Quibble")) == []
    assert build(settings, erased=True).rejected == ()
    assert erasing.erased(settings.data) == []
    assert build(settings, everything=True).rejected == ()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after", [1, 4, 9, 13, 16])
def test_killed_at_any_rename_it_is_finished_or_never_was(
    project: Project, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Each rename and each replacement that the erasure makes is in turn the last thing that the process does."""
    data = project.settings.data
    calls = iter(range(10_000))
    originals = {name: getattr(Path, name) for name in ("rename", "replace", "unlink")}

    def limited(name: str) -> Callable[..., object]:
        def call(self: Path, *more: object, **options: object) -> object:
            if data in self.parents and next(calls) >= after:
                raise Killed
            return originals[name](self, *more, **options)

        return call

    with monkeypatch.context() as patch:
        for name in originals:
            patch.setattr(Path, name, limited(name))
        try:
            forget(project)
            killed = False
        except Killed:
            killed = True
    recovery = recover(data)
    assert problems(data) == ()
    assert recovery.generation is not None
    if recovery.generation.number == 5:
        assert killed
        assert forget(project).current == 6
    assert holding(data) == []
    assert problems(data) == ()
    assert sorted(p.name for p in (data / "generations").iterdir()) == ["1", "2", "3", "4", "5", "6"]
    assert json.loads((data / erasing.ERASED).read_text())[0]["time"].startswith("2026-11-25")


def test_who_else_refers_to_it_is_told_and_stays(project: Project) -> None:
    settings = project.settings
    quads = find_document(settings, "sudwick").found[-1].quads
    statement = min((q.subject for q in quads if q.predicate == AT.groundedIn), key=str)
    note = NamedNode("https://example.org/notes")
    quad = Quad(note, NamedNode("https://example.org/about"), statement, note)
    change = Change(
        {note: frozenset([quad])}, frozenset(), NamedNode(settings.base_iri + "graph.propositions"), "a note"
    )
    assert commit(settings.data, change, check=lambda _: None, keep=10, clock=now)
    referring = [found.referring for found in find_document(settings, "sudwick").found]
    assert referring == [{}] * 5 + [{note.value: 1}]
    forget(project)
    assert f"{quad} ." in lines(settings.data, 7)
    assert holding(settings.data) == []
