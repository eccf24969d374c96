"""A federation engine of other people, Comunica, joins over two servers of ours without being told which knows what."""

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conftest import write_project
from tests.live import serving

PACKAGE = "@comunica/query-sparql@4.3.0"
KEPT = Path(tempfile.gettempdir()) / f"attest-{PACKAGE.replace('/', '-')}"
NOTES = b"""\
<https://w3id.org/attest/id/mayor> <urn:note> "Ask the office." .
<https://w3id.org/attest/id/captain> <urn:note> "Retired." .
<urn:somebody> <urn:note> "Of no voice of the record." .
"""
QUERY = """PREFIX at: <https://w3id.org/attest/ontology#>
SELECT ?voice ?note ?words { ?voice <urn:note> ?note . ?statement at:claimedBy ?voice ; at:groundedIn/at:exact ?words }
ORDER BY ?words"""
EXPECTED = [
    ["voice", "note", "words"],
    ["https://w3id.org/attest/id/captain", "Retired.", "Nobody was hurt"],
    ["https://w3id.org/attest/id/mayor", "Ask the office.", "The town guards fired on a crowd"],
]


@pytest.fixture(scope="module")
def comunica() -> Path:
    """Its command, installed once and kept; a machine without Node or npm's registry cannot run this test, and says so."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        pytest.skip("Comunica needs Node and npm, and they are not on this machine; test_servers.py joins two servers")
    command = KEPT / "node_modules" / ".bin" / "comunica-sparql"
    if not command.is_file():
        with tempfile.TemporaryDirectory(dir=KEPT.parent) as folder:
            options = [
                "--silent",
                "--no-fund",
                "--no-audit",
                "--ignore-scripts",
                "--fetch-retries=1",
                "--prefix",
                folder,
            ]
            done = subprocess.run([npm, "install", *options, PACKAGE], capture_output=True, check=False)
            if done.returncode:
                pytest.skip("Comunica could not be fetched from npm; test_servers.py joins two servers without it")
            shutil.copytree(folder, KEPT, symlinks=True, dirs_exist_ok=True)
    return command


@pytest.mark.timeout(400)
def test_comunica_joins_over_two_servers(comunica: Path, tmp_path: Path) -> None:
    settings = write_project(tmp_path).settings
    corpus = {name: getattr(settings, name) for name in ("data", "articles", "ontology", "shapes")}
    general = {"articles": "none", "writable": "true", "auth": "false", "data": tmp_path / "notes"}
    with serving(tmp_path, **general) as notes, serving(tmp_path, **corpus) as record:
        assert notes.request("PUT", "/store?default", NOTES, Content_Type="text/turtle").status == 204
        sources = [f"sparql@{server.url}/sparql" for server in (record, notes)]
        command = [str(comunica), *sources, "-q", QUERY, "-t", "text/csv"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
        read = [[cell.strip("<>") for cell in row] for row in csv.reader(ran.stdout.strip().splitlines())]
        assert read == EXPECTED, ran.stderr
        for server in (record, notes):
            asked = server.log.read_text("utf-8").count('"route": "/sparql"')
            assert asked > 1, "both were asked"
