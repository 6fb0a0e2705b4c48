"""Reads a pptx from its zip: the slide list, each slide's links, and its text for a few marks (`show="0"`,
effects, fonts). Nothing is unpacked whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media.decks.archive import Element, Parts, Relationship, broken, local_name, translated
from mediaprep.media.decks.pages import Outline, PageContents, Pages
from mediaprep.media.isolation import posix

_SLIDE_BYTES = 2 << 20  # of one slide that are looked at
_ROOT_TAG_BYTES = 4096
_MAX_SLIDES = 20_000
_THUMBNAIL_CAP = 4 << 20
_JPEG = b"\xff\xd8\xff"
_TITLES = frozenset({"title", "ctrTitle"})
_OLE = b"\xd0\xcf\x11\xe0"
_EMU_PER_POINT = 12_700
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
_EFFECT = re.compile(rb"""\spresetClass\s*=\s*["'](?:entr|exit|emph|path)["']""")
_TRANSITION = re.compile(rb"<(?:[\w.-]+:)?transition\b")
_FACE = re.compile(rb"""<(?:[\w.-]+:)?(?:latin|ea)\s[^>]*?typeface\s*=\s*["']([^"'+@][^"']{0,80})["']""")
_FLAVOURS = (
    (b"presentation.macroenabled", "pptm"), (b"slideshow.macroenabled", "ppsm"), (b"template.macroenabled", "potm"),
    (b"presentationml.slideshow.main", "ppsx"), (b"presentationml.template.main", "potx"),
)  # fmt: skip
# last word of a slide's link → what the slide holds
_HELD = {
    "video": "video", "audio": "audio", "wav": "audio", "oleObject": "ole", "package": "ole", "control": "ole",
    "diagramData": "smartart",
}  # fmt: skip
_LINKABLE = frozenset({"image", "video", "audio", "media", "oleObject", "package"})
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)


def read(path: Path) -> Pages:
    """Slides, hidden ones, notes, and what the slides hold. A pptx with a password is an OLE file: encrypted,
    uncounted. Raises BadAsset when it is damaged, a bomb or no presentation."""
    with posix.open_regular(path) as file, translated():
        if file.read(4) == _OLE:
            return Pages(total=None, encrypted=True)
        return _read(Parts(file))


def _read(parts: Parts) -> Pages:
    main = _main_part(parts)
    document = parts.xml(main)
    if local_name(document) != "presentation":
        raise broken(f"its main part is a {local_name(document)}")
    links = parts.links(main)
    slides = _slides(document)
    hidden: list[int] = []
    missing: list[int] = []
    notes: dict[int, str] = {}
    held = PageContents()
    for number, element in enumerate(slides, 1):
        target = _target(element, links)
        if target.outside or not parts.has(target.target):
            missing.append(number)  # counted all the same: the list is what programs show
            continue
        data = parts.text(target.target, _SLIDE_BYTES)
        root = _SLIDE_TAG.search(data, 0, _ROOT_TAG_BYTES)
        if root and _HIDDEN.search(root.group(0)):
            hidden.append(number)
        on_slide = parts.links(target.target)
        _look(number, data, on_slide, held)
        note = next((found.target for found in on_slide.values() if found.kind == "notesSlide"), None)
        if note and parts.has(note):
            notes[number] = _spoken(parts.xml(note))
    _look_at_whole(parts, document, links, held)
    return Pages(
        total=len(slides),
        hidden=tuple(hidden),
        notes=notes,
        size=_size(document),
        claimed=_claimed(parts),
        missing=tuple(missing),
        flavour=_flavour(parts),
        holds=held.all(),
        sections=_sections(document, slides),
    )


def _main_part(parts: Parts) -> str:
    main = next((link.target for link in parts.links("").values() if link.kind == "officeDocument"), None)
    if main is None and parts.has("ppt/presentation.xml"):
        main = "ppt/presentation.xml"
    if main is None or not parts.has(main):
        raise broken("no presentation part")
    return main


def _slides(document: Element) -> list[Element]:
    listed = [element for namespace in _MAIN for element in document.iterfind(f"{{{namespace}}}sldIdLst/*")]
    slides = [element for element in listed if local_name(element) == "sldId"]
    if len(slides) > _MAX_SLIDES:
        raise broken(f"{len(slides)} slides")
    return slides


def _target(slide: Element, links: dict[str, Relationship]) -> Relationship:
    """Where a row of the slide list leads; outside when nowhere."""
    link = next((slide.get(name) for name in _LINK if slide.get(name)), "")
    return links.get(link or "", Relationship("", "", outside=True))


def _look(number: int, data: bytes, links: dict[str, Relationship], held: PageContents) -> None:
    """What is on one slide."""
    for link in links.values():
        if link.outside and link.kind in _LINKABLE:
            held.add("linked", number, [_file_name(link.target)])
        if link.kind in _HELD:
            held.add(_HELD[link.kind], number)
    # a word is found a hundred times as fast as a pattern, and most slides have none of these
    if b"presetClass" in data and _EFFECT.search(data):
        held.add("animations", number)
    if b"transition" in data and _TRANSITION.search(data):
        held.add("transitions", number)
    if b"typeface" in data and (faces := _FACE.findall(data)):
        held.add("fonts", number, _faces(faces))


