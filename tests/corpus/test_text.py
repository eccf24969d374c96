import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corpus.text import Lines, read_text, shown
from kg.errors import Unreadable

UNTOUCHED = {
    "plain": b"a\nb",
    "crlf": b"a\r\nb\r\n",
    "lone cr": b"a\rb",
    "byte order mark": b"\xef\xbb\xbfa",
    "astral": "😀a".encode(),
    "line separator": "a\u2028b\u0085".encode(),
    "empty": b"",
}


@pytest.mark.parametrize("data", UNTOUCHED.values(), ids=UNTOUCHED)
def test_text_and_hash_are_those_of_the_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(data)
    text, digest = read_text(path)
    assert text.encode() == data
    assert digest == hashlib.sha256(data).hexdigest()


UNREADABLE = {
    "latin-1": (b"ok\ncaf\xe9 au lait", "2:4: expected UTF-8, found the byte 0xe9"),
    "cut short": (b"ok\n\xe2\x80", "2:1: expected UTF-8, found the byte 0xe2"),
    "overlong": (b"\xc0\xaf", "1:1: expected UTF-8, found the byte 0xc0"),
    "surrogate": (b"a\xed\xa0\x80", "1:2: expected UTF-8, found the byte 0xed"),
    "utf-16": ("ab".encode("utf-16"), "1:1: expected UTF-8, found the byte 0xff"),
    "nul": (b"a\nb\x00c", "2:2: expected text, found a NUL byte"),
    "too large": (b"x" * 65, "expected at most 64 bytes, found more"),
}


@pytest.mark.parametrize(("data", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_says_where_a_file_is_not_text(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        read_text(path, "x/article.txt", limit=64)
    assert str(caught.value).startswith("x/article.txt:")
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["missing.txt", "."], ids=["missing", "folder"])
def test_says_that_a_file_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="expected a file that can be read"):
        read_text(tmp_path / name)


@given(st.text(alphabet="ab\n\r\u2028😀", max_size=30))
def test_lines_are_counted_as_in_an_editor(text: str) -> None:
    lines = Lines.of(text)
    for offset in range(len(text) + 1):
        assert lines.at(offset) == text.count("\n", 0, offset) + 1


def test_a_path_is_shown_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "corpus" / "articles"
    path = root / "x" / "claims.yaml"
    monkeypatch.chdir(tmp_path)
    assert shown(path, root) == "corpus/articles/x/claims.yaml"
    monkeypatch.chdir("/")
    assert shown(path, root) == path.relative_to("/").as_posix()


def test_a_path_elsewhere_is_shown_from_the_folder_of_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    root = tmp_path / "articles"
    assert shown(root / "x" / "claims.yaml", root) == "articles/x/claims.yaml"
