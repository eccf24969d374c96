"""What a confined process can still read, and that it can change nothing; on the kernel that runs the tests."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.sparql import landlock
from kg.sparql.messages import Start
from tests.sparql.support import publish, quads


def has_landlock() -> bool:
    try:
        return landlock._call(landlock.CREATE, None, 0, landlock.VERSION) > 0
    except OSError:
        return False


KERNEL = pytest.mark.skipif(sys.platform != "linux" or not has_landlock(), reason="needs a kernel with Landlock")
PRELUDE = """
import os, socket, sys
from pathlib import Path
from kg.sparql import landlock
def told(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PRELUDE + code],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@KERNEL
def test_named_files_are_read_and_no_others(tmp_path: Path) -> None:
    for name in ("named/below/file", "single", "other"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    os.link(tmp_path / "other", tmp_path / "named" / "linked")
    said = run(
        f"here = Path({str(tmp_path)!r})\n"
        "assert landlock.confine([here / 'named', here / 'single', here / 'none']) is None\n"
        "for name in ('named/below/file', 'named/linked', 'single', 'other', 'link', 'none'):\n"
        "    print(name, told(lambda: (here / name).read_text()))\n"
        "print(told(lambda: os.listdir(here)), told(lambda: os.listdir(here / 'named')))\n"
    )
    assert said.split("\n") == [
        "named/below/file done", "named/linked done", "single done", "other PermissionError", "link PermissionError",
        "none FileNotFoundError", "PermissionError done", "",
    ]  # fmt: skip


@KERNEL
@pytest.mark.parametrize(
    "attempt",
    [
        "(here / 'new').write_text('x')",
        "(here / 'file').open('a')",
        "os.truncate(here / 'file', 0)",
        "(here / 'file').unlink()",
        "(here / 'file').rename(here / 'moved')",
        "os.link(here / 'file', here / 'linked')",
        "(here / 'folder').mkdir()",
        "os.mkfifo(here / 'pipe')",
        "os.symlink('/', here / 'link')",
        "os.execv(sys.executable, ['python'])",
        "socket.socket(socket.AF_UNIX).bind(str(here / 'socket'))",
    ],
)
def test_nothing_is_changed_or_run(tmp_path: Path, attempt: str) -> None:
    (tmp_path / "file").write_text("text", "utf-8")
    said = run(f"here = Path({str(tmp_path)!r})\nassert not landlock.confine([here])\nprint(told(lambda: {attempt}))")
    assert said == "PermissionError\n"
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("file", "text")]


@KERNEL
def test_python_names_and_certificates_stay() -> None:
    said = run(
        "assert not landlock.confine([*landlock.network_files(), *landlock.python_files()])\n"
        "import csv, pyoxigraph, ssl, kg.sparql.federation.values\n"
        "from importlib.metadata import version\n"
        "print(bool(socket.getaddrinfo('localhost', 80)), bool(version('attest-kg')))\n"
        "'example'.encode('idna'), ssl.create_default_context()\n"
        "for path in ('/etc/passwd', '/proc/self/maps'): print(told(lambda: open(path)))\n"
    )
    assert said.split() == ["True", "True", "PermissionError", "PermissionError"]


@KERNEL
def test_our_package_is_read_and_not_what_lies_beside_it() -> None:
    said = run(
        "import kg\nassert not landlock.confine(landlock.python_files())\n"
        "import kg.settings\n"
        "print(told(lambda: (Path(kg.__file__).parents[1] / 'pyproject.toml').read_text()))"
    )
    assert said == "PermissionError\n"


def start_of(tmp_path: Path) -> Start:
    folder = publish(tmp_path / "data", 1, quads(10))
    return Start(1, str(folder / "record"), str(folder / "data.nq"), None, 1000, 1 << 30)


@KERNEL
def test_a_query_worker_reads_generations_only(tmp_path: Path) -> None:
    start = start_of(tmp_path)
    (tmp_path / "data" / "tokens.json").write_text("{}", "utf-8")
    said = run(
        "from kg.sparql import frames, worker\nfrom kg.sparql.messages import Hello, Start\n"
        f"start = Start.decode({start.encode()!r})\n"
        "r, w = os.pipe()\n"
        "worker.serve(start, None, None, os.open(os.devnull, os.O_RDONLY), w)\n"
        "print(Hello.decode(frames.receive(r).body).filter)\n"
        "data = Path(start.data)\n"
        "for path in (data, data.parents[2] / 'CURRENT', data.parents[2] / 'tokens.json', '/etc/hosts'):\n"
        "    print(told(lambda: open(path)))\n"
    )
    assert said.split() == ["None", "done", *["PermissionError"] * 3]


@KERNEL
def test_a_relay_reads_what_it_needs_to_ask(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", "utf-8")
    said = run(
        "from kg.sparql.federation import relay\n"
        "out = os.dup(1)\n"
        "relay.main()\n"
        f"tried = [told(lambda: open(path)) for path in ('/etc/hosts', {str(tmp_path / 'secret')!r}, '/etc/passwd')]\n"
        "os.write(out, ' '.join(tried).encode())\n"
    )
    assert said.split() == ["done", "PermissionError", "PermissionError"]


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_kernel_without_it_is_told_of_and_a_worker_goes_on(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def call(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(landlock, "_call", call)
    reason = landlock.confine([])
    assert reason
    assert "not cut off from files: the kernel has no Landlock" in reason
    assert os.strerror(code) in reason


def test_other_systems_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock.sys, "platform", "plan9")
    assert landlock.confine([]) == "processes are not cut off from files on plan9"
