"""The bucket's disk: objects and the parts of uploads, streamed, replaced atomically.

A key never becomes a file name (it may hold anything): its SHA-256 does. The small JSON beside an object
names the data file, so that a reader sees either the old object or the new one.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mediaprep.emulator.messages import CHUNK
from mediaprep.emulator.store.small_files import write_json


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object: `etag` with its quotes, `data` the name of its file."""

    key: str
    size: int
    etag: str
    content_type: str
    modified: float
    data: str


@dataclass(frozen=True, kw_only=True)
class Received:
    """A body on disk that is not an object yet. Digests in hex, "" = not taken."""

    path: Path
    size: int
    md5: str
    sha256: str


class NoSuchUpload(Exception):
    """An upload id that was never given, or is complete or aborted."""


class BadPart(Exception):
    """A part named in a completion that was not uploaded, or has another ETag."""


class Objects:
    """One bucket below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        self._uploads = folder / "uploads"
        self._lock = threading.Lock()
        for made in (self._objects, self._uploads):
            made.mkdir(parents=True, exist_ok=True, mode=0o700)

    def receive(self, chunks: Iterable[bytes], *, sha256: bool) -> Received:
        """Writes a body to disk as it comes; nothing is left behind when `chunks` raises. SHA-256 is slow
        and only taken where it was signed."""
        path = self._objects / f".part-{secrets.token_hex(8)}"
        md5, sha, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        try:
            with path.open("xb") as stream:
                for chunk in chunks:
                    md5.update(chunk)
                    if sha256:
                        sha.update(chunk)
                    size += len(chunk)
                    stream.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Received(path=path, size=size, md5=md5.hexdigest(), sha256=sha.hexdigest() if sha256 else "")

    def keep(
        self, key: str, content_type: str, body: Received, etag: str | None = None, *, new: bool = False
    ) -> StoredObject:
        """Makes a received body the object `key`. Raises FileExistsError if it must be `new` and is not."""
        name = _name(key)
        stored = StoredObject(
            key=key,
            size=body.size,
            etag=etag or f'"{body.md5}"',
            content_type=content_type,
            modified=time.time(),
            data=f"{name}.{secrets.token_hex(6)}",
        )
        with self._lock:
            before = self.find(key)
            if new and before is not None:
                body.path.unlink(missing_ok=True)
                raise FileExistsError(key)
            body.path.replace(self.path(stored))
            write_json(self._objects / f"{name}.json", asdict(stored))
            if before is not None:
                self.path(before).unlink(missing_ok=True)
        return stored

    def find(self, key: str) -> StoredObject | None:
        """The object, if there is one."""
        try:
            return StoredObject(**json.loads((self._objects / f"{_name(key)}.json").read_text()))
        except FileNotFoundError:
            return None

    def path(self, stored: StoredObject) -> Path:
        """Where the object's bytes lie."""
        return self._objects / stored.data

    def delete(self, key: str) -> None:
        """Deletes the object; one that is not there is no error."""
        with self._lock:
            stored = self.find(key)
            if stored is not None:
                (self._objects / f"{_name(key)}.json").unlink(missing_ok=True)
                self.path(stored).unlink(missing_ok=True)

    def listed(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose key starts with `prefix`, by key."""
        found = []
        for path in self._objects.glob("*.json"):
            try:
                found.append(StoredObject(**json.loads(path.read_text())))
            except FileNotFoundError:
                continue
        yield from sorted((s for s in found if s.key.startswith(prefix)), key=lambda s: s.key)

    def clear(self) -> None:
        """Deletes every object and every upload."""
        with self._lock:
            for path in self._objects.iterdir():
                path.unlink(missing_ok=True)
            for path in self._uploads.iterdir():
                shutil.rmtree(path, ignore_errors=True)

    def open_upload(self, key: str, content_type: str) -> str:
        """The id of a new multipart upload."""
        upload = secrets.token_hex(16)
        folder = self._uploads / upload
        folder.mkdir(mode=0o700)
        write_json(folder / "upload.json", {"key": key, "content_type": content_type})
        return upload

    def add_part(self, upload: str, key: str, number: int, body: Received) -> str:
        """Keeps part `number`, in any order, replacing an earlier one; returns its ETag."""
        try:
            folder, _ = self._upload(upload, key)
            body.path.replace(folder / f"{number:05d}.data")
            write_json(folder / f"{number:05d}.json", {"etag": f'"{body.md5}"', "size": body.size})
        except (NoSuchUpload, FileNotFoundError) as error:
            body.path.unlink(missing_ok=True)
            raise NoSuchUpload(upload) from error
        return f'"{body.md5}"'

    def parts(self, upload: str, key: str) -> dict[int, tuple[str, int]]:
        """number → (ETag, size) of what was uploaded so far."""
        folder, _ = self._upload(upload, key)
        found = {}
        for path in sorted(folder.glob("[0-9]*.json")):
            value = json.loads(path.read_text())
            found[int(path.stem)] = (value["etag"], value["size"])
        return found

    def complete(self, upload: str, key: str, wanted: list[tuple[int, str]]) -> StoredObject:
        """Joins the wanted (number, ETag) parts in their order. Raises BadPart, NoSuchUpload."""
        folder, content_type = self._upload(upload, key)
        known = self.parts(upload, key)
        for number, etag in wanted:
            if number not in known or known[number][0].strip('"') != etag.strip('"'):
                raise BadPart(number)
        digest = hashlib.md5(usedforsecurity=False)
        path = self._objects / f".part-{secrets.token_hex(8)}"
        with path.open("xb") as joined:
            for number, _ in wanted:
                digest.update(bytes.fromhex(known[number][0].strip('"')))
                with (folder / f"{number:05d}.data").open("rb") as part:
                    shutil.copyfileobj(part, joined, CHUNK)
            size = joined.tell()
        body = Received(path=path, size=size, md5=digest.hexdigest(), sha256="")
        stored = self.keep(key, content_type, body, f'"{digest.hexdigest()}-{len(wanted)}"')
        self.abort(upload, key)
        return stored

    def abort(self, upload: str, key: str) -> None:
        """Forgets an upload and its parts."""
        folder, _ = self._upload(upload, key)
        shutil.rmtree(folder, ignore_errors=True)

    def _upload(self, upload: str, key: str) -> tuple[Path, str]:
        if not re.fullmatch(r"[0-9a-f]{32}", upload):
            raise NoSuchUpload(upload)
        folder = self._uploads / upload
        try:
            value = json.loads((folder / "upload.json").read_text())
        except FileNotFoundError as error:
            raise NoSuchUpload(upload) from error
        if value["key"] != key:
            raise NoSuchUpload(upload)
        return folder, value["content_type"]


def _name(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
