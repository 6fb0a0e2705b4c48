"""How a made file comes to stand under its name: whole and durable, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media import posix

_SPARE_BYTES = 16 << 20  # never fill a disk to its last byte
_NAME_BYTES = 180  # of the target's name kept in the part's, so that 255 are never passed


@contextlib.contextmanager
def landing(target: Path) -> Iterator[Path]:
    """A fresh name beside `target` to write to. Leaving normally fsyncs it and renames it to `target`; an
    error removes it. Raises BadConfig when the folder is missing or the target is no file."""
    folder = target.parent
    if not folder.is_dir():
        raise BadConfig(f"{folder}: no such folder for the output", f"{folder}：输出目录不存在")
    if target.is_dir():
        raise BadConfig(f"{target}: is a folder, name a file", f"{target}：是目录，请给出文件名")
    kept = os.fsencode(target.name)[:_NAME_BYTES].decode("utf-8", "ignore")
    part = folder / f".{kept}.part-{secrets.token_hex(4)}"
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        posix.sync_folder(folder)
    except OSError as error:
        raise ToolFailed(
            f"{target}: cannot be written: {error.strerror}", f"{target}：无法写入：{error.strerror}"
        ) from error
    finally:
        part.unlink(missing_ok=True)


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
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # the landing tells what is wrong with the folder
    if free < size_bytes + _SPARE_BYTES:
        need, have = (size_bytes + _SPARE_BYTES) / 1e6, free / 1e6
        raise ToolFailed(
            f"{folder}: {need:,.0f} MB are needed, {have:,.0f} MB are free: make room or write elsewhere",
            f"{folder}：需要 {need:,.0f} MB，仅剩 {have:,.0f} MB：请腾出空间或换目录",
        )


@contextlib.contextmanager
def under_our_name(source: Path, folder: Path) -> Iterator[Path]:
    """The source under a plain name in a private folder (hard link, else link, else copy), so that quotes,
    percent signs and bytes that are no UTF-8 never reach a tool's own syntax."""
    try:
        private = Path(tempfile.mkdtemp(prefix=".mend-", dir=folder))
    except OSError as error:
        raise ToolFailed(
            f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}"
        ) from error
    try:
        yield _linked(source, private / "input")
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _linked(source: Path, name: Path) -> Path:
    with contextlib.suppress(OSError, NotImplementedError):
        os.link(source, name, follow_symlinks=False)
        return name
    with contextlib.suppress(OSError, NotImplementedError):
        name.symlink_to(source.resolve())
        return name
    shutil.copyfile(source, name)
    return name
