"""Reads a PowerPoint 97–2003 file ([MS-PPT]) from its record streams: slides, hidden ones, notes, what they hold.

The way in: Current User → newest UserEdit → persist directories (newest first) → Document → its list of
slides → each slide's own container, where the hidden flag stands. Every offset is a claim and is checked.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import olefile

from mediaprep.errors import BadAsset
from mediaprep.media.decks.pages import Outline, PageContents, Pages
from mediaprep.media.isolation import posix
from mediaprep.model.facts import OnPages

_DOCUMENT, _SLIDE, _SHOW_INFO, _NOTES, _NOTES_ATOM = 0x03E8, 0x03EE, 0x03F9, 0x03F0, 0x03F1
_SLIDE_ENTRY, _SLIDE_LIST, _USER_EDIT, _CURRENT_USER = 0x03F3, 0x0FF0, 0x0FF5, 0x0FF6
_PERSIST_DIRECTORY, _TEXT_HEADER, _TEXT_CHARS, _TEXT_BYTES = 0x1772, 0x0F9F, 0x0FA0, 0x0FA8
_DOCUMENT_ATOM, _ENVIRONMENT, _FONTS, _FONT, _FONT_DATA = 0x03E9, 0x03F2, 0x07D5, 0x0FB7, 0x0FB8
_EXTERNAL_LIST, _OLE_ATOM, _MEDIA_ATOM, _FILE_NAME = 0x0409, 0x0FC3, 0x1004, 0x0FBA
_INFO_LIST, _VBA_ATOM = 0x07D0, 0x0400
_LIST_OF_SLIDES, _LIST_OF_NOTES = 0, 2
_TITLES = frozenset({0, 6})  # text types: a title, a title in the middle
_LOCKED = 0xF3D1C4DF  # the Current User's token when a password is set
_HIDDEN_FLAG = 1 << 2
_NOTES_TEXT = 2  # text type of a notes body
_DEEPEST = 32
_UNITS_PER_POINT = 8  # 576 to the inch
# containers in the list of what a deck brings along or points at → what they are, and whether a file elsewhere
_EXTERNAL = {
    0x1006: ("video", True), 0x1007: ("video", True), 0x100D: ("audio", True), 0x100E: ("audio", True),
    0x100F: ("audio", False), 0x1010: ("audio", True), 0x0FCC: ("ole", False), 0x0FCE: ("ole", True),
    0x0FEE: ("ole", False),
}  # fmt: skip
# looked for as bytes: walking every record of a large slide takes too long
_REFERENCE = struct.pack("<HHI", 0, 0x0BC1, 4)  # a shape names one of them
_Found = TypeVar("_Found")
_EFFECTS = (struct.pack("<HH", 0xF, 0x1014), struct.pack("<HH", 0x1F, 0xF144))  # of PowerPoint 97, of 2002 on


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
    return _opened(path, lambda deck, claimed: replace(deck.pages(), claimed=claimed))


def outline(path: Path) -> Outline:
    """The titles of a .ppt. Raises BadAsset when it is damaged."""
    return _opened(path, lambda deck, _: Outline(titles=deck.titles()))


def _opened(path: Path, look: Callable[[_Deck, int | None], _Found]) -> _Found:
    with posix.open_regular(path) as file:
        try:
            current_user, stream, claimed = _streams(file)
            return look(_Deck(current_user, stream), claimed)
        except BadAsset:
            raise
        except _Damaged as error:
            raise _broken(str(error)) from error
        except Exception as error:  # olefile raises whatever a broken sector table leads it to
            raise _broken(f"{type(error).__name__}: {str(error)[:100]}") from error


def _streams(file: object) -> tuple[bytes, bytes, int | None]:
    """The Current User and PowerPoint Document streams, and how many slides the file's properties tell."""
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
        claimed = None
        with contextlib.suppress(Exception):  # nobody needs its properties
            claimed = int(ole.get_metadata().slides or 0) or None
        return user, ole.openstream(prefix + "PowerPoint Document").read(), claimed


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
        containers = [self._object(reference, _SLIDE) for reference in slides]
        show = {number: self._show(slide) for number, slide in enumerate(containers, 1) if slide}
        return Pages(
            total=len(slides),
            hidden=tuple(number for number, (flags, _) in show.items() if flags & _HIDDEN_FLAG),
            notes=self._notes(note_refs, ids),
            size=self._size(document),
            missing=tuple(number for number, slide in enumerate(containers, 1) if slide is None),
            holds=self._holds(document, containers, show),
        )

    def titles(self) -> dict[int, str]:
        """Page → its title, else its first text."""
        titles: dict[int, str] = {}
        slides: list[int] = []
        lists = (record for record in self.children(self._document()) if record.kind == _SLIDE_LIST)
        for record in lists:
            texts: list[_Record] = []
            for entry in self.children(record) if record.instance == _LIST_OF_SLIDES else ():
                if entry.kind == _SLIDE_ENTRY and entry.end - entry.start >= 4:
                    slides.append(struct.unpack_from("<I", self.bytes, entry.start)[0])
                    texts = []  # a slide's entry, then its texts
                texts.append(entry)
                if slides and (title := self._title(texts)):
                    titles[len(slides)] = title
        for number, reference in enumerate(slides, 1):  # texts that stand in the slide itself
            slide = self._object(reference, _SLIDE)
            if number not in titles and slide is not None and (title := self._title(self.below(slide))):
                titles[number] = title
        return titles

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

    def _show(self, slide: _Record) -> tuple[int, int]:
        """Flags, and the kind of transition, of how a slide is shown."""
        for record in self.children(slide):
            if record.kind == _SHOW_INFO and record.end - record.start >= 12:
                effect, flags = struct.unpack_from("<BH", self.bytes, record.start + 9)
                return flags, effect
        return 0, 0

    def _size(self, document: _Record) -> tuple[float, float] | None:
        for record in self.children(document):
            if record.kind == _DOCUMENT_ATOM and record.end - record.start >= 8:
                width, height = struct.unpack_from("<ii", self.bytes, record.start)
                if width > 0 and height > 0:
                    return width / _UNITS_PER_POINT, height / _UNITS_PER_POINT
        return None

    def _holds(
        self, document: _Record, slides: list[_Record | None], show: dict[int, tuple[int, int]]
    ) -> tuple[OnPages, ...]:
        held, brought = PageContents(), {}
        for record in self.children(document):
            if record.kind == _EXTERNAL_LIST:
                brought = self._brought(record)
            elif record.kind == _ENVIRONMENT:
                self._fonts(record, held)
            elif record.kind == _INFO_LIST and self._has_macros(record):
                held.add("macros")
        for number, slide in enumerate(slides, 1):
            if slide is None:
                continue
            if show[number][1]:
                held.add("transitions", number)
            if any(self.bytes.find(mark, slide.start, slide.end) >= 0 for mark in _EFFECTS):
                held.add("animations", number)
            for reference in self._references(slide):
                what, linked, name = brought.get(reference, ("", False, ""))
                if what:
                    held.add(what, number)
                if linked:
                    held.add("linked", number, [name] if name else [])
        return held.all()

    def _brought(self, external: _Record) -> dict[int, tuple[str, bool, str]]:
        """id → (what it is, whether it is a file elsewhere, that file's name)."""
        found = {}
        for entry in self.children(external):
            if entry.kind not in _EXTERNAL:
                continue
            what, linked = _EXTERNAL[entry.kind]
            number, name = None, ""
            for atom in self.below(entry):
                length = atom.end - atom.start
                if atom.kind == _OLE_ATOM and length >= 12:
                    number = struct.unpack_from("<I", self.bytes, atom.start + 8)[0]
                elif atom.kind == _MEDIA_ATOM and length >= 4:
                    number = struct.unpack_from("<I", self.bytes, atom.start)[0]
                elif atom.kind == _FILE_NAME and linked and not name:
                    path = self.bytes[atom.start : atom.end].decode("utf-16-le", "replace")
                    name = path.replace("\\", "/").rsplit("/", 1)[-1][:80]
            if number is not None:
                found[number] = (what, linked, name)
        return found

    def _references(self, slide: _Record) -> Iterator[int]:
        at = self.bytes.find(_REFERENCE, slide.start, slide.end)
        while 0 <= at <= slide.end - 12:
            yield struct.unpack_from("<I", self.bytes, at + 8)[0]
            at = self.bytes.find(_REFERENCE, at + 12, slide.end)

    def _fonts(self, environment: _Record, held: PageContents) -> None:
        for collection in self.children(environment):
            if collection.kind != _FONTS:
                continue
            face = ""
            for record in self.children(collection):
                if record.kind == _FONT:
                    name = self.bytes[record.start : min(record.end, record.start + 64)]
                    face = name.decode("utf-16-le", "replace").split("\0", 1)[0]
                    held.add("fonts", None, [face] if face else [])
                elif record.kind == _FONT_DATA and face:
                    held.add("embedded_fonts", None, [face])

    def _has_macros(self, info: _Record) -> bool:
        return any(
            record.kind == _VBA_ATOM
            and record.end - record.start >= 8
            and struct.unpack_from("<I", self.bytes, record.start + 4)[0] == 1
            for record in self.below(info, _DEEPEST - 1)
        )

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
