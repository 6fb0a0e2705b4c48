"""The folder in which an emulator's tasks, bucket, account, clock, credentials and port outlive it: one emulator at a
time, always at the same address, because what was handed out leads there."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from mediaprep.emulator.store.small_files import write_json
from mediaprep.errors import BadConfig
from mediaprep.media.isolation import posix

_LOCK, _ADDRESS = "lock", "address.json"
_OURS: Final = (
    "tasks", "results", "bucket", "templates", "account.jsonl", "clock.json", "credentials.json", _ADDRESS,
)  # fmt: skip
_PORTS: Final = range(20_000, 30_000)  # below those that systems give to outgoing connections
_TRIES: Final = 50
_T = TypeVar("_T")


class Home:
    """`with Home(folder):` it is this emulator's alone. Raises BadConfig where another has it, or where it cannot
    be made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: posix.FileLock | None = None

    def __enter__(self) -> Home:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = posix.FileLock.taken(self.folder / _LOCK)
        except OSError as error:
            raise BadConfig(
                f"data folder {self.folder} cannot be made: {error.strerror}",
                f"无法创建数据目录 {self.folder}：{error.strerror}",
            ) from error
        if self._lock is None:
            raise BadConfig(
                f"another emulator (or run --emulator) works with {self.folder}: wait for its end, or give this one "
                "another folder: mediaprep emulator --data FOLDER, or XDG_STATE_HOME",
                f"另一个模拟器（或 run --emulator）正在使用 {self.folder}：请等待其结束，或另行指定目录："
                "mediaprep emulator --data 目录，或 XDG_STATE_HOME",
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()

    def empty(self) -> None:
        """Forget everything that an emulator has written here, and nothing else."""
        for name in _OURS:
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def bound(self, port: int, bind: Callable[[int], _T]) -> _T:
        """`bind(port)`; at 0 at the port that was used here before, else at any free one. It is remembered. Raises
        BadConfig."""
        path = self.folder / _ADDRESS
        if not port and path.is_file():
            kept = _port_in(path)
            try:
                return bind(kept)
            except BadConfig as error:
                raise BadConfig(
                    f"{error.en} (addresses in {self.folder} lead there: free the port, or begin anew with --fresh)",
                    f"{error.zh}（{self.folder} 中的地址均指向该端口：请释放端口，或用 --fresh 重新开始）",
                ) from error
        for number in (port,) if port else random.sample(_PORTS, _TRIES):
            try:
                made = bind(number)
            except BadConfig:
                if port:
                    raise
                continue
            write_json(path, {"port": number})
            return made
        raise BadConfig(
            f"no free port from {_PORTS.start} to {_PORTS.stop - 1}; name one with --port",
            f"{_PORTS.start} 至 {_PORTS.stop - 1} 之间没有空闲端口；请用 --port 指定",
        )


def _port_in(path: Path) -> int:
    try:
        return int(json.loads(path.read_text())["port"])
    except (ValueError, TypeError, KeyError) as error:
        raise BadConfig(
            f"{path} does not hold the emulator's port; delete it, or use another folder",
            f"{path} 不是模拟器的端口文件；请删除它，或换一个目录",
        ) from error
