"""Hostile queries, documents, requests and crowds, sent to a server with its default limits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import serving


@pytest.mark.timeout(900)
def test_every_attack_is_answered_in_time_and_nobody_else_notices(shared: Path, tmp_path: Path) -> None:
    found = tmp_path / "attacks.json"
    with serving(tmp_path, data=tmp_path / "kg-data") as server:
        attack = [sys.executable, str(shared / "attacks" / "attack.py"), "--query-url", f"{server.url}/sparql"]
        ran = subprocess.run([*attack, "--json", str(found)], capture_output=True, text=True, check=False)
        assert found.is_file(), ran.stdout + ran.stderr
    cases = json.loads(found.read_text("utf-8"))
    assert len(cases) > 150
    failed = {case["id"]: case["fail"] for case in cases if not case["ok"]}
    assert failed == {}
