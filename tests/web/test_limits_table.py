"""The table of docs/endpoint.md: each command, run as it stands, prints what the table says."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.live import serving

PAGE = (
    (Path(__file__).resolve().parents[2] / "docs" / "endpoint.md")
    .read_text("utf-8")
    .partition("## What each limit answers")[2]
)
(PREAMBLE,) = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROWS = re.findall(r"^\| (.+?) \| `(.+)` \| ([^|`]+) \| (?:`(.*?)` )?\|$", PAGE, re.MULTILINE)


def test_every_row_is_read() -> None:
    assert len(ROWS) == len(re.findall(r"^\| (?!limit)", PAGE.partition("\n## ")[0], re.MULTILINE)) >= 18


@pytest.mark.parametrize("settings", sorted({row[3] for row in ROWS}), ids=lambda text: text or "defaults")
def test_each_command_prints_what_the_table_says(tmp_path: Path, settings: str) -> None:
    given = dict(pair.removeprefix("KG_").lower().split("=") for pair in settings.split())
    with serving(tmp_path, data=tmp_path / "kg-data", **{"client_seconds": 100_000, **given}) as server:
        for limit, command, answer, _ in (row for row in ROWS if row[3] == settings):
            script = (PREAMBLE + command.replace("\\|", "|")).replace("8000", str(server.port))
            ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
            assert re.sub(r"\s*\n\s*", ", ", ran.stdout.strip()) == answer, f"{limit}: {ran.stderr}"
