"""The W3C's SPARQL 1.1 Protocol and Graph Store Protocol tests and manners of HTTP, on a general store."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import serving

KNOWN = {
    "SERVICE SILENT to a closed port gives a result": "SERVICE is refused, silent or not",
}
TOTALS = {"protocol": 34, "gsp-indirect": 9, "gsp-direct": 4, "service-description": 3, "extra": 32}


@pytest.mark.timeout(300)
def test_protocol(shared: Path, tmp_path: Path) -> None:
    suites, found = shared / "conformance" / "rdf-tests-sparql", tmp_path / "protocol.json"
    with serving(tmp_path, data=tmp_path / "kg-data", articles="none", writable="true", auth="false") as server:
        runner = [sys.executable, str(shared / "conformance" / "protocol_suite.py"), "--tests", str(suites)]
        urls = ["--query-url", f"{server.url}/sparql", "--update-url", f"{server.url}/update"]
        urls += ["--gsp-url", f"{server.url}/store", "--gsp-direct-base", f"{server.url}/store"]
        command = [*runner, *urls, "--extra", "--json", str(found)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert found.is_file(), ran.stdout + ran.stderr
    cases = json.loads(found.read_text("utf-8"))
    assert {group: sum(case["group"] == group for case in cases) for group in TOTALS} == TOTALS
    failed = {case["name"]: case["why"] for case in cases if not case["ok"]}
    assert {name: why for name, why in failed.items() if name not in KNOWN} == {}
    assert set(KNOWN) - set(failed) == set(), "a known gap is closed: take it off the list"
