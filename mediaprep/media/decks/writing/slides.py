"""The door to python-pptx: a deck opened to be changed, and written without a part too many.

It loads every part, so the deck was read by `openxml` first, which refuses bombs and damage at a fraction of the
cost. What is written is proved by `proving`.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.opc.package import PartFactory
from pptx.opc.packuri import CONTENT_TYPES_URI, PACKAGE_URI, PackURI
from pptx.opc.serialized import _ContentTypesItem
from pptx.oxml import parse_xml
from pptx.package import Package
from pptx.parts.presentation import PresentationPart

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.media.decks.archive import Parts, translated
from mediaprep.media.decks.writing import unlinking
from mediaprep.media.isolation import posix
from mediaprep.media.pictures import Smaller

MOST_UNPACKED = 1 << 30  # bytes held in memory at once
_DEEPEST = 20_000  # links followed from slide to slide while loading
_deepening = threading.RLock()
_MACROS = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_PACKED = frozenset({
    "jpg", "jpeg", "png", "gif", "webp", "mp4", "m4v", "mov", "wmv", "mp3", "m4a", "aac", "wma", "zip", "xlsx", "docx",
    "pptx",
})  # fmt: skip
# what python-pptx does not take for a presentation, and every other program does
for _flavour in (
    CONTENT_TYPE.PML_SLIDESHOW_MAIN,
    CONTENT_TYPE.PML_TEMPLATE_MAIN,
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
):
    PartFactory.part_type_for[_flavour] = PresentationPart


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Slides]:
    """A deck to be changed. Raises BadAsset when it is no such deck, damaged, or too large to be held."""
    with posix.open_regular(path) as file:
        with translated():
            unpacked = sum(entry.file_size for entry in Parts(file).entries.values())
        if unpacked > MOST_UNPACKED:
            raise BadAsset(
                f"unpacks to {unpacked / 1e6:,.0f} MB, more than can be rewritten here ({MOST_UNPACKED / 1e6:,.0f})",
                f"解压后为 {unpacked / 1e6:,.0f} MB，超过可改写的上限（{MOST_UNPACKED / 1e6:,.0f}）",
            )
        file.seek(0)
        with _told(), _deep():
            slides = Slides(Package.open(file))
    with _told():
        yield slides


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Whatever a broken deck leads python-pptx to, as BadAsset."""
    try:
        yield
    except (MediaprepError, OSError):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {str(error)[:100]}"
        raise BadAsset(
            f"cannot be rewritten ({what}): open it in PowerPoint and save it as pptx again",
            f"无法改写（{what}）：请用 PowerPoint 打开并重新另存为 pptx",
        ) from error


@contextlib.contextmanager
def _deep() -> Iterator[None]:
    """python-pptx follows a chain of jumps by calling itself, one call a slide. The limit is the whole process's:
    one thread at a time, or the first to end would take it from the others."""
    with _deepening:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, _DEEPEST))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


