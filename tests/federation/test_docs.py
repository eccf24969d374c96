"""The worked query of docs/federation.md, over two servers, prints what the page shows."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from tests.live import Server, environment, serving

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "federation.md").read_text("utf-8")
NOTES = {"articles": "none", "writable": "true", "auth": "false"}


def block(kind: str) -> str:
    """The first block of its kind."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found[0])


def assert_worlds_ask_too(record: Server, notes: Server) -> None:
    """The endpoint of a perspective says so, and does."""
    described = record.request("GET", "/perspectives/pmoi/sparql", Accept="application/n-triples")
    assert b"sparql-service-description#BasicFederatedQuery>" in described.body
    query = urlencode({"query": f"SELECT ?text {{ SERVICE <{notes.url}/sparql> {{ ?note <urn:note:text> ?text }} }}"})
    answer = record.request("GET", f"/perspectives/pmoi/sparql?{query}", Accept="text/csv")
    assert sorted(answer.body.decode().split("\r\n"))[1:] == ["Ask who they were.", "Find the broadcast.", "text"]


def test_the_worked_query_prints_what_the_page_shows(tmp_path: Path) -> None:
    query = block("sparql")
    assert query == (ROOT / "docs" / "clients" / "voices.rq").read_text("utf-8")
    with serving(tmp_path, data=tmp_path / "notes", **NOTES) as notes:
        upload = re.search(r"--data-binary @(\S+) '[^']*(/store\?default)'", block("sh"))
        assert upload
        content = (ROOT / upload[1]).read_bytes()
        assert notes.request("PUT", upload[2], content, Content_Type="text/turtle").status == 204
        with serving(tmp_path, data=tmp_path / "kg-data", services=f"{notes.url}/sparql") as record:
            (tmp_path / "voices.rq").write_text(query.replace("http://127.0.0.1:8001", notes.url), "utf-8")
            command, shown = block("console").removeprefix("$ kg ").split("\n", 1)
            words = command.replace("docs/clients/voices.rq", str(tmp_path / "voices.rq")).split()
            words = [word.replace("http://127.0.0.1:8000", record.url) for word in words]
            ran = subprocess.run(
                [sys.executable, "-m", "kg", *words], env=environment(), capture_output=True, check=True
            )
    assert ran.stdout.decode().replace("\r\n", "\n") == shown
