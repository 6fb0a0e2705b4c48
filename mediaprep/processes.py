"""Who a process is, and whether it is still there: by number and start time, so that a number used again does
not pass for the same. Where a system tells neither, only the lease of a claim decides."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import socket
import threading
from pathlib import Path
from typing import Final

from mediaprep.model.paid.records import Owner

_PROC: Final = Path("/proc")
_STATE, _START = 0, 19  # fields 3 and 22 of proc_pid_stat(5), counted after the command's closing bracket


@functools.cache
def host() -> str:
    """This system: its name, this boot of it and this space of process numbers (a container has its own)."""
    name = socket.gethostname() or platform.node() or "localhost"
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return name
    return f"{name}/{boot}/{space}"


def me(name: str = "") -> Owner:
    """The owner that this thread is."""
    pid = os.getpid()
    started = _stat(pid)
    return Owner(
        host=host(),
        pid=pid,
        started=started[1] if started else 0,
        name=name or threading.current_thread().name,
    )


def gone(owner: Owner) -> bool:
    """Whether the owner's process certainly no longer runs. False for another system: nothing is known."""
    if owner.host != host():
        return False
    if owner.pid == os.getpid() and owner.started in (0, me().started):
        return False
    if _PROC.joinpath("self").exists():
        found = _stat(owner.pid)
        return found is None or found[0] in "ZX" or (owner.started != 0 and found[1] != owner.started)
    return _gone_without_proc(owner.pid)


@functools.cache
def machine() -> str:
    """This installation of a system, the same after a restart; empty where it has no such name."""
    try:
        told = Path("/etc/machine-id").read_bytes().strip()
    except OSError:
        return ""
    return hashlib.sha256(told + socket.gethostname().encode()).hexdigest()[:16] if told else ""


def restarted(machine_then: object, host_then: str, when: float) -> bool:
    """Whether the system that wrote `machine_then` and `host_then` at `when` is this one, and was started anew
    since: then none of its processes is left."""
    if not machine() or machine_then != machine() or host_then.split("/")[:2] == host().split("/")[:2]:
        return False
    try:
        lines = (_PROC / "stat").read_text(encoding="ascii").splitlines()
        began = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
    except (OSError, StopIteration, ValueError, IndexError):
        return False
    return when < began


def _stat(pid: int) -> tuple[str, int] | None:
    """State letter and start of a process, None where there is none (or no /proc)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the command's name may hold spaces and brackets
    return (fields[_STATE], int(fields[_START])) if len(fields) > _START else None


def _gone_without_proc(pid: int) -> bool:
    if os.name != "posix":  # on Windows os.kill would end the process that was asked for
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
