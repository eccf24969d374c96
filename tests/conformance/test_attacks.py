"""Hostile queries, documents, requests and crowds, sent to a server with its default limits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import Server, serving

GENERAL = {"articles": "none", "writable": "true", "auth": "false"}
WRITES = {
    "u-insert",
    "h-gsp-default-del",
}  # honest writes, which an open server is there for; the kit calls them damage


def attack(shared: Path, server: Server, found: Path, *more: str, least: int = 150) -> dict[str, list[str]]:
    """What the kit found wrong, by case, of at least so many."""
    kit = [sys.executable, str(shared / "attacks" / "attack.py"), "--query-url", f"{server.url}/sparql"]
    ran = subprocess.run([*kit, *more, "--json", str(found)], capture_output=True, text=True, check=False)
    assert found.is_file(), ran.stdout + ran.stderr
    cases = json.loads(found.read_text("utf-8"))
    assert len(cases) > least
    return {case["id"]: case["fail"] for case in cases if not case["ok"]}


@pytest.mark.timeout(900)
def test_every_attack_is_answered_in_time_and_nobody_else_notices(shared: Path, tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", writable="true") as server:
        writing = ["--update-url", f"{server.url}/update", "--gsp-url", f"{server.url}/store", "--allow-write"]
        assert attack(shared, server, tmp_path / "attacks.json", *writing) == {}


@pytest.mark.timeout(600)
def test_hostile_updates_and_documents_harm_no_server_that_takes_them(shared: Path, tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", **GENERAL) as server:
        writing = ["--update-url", f"{server.url}/update", "--gsp-url", f"{server.url}/store", "--allow-write"]
        failed = attack(shared, server, tmp_path / "attacks.json", *writing, "--only", "u-,d-,h-", least=40)
    assert failed.keys() == WRITES
    assert all(reason.startswith("DATA CHANGED") for reasons in failed.values() for reason in reasons)


@pytest.mark.timeout(600)
def test_nothing_is_reached_where_some_endpoints_may_be_asked(shared: Path, tmp_path: Path) -> None:
    """The cases that try to have the server fetch something; the kit's own listener must hear nothing."""
    listed = "https://example.org/sparql, http://localhost:9/sparql, http://127.0.0.1:9/sparql"
    with serving(tmp_path, data=tmp_path / "kg-data", services=listed, service_seconds=2) as server:
        only = "q-service,q-from,q-graph-http,u-load,u-service,u-using,d-owl,d-json-ctx,d-xml-xxe"
        assert attack(shared, server, tmp_path / "attacks.json", "--only", only, least=20) == {}
