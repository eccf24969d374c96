"""What keeps the house small, and the project about the product alone."""

import re
import subprocess
from pathlib import Path

import pytest

from kg import vocab
from kg.graph.schema import read_schema

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "kg").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_the_wsgi_entry_is_short() -> None:
    assert len((ROOT / "server.py").read_text("utf-8").splitlines()) < 40


def test_each_term_that_python_names_is_declared() -> None:
    schema = read_schema(ROOT / "ontology")
    named = {name: term for name, term in vars(vocab.AT).items() if not name.startswith("_")}
    assert len(named) > 40
    assert [name for name, term in named.items() if term not in schema.terms] == []


def test_no_file_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    pattern = re.compile(r"/(?:work|root|home)/\w|/opt/wheels|--index-url|pypi\.org|registry\.npmjs")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and path.name != "test_house.py":
            found += [name for line in path.read_text("utf-8", errors="replace").splitlines() if pattern.search(line)]
    assert found == []