class Slides:
    """An open deck; pages by number from 1. Nothing is written before `save`."""

    def __init__(self, package: Any) -> None:
        self._package = package
        self._main = package.main_document_part
        self._root = self._main._element
        if not isinstance(self._main, PresentationPart):
            raise ValueError(f"its main part is {self._main.content_type}")

    def __len__(self) -> int:
        return len(self._entries())

    def _entries(self) -> list[Any]:
        listed = self._root.sldIdLst
        return list(listed.sldId_lst) if listed is not None else []

    def _slide(self, entry: Any) -> Any:
        """The part of an entry in the list of slides; None where it is missing."""
        link = self._main.rels.get(entry.rId)
        return None if link is None or link.is_external else link.target_part

    def keep(self, pages: Collection[int], *, lean: bool = False) -> None:
        """Only these pages, in their order, and nothing that points at the others. `lean`: without the layouts
        and masters that none of them uses, as for parts that are uploaded and not edited."""
        entries = self._entries()
        going = [entry for number, entry in enumerate(entries, 1) if number not in pages]
        slides = [self._slide(entry) for entry in going]
        links, ids = {entry.rId for entry in going}, {str(entry.id) for entry in going}
        shows = unlinking.drop_from_shows(self._root, links)
        sections = unlinking.drop_sections(self._root, ids)
        for entry in going:
            entry.getparent().remove(entry)
        for link in links & set(self._main.rels):
            self._main.rels.pop(link)
        self._forget({slide for slide in slides if slide is not None})
        for part in self._kept_slides():
            unlinking.drop_zooms(part._element, ids, sections)
            if shows:
                unlinking.drop_show_links(part._element, shows)
        if lean:
            self._drop_layouts()
        if 1 not in pages:
            self._drop(self._package._rels, RELATIONSHIP_TYPE.THUMBNAIL)  # it shows the first page

    def unhide(self) -> None:
        """Every page is shown."""
        for part in self._kept_slides():
            part._element.attrib.pop("show", None)

    def write_notes(self, notes: Mapping[int, str]) -> None:
        """What the notes of these pages say instead; "" empties them. Raises ValueError for a page whose notes
        have no place for text."""
        for number, entry in enumerate(self._entries(), 1):
            slide = self._slide(entry)
            text = notes.get(number)
            if slide is None or text is None or (not text and not slide.has_notes_slide):
                continue
            frame = slide.notes_slide.notes_text_frame
            if frame is None:
                raise ValueError(f"the notes of page {number} have no text box")
            frame.text = text

    def pictures(self) -> list[SlidePicture]:
        """Every picture of the deck's own (not linked ones), each once, largest first."""
        found = [SlidePicture(part) for part in self._parts() if part.content_type.startswith("image/")]
        return sorted(found, key=lambda picture: -picture.size)

    def save(self, target: Path) -> None:
        """Write the deck as a plain presentation: macros go, a show or template becomes a presentation."""
        self._drop(self._main.rels, _MACROS)
        self._main._content_type = CONTENT_TYPE.PML_PRESENTATION_MAIN
        self._main.__dict__.pop("content_type", None)  # kept once asked for
        kept = self._kept_slides()
        self._main.rename_slide_parts(
            [entry.rId for entry in self._entries() if self._slide(entry) is not None]
        )
        self._edit(self._related(self._main.rels, RELATIONSHIP_TYPE.PRES_PROPS), unlinking.show_all)
        hidden = sum(part._element.get("show") in {"0", "false"} for part in kept)
        notes = sum(part.has_notes_slide for part in kept)
        self._edit(
            self._related(self._package._rels, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES),
            lambda root: unlinking.count_anew(root, slides=len(self), hidden=hidden, notes=notes),
        )
        self._write(target)

    def _kept_slides(self) -> list[Any]:
        return [part for entry in self._entries() if (part := self._slide(entry)) is not None]

    def _parts(self, without: Collection[Any] = ()) -> list[Any]:
        """Every part that a link leads to, each once."""
        found: dict[int, Any] = {}
        waiting = [self._package._rels]
        while waiting:
            for link in waiting.pop().values():
                if link.is_external or id(link.target_part) in found or link.target_part in without:
                    continue
                found[id(link.target_part)] = link.target_part
                waiting.append(link.target_part.rels)
        return list(found.values())

    def _forget(self, gone: set[Any]) -> None:
        """Cut every link that leads from what stays to a slide that goes."""
        for part in self._parts(without=gone):
            stale = [
                link for link, rel in part.rels.items() if not rel.is_external and rel.target_part in gone
            ]
            for link in stale:
                self._edit(part, functools.partial(unlinking.unlink, link=link))
                part.rels.pop(link)

    def _drop_layouts(self) -> None:
        """Layouts and masters that no page uses; one master at least stays."""
        used = {
            id(rel.target_part)
            for slide in self._kept_slides()
            for rel in slide.rels.values()
            if not rel.is_external
        }
        masters = self._root.find("{*}sldMasterIdLst")
        for entry in list(masters if masters is not None else ()):
            master = self._main.related_part(entry.rId)
            layouts = master._element.find("{*}sldLayoutIdLst")
            kept = (
                [each for each in layouts if id(master.related_part(each.rId)) in used]
                if layouts is not None
                else []
            )
            if not kept:
                if len(masters) > 1:
                    masters.remove(entry)
                    self._main.rels.pop(entry.rId)
                continue
            for each in [each for each in layouts if each not in kept]:
                layouts.remove(each)
                master.rels.pop(each.rId)

    def _edit(self, part: Any, change: Callable[[Any], None]) -> None:
        """Change a part's XML, whether python-pptx holds it as such or as bytes."""
        if part is None:
            return
        if hasattr(part, "_element"):
            change(part._element)
        elif part.content_type.endswith("xml"):
            root = parse_xml(part.blob)
            change(root)
            part._blob = serialize_part_xml(root)

    @staticmethod
    def _related(rels: Any, kind: str) -> Any:
        return next(
            (rel.target_part for rel in rels.values() if rel.reltype == kind and not rel.is_external), None
        )

    @staticmethod
    def _drop(rels: Any, kind: str) -> None:
        for link in [link for link, rel in rels.items() if rel.reltype == kind]:
            rels.pop(link)

    def _write(self, target: Path) -> None:
        """What python-pptx's own writer does, but pictures and media are not packed a second time."""
        parts = self._parts()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:

            def add(name: PackURI, data: bytes) -> None:
                how = zipfile.ZIP_STORED if name.ext.lower() in _PACKED else zipfile.ZIP_DEFLATED
                archive.writestr(name.membername, data, compress_type=how)

            add(CONTENT_TYPES_URI, serialize_part_xml(_ContentTypesItem.xml_for(parts)))
            add(PACKAGE_URI.rels_uri, self._package._rels.xml)
            for part in parts:
                add(part.partname, part.blob)
                if part.rels:
                    add(part.partname.rels_uri, part.rels.xml)


class SlidePicture:
    """One picture inside a deck."""

    def __init__(self, part: Any) -> None:
        self._part = part

    @property
    def data(self) -> bytes:
        return bytes(self._part.blob)

    @property
    def size(self) -> int:
        return len(self._part.blob)

    def put(self, made: Smaller) -> None:
        """Other bytes in its place, under a name that says what they are."""
        suffix = {"jpg": "jpeg"}.get(made.format, made.format)
        self._part._blob = made.data
        if self._part.partname.ext.lower() not in {suffix, made.format}:
            stem = str(self._part.partname).rsplit(".", 1)[0]
            self._part.partname = PackURI(f"{stem}-{self._part.partname.ext}.{suffix}")
        self._part._content_type = f"image/{suffix}"
        self._part.__dict__.pop("content_type", None)
