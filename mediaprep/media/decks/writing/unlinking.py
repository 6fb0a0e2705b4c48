"""Takes what points at pages that are gone out of a deck's XML: jumps, zooms, sections, custom shows, ranges.

Elements are lxml's, as python-pptx hands them out; namespaces are left aside (`{*}`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STALE_PROPERTIES = ("HeadingPairs", "TitlesOfParts")  # the titles of all slides: optional, and now wrong


def unlink(root: Any, link: str) -> None:
    """Without what uses relationship `link`: a jump's shape stays, a zoom becomes the picture it falls back on."""
    for element in list(root.iter("*")):
        used = any(
            value == link and name.startswith(f"{{{_LINKS}}}") for name, value in element.attrib.items()
        )
        if not used or element.getparent() is None:
            continue
        if _name(element).startswith("hlink") or not _fall_back(element):
            element.getparent().remove(element)


def drop_zooms(root: Any, slide_ids: Collection[str], section_ids: Collection[str]) -> None:
    """Without zooms to slides and sections that are gone (they name them by number, not by relationship)."""
    for element in list(root.iter("{*}sldZmObj", "{*}secZmObj")):
        if element.get("sldId") in slide_ids or element.get("sectionId") in section_ids:
            _fall_back(element)


def _fall_back(element: Any) -> bool:
    """Put the Fallback of the nearest choice around `element` in its place; False where there is none."""
    choice = next((above for above in element.iterancestors() if _name(above) == "Choice"), None)
    block = choice.getparent() if choice is not None else None
    if block is None or block.getparent() is None:
        return False
    place = block.getparent()
    for child in [child for other in block if _name(other) == "Fallback" for child in other]:
        block.addprevious(child)
    place.remove(block)
    return True


def drop_sections(presentation: Any, slide_ids: Collection[str]) -> set[str]:
    """Slides `slide_ids` leave their sections; ids of the sections that are empty now and go."""
    gone = set()
    for section in list(presentation.iter("{*}section")):
        for entry in list(section.iter("{*}sldId")):
            if entry.get("id") in slide_ids:
                entry.getparent().remove(entry)
        if next(section.iter("{*}sldId"), None) is None:
            gone.add(section.get("id", ""))
            section.getparent().remove(section)
    for listed in list(presentation.iter("{*}sectionLst")):
        extension = listed.getparent()
        if len(listed) == 0 and extension is not None and extension.getparent() is not None:
            extension.getparent().remove(extension)
    return gone


def drop_from_shows(presentation: Any, links: Collection[str]) -> set[str]:
    """Slides (by relationship) leave the custom shows; ids of the shows that are empty now and go."""
    gone = set()
    for show in list(presentation.iterfind("{*}custShowLst/{*}custShow")):
        for entry in list(show.iter("{*}sld")):
            if entry.get(f"{{{_LINKS}}}id") in links:
                entry.getparent().remove(entry)
        if next(show.iter("{*}sld"), None) is None:
            gone.add(show.get("id", ""))
            show.getparent().remove(show)
    for listed in list(presentation.iterfind("{*}custShowLst")):
        if len(listed) == 0:
            presentation.remove(listed)
    return gone


def drop_show_links(root: Any, shows: Collection[str]) -> None:
    """Without what starts a custom show that is gone."""
    marks = tuple(f"ppaction://customshow?id={show}" for show in shows)
    for element in list(root.iter("{*}hlinkClick", "{*}hlinkHover", "{*}hlinkMouseOver")):
        action = element.get("action", "")
        if any(action == mark or action.startswith(f"{mark}&") for mark in marks):
            element.getparent().remove(element)


def show_all(properties: Any) -> None:
    """The presentation's properties without a range of slides or a custom show to begin with."""
    for element in list(properties.iterfind("{*}showPr/{*}sldRg")) + list(
        properties.iterfind("{*}showPr/{*}custShow")
    ):
        element.getparent().remove(element)


def count_anew(properties: Any, *, slides: int, hidden: int, notes: int) -> None:
    """The counts that a file tells of itself (docProps/app.xml), made true."""
    for name, value in (("Slides", slides), ("HiddenSlides", hidden), ("Notes", notes)):
        for element in properties.iterfind(f"{{*}}{name}"):
            element.text = str(value)
    for name in _STALE_PROPERTIES:
        for element in list(properties.iterfind(f"{{*}}{name}")):
            properties.remove(element)


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
