"""What a query worker may not do: outlive its parent, reach the network, start programs, dump core, take all memory.

Linux only, without root, by ctypes; where a part is missing, the caller is told why and goes on.
"""

import ctypes
import os
import platform
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 15, 22, 38
SECCOMP_MODE_FILTER = 2
ALLOW, KILL, DENY = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # DENY: the call fails with EPERM
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
X32 = 0x40000000

# machine: (AUDIT_ARCH, numbers of socket, socketpair, connect, io_uring_setup, execve, execveat)
MACHINES: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 53, 42, 425, 59, 322)),
    "aarch64": (0xC00000B7, (198, 199, 203, 425, 221, 281)),
}
EVERYTHING, PROGRAMS = slice(None), slice(3, None)


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends; ends it now if `parent` is gone."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def leave_end_to_server() -> None:
    """Ignore the signals that a terminal or a supervisor sends to the whole group: the server decides when we end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def name_process(name: str) -> None:
    """Show this process under a name of at most 15 ASCII characters to who lists processes."""
    if sys.platform == "linux":
        text = ctypes.create_string_buffer(name.encode("ascii"))
        _prctl(PR_SET_NAME, ctypes.addressof(text))


def no_core() -> None:
    """Write no core dump, also where the kernel would pipe it to a program."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(PR_SET_DUMPABLE, 0)


def no_new_privileges() -> None:
    """Let no program that this process starts have more rights than it; other measures need that. Raises OSError."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def refuse_network() -> str | None:
    """Let sockets, io_uring and new programs fail with EPERM from now on; the reason where that cannot be had."""
    return _filter(DENY, EVERYTHING)


def end_on_network() -> str | None:
    """End this process by SIGSYS when it tries one of them; the reason where that cannot be had.

    A query that reaches for the network has no answer: EPERM would be one empty row to SERVICE SILENT.
    """
    return _filter(KILL, EVERYTHING)


def refuse_programs() -> str | None:
    """Let new programs and io_uring fail with EPERM, but not sockets; the reason where that cannot be had."""
    return _filter(DENY, PROGRAMS)


def open_meter() -> int | None:
    """A file that tells how much memory this process has taken, which stays open where files are closed to it."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def limit_memory(extra: int, meter: int | None) -> str | None:
    """Allow `extra` bytes of address space beyond what is taken now; the reason where that cannot be had."""
    if meter is None:
        return "memory is not limited: the system does not say how much is taken"
    pages = int(os.pread(meter, 100, 0).split()[0])
    most = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return None


def _filter(action: int, denied: slice) -> str | None:
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return f"query workers are not cut off from the network on {sys.platform} {platform.machine()}"
    architecture, numbers = machine
    instructions = _instructions(architecture, numbers[denied], action)
    array = (_Instruction * len(instructions))(*instructions)
    program = _Program(len(instructions), array)
    try:
        no_new_privileges()
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))
    except OSError as error:
        return f"query workers are not cut off from the network: the kernel refused the filter ({error.strerror})"
    return None


def _instructions(architecture: int, denied: tuple[int, ...], action: int) -> list[_Instruction]:
    """A filter in BPF; every jump to the last instruction, which returns `action`."""
    tests = [(EQUAL, number) for number in denied]
    if architecture == MACHINES["x86_64"][0]:
        tests.append((AT_LEAST, X32))  # the x32 calls: the same ones by other numbers
    return [
        _Instruction(LOAD, 0, 0, ARCHITECTURE),
        _Instruction(EQUAL, 0, len(tests) + 2, architecture),
        _Instruction(LOAD, 0, 0, NUMBER),
        *(_Instruction(code, len(tests) - place, 0, k) for place, (code, k) in enumerate(tests)),
        _Instruction(RETURN, 0, 0, ALLOW),
        _Instruction(RETURN, 0, 0, action),
    ]


def _prctl(option: int, *arguments: int) -> None:
    """Raises OSError."""
    call = ctypes.CDLL(None, use_errno=True).prctl
    words = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    if call(option, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
