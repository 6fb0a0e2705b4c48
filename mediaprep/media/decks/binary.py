"""Counts the slides of a PowerPoint 97–2003 file ([MS-PPT]) from its record streams.

The way in: Current User → newest UserEdit → persist directories (newest first) → Document → its list of
slides → each slide's own container, where the hidden flag stands. Every offset is a claim and is checked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import olefile

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.media.decks.pages import Outline, Pages

_DOCUMENT, _SLIDE, _SHOW_INFO, _NOTES, _NOTES_ATOM = 0x03E8, 0x03EE, 0x03F9, 0x03F0, 0x03F1
_SLIDE_ENTRY, _SLIDE_LIST, _USER_EDIT, _CURRENT_USER = 0x03F3, 0x0FF0, 0x0FF5, 0x0FF6
_PERSIST_DIRECTORY, _TEXT_HEADER, _TEXT_CHARS, _TEXT_BYTES = 0x1772, 0x0F9F, 0x0FA0, 0x0FA8
_DOCUMENT_ATOM = 0x03E9
_LIST_OF_SLIDES, _LIST_OF_NOTES = 0, 2
_TITLES = frozenset({0, 6})  # text types: a title, a title in the middle
_USUAL_SIZE = (5760.0, 4320.0)  # of a deck that does not say; 1/576 inch
_LOCKED = 0xF3D1C4DF  # the Current User's token when a password is set
_HIDDEN_FLAG = 1 << 2
_NOTES_TEXT = 2  # text type of a notes body
_DEEPEST = 32
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class _Record:
    instance: int
    kind: int
    start: int  # of the payload
    end: int
    container: bool


class _Damaged(Exception):
    """An offset or length that leads nowhere."""


def read(path: Path) -> Pages:
    """Slides, hidden ones and notes of a .ppt. Raises BadAsset when it is damaged; a password makes it
    encrypted and uncounted."""
    return _opened(path, lambda deck: deck.pages())


def outline(path: Path) -> Outline:
    """Page size and titles. Raises BadAsset when it is damaged."""
    return _opened(path, lambda deck: deck.outline())


def _opened(path: Path, look: Callable[[_Deck], _Found]) -> _Found:
    with posix.open_regular(path) as file:
        try:
            return look(_Deck(*_streams(file)))
        except BadAsset:
            raise
        except _Damaged as error:
            raise _broken(str(error)) from error
        except Exception as error:  # olefile raises whatever a broken sector table leads it to
            raise _broken(f"{type(error).__name__}: {str(error)[:100]}") from error


def _streams(file: object) -> tuple[bytes, bytes]:
    """The Current User and PowerPoint Document streams."""
    with olefile.OleFileIO(file) as ole:
        names = {"/".join(entry) for entry in ole.listdir()}
        # a file saved for 95 and 97 at once keeps the newer deck in a storage of its own
        prefix = "PP97_DUALSTORAGE/" if "PP97_DUALSTORAGE/PowerPoint Document" in names else ""
        if prefix + "PowerPoint Document" not in names:
            if any(name.startswith(("PP40", "PP95")) for name in names):
                raise BadAsset(
                    "is a PowerPoint 95 (or older) deck: save it as pptx or pdf",
                    "是 PowerPoint 95 或更早的文稿：请另存为 pptx 或 pdf",
                )
            raise _Damaged("no PowerPoint Document stream")
        user = b""
        if prefix + "Current User" in names:
            user = ole.openstream(prefix + "Current User").read()
        return user, ole.openstream(prefix + "PowerPoint Document").read()


class _Deck:
    """The record stream of one file."""

    def __init__(self, current_user: bytes, stream: bytes) -> None:
        self.bytes = stream
        self.locked = False
        self.edit = self._current_edit(current_user)
        self.objects: dict[int, int] = {}  # persist id → offset; the newest edit wins
        self.document_id: int | None = None
        self._walk_edits()

    def pages(self) -> Pages:
        if self.locked:
            return Pages(total=None, encrypted=True)
        document = self._document()
        slides: list[int] = []
        ids: list[int] = []
        note_refs: list[int] = []
        for record in self.children(document):
            if record.kind != _SLIDE_LIST or record.instance not in {_LIST_OF_SLIDES, _LIST_OF_NOTES}:
                continue
            for entry in self.children(record):
                if entry.kind == _SLIDE_ENTRY and entry.end - entry.start >= 16:
                    reference, _, _, slide_id = struct.unpack_from("<4I", self.bytes, entry.start)
                    if record.instance == _LIST_OF_SLIDES:
                        slides.append(reference)
                        ids.append(slide_id)
                    else:
                        note_refs.append(reference)
        hidden = tuple(number for number, reference in enumerate(slides, 1) if self._is_hidden(reference))
        return Pages(total=len(slides), hidden=hidden, notes=self._notes(note_refs, ids))

    def outline(self) -> Outline:
        size, titles, slides = _USUAL_SIZE, {}, list[int]()
        for record in self.children(self._document()):
            if record.kind == _DOCUMENT_ATOM and record.end - record.start >= 8:
                width, height = struct.unpack_from("<2i", self.bytes, record.start)
                size = (float(width), float(height)) if width > 0 and height > 0 else size
            if record.kind != _SLIDE_LIST or record.instance != _LIST_OF_SLIDES:
                continue
            texts: list[_Record] = []
            for entry in self.children(record):  # each slide's entry, then its texts
                if entry.kind == _SLIDE_ENTRY and entry.end - entry.start >= 4:
                    slides.append(struct.unpack_from("<I", self.bytes, entry.start)[0])
                    texts = []
                texts.append(entry)
                if slides and (title := self._title(texts)):
                    titles[len(slides)] = title
        for number, reference in enumerate(slides, 1):  # texts that stand in the slide itself
            slide = self._object(reference, _SLIDE)
            if number not in titles and slide is not None and (title := self._title(self.below(slide))):
                titles[number] = title
        return Outline(size=size, titles=titles)

    def _title(self, records: Iterable[_Record]) -> str:
        """The text that is a title, else the first there is."""
        first, kind = "", -1
        for record in records:
            if record.kind == _TEXT_HEADER and record.end - record.start >= 4:
                kind = struct.unpack_from("<I", self.bytes, record.start)[0]
            elif text := " ".join(self._text(record).split()):
                if kind in _TITLES:
                    return text
                first = first or text
        return first

    def _text(self, record: _Record) -> str:
        """The characters of a text record, "" for another."""
        payload = self.bytes[record.start : record.end]
        if record.kind == _TEXT_CHARS:
            return payload.decode("utf-16-le", "replace")
        return payload.decode("latin-1") if record.kind == _TEXT_BYTES else ""

    def record(self, offset: int) -> _Record:
        if offset < 0 or offset + 8 > len(self.bytes):
            raise _Damaged(f"a record at {offset} of {len(self.bytes)} bytes")
        head, kind, length = struct.unpack_from("<HHI", self.bytes, offset)
        end = min(offset + 8 + length, len(self.bytes))
        return _Record(head >> 4, kind, offset + 8, end, head & 0xF == 0xF)

    def children(self, parent: _Record) -> Iterator[_Record]:
        at = parent.start
        while at + 8 <= parent.end:
            child = self.record(at)
            yield _Record(
                child.instance, child.kind, child.start, min(child.end, parent.end), child.container
            )
            at = child.end

    def below(self, parent: _Record, depth: int = 0) -> Iterator[_Record]:
        for child in self.children(parent):
            yield child
            if child.container and depth < _DEEPEST:
                yield from self.below(child, depth + 1)

    def _current_edit(self, user: bytes) -> int | None:
        if len(user) < 20 or struct.unpack_from("<H", user, 2)[0] != _CURRENT_USER:
            return None
        token, offset = struct.unpack_from("<II", user, 12)
        self.locked = token == _LOCKED
        return int(offset)

    def _walk_edits(self) -> None:
        seen: set[int] = set()
        offset = self.edit
        while offset and offset not in seen and offset + 8 <= len(self.bytes):
            seen.add(offset)
            edit = self.record(offset)
            if edit.kind != _USER_EDIT or edit.end - edit.start < 20:
                return
            _, _, earlier, directory, document = struct.unpack_from("<5I", self.bytes, edit.start)
            if self.document_id is None:
                self.document_id = document
            if edit.end - edit.start >= 32:  # one field more: the reference to an encryption session
                self.locked = True
            self._read_directory(directory)
            offset = earlier

    def _read_directory(self, offset: int) -> None:
        directory = self.record(offset)
        if directory.kind != _PERSIST_DIRECTORY:
            return
        at = directory.start
        while at + 4 <= directory.end:
            word = struct.unpack_from("<I", self.bytes, at)[0]
            first, count = word & 0xFFFFF, word >> 20
            at += 4
            count = min(count, (directory.end - at) // 4)
            for number, target in enumerate(struct.unpack_from(f"<{count}I", self.bytes, at)):
                self.objects.setdefault(first + number, target)
            at += 4 * count

    def _document(self) -> _Record:
        if self.document_id in self.objects:
            found = self.record(self.objects[self.document_id])
            if found.kind == _DOCUMENT:
                return found
        # files of other programs may lack a usable directory: the last Document in the stream is the newest
        whole = _Record(0, 0, 0, len(self.bytes), True)
        candidates = [record for record in self.children(whole) if record.kind == _DOCUMENT]
        if not candidates:
            raise _Damaged("no Document record")
        return candidates[-1]

    def _object(self, reference: int, kind: int) -> _Record | None:
        offset = self.objects.get(reference)
        if offset is None or offset + 8 > len(self.bytes):
            return None
        found = self.record(offset)
        return found if found.kind == kind else None

    def _is_hidden(self, reference: int) -> bool:
        slide = self._object(reference, _SLIDE)
        if slide is None:
            return False
        for record in self.children(slide):
            if record.kind == _SHOW_INFO and record.end - record.start >= 12:
                return bool(struct.unpack_from("<H", self.bytes, record.start + 10)[0] & _HIDDEN_FLAG)
        return False

    def _notes(self, references: list[int], slide_ids: list[int]) -> dict[int, str]:
        page_of = {slide_id: number for number, slide_id in enumerate(slide_ids, 1)}
        found = {}
        for reference in references:
            notes = self._object(reference, _NOTES)
            if notes is None:
                continue
            slide_id, text = self._notes_text(notes)
            if slide_id in page_of and text.strip():
                found[page_of[slide_id]] = text
        return found

    def _notes_text(self, notes: _Record) -> tuple[int | None, str]:
        slide_id = kind = None
        lines = []
        for record in self.below(notes):
            payload = self.bytes[record.start : record.end]
            if record.kind == _NOTES_ATOM and len(payload) >= 4:
                slide_id = struct.unpack_from("<I", payload)[0]
            elif record.kind == _TEXT_HEADER and len(payload) >= 4:
                kind = struct.unpack_from("<I", payload)[0]
            elif kind == _NOTES_TEXT and record.kind in {_TEXT_CHARS, _TEXT_BYTES}:
                lines.append(self._text(record))
        return slide_id, "\n".join(lines).replace("\r", "\n")


def _broken(reason: str) -> BadAsset:
    return BadAsset(
        f"is a damaged ppt ({reason}): open it in PowerPoint and save it as pptx",
        f"ppt 文件损坏（{reason}）：请用 PowerPoint 打开并另存为 pptx",
    )
