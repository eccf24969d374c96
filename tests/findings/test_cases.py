"""What each rule finds on a made-up corpus, and the look-alikes that it must not find."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from ruamel.yaml import YAML

from kg import resources
from kg.findings.read import Listed, Wanted, list_findings
from kg.iri import Iris
from kg.settings import Settings
from tests.questions.support import mapped_store, write_corpus

IRIS = Iris(Settings().base_iri)
FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
assert FILES, "no cases"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> "Found":
    return Found(tmp_path_factory.mktemp("cases"))


class Found:
    """What the rule of a case file finds on its corpus, computed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, tuple[Mapping[str, Any], tuple[Listed, ...]]] = {}

    def __call__(self, path: Path) -> tuple[Mapping[str, Any], tuple[Listed, ...]]:
        if path.stem not in self.made:
            corpus = YAML(typ="safe").load(path.read_text("utf-8"))
            folder = self.folder / f"{path.stem}-{len(list(self.folder.iterdir()))}"
            write_corpus(corpus, folder)
            store: ox.Store = mapped_store(folder)
            self.made[path.stem] = corpus, list_findings(store, IRIS, Wanted(rule=corpus["rule"]))
        return self.made[path.stem]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_finds_what_it_should_and_no_look_alike(found: Found, path: Path) -> None:
    case, findings = found(path)
    assert sorted(list(finding.statements) for finding in findings) == sorted(case["finds"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finding_says_what_it_found(found: Found, path: Path) -> None:
    case, findings = found(path)
    assert case["sentence"] in [finding.sentence for finding in findings]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finding_that_rests_on_a_curators_judgement_says_so(found: Found, path: Path) -> None:
    case, findings = found(path)
    judgements = {judgement for finding in findings for judgement in finding.judgements}
    assert case.get("judgement") in judgements or (judgements == set() and "judgement" not in case)
    for finding in findings:
        assert all(judgement in finding.sentence for judgement in finding.judgements)


def test_each_rule_has_a_made_up_corpus_with_something_to_find() -> None:
    rules = {path.stem for path in resources.find("findings").glob("*.rq")}
    assert {path.stem for path in FILES} == rules
    for path in FILES:
        case = YAML(typ="safe").load(path.read_text("utf-8"))
        assert case["rule"] == path.stem
        assert case["finds"]
        assert path.read_text("utf-8").startswith("# Made up:")
