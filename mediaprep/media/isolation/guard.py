"""Untrusted files are read in warm child processes, one per set of libraries, with limits.

A crash, a hang or a bomb in there costs the child, never the caller: it comes back as the value `Stopped`.
"""

from __future__ import annotations

import atexit
import contextlib
import enum
import io
import os
import pickle
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mediaprep.errors import DiskFull, ToolError, ToolFailed, ToolMissing
from mediaprep.media.isolation import children, guarded_child
from mediaprep.model import facts as values

JOBS_PER_CHILD = 1000
CHILDREN_PER_ROOM = min(4, os.cpu_count() or 1)
_LARGEST_ANSWER = 64 << 20
_MEBI = 1 << 20
_START_SECONDS = 60.0  # for a child's libraries to load, on a machine that is very busy
_FROM_OUTSIDE = frozenset(
    getattr(signal, name, None) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGPIPE")
)


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Why a guarded job gave nothing, in both languages. The reason lies in the file."""

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

    Raises ToolError when the reason lies in this machine, not in the file: the child could not be started, lacks a
    library, has no room on the disk, or was killed from outside.
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
        there = _children.setdefault(room, [])
        for child in there:
            if child.lock.acquire(blocking=False):
                return child
        if len(there) >= CHILDREN_PER_ROOM:
            return None
        child = _Child(room)
        child.lock.acquire()
        there.append(child)
        return child


def warm(room: str, task: str) -> None:
    """Start a child of the room for `task` and do not wait for it: while its libraries load, ours can."""
    child = _free(room)
    if child is not None:
        try:
            with contextlib.suppress(ToolFailed):  # told to who asks
                child.ready(task)
        finally:
            child.lock.release()


def close() -> None:
    """End all children of this process."""
    with _lock:
        ending = [child for room in _children.values() for child in room]
        _children.clear()
    for child in ending:
        child.end()


class _Child:
    """One process of a room. It may have gone at any time; `ask` starts another. Whoever calls `ask` or
    `ready` holds `lock`."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.lock = threading.Lock()
        self.waiting = 0
        self.process: children.Child | None = None
        self.answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.owner = 0
        self.jobs = 0
        self.greeted = False

    def ask(self, request: dict[str, Any], wall_seconds: float) -> Any:
        message = pickle.dumps(request, protocol=5)
        process = self.ready(request["task"])
        try:
            self._greet()
            self.jobs += 1
            assert process.stdin is not None
            process.stdin.write(guarded_child.LENGTH.pack(len(message)) + message)
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

    def _greet(self) -> None:
        """Wait until a new child has loaded its libraries. Raises ToolFailed when it does not come to that."""
        if self.greeted:
            return
        process = self.process
        assert process is not None
        try:
            self.greeted = self.answers.get(timeout=_START_SECONDS) is not None
        except queue.Empty:
            raise _not_started(
                f"not within {_START_SECONDS:.0f} s", f"{_START_SECONDS:.0f} 秒内未就绪"
            ) from None
        if not self.greeted:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            words = process.last_words() or _ending(process.returncode)
            raise _not_started(words, words)

    def end(self) -> None:
        with self.lock:
            self._kill()

    def ready(self, task: str) -> children.Child:
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
        code = f"from mediaprep.media.isolation.guarded_child import main; main({self.room!r}, {task!r})"
        try:
            self.process = children.Child(
                children.python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, logged=True
            )
        except OSError as error:
            raise _not_started(error.strerror or str(error), error.strerror or str(error)) from error
        self.owner, self.jobs, self.greeted = os.getpid(), 0, False
        self.answers = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self.process.stdout, self.answers), daemon=True).start()

    def _kill(self) -> None:
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.end()
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
        if code is not None and -code in _FROM_OUTSIDE:
            raise ToolFailed(
                f"the process that reads files was killed from outside ({_ending(code)}); the file is not judged. "
                "Is memory short? Free some, or use fewer --jobs, and try again",
                f"读取文件的进程被外部终止（{_ending(code)}），文件未作判断；可能内存不足："
                "请释放内存或减小 --jobs 后重试",
            )
        return Stopped(
            en=f"made its reader crash ({_ending(code)}): it is damaged or hostile, export it again",
            zh=f"导致读取进程崩溃（{_ending(code)}）：文件损坏或有害，请重新导出",
        )


def _ending(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"


def _not_started(en: str, zh: str) -> ToolFailed:
    return ToolFailed(
        f"the process that reads files could not be started ({en}); no file is judged. Free memory and disk space, or "
        "install mediaprep anew; `mediaprep doctor` says more",
        f"读取文件的进程无法启动（{zh}），文件未作判断；请释放内存与磁盘空间，或重新安装 mediaprep；"
        "详见 `mediaprep doctor`",
    )


def _listen(pipe: IO[bytes] | None, answers: queue.SimpleQueue[bytes | None]) -> None:
    """Pass every answer on; None when the child is gone."""
    assert pipe is not None
    with contextlib.suppress(OSError, ValueError):
        while True:
            header = pipe.read(guarded_child.LENGTH.size)
            if len(header) < guarded_child.LENGTH.size:
                break
            length = guarded_child.LENGTH.unpack(header)[0]  # 0: it is ready
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
    if how == "done":
        return value
    en, zh = (str(words) for words in value)
    if how in _OF_THE_MACHINE:
        raise _OF_THE_MACHINE[how](en, zh)
    return Stopped(en=en, zh=zh)


_OF_THE_MACHINE: Mapping[str, type[ToolError]] = {
    "missing": ToolMissing, "failed": ToolFailed, "full": DiskFull,
}  # fmt: skip
_lock = threading.Lock()
_children: dict[str, list[_Child]] = {}
atexit.register(close)
