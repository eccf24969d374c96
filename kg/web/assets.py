"""What pages use with script: whether it was fetched when Attest was installed, and why not."""

from pathlib import Path

VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
THIRD_PARTY = "vendor/THIRD_PARTY.txt"  # the licences, below `static/`


def fetched(vendor: Path = VENDOR) -> bool:
    """Whether the files are there; the build hook writes `COMPLETE` last."""
    return (vendor / "COMPLETE").is_file()


def lack(vendor: Path = VENDOR) -> str | None:
    """One line that says what is left out and why, None when nothing is."""
    if fetched(vendor):
        return None
    told = vendor / "MISSING.txt"
    reason = told.read_text("utf-8").strip() if told.is_file() else "they were not fetched when it was installed"
    return (
        f"pages work without script: the editor, map, timeline and graph are left out ({reason}); "
        "install again where npm's packages can be reached"
    )
