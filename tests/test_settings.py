from pathlib import Path

import pytest

from kg.errors import BadInput, Unreadable
from kg.settings import load


def test_flag_then_environment_then_file_then_default(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text('port = 1\nkeep = 2\nquery_seconds = 3\ndata = "there"\n', "utf-8")
    found = load({"port": 11, "host": None}, {"KG_PORT": "5", "KG_KEEP": "6"}, tmp_path)
    assert (found.port, found.keep, found.query_seconds, found.host) == (11, 6, 3.0, "127.0.0.1")
    assert found.data == tmp_path / "there"


def test_no_corpus() -> None:
    assert load({}, {"KG_ARTICLES": "none"}).articles is None


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"KG_PORT": "many"}, "setting port: expected a whole number, found 'many'"),
        ({"KG_KEEP": "0"}, "setting keep: expected at least 1"),
        ({"KG_QUERY_SECONDS": "-1"}, "setting query_seconds: expected a positive number"),
        ({"KG_QUERY_SECONDS": "nan"}, "setting query_seconds: expected a positive number"),
    ],
)
def test_a_wrong_value_is_told(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        load({}, environ)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text("port = = 1\n", "utf-8")
    with pytest.raises(Unreadable, match=r"kg\.toml"):
        load({}, {}, tmp_path)
