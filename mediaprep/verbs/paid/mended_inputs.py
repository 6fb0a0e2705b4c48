"""Mended inputs that are kept beside a job's output, so that a job gone on with mends nothing again.

One that another has followed (its source was changed, or is mended otherwise) is removed once every job that took it
has come to its end. Who took it stands beside it, because more than one ledger may know the same folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mediaprep import __version__
from mediaprep.errors import BadAsset, BadRow, ToolFailed
from mediaprep.media.files import atomic
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.files.facts_cache import Identity, default_path, identity, of_this_user
from mediaprep.media.isolation.posix import FileLock
from mediaprep.model.findings import FileReport, Text
from mediaprep.model.paid.records import JobState
from mediaprep.preflight.rulebook import field_names
from mediaprep.submission.bucket.request_urls import Asset
from mediaprep.submission.durable_files import append_line, write_whole
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.check import judged, measure

_RECORD: Final = "mended.json"
_USERS: Final = "used.jsonl"
_PLACE: Final = re.compile(r"\.?[0-9a-f]{16}(\.gone-[0-9a-f]{8})?")
_LOOK_SECONDS: Final = 0.1
_NEEDS_NOTHING: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.REFUSED})
"""States from which no input is sent again as it is: a job that is begun again is mended again."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """The job that works on its inputs, and the ledger that knows of the others."""

    ledger: Ledger
    job: str

    @property
    def user(self) -> dict[str, str]:
        return {"ledger": _name(self.ledger), "job": self.job}

    def released(self, users: Sequence[Mapping[str, str]]) -> bool:
        """Whether none of the users will need it again. What nobody is known to have used, or a ledger uses that
        cannot be asked here, is kept."""
        here = self.user["ledger"]
        others = [user for user in users if user != self.user]
        if not users or any(user["ledger"] != here and _stands(user["ledger"]) for user in others):
            return False
        wanted = {user["job"] for user in others if user["ledger"] == here}
        unfit: list[BadRow] = []
        rows = self.ledger.jobs(ids=wanted, unfit=unfit) if wanted else ()
        return not unfit and len(rows) == len(wanted) and all(row.state in _NEEDS_NOTHING for row in rows)


def _name(ledger: Ledger) -> str:
    """A ledger's name, without what an address may hold of secrets."""
    if ledger.path is not None:
        return str(ledger.path.resolve())
    return f"{_ELSEWHERE}{hashlib.sha256(ledger.where.encode('utf-8')).hexdigest()[:16]}"


_ELSEWHERE: Final = "postgresql:"


def _stands(ledger: str) -> bool:
    """Whether there is such a ledger; that of an emulator has gone with it."""
    return ledger.startswith(_ELSEWHERE) or Path(ledger).exists()


class MendedInputs:
    """The place of one input under one treatment: named by the source's content, the steps and our version,
    so that neither a changed source nor another treatment finds it."""

    def __init__(self, folder: Path, asset: Asset, steps: Sequence[Text]) -> None:
        self._source, self._sha256 = asset.path, sha256_of(asset.path)
        told = [self._sha256, asset.path.name, [step.en for step in steps], __version__]
        self._name = hashlib.sha256(json.dumps(told).encode("utf-8")).hexdigest()[:16]
        parameter = asset.parameter.replace("[", "-").replace("]", "").replace(".", "-")
        self.place = folder / parameter / self._name

    @contextlib.contextmanager
    def alone(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Nobody else on this machine mends the same meanwhile; `waiting` is called as long as somebody does."""
        locks = default_path().parent / "mending"
        lock = None
        with contextlib.suppress(OSError):  # without a cache folder both mend
            locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            while (lock := FileLock.taken(locks / self._name[:2])) is None:
                waiting()
                time.sleep(_LOOK_SECONDS)
        try:
            yield
        finally:
            if lock is not None:
                lock.release()

    def take(self, keeper: Keeper) -> None:
        """Write down that a job uses what lies here, or will. Raises ToolFailed."""
        if keeper.user in _users(self.place):
            return
        self.made_place()
        try:
            append_line(self.place / _USERS, json.dumps(keeper.user).encode("utf-8"))
        except OSError as error:
            raise _unwritable(self.place, error) from error

    def clear(self, keeper: Keeper) -> None:
        """Remove what was mended for this input before, and is needed no more. It is set aside first and looked at
        again, so that who takes it meanwhile either is seen or finds nothing, and mends anew."""
        with contextlib.suppress(OSError):
            for other in self.place.parent.iterdir():
                ours = other != self.place and _PLACE.fullmatch(other.name) and not other.is_symlink()
                if ours and keeper.released(_users(other)):
                    aside = other.with_name(f".{self._plain(other)}.gone-{secrets.token_hex(4)}")
                    other.rename(aside)
                    if keeper.released(_users(aside)):
                        shutil.rmtree(aside, ignore_errors=True)
                    else:
                        aside.rename(other)

    @staticmethod
    def _plain(place: Path) -> str:
        return place.name.lstrip(".")[:16]

    def find(self) -> Path | None:
        """The mended file, if it still is what was made."""
        return _whole(self.place)

    def shared(self) -> Path | None:
        """What another job has made of the same file in the same way, under a name of this one's own."""
        known = self._known()
        told = of_this_user().recall(known) if known else None
        found = _whole(Path(told)) if told else None
        if found is None:
            return None
        target = self.made_place() / found.name
        try:
            atomic.share(found, target)
        except OSError as error:
            raise _unwritable(self.place, error) from error
        self.keep(target)
        return target.resolve()

    def _known(self) -> Identity | None:
        return identity(self._source, "mended", self._name)

    def made_place(self) -> Path:
        """The folder to mend into. Raises ToolFailed."""
        atomic.make_folder(self.place)
        return self.place

    def keep(self, made: Path) -> None:
        """Remember `made`, for others too. Raises ToolFailed, BadAsset if its source was changed meanwhile."""
        if sha256_of(self._source) != self._sha256:
            name = self._source.name
            raise BadAsset(f"{name} was changed while it was mended", f"{name} 在修复过程中被改动")
        record = json.dumps({"name": made.name, "sha256": sha256_of(made)}, ensure_ascii=False)
        try:
            write_whole(self.place / _RECORD, record.encode("utf-8"))
        except OSError as error:
            raise _unwritable(self.place, error) from error
        if known := self._known():
            of_this_user().note(known, str(self.place.absolute()))


def _whole(place: Path) -> Path | None:
    """The mended file that lies at a place, if it still is what was made."""
    try:
        record = json.loads((place / _RECORD).read_bytes())
        path = place / Path(record["name"]).name
        whole = path.is_file() and sha256_of(path) == record["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ToolFailed):
        return None  # never made, or not ours: then it is made
    return path.resolve() if whole else None


def _users(place: Path) -> list[dict[str, str]]:
    """Who took what lies there, as far as it can be read; a line that cannot is somebody nobody knows."""
    try:
        lines = (place / _USERS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        try:
            told = json.loads(line)
            found.append({"ledger": str(told["ledger"]), "job": str(told["job"])})
        except (ValueError, KeyError, TypeError, RecursionError):
            found.append({"ledger": f"{_ELSEWHERE}?", "job": "?"})
    return found


def report(path: Path, field: str, request: Mapping[str, Any], profile: str) -> FileReport:
    """A mended file judged again, as `fix` judges what it has made."""
    place = field_names.parse(field)
    return judged(path, measure(path, place=place), place, request, profile=profile)


def _unwritable(place: Path, error: OSError) -> ToolFailed:
    return ToolFailed(f"{place}: cannot be written: {error.strerror}", f"{place}：无法写入：{error.strerror}")
