"""Which settings files of the working folder this user has allowed: by path and content, as direnv does.

A folder that came from somebody else may hold a mediaprep.toml. What in it runs a program, sends keys or content
somewhere or says where paid work is written down counts only once the user has allowed that file as it stands.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import operator
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.leavings import state_folder

LARGEST_BYTES: Final = 1 << 20
_STORE: Final = "trusted.json"


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """A settings file as it was read, once. `problem` (English, Chinese) is why it can be allowed by nobody."""

    path: Path
    data: bytes
    mode: int
    problem: tuple[str, str] | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read(path: Path) -> ConfigFile:
    """The file at `path`. Raises BadConfig when it cannot be read."""
    try:
        linked = path.is_symlink()
        with os.fdopen(_opened(path), "rb") as stream:
            found = os.fstat(stream.fileno())
            data = stream.read(LARGEST_BYTES + 1) if stat.S_ISREG(found.st_mode) else b""
    except (OSError, ValueError) as error:  # a name with a null byte
        why = getattr(error, "strerror", None) or str(error)
        raise BadConfig(f"{path} cannot be read: {why}", f"无法读取 {path}：{why}") from None
    if not stat.S_ISREG(found.st_mode) or len(data) > LARGEST_BYTES:
        raise BadConfig(
            f"{path} cannot be read: no regular file of at most {LARGEST_BYTES >> 20} MiB",
            f"无法读取 {path}：不是 {LARGEST_BYTES >> 20} MiB 以内的普通文件",
        )
    return ConfigFile(path=path.absolute(), data=data, mode=found.st_mode, problem=_problem(linked, found))


def _opened(path: Path) -> int:
    """Without waiting for the writer of what turns out to be a pipe."""
    flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    return os.open(path, functools.reduce(operator.or_, flags, os.O_RDONLY))


def _problem(linked: bool, found: os.stat_result) -> tuple[str, str] | None:
    """Why somebody else could change what it says."""
    if linked:
        return "it is a symbolic link", "它是符号链接"
    if os.name != "posix":
        return None
    if found.st_uid not in (os.geteuid(), 0):
        return f"it belongs to another user (uid {found.st_uid})", f"它属于其他用户（uid {found.st_uid}）"
    if found.st_mode & stat.S_IWOTH:
        return "everybody may write to it (chmod o-w)", "任何人都可写入（请 chmod o-w）"
    return None


class Trusted:
    """The files that were allowed, and with which content. `environ` says whose they are."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._path = state_folder(environ) / _STORE

    def why_not(self, file: ConfigFile) -> tuple[str, str] | None:
        """Why `file` does not count, in both languages; None when it is allowed as it stands."""
        if file.problem is not None:
            return file.problem
        known = self.files().get(file.path.resolve())
        if known is None:
            return "it is not allowed yet", "尚未授权"
        if known != file.digest:
            return "it was changed since it was allowed", "授权之后被修改过"
        return None

    def allow(self, file: ConfigFile) -> None:
        """From now on `file` counts. Raises BadConfig when it can be allowed by nobody, or that cannot be kept."""
        if file.problem is not None:
            en, zh = file.problem
            raise BadConfig(f"{file.path} cannot be trusted: {en}", f"不能信任 {file.path}：{zh}")
        self._keep({**self.files(), file.path.resolve(): file.digest})

    def revoke(self, path: Path) -> bool:
        """Whether `path` was allowed; it is no longer."""
        files = self.files()
        was = files.pop(path.resolve(), None) is not None
        if was:
            self._keep(files)
        return was

    def files(self) -> dict[Path, str]:
        """Every file that was allowed, and the digest that it had."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            found = self._path.lstat()
            mine = os.name != "posix" or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)
            if mine and stat.S_ISREG(found.st_mode):
                rows = json.loads(self._path.read_bytes())
                return {Path(path): str(digest) for path, digest in rows.items()}
        return {}

    def _keep(self, files: Mapping[Path, str]) -> None:
        part = self._path.with_name(f".{_STORE}.part-{secrets.token_hex(4)}")
        rows = {str(path): digest for path, digest in sorted(files.items())}
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
                stream.write(json.dumps(rows, ensure_ascii=True, indent=1).encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self._path)
        except OSError as error:
            raise BadConfig(
                f"{self._path} cannot be written: {error.strerror}",
                f"无法写入 {self._path}：{error.strerror}",
            ) from error
        finally:
            part.unlink(missing_ok=True)
