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


def attack(shared: Path, server: Server, found: Path, *more: str) -> dict[str, list[str]]:
    """What the kit found wrong, by case."""
    kit = [sys.executable, str(shared / "attacks" / "attack.py"), "--query-url", f"{server.url}/sparql"]
    ran = subprocess.run([*kit, *more, "--json", str(found)], capture_output=True, text=True, check=False)
    assert found.is_file(), ran.stdout + ran.stderr
    cases = json.loads(found.read_text("utf-8"))
    assert len(cases) > (40 if "--only" in more else 150)
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
        failed = attack(shared, server, tmp_path / "attacks.json", *writing, "--only", "u-,d-,h-")
    assert failed.keys() == WRITES
    assert all(reason.startswith("DATA CHANGED") for reasons in failed.values() for reason in reasons)
