"""What each question means, on miniature corpora: what it finds, and the look-alikes that it must not find."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.questions.support import CASES, Case, answer, cases, mapped_store, write_corpus
from tests.questions.test_files import NUMBERED

FILES = sorted(CASES.glob("*.yaml"))
assert FILES, f"no cases under {CASES}"


@pytest.fixture(scope="module")
def store_of(tmp_path_factory: pytest.TempPathFactory) -> "StoreOf":
    return StoreOf(tmp_path_factory.mktemp("cases"))


class StoreOf:
    """The mapped corpus of each case file, made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, ox.Store] = {}

    def __call__(self, name: str, case: Case) -> ox.Store:
        if name not in self.made:
            write_corpus(case.corpus, self.folder / name)
            self.made[name] = mapped_store(self.folder / name)
        return self.made[name]


ALL = [pytest.param(path.stem, case, id=f"{path.stem}-{n}") for path in FILES for n, case in enumerate(cases(path), 1)]


@pytest.mark.parametrize(("name", "case"), ALL)
def test_the_answer_is_what_the_case_says(store_of: StoreOf, name: str, case: Case) -> None:
    found = answer(store_of(name, case), case)
    assert (found if case.ordered else sorted(found)) == (list(case.rows) if case.ordered else sorted(case.rows))


def test_each_of_the_24_questions_has_a_case() -> None:
    asked = {case.question for path in FILES for case in cases(path)}
    assert set(NUMBERED.values()) - asked == set()


def test_each_case_file_finds_something() -> None:
    assert [path.stem for path in FILES if not any(case.rows for case in cases(path))] == []
