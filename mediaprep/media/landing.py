"""How a made file comes to stand under its name: whole and durable, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mediaprep import leavings
from mediaprep.errors import BadAsset, BadConfig, DiskFull, ToolFailed
from mediaprep.media import posix

_SPARE_BYTES = 16 << 20  # never fill a disk to its last byte
_FULL_BYTES = 64 << 10  # a tool that failed with less room than this failed for want of room
_NO_ROOM = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextlib.contextmanager
def landing(target: Path) -> Iterator[Path]:
    """A fresh name beside `target` to write to. Leaving normally fsyncs it and renames it to `target`; an
    error removes it. Raises BadConfig when the folder is missing or the target is no file."""
    refuse_target(target)
    folder = target.parent
    part = leavings.part_beside(target)
    try:
        with leavings.named(part), _removed(part), telling_a_full_disk(folder):
            yield part
            settle(part)
            part.replace(target)
            posix.sync_folder(folder)
    except OSError as error:
        raise ToolFailed(
            f"{target}: cannot be written: {error.strerror}", f"{target}：无法写入：{error.strerror}"
        ) from error


@contextlib.contextmanager
def _removed(part: Path) -> Iterator[None]:
    try:
        yield
    finally:
        part.unlink(missing_ok=True)


def settle(part: Path) -> None:
    """Have what was written stand on the disk."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def workroom() -> Iterator[Path]:
    """A private folder for what is only needed meanwhile, removed afterwards."""
    folder = Path(tempfile.gettempdir())
    try:
        made = leavings.make_folder("mediaprep-")
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full(folder) from error
        raise ToolFailed(
            f"{folder}: no temporary folder can be made there: {error.strerror}; set TMPDIR",
            f"{folder}：无法建立临时目录：{error.strerror}；请设置 TMPDIR",
        ) from error
    try:
        with telling_a_full_disk(folder, made):
            yield made
    finally:
        leavings.remove_folder(made)


@contextlib.contextmanager
def telling_a_full_disk(folder: Path, inside: Path | None = None) -> Iterator[None]:
    """What fails because the disk of `folder` is full says so, whatever a tool has made of it: some see a full
    disk, others only that their output is not what it should be. `inside` = the only place below `folder` that
    is written to, where other disks are written to as well."""
    try:
        yield
    except DiskFull:
        raise
    except (OSError, ToolFailed, BadAsset) as error:
        if not (_free(folder) < _FULL_BYTES or _says_so(error, inside)):
            raise
        raise _full(folder) from error


def take_over(made: Path, part: Path) -> None:
    """Put what a tool made in the place of `part`. Raises DiskFull when the disk has no room left: then `made` is
    not whole, whatever the tool's exit code says, and with `part` gone nothing would tell why."""
    if _free(part.parent) < _FULL_BYTES:
        raise _full(part.parent)
    made.replace(part)


def _says_so(error: Exception, inside: Path | None) -> bool:
    """Whether the system, or a tool in its words, said that there is no room: in `inside`, or anywhere."""
    if not isinstance(error, OSError):
        return inside is None and any(os.strerror(number) in str(error) for number in _NO_ROOM)
    if error.errno not in _NO_ROOM:
        return False
    if inside is None:
        return True
    return isinstance(error.filename, str) and Path(error.filename).is_relative_to(inside)


def _full(folder: Path) -> DiskFull:
    free = _free(folder)
    told = f"{free / 1e6:,.1f} MB" if free < float("inf") else "?"
    return DiskFull(
        f"{folder}: the disk is full (no space left, {told} are free): make room or write elsewhere",
        f"{folder}：磁盘已满（剩余 {told}）：请腾出空间或换目录",
    )


def _free(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return float("inf")


def make_folder(folder: Path) -> None:
    """The folder, made if it is missing. Raises ToolFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolFailed(
            f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}"
        ) from error


def refuse_target(target: Path) -> None:
    """BadConfig when nothing can be written there: the folder is missing or not for us, or the target is no file."""
    if not target.parent.is_dir():
        raise BadConfig(f"{target.parent}: no such folder for the output", f"{target.parent}：输出目录不存在")
    if target.is_dir():
        raise BadConfig(f"{target}: is a folder, name a file", f"{target}：是目录，请给出文件名")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise BadConfig(
            f"{target.parent}: cannot be written to; choose another folder for {target.name}",
            f"{target.parent}：没有写入权限，请为 {target.name} 另选目录",
        )


def refuse_same(source: Path, target: Path) -> None:
    """The original is never touched: BadConfig when both names lead to one file."""
    with contextlib.suppress(OSError):
        if source.samefile(target):
            raise BadConfig(
                f"{target} is the original itself; give the output another name",
                f"{target} 就是原文件；请为输出另取名称",
            )


def need_space(folder: Path, size_bytes: int) -> None:
    """ToolFailed when `folder`'s disk has no room for `size_bytes` more."""
    free = _free(folder)
    if free < size_bytes + _SPARE_BYTES:
        need, have = (size_bytes + _SPARE_BYTES) / 1e6, free / 1e6
        raise DiskFull(
            f"{folder}: {need:,.0f} MB are needed, {have:,.0f} MB are free: make room or write elsewhere",
            f"{folder}：需要 {need:,.0f} MB，仅剩 {have:,.0f} MB：请腾出空间或换目录",
        )


@contextlib.contextmanager
def under_our_name(source: Path, folder: Path) -> Iterator[Path]:
    """The source under a plain name in a private folder (hard link, else link, else copy), so that quotes,
    percent signs and bytes that are no UTF-8 never reach a tool's own syntax."""
    try:
        private = leavings.make_folder(".mend-", folder)
    except OSError as error:
        raise ToolFailed(
            f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}"
        ) from error
    try:
        yield _linked(source, private / "input")
    finally:
        leavings.remove_folder(private)


def _linked(source: Path, name: Path) -> Path:
    with contextlib.suppress(OSError, NotImplementedError):
        os.link(source, name, follow_symlinks=False)
        return name
    with contextlib.suppress(OSError, NotImplementedError):
        name.symlink_to(source.resolve())
        return name
    shutil.copyfile(source, name)
    return name
