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
from mediaprep.media.files import facts_cache, own_outputs
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.isolation import posix

_SPARE_BYTES = 16 << 20  # never fill a disk to its last byte
_FULL_BYTES = 64 << 10  # a tool that failed with less room than this failed for want of room
_NO_ROOM = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextlib.contextmanager
def landing(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A fresh name beside `target` to write to. Leaving normally fsyncs it and renames it to `target`; an
    error removes it. `private`: a file that only its owner may read, there from the first, as all of a state folder
    are. Raises BadConfig when the folder is missing, the target is no file, or what stands there is not ours."""
    refuse_target(target)
    own_outputs.refuse_foreign(target)
    private = private or own_outputs.in_state(target)
    folder = target.parent
    part = leavings.part_beside(target)
    try:
        with leavings.named(part), _removed(part), telling_a_full_disk(folder):
            if private and not own_outputs.in_state(target):
                os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            yield part
            if private:
                part.chmod(0o600)  # whoever wrote it may have made it anew
            settle(part)
            land(part, target)
    except OSError as error:
        raise _unwritable(target, error) from error


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


def land(part: Path, target: Path) -> None:
    """A whole file that stands on the disk gets its name. Raises BadConfig when what stands there meanwhile is not
    ours, OSError."""
    own(part, target)
    before = part.stat()
    part.replace(target)
    facts_cache.of_this_user().renamed(before, target.stat())
    posix.sync_folder(target.parent)


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A private folder inside `folder` (made if need be) for files that come to stand there together, by `land_all`;
    gone afterwards. Raises BadConfig when `folder` is none, and ToolFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        room = leavings.make_folder(".split-", folder)
    except FileExistsError as error:
        raise BadConfig(f"{folder}: is a file, name a folder", f"{folder}：是文件，请给出目录") from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        with telling_a_full_disk(folder):
            yield room
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        leavings.remove_folder(room)


def land_all(room: Path, folder: Path) -> None:
    """The files of a staging room take their places: all, or none where one would replace what is not ours. JSON
    comes last, so that what a request names is there. Raises BadConfig, OSError."""
    made = [
        path for path in sorted(room.iterdir(), key=lambda path: path.suffix == ".json") if path.is_file()
    ]
    for path in made:
        refuse_target(folder / path.name)
        own_outputs.refuse_foreign(folder / path.name)
    for path in made:
        land(path, folder / path.name)


def own(part: Path, target: Path) -> None:
    """Write down that `part` is about to be renamed to `target`: a kill between the two leaves nothing that would
    count as somebody else's. Raises BadConfig when what stands there is not ours."""
    own_outputs.refuse_foreign(target)
    if not own_outputs.in_state(target):
        own_outputs.record(target, sha256_of(part))


def copy(source: Path, target: Path) -> None:
    """A file with the same bytes and a life of its own, at the cost of none where the file system can share them.
    Raises DiskFull, OSError, and ToolFailed when the bytes are not the same."""
    if not posix.cloned(source, target):
        need_space(target.parent, source.stat().st_size)
        shutil.copyfile(source, target)
    if sha256_of(source) != sha256_of(target):
        raise ToolFailed(
            f"{target}: is not what was copied ({source})", f"{target}：复制后内容不一致（{source}）"
        )


def share(source: Path, target: Path) -> None:
    """One file of ours under a second name, else a copy; what stood there is gone. Raises OSError, DiskFull,
    ToolFailed."""
    target.unlink(missing_ok=True)
    before = source.stat()
    try:
        os.link(source, target)
    except (OSError, NotImplementedError):
        copy(source, target)
    else:
        facts_cache.of_this_user().renamed(before, target.stat())


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


def _unwritable(place: Path, error: OSError) -> ToolFailed:
    return ToolFailed(f"{place}: cannot be written: {error.strerror}", f"{place}：无法写入：{error.strerror}")


def _free(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return float("inf")


def make_folder(folder: Path) -> None:
    """The folder, made if it is missing. Raises ToolFailed."""
    try:
        if own_outputs.STATE in folder.parts:
            own_outputs.make_private(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


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
    """The source under a plain name in a private folder (link, else hard link, else copy), so that quotes,
    percent signs and bytes that are no UTF-8 never reach a tool's own syntax. A hard link would touch its ctime."""
    try:
        private = leavings.make_folder(".mend-", folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield _linked(source, private / "input")
    finally:
        leavings.remove_folder(private)


def _linked(source: Path, name: Path) -> Path:
    with contextlib.suppress(OSError, NotImplementedError):
        name.symlink_to(source.resolve())
        return name
    with contextlib.suppress(OSError, NotImplementedError):
        os.link(source, name, follow_symlinks=False)
        return name
    shutil.copyfile(source, name)
    return name
