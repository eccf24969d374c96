"""Bearer tokens: what a server keeps of them, and whom it lets in."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import NotAllowed, NotFound, StoreUnavailable, Unauthorized
from kg.store.bearer import Tokens

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_token_is_known_by_its_text_which_is_kept_nowhere(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token, text = tokens.add("Anna", 1, None, NOW)
    other, _ = tokens.add("Ben", 1, None, NOW)
    assert Tokens(tmp_path).all() == (token, other)
    assert tokens.check(f"Bearer {text}", NOW) == token
    assert tokens.check(f"bearer  {text} ", NOW) == token
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert text.encode() not in kept
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic kg_x", "Bearer kg_wrong", "Bearer \udcff"])
def test_anything_else_is_not(tmp_path: Path, header: str | None) -> None:
    Tokens(tmp_path).add("Anna", 1, None, NOW)
    with pytest.raises(Unauthorized):
        Tokens(tmp_path).check(header, NOW)


def test_a_hash_is_no_token(tmp_path: Path) -> None:
    token, _ = Tokens(tmp_path).add("Anna", 1, None, NOW)
    with pytest.raises(Unauthorized):
        Tokens(tmp_path).check(f"Bearer {token.sha256}", NOW)


def test_a_token_expires(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token, text = tokens.add("Anna", 1, None, NOW)
    end = NOW + timedelta(days=1)
    assert tokens.check(f"Bearer {text}", end - timedelta(seconds=1)) == token
    with pytest.raises(Unauthorized, match="expired at 2026-11-25T12:00:00"):
        tokens.check(f"Bearer {text}", end)


def test_a_token_that_is_revoked_is_forgotten(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token, text = tokens.add("Anna", 1, None, NOW)
    assert tokens.revoke(token.id) == token
    with pytest.raises(Unauthorized, match="revoked, or never made"):
        tokens.check(f"Bearer {text}", NOW)
    with pytest.raises(NotFound, match="kg token list"):
        tokens.revoke(token.id)


def test_a_scope_holds(tmp_path: Path) -> None:
    scoped, _ = Tokens(tmp_path).add("Anna", 1, ["urn:a", "urn:b"], NOW)
    whole, _ = Tokens(tmp_path).add("Ben", 1, None, NOW)
    for graph in ("urn:a", "urn:b"):
        scoped.allow(graph)
    for other in ("urn:c", "urn:a/", None):
        whole.allow(other)
        with pytest.raises(NotAllowed):
            scoped.allow(other)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"id": "x"}]', "nonsense"])
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokens.json").write_text(content)
    with pytest.raises((StoreUnavailable, Unauthorized)):
        Tokens(tmp_path).check("Bearer kg_x", NOW)