def _look_at_whole(
    parts: Parts, document: Element, links: dict[str, Relationship], held: PageContents
) -> None:
    """Macros, the theme's fonts, and which fonts the deck brings along."""
    for link in links.values():
        if link.kind == "vbaProject":
            held.add("macros")
        if link.kind == "theme" and not link.outside and parts.has(link.target):
            held.add("fonts", None, _faces(_FACE.findall(parts.text(link.target, _SLIDE_BYTES))))
    embedded = [
        font.get("typeface", "") for font in document.iterfind("{*}embeddedFontLst/{*}embeddedFont/{*}font")
    ]
    if embedded:
        held.add("embedded_fonts", None, embedded)


def _faces(found: list[bytes]) -> list[str]:
    return [face.decode("utf-8", "replace") for face in dict.fromkeys(found)]


def _file_name(target: str) -> str:
    """The last word of a linked file's address: folders of somebody's disk are nobody's business."""
    return _SCHEME.sub("", target).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1][:80]


def _size(document: Element) -> tuple[float, float] | None:
    """Width and height of a slide in points, None where the deck does not say."""
    size = document.find("{*}sldSz")
    try:
        width, height = int(size.get("cx", "0")), int(size.get("cy", "0"))
    except (AttributeError, ValueError):
        return None
    return (width / _EMU_PER_POINT, height / _EMU_PER_POINT) if width > 0 and height > 0 else None


def _sections(document: Element, slides: list[Element]) -> tuple[int, ...]:
    """The first page of each section that has pages."""
    number = {element.get("id"): page for page, element in enumerate(slides, 1)}
    firsts = (next(section.iter("{*}sldId"), None) for section in document.iter("{*}section"))
    return tuple(sorted({number[f.get("id")] for f in firsts if f is not None and f.get("id") in number}))


def _claimed(parts: Parts) -> int | None:
    """The number of slides that the deck's properties tell; programs that do not count leave 0."""
    name = next(
        (link.target for link in parts.links("").values() if link.kind == "extended-properties"), None
    )
    if name is None or not parts.has(name):
        return None
    try:
        told = parts.xml(name).findtext("{*}Slides") or ""
    except (BadAsset, SyntaxError):
        return None  # nobody needs its properties
    return int(told) or None if told.isascii() and told.isdigit() else None


def _flavour(parts: Parts) -> str:
    if not parts.has("[Content_Types].xml"):
        return "pptx"
    types = parts.text("[Content_Types].xml", _SLIDE_BYTES).lower()
    return next((name for mark, name in _FLAVOURS if mark in types), "pptx")


def _spoken(notes: Element) -> str:
    """The text of a notes page's body placeholder; paragraphs as lines."""
    lines = []
    for shape in notes.iter("{*}sp"):
        holder = next(shape.iter("{*}ph"), None)
        if holder is not None and holder.get("type") == "body":
            for paragraph in shape.iter("{*}p"):
                lines.append("".join(_runs(paragraph)))
    return "\n".join(lines).strip()


def _runs(paragraph: Element) -> Iterator[str]:
    for element in paragraph.iter("{*}t", "{*}br"):
        yield "\v" if local_name(element) == "br" else element.text or ""


def outline(path: Path) -> Outline:
    """Titles and thumbnail. Raises BadAsset when it is damaged."""
    with posix.open_regular(path) as file, translated():
        parts = Parts(file)
        main = _main_part(parts)
        links = parts.links(main)
        slides = enumerate((_target(element, links) for element in _slides(parts.xml(main))), 1)
        titles = {
            n: _title(parts.xml(to.target)) for n, to in slides if not to.outside and parts.has(to.target)
        }
        return Outline(titles=titles, thumbnail=_thumbnail(parts))


def _title(slide: Element) -> str:
    """The text of the title placeholder, else of the first shape that has any; "" without one."""
    first = ""
    for shape in slide.iter("{*}sp"):
        holder = next(shape.iter("{*}ph"), None)
        text = " ".join(" ".join("".join(_runs(paragraph)) for paragraph in shape.iter("{*}p")).split())
        if holder is not None and holder.get("type") in _TITLES and text:
            return text
        first = first or text
    return first


def _thumbnail(parts: Parts) -> bytes | None:
    """The JPEG that PowerPoint keeps of the first page; None for other kinds."""
    name = next((link.target for link in parts.links("").values() if link.kind == "thumbnail"), "")
    if not parts.has(name):
        return None
    data = parts.head(name, _THUMBNAIL_CAP + 1)
    return data if data.startswith(_JPEG) and len(data) <= _THUMBNAIL_CAP else None
