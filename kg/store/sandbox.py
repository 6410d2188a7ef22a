"""What a worker process gives up before it reads a visitor's query.

Nothing here needs privileges. The network is closed by a seccomp filter
(``prctl(2)``, ``seccomp(2)``): the system calls that make, connect or address a
socket fail with EACCES in this process from then on, whatever code runs in it,
and so do those that start programs or reach into other processes. Network
namespaces were rejected: an unprivileged process may not make one in most
containers.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import platform
import resource
import sys
from pathlib import Path
from typing import Final

# System call numbers: asm/unistd_64.h (x86_64), asm-generic/unistd.h (aarch64).
# socket connect accept sendto sendmsg bind listen socketpair accept4 sendmmsg
# fork vfork execve execveat ptrace process_vm_readv process_vm_writev kill
# pidfd_send_signal io_uring_setup bpf
_DENIED: Final[dict[str, tuple[int, str]]] = {
    "x86_64": (
        0xC000003E,
        "41 42 43 44 46 49 50 53 288 307 57 58 59 322 101 310 311 62 424 425 321",
    ),
    "aarch64": (
        0xC00000B7,
        "198 203 202 206 211 200 201 199 242 269 221 281 117 270 271 129 424 425 280",
    ),
}
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_X32_BIT = 0x40000000
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER, _SET_DEATH_SIGNAL = 38, 22, 2, 1
_KILL = 9

STACK_BYTES: Final = 64 * 1024 * 1024


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jump_true", ctypes.c_ubyte),
        ("jump_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_ushort),
        ("instructions", ctypes.POINTER(_Instruction)),
    )


def deny_network() -> bool:
    """Close the network to this process and its threads to come, for good.

    Returns:
        Whether it is closed: ``False`` on another system or processor than
        those of the table.
    """
    table = _DENIED.get(platform.machine())
    if table is None or sys.platform != "linux":
        return False
    architecture, calls = table[0], [int(number) for number in table[1].split()]
    program = [
        (_LOAD_WORD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
        (_LOAD_WORD, 0, 0, 0),
        (_JUMP_AT_LEAST, len(calls) + 1, 0, _X32_BIT),
        *((_JUMP_EQUAL, len(calls) - i, 0, nr) for i, nr in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
    ]
    instructions = (_Instruction * len(program))(*(_Instruction(*i) for i in program))
    filled = _Program(len(program), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    done: int = libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(filled), 0, 0)
    return done == 0


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, _KILL, 0, 0, 0)


def limit_process(max_file_bytes: int) -> None:
    """Bound the stack, core dumps and files; first to go when memory is short."""
    _soft_limit(resource.RLIMIT_STACK, STACK_BYTES)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft_limit(resource.RLIMIT_FSIZE, max_file_bytes)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def limit_memory(budget_bytes: int | None) -> None:
    """Let the address space grow by this much and no more; ``None``: freely.

    Relative to what the process has now: an open store maps some 0.5 GB.
    """
    if budget_bytes is None:
        _soft_limit(resource.RLIMIT_AS, resource.RLIM_INFINITY)
    else:
        _soft_limit(resource.RLIMIT_AS, address_space_bytes() + budget_bytes)


def address_space_bytes() -> int:
    """Size of this process's address space."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def _soft_limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard not in {resource.RLIM_INFINITY, -1} and (value > hard or value == -1):
        value = hard
    resource.setrlimit(which, (value, hard))
