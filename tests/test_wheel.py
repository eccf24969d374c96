"""A wheel built from the checkout works from another folder, with its data files."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build
from kg.web import assets

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_builds_and_answers_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import kg; assert kg.__file__.startswith(sys.argv[1]), kg.__file__\n"
        "sys.argv = ['kg', *sys.argv[2:]]; from kg.cli import main; main()"
    )
    run = [sys.executable, "-c", script, str(tmp_path / "site")]
    away = tmp_path / "away"
    away.mkdir()
    built = subprocess.run([*run, "build"], cwd=away, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (away / "kg-data" / "CURRENT").is_file()
    env = {"PYTHONPATH": str(tmp_path / "site")}
    asked = subprocess.run(
        [*run, "query", "ASK { ?s ?p ?o }"], cwd=away, env=env, capture_output=True, text=True, check=False
    )
    assert asked.stdout == "true\n", asked.stderr


def test_it_holds_the_data_and_not_the_top_level_server(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "kg/_data/ontology/attest.ttl",
        "kg/_data/shapes/statement.ttl",
        "kg/_data/queries/who-said-what.rq",
        "kg/_data/queries/perspectives/world.rq",
        "kg/_data/articles/perspectives.yaml",
        "kg/_data/findings/single-voice.rq",
        "kg/_data/articles/2020-06-08-pmoi-najaf/article.txt",
        "kg/web/templates/home.html",
        "kg/web/queries/editor-labels.rq",
        "kg/web/static/editor.js",
        "kg/web/static/attest.css",
        "kg/py.typed",
    ):
        assert needed in names
    assert "server.py" not in names
    assert {name for name in hatch_build.FILES if f"kg/web/static/vendor/{name}" in names} == (
        set(hatch_build.FILES) if assets.fetched() else set()
    )
