"""How much memory there is for us, on the machine and in its control group (Linux)."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")


def free_memory() -> int:
    """Bytes that can be taken without anything being pushed out; many where the system does not say."""
    return min(_machine(), _group())


def _machine() -> int:
    try:
        lines = dict(line.split(":", 1) for line in MEMINFO.read_text("ascii").splitlines())
        return int(lines["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return 1 << 62


def _group() -> int:
    """Of control groups, version 2, that in whose namespace we are."""
    try:
        most, taken = (int((GROUP / f"memory.{name}").read_text("ascii")) for name in ("max", "current"))
        lines = dict(line.split() for line in (GROUP / "memory.stat").read_text("ascii").splitlines())
        return most - taken + int(lines["inactive_file"])
    except (OSError, KeyError, ValueError):  # there is none, or its most is "max"
        return 1 << 62
