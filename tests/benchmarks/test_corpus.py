"""The synthetic corpus passes the gate, and is the same each time and in any size."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from kg.build.pipeline import build
from kg.settings import load

CORPUS = Path(__file__).resolve().parents[2] / "benchmarks" / "corpus.py"


def generate(folder: Path, articles: int) -> dict[str, bytes]:
    subprocess.run([sys.executable, str(CORPUS), "--articles", str(articles), str(folder)], check=True)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_a_synthetic_corpus_grows_without_change_and_conforms(tmp_path: Path) -> None:
    small, large = generate(tmp_path / "small", 3), generate(tmp_path / "large", 25)
    assert small == generate(tmp_path / "again", 3)
    articles = [name for name in small if name.startswith("article-")]
    assert len(articles) == 6
    assert {name: small[name] for name in articles} == {name: large[name] for name in articles}
    outcome = build(replace(load({}), articles=tmp_path / "small", data=tmp_path / "data"))
    assert (outcome.articles, outcome.statements, outcome.report.problems) == (3, 30, ())
    assert {finding.rule for finding in outcome.news.new} >= {"affirmed-and-denied", "single-voice", "hearsay"}
