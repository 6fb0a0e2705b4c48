"""Counts the slides of a pptx from its zip: the slide list, and the first bytes of each slide for `show="0"`.

Nothing is unpacked whole and no size in the archive is believed: every part is read through a cap.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.media.decks.pages import Outline, Pages

_PART_CAP = 32 << 20  # of one XML part, unpacked
_ROOT_TAG_BYTES = 4096
_MAX_SLIDES = 20_000
_MAX_ENTRIES = 200_000
_THUMBNAIL_CAP = 4 << 20
_USUAL_SIZE = (9144000.0, 6858000.0)  # of a deck that does not say; 1/914400 inch
_JPEG = b"\xff\xd8\xff"
_TITLES = frozenset({"title", "ctrTitle"})
_OLE = b"\xd0\xcf\x11\xe0"
_MAIN = (
    "http://schemas.openxmlformats.org/presentationml/2006/main",
    "http://purl.oclc.org/ooxml/presentationml/main",
)
_LINK = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_SLIDE_TAG = re.compile(rb"<(?:[\w.-]+:)?sld\b[^>]*>")
_HIDDEN = re.compile(rb"""\sshow\s*=\s*["'](?:0|false)["']""")
_TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>[^<]*\S[^<]*</")


class _Parts:
    """The archive's parts by name; names compare without case, as Office does."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        entries = archive.infolist()
        if len(entries) > _MAX_ENTRIES:
            raise _broken(f"{len(entries)} parts")
        self.entries = {entry.filename.lower().lstrip("/"): entry for entry in entries}

    def has(self, name: str) -> bool:
        return name.lower() in self.entries

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a part."""
        entry = self.entries[name.lower()]
        if entry.flag_bits & 1:
            raise _broken("parts locked with a zip password")
        with self.archive.open(entry) as part:
            return part.read(size)

    def xml(self, name: str) -> etree._Element:
        data = self.head(name, _PART_CAP + 1)
        if len(data) > _PART_CAP:
            raise _broken(f"{name} unpacks to more than {_PART_CAP >> 20} MiB")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(data, parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise _broken(f"{name} carries a DTD")
        return root

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id → (last word of its type, target's name) of a part; external ones left out."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return {}
        found = {}
        for element in self.xml(rels):
            target, kind = element.get("Target"), element.get("Type", "")
            if target and element.get("TargetMode") != "External":
                absolute = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
                found[element.get("Id", "")] = (kind.rsplit("/", 1)[-1], absolute)
        return found


def read(path: Path) -> Pages:
    """Slides, hidden ones and notes' presence. A pptx with a password is an OLE file: encrypted, uncounted.
    Raises BadAsset when it is damaged or no presentation."""
    with posix.open_regular(path) as file, _translated():
        if file.read(4) == _OLE:
            return Pages(total=None, encrypted=True)
        with zipfile.ZipFile(file) as archive:
            return _count(_Parts(archive))


def outline(path: Path) -> Outline:
    """Page size, titles and thumbnail. Raises BadAsset when it is damaged."""
    with posix.open_regular(path) as file, _translated(), zipfile.ZipFile(file) as archive:
        parts = _Parts(archive)
        document, slides = _slides(parts)
        titles = {
            number: title
            for number, name in enumerate(slides, 1)
            if parts.has(name) and (title := _title(parts.xml(name)))
        }
        return Outline(size=_size(document), titles=titles, thumbnail=_thumbnail(parts))


def _size(document: etree._Element) -> tuple[float, float]:
    found = next(document.iter("{*}sldSz"), None)
    if found is None:
        return _USUAL_SIZE
    width, height = float(found.get("cx", 0)), float(found.get("cy", 0))
    return (width, height) if width > 0 and height > 0 else _USUAL_SIZE


def _title(slide: etree._Element) -> str:
    """The text of the title placeholder, else of the first shape that has any."""
    first = ""
    for shape in slide.iter("{*}sp"):
        holder = next(shape.iter("{*}ph"), None)
        text = " ".join(" ".join("".join(_runs(p)).split()) for p in shape.iter("{*}p")).strip()
        if holder is not None and holder.get("type") in _TITLES and text:
            return text
        first = first or text
    return first


def _thumbnail(parts: _Parts) -> bytes | None:
    """A JPEG of the first page, as PowerPoint stores one; None for other kinds."""
    name = next((name for kind, name in parts.links("").values() if kind == "thumbnail"), "")
    if not parts.has(name):
        return None
    data = parts.head(name, _THUMBNAIL_CAP + 1)
    return data if data.startswith(_JPEG) and len(data) <= _THUMBNAIL_CAP else None


def _slides(parts: _Parts) -> tuple[etree._Element, list[str]]:
    """The presentation part, and the name of each slide's part in the order of pages; "" for one not linked."""
    main = _main_part(parts)
    document = parts.xml(main)
    if etree.QName(document).localname != "presentation":
        raise _broken(f"its main part is a {etree.QName(document).localname}")
    links = parts.links(main)
    slides = [element for namespace in _MAIN for element in document.iterfind(f"{{{namespace}}}sldIdLst/*")]
    slides = [element for element in slides if etree.QName(element).localname == "sldId"]
    if len(slides) > _MAX_SLIDES:
        raise _broken(f"{len(slides)} slides")
    names = []
    for element in slides:
        link = next((element.get(name) for name in _LINK if element.get(name)), "")
        names.append(links.get(link or "", ("", ""))[1])
    return document, names


def _count(parts: _Parts) -> Pages:
    _, slides = _slides(parts)
    hidden, notes = [], {}
    for number, target in enumerate(slides, 1):
        if not parts.has(target):
            continue  # counted all the same: the list is what programs show
        root = _SLIDE_TAG.search(parts.head(target, _ROOT_TAG_BYTES))
        if root and _HIDDEN.search(root.group(0)):
            hidden.append(number)
        note = next((name for kind, name in parts.links(target).values() if kind == "notesSlide"), None)
        if note and parts.has(note):
            notes[number] = _spoken(parts.xml(note))
    return Pages(total=len(slides), hidden=tuple(hidden), notes=notes)


def _main_part(parts: _Parts) -> str:
    main = next((name for kind, name in parts.links("").values() if kind == "officeDocument"), None)
    if main is None and parts.has("ppt/presentation.xml"):
        main = "ppt/presentation.xml"
    if main is None or not parts.has(main):
        raise _broken("no presentation part")
    return main


def _spoken(notes: etree._Element) -> str:
    """The text of a notes page's body placeholder; paragraphs as lines."""
    lines = []
    for shape in notes.iter("{*}sp"):
        holder = next(shape.iter("{*}ph"), None)
        if holder is not None and holder.get("type") == "body":
            for paragraph in shape.iter("{*}p"):
                lines.append("".join(_runs(paragraph)))
    return "\n".join(lines).strip()


def _runs(paragraph: etree._Element) -> Iterator[str]:
    for element in paragraph.iter("{*}t", "{*}br"):
        yield "\v" if etree.QName(element).localname == "br" else element.text or ""


@contextmanager
def _translated() -> Iterator[None]:
    """What zip and XML readers raise for a damaged deck, as BadAsset."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        raise _broken(f"XML: {str(error)[:100]}") from error
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, KeyError, ValueError,
        NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise _broken(f"zip: {str(error)[:100]}") from error


def _broken(reason: str) -> BadAsset:
    return BadAsset(
        f"is a damaged or unusual pptx ({reason}): open it in PowerPoint and save it again",
        f"pptx 文件损坏或不规范（{reason}）：请用 PowerPoint 打开后重新保存",
    )
