"""The pages' packages: pinned with digests, laid out with their licences, and left out in peace where npm has none."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build
from kg.web import assets
from tests.live import serving

ROOT = Path(__file__).resolve().parents[1]
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
NOWHERE = "http://127.0.0.1:9"  # the discard port, which nobody listens on

fetched = pytest.mark.skipif(
    not assets.fetched() and os.environ.get("CI") != "true", reason=f"the packages are not here: {assets.lack()}"
)


def test_the_lock_pins_every_package_by_digest_and_names_no_registry() -> None:
    packages = {name: told for name, told in LOCK["packages"].items() if name}
    assert len(packages) > 50
    assert [name for name, told in packages.items() if not told["integrity"].startswith("sha512-")] == []
    assert [name for name, told in packages.items() if "resolved" in told] == []


def test_the_versions_asked_for_are_exact() -> None:
    asked = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert asked == {name: LOCK["packages"][f"node_modules/{name}"]["version"] for name in asked}


@fetched
def test_each_file_is_there_and_of_the_lock_s_version() -> None:
    assert hatch_build.is_complete(assets.VENDOR, hatch_build._stamp(ROOT)), "pip install -e . fetches them anew"


@fetched
def test_the_licences_of_all_packages_are_told() -> None:
    told = (assets.VENDOR / "THIRD_PARTY.txt").read_text("utf-8")
    missing = [
        name
        for path, package in LOCK["packages"].items()
        if path and f"\n{(name := path.rpartition('node_modules/')[2])} {package['version']}\n" not in told
    ]
    assert missing == []
    assert "Copyright (c) 2010-2023, Volodymyr Agafonkin" in told  # Leaflet's, word for word


@fetched
def test_no_script_makes_functions_from_text_which_the_policy_forbids() -> None:
    scripts = sorted(assets.VENDOR.rglob("*.js"))
    assert len(scripts) >= 6
    assert [path.name for path in scripts if "new Function(" in path.read_text("utf-8")] == []


def test_a_wheel_is_built_without_them_where_npm_s_registry_is_out_of_reach(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    ignore = shutil.ignore_patterns(".*", "vendor", "__pycache__", "tests", "node_modules", "kg-data")
    shutil.copytree(ROOT, checkout, ignore=ignore)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    environ = {**os.environ, "npm_config_registry": NOWHERE, "npm_config_cache": str(tmp_path / "cache")}
    environ |= {"npm_config_fetch_retry_mintimeout": "10", "PIP_INDEX_URL": NOWHERE, "PIP_RETRIES": "0"}
    subprocess.run(build, cwd=checkout, env=environ, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "kg/web/static/vendor/MISSING.txt" in names
    assert [name for name in names if name.endswith("yasgui.min.js")] == []
    said = assets.lack(checkout / "kg" / "web" / "static" / "vendor")
    assert said is not None
    assert said.startswith("pages work without script")
    assert "failed" in said
    assert "\n" not in said


def test_the_server_says_what_it_lacks_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data") as server:
        log = server.log.read_text("utf-8")
    assert ("pages work without script" in log) == (not assets.fetched())
