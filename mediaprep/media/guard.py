"""Untrusted files are read in warm child processes, one per set of libraries, with limits.

A crash, a hang or a bomb in there costs the child, never the caller: it comes back as the value `Stopped`.
"""

from __future__ import annotations

import atexit
import contextlib
import enum
import importlib.util
import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mediaprep.media import posix, worker
from mediaprep.model import facts as values

JOBS_PER_CHILD = 1000
CHILDREN_PER_ROOM = min(4, os.cpu_count() or 1)
_LARGEST_ANSWER = 64 << 20
_MEBI = 1 << 20
# nothing else crosses over: credentials stand in the environment too
_ENVIRONMENT = frozenset({
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PYTHONPATH",
    "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Why a guarded job gave nothing, in both languages."""

    en: str
    zh: str


def ask(
    room: str,
    task: str,
    *arguments: object,
    wall_seconds: float = 60.0,
    cpu_seconds: float | None = None,
    memory_bytes: int = 2048 * _MEBI,
    file_bytes: int = _MEBI,
) -> Any:
    """Run a task (a row of `worker.TASKS`) in the room's child and return its value, or `Stopped`.

    Wall clock, CPU, memory (on top of what the child's libraries take) and the largest file it may write are
    limited; a child that passes a limit, dies, or has done its share of jobs is replaced. One job at a time per
    child; threads that ask at the same time get children of their own, as many as there are processors.
    """
    # the child was started somewhere, maybe elsewhere than where the caller is now
    arguments = tuple(value.absolute() if isinstance(value, Path) else value for value in arguments)
    limits = {
        "memory_bytes": memory_bytes,
        "cpu_seconds": cpu_seconds or wall_seconds,
        "file_bytes": file_bytes,
    }
    with _held(room) as child:
        return child.ask({"task": task, "arguments": arguments, "limits": limits}, wall_seconds)


@contextlib.contextmanager
def _held(room: str) -> Iterator[_Child]:
    """A child for one job: one that is free, a new one, or the next to become free."""
    child = _free(room)
    if child is None:
        with _lock:
            child = min(_children[room], key=lambda busy: busy.waiting)
            child.waiting += 1
        child.lock.acquire()
        with _lock:
            child.waiting -= 1
    try:
        yield child
    finally:
        child.lock.release()


def _free(room: str) -> _Child | None:
    """A child that does nothing now, its lock held; None when there are enough and all are busy."""
    with _lock:
        children = _children.setdefault(room, [])
        for child in children:
            if child.lock.acquire(blocking=False):
                return child
        if len(children) >= CHILDREN_PER_ROOM:
            return None
        child = _Child(room)
        child.lock.acquire()
        children.append(child)
        return child


def warm(room: str, task: str) -> None:
    """Start a child of the room for `task` and do not wait for it: while its libraries load, ours can."""
    child = _free(room)
    if child is not None:
        try:
            child.ready(task)
        finally:
            child.lock.release()


def close() -> None:
    """End all children of this process."""
    with _lock:
        children = [child for room in _children.values() for child in room]
        _children.clear()
    for child in children:
        child.end()


class _Child:
    """One process of a room. It may have gone at any time; `ask` starts another. Whoever calls `ask` or
    `ready` holds `lock`."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.lock = threading.Lock()
        self.waiting = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.owner = 0
        self.jobs = 0

    def ask(self, request: dict[str, Any], wall_seconds: float) -> Any:
        message = pickle.dumps(request, protocol=5)
        process = self.ready(request["task"])
        self.jobs += 1
        try:
            assert process.stdin is not None
            process.stdin.write(worker.LENGTH.pack(len(message)) + message)
            process.stdin.flush()
            answer = self.answers.get(timeout=wall_seconds)
        except queue.Empty:
            self._kill()
            return Stopped(
                en=f"took longer than {wall_seconds:.0f} s to read and was given up",
                zh=f"读取超过 {wall_seconds:.0f} 秒，已放弃",
            )
        except BrokenPipeError:
            answer = None
        except BaseException:  # interrupted: the child must not go on alone
            self._kill()
            raise
        if answer is None:
            return self._post_mortem()
        return _value(answer)

    def end(self) -> None:
        with self.lock:
            self._kill()

    def ready(self, task: str) -> subprocess.Popen[bytes]:
        if self.process is not None:
            if self.owner != os.getpid():  # a fork's copy: the pipes belong to the parent
                self.process = None
            elif self.process.poll() is not None or self.jobs >= JOBS_PER_CHILD:
                self._kill()
        if self.process is None:
            self._start(task)
        assert self.process is not None
        return self.process

    def _start(self, task: str) -> None:
        boot = (
            f"import sys; sys.path[:0] = [{_root()!r}]; from mediaprep.media.worker import main; "
            f"main({self.room!r}, {task!r})"
        )
        self.process = posix.started(
            subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", boot],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT},
                start_new_session=True,
            )
        )
        self.owner, self.jobs = os.getpid(), 0
        self.answers = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self.process.stdout, self.answers), daemon=True).start()

    def _kill(self) -> None:
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        posix.kill_group(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _post_mortem(self) -> Stopped:
        process = self.process
        assert process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=2)
        code = process.returncode
        self._kill()
        if code is not None and code == -getattr(signal, "SIGXCPU", 0):
            return Stopped(
                en="took more processor time than one file is allowed",
                zh="占用的处理器时间超过单个文件的上限",
            )
        name = signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
        return Stopped(
            en=f"made its reader crash ({name}): it is damaged or hostile, export it again",
            zh=f"导致读取进程崩溃（{name}）：文件损坏或有害，请重新导出",
        )


def _root() -> str:
    """The folder that holds this package, for a child that runs from a checkout too."""
    found = importlib.util.find_spec("mediaprep")
    assert found is not None and found.submodule_search_locations is not None
    return str(Path(next(iter(found.submodule_search_locations))).resolve().parent)


def _listen(pipe: IO[bytes] | None, answers: queue.SimpleQueue[bytes | None]) -> None:
    """Pass every answer on; None when the child is gone."""
    assert pipe is not None
    with contextlib.suppress(OSError, ValueError):
        while True:
            header = pipe.read(worker.LENGTH.size)
            if len(header) < worker.LENGTH.size:
                break
            length = worker.LENGTH.unpack(header)[0]
            if length > _LARGEST_ANSWER:
                break
            answers.put(pipe.read(length))
    answers.put(None)


class _Facts(pickle.Unpickler):
    """Builds values of `model.facts` only: what a child that was taken over sends can do nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(values, name, None)
        if module == values.__name__ and isinstance(found, type) and found.__module__ == module:
            return found
        if (module, name) == ("builtins", "getattr"):
            return _member  # how Python before 3.11.4 writes a member of an enumeration
        raise pickle.UnpicklingError(f"{module}.{name} is no value")


def _member(kind: object, name: object) -> enum.Enum:
    """The member of an enumeration, and nothing else that getattr could reach."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and isinstance(name, str):
        return kind[name]
    raise pickle.UnpicklingError(f"{kind}.{name} is no value")


def _value(answer: bytes) -> Any:
    try:
        how, value = _Facts(io.BytesIO(answer)).load()
    except Exception as error:  # noqa: BLE001  # bytes of a child that may have been taken over
        return Stopped(en=f"gave no readable answer ({error})", zh=f"没有可用的结果（{error}）")
    if how != "done":
        en, zh = value
        return Stopped(en=str(en), zh=str(zh))
    return value


_lock = threading.Lock()
_children: dict[str, list[_Child]] = {}
atexit.register(close)
