import errno
import signal
import subprocess
import sys

import pytest

from kg.sparql import sandbox
from kg.sparql.sandbox import ALLOW, DENY, KILL, MACHINES

LINUX = pytest.mark.skipif(
    sys.platform != "linux" or sandbox.platform.machine() not in MACHINES, reason="needs Linux on x86_64 or aarch64"
)
PRELUDE = "import ctypes, errno, os, socket, sys\nfrom kg.sparql import sandbox\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PRELUDE + code], capture_output=True, text=True, timeout=60)


def syscall(number: int) -> str:
    return f"ctypes.CDLL(None, use_errno=True).syscall({number}, 1, 1, 0, 0) == -1 and ctypes.get_errno()"


ATTEMPTS = {
    "socket": "socket.socket()",
    "socketpair": "socket.socketpair()",
    "name lookup": "socket.create_connection(('localhost', 9))",
    "program": "os.execv(sys.executable, ['python', '-c', ''])",
    "child program": "os.posix_spawn(sys.executable, ['python', '-c', 'print(1)'], {})",
}


@LINUX
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_refused_with_permission_error(attempt: str) -> None:
    done = run(f"assert sandbox.refuse_network() is None\ntry: {attempt}\nexcept OSError as e: print(type(e).__name__)")
    assert (done.returncode, done.stdout) in ((0, "PermissionError\n"), (0, "gaierror\n"))


@LINUX
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_works_without_the_filter_but_for_the_peer(attempt: str) -> None:
    done = run(f"try: {attempt}\nexcept ConnectionRefusedError: pass")
    assert done.returncode == 0, done.stderr


@LINUX
@pytest.mark.parametrize("attempt", ["socket.socket()", "os.execv(sys.executable, ['python'])"])
def test_ended_by_the_second_filter(attempt: str) -> None:
    done = run(f"assert not (sandbox.refuse_network() or sandbox.end_on_network())\n{attempt}\nprint('on')")
    assert (done.returncode, done.stdout) == (-signal.SIGSYS, "")


@LINUX
def test_io_uring_and_other_numbers_for_the_same_calls() -> None:
    extra = f"print({syscall(0x40000000 | 41)})" if sandbox.platform.machine() == "x86_64" else f"print({errno.EPERM})"
    done = run(f"sandbox.refuse_network()\nprint({syscall(425)})\n{extra}")
    assert done.stdout.split() == [str(errno.EPERM)] * 2


@LINUX
def test_pipes_and_files_work_under_the_filter() -> None:
    code = "r, w = os.pipe(); os.write(w, b'x'); print(os.read(r, 1), len(open(sandbox.__file__).read()) > 100)"
    assert run(f"sandbox.refuse_network(); sandbox.end_on_network()\n{code}").stdout == "b'x' True\n"


def simulate(instructions, number: int, architecture: int) -> int:
    """A machine for the few instructions that the filter has."""
    value, place = 0, 0
    while True:
        step = instructions[place]
        place += 1
        if step.code == sandbox.RETURN:
            return step.k
        if step.code == sandbox.LOAD:
            value = number if step.k == sandbox.NUMBER else architecture
        else:
            true = value == step.k if step.code == sandbox.EQUAL else value >= step.k
            place += step.jt if true else step.jf


@pytest.mark.parametrize("action", [DENY, KILL])
@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_of_each_machine(machine: str, action: int) -> None:
    architecture, denied = MACHINES[machine]
    program = sandbox._instructions(architecture, denied, action)
    verdicts = {number: simulate(program, number, architecture) for number in range(600)}
    assert {number for number, verdict in verdicts.items() if verdict == action} == set(denied)
    assert set(verdicts.values()) == {ALLOW, action}
    assert simulate(program, 0, architecture ^ 1) == action
    assert simulate(program, 0x40000000, architecture) == (action if machine == "x86_64" else ALLOW)


def test_an_unknown_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.platform, "machine", lambda: "vax")
    for reason in (sandbox.refuse_network(), sandbox.end_on_network()):
        assert reason is not None
        assert "not cut off from the network" in reason
        assert "vax" in reason


@LINUX
def test_memory_is_limited() -> None:
    code = "assert not sandbox.limit_memory(64 << 20, sandbox.open_meter())\nkept = bytes(32 << 20)\ntry: bytes(256 << 20)\n"
    assert run(code + "except MemoryError: print('full')").stdout == "full\n"


@LINUX
def test_no_core() -> None:
    limit, dumpable = "resource.getrlimit(resource.RLIMIT_CORE)", "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)"
    done = run(f"import resource\nsandbox.no_core()\nprint({limit}, {dumpable})")
    assert done.stdout == "(0, 0) 0\n"


def test_a_process_whose_parent_is_gone_ends() -> None:
    assert run("sandbox.die_with(1 << 30)\nprint('on')").stdout == ""
    assert run("sandbox.die_with(os.getppid())\nprint('on')").stdout == "on\n"
