"""The calls that only POSIX systems have, each with what happens elsewhere.

On Windows files are opened plainly and children run without limits of memory and CPU (their wall clock still
holds).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from mediaprep.errors import BadAsset

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_MOST_SENT, _BLOCK = 1 << 30, 4 << 20
_NOT_HERE = frozenset(
    {errno.EINVAL, errno.ENOSYS, errno.ENOTSOCK, getattr(errno, "EOPNOTSUPP", errno.EINVAL)}
)
_KINDS = {
    stat.S_IFDIR: ("a folder", "一个目录"),
    stat.S_IFIFO: ("a named pipe", "一个命名管道"),
    stat.S_IFCHR: ("a device", "一个设备"),
    stat.S_IFBLK: ("a device", "一个设备"),
    stat.S_IFSOCK: ("a socket", "一个套接字"),
    stat.S_IFLNK: ("a symbolic link", "一个符号链接"),
}


def refuse_irregular(path: Path) -> os.stat_result:
    """The file's lstat; raises BadAsset for whatever is no regular file (nothing is opened)."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadAsset(f"{path}: no such file", f"{path}：文件不存在") from error
    except (OSError, ValueError) as error:
        raise BadAsset(f"{path}: {error}", f"{path}：{error}") from error
    if not stat.S_ISREG(found.st_mode):
        en, zh = _KINDS.get(stat.S_IFMT(found.st_mode), ("no regular file", "非普通文件"))
        raise BadAsset(
            f"is {en}, not a regular file: name the file itself", f"是{zh}，不是普通文件：请直接给出文件本身"
        )
    return found


def open_regular(path: Path) -> BufferedReader:
    """The file for reading, opened without following a link and without waiting for a pipe's writer.

    Raises BadAsset when it is missing, no regular file or may not be read.
    """
    refuse_irregular(path)
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadAsset(f"cannot be read: {reason}", f"无法读取：{reason}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadAsset("is not a regular file", "不是普通文件")
    return os.fdopen(descriptor, "rb")


_FICLONE = 0x40049409  # of linux/fs.h


def copy_range(source: BinaryIO, target: BinaryIO, begin: int, end: int) -> None:
    """Append bytes `begin` … `end` − 1 of one open file to another: by the kernel where it can, else block by block.
    Raises OSError."""
    target.flush()
    while begin < end and hasattr(os, "sendfile"):
        try:
            sent = os.sendfile(target.fileno(), source.fileno(), begin, min(end - begin, _MOST_SENT))
        except OSError as error:
            if error.errno in _NOT_HERE:
                break
            raise
        if not sent:
            return  # the source is shorter than it was
        begin += sent
    source.seek(begin)
    target.seek(0, os.SEEK_END)
    while begin < end and (block := source.read(min(_BLOCK, end - begin))):
        target.write(block)
        begin += len(block)


def cloned(source: Path, target: Path) -> bool:
    """Whether `target` was made as a file of its own that shares the source's blocks until either is written to. Only
    some file systems can (Btrfs, XFS, …); elsewhere nothing is left there."""
    if fcntl is None or not sys.platform.startswith("linux"):
        return False
    try:
        with source.open("rb") as read, target.open("xb") as made:
            fcntl.ioctl(made.fileno(), _FICLONE, read.fileno())
    except FileExistsError:
        raise
    except OSError:
        target.unlink(missing_ok=True)
        return False
    return True


def mapped_bytes() -> int | None:
    """Address space of this process, None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def limit_child(*, memory_bytes: int, cpu_seconds: float, file_bytes: int) -> None:
    """Limits for the next job of this process: address space and CPU on top of what it has used so far,
    largest file it may write, no core dump. Raising a soft limit again for the next job is allowed."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(usage.ru_utime + usage.ru_stime + cpu_seconds) + 1
    wanted = {resource.RLIMIT_CPU: cpu, resource.RLIMIT_FSIZE: file_bytes, resource.RLIMIT_CORE: 0}
    mapped = mapped_bytes()
    if mapped is not None:
        wanted[resource.RLIMIT_AS] = mapped + memory_bytes
    for which, soft in wanted.items():
        hard = resource.getrlimit(which)[1]
        allowed = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(which, (allowed, hard))


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a running child (the leader of its group) and all it started, at once, and collect it."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable; nothing to do where folders cannot be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class FileLock:
    """A file that one process at a time holds, until it lets go or dies. Without such locks everybody holds it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def taken(cls, path: Path) -> FileLock | None:
        """The lock at `path`, made where it is missing; None where another holds it. Raises OSError."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return None
        return cls(handle)

    def release(self) -> None:
        """Let go."""
        os.close(self._handle)
