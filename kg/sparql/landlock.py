"""Landlock (Linux 5.13): a process that reads a few named files and folders, and changes none.

Without root, by ctypes; where the kernel does not have it, the caller is told why and goes on.
"""

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.resources import PACKAGE
from kg.sparql.sandbox import no_new_privileges

CREATE, ADD, RESTRICT = 444, 445, 446  # numbers of the calls, the same on every machine that `sandbox` knows
VERSION = 1  # a flag: tell the version of the interface
BENEATH = 1  # the kind of rule: a folder and all below it, or a file
READ_FILE, READ_DIR = 1 << 2, 1 << 3
OLDEST = (1 << 13) - 1  # what version 1 can deny: to run, read, list, write, make and remove
REFER, TRUNCATE, IOCTL = 1 << 13, 1 << 14, 1 << 15  # what versions 2, 3 and 5 can deny beyond that
BIND = 1 << 0  # version 4: to take a TCP port
OUTSIDE = 0b11  # version 6: to reach abstract sockets and to signal processes that are not confined likewise

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
NAMES = ("resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf", "services", "protocols")
CERTIFICATES = (
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/ca-certificates",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
)


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def confine(readable: Iterable[Path]) -> str | None:
    """Let this process read only these files and folders from now on; the reason where that cannot be had.

    What is open stays open. Of the paths, those that are not there are passed over.
    """
    if sys.platform != "linux":
        return f"processes are not cut off from files on {sys.platform}"
    try:
        rules = _ruleset()
        try:
            for path in readable:
                _allow(rules, path)
            no_new_privileges()
            _call(RESTRICT, rules, 0)
        finally:
            os.close(rules)
    except OSError as error:
        return f"processes are not cut off from files: the kernel has no Landlock, or refused it ({error.strerror})"
    return None


def python_files() -> Iterator[Path]:
    """Where Python's modules and ours lie, and the libraries that they load.

    Our package may lie beside the data of whoever works in a checkout: only the package is named then.
    """
    installed = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    ours = PACKAGE.parent
    yield PACKAGE
    yield from installed
    yield from (path for path in map(Path, sys.path) if path.is_absolute() and path.resolve() != ours)
    yield Path(sys.base_prefix, "lib")
    yield from map(Path, LIBRARIES)


def network_files() -> Iterator[Path]:
    """What says how names are looked up, and whose certificates are believed."""
    import ssl  # query workers need none of it

    yield from (Path("/etc", name) for name in NAMES)
    known = ssl.get_default_verify_paths()
    yield from (Path(path) for path in (known.cafile, known.capath) if path)
    yield from map(Path, CERTIFICATES)


def _ruleset() -> int:
    """An open ruleset that denies all that this kernel can deny."""
    version = _call(CREATE, None, 0, VERSION)
    newer = {2: REFER, 3: TRUNCATE, 5: IOCTL}
    files = OLDEST | sum(right for since, right in newer.items() if version >= since)
    rules = _Rules(files, BIND, OUTSIDE)
    size = 24 if version >= 6 else 16 if version >= 4 else 8  # bytes of it that this kernel knows
    return _call(CREATE, ctypes.byref(rules), size, 0)


def _allow(rules: int, path: Path) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it is not there, and what is put there later stays closed
        return
    try:
        rights = READ_FILE | READ_DIR if path.is_dir() else READ_FILE
        _call(ADD, rules, BENEATH, ctypes.byref(_Beneath(rights, parent)), 0)
    finally:
        os.close(parent)


def _call(number: int, *arguments: object) -> int:
    """Raises OSError."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result: int = call(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
