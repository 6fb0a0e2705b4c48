"""What a deck shows, as one name: saved again, or with other notes, it is still the same deck."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mediaprep.media.decks.archive import Parts, translated
from mediaprep.media.isolation import posix

_CHUNK: Final = 1 << 20
_UNSEEN: Final = ("docprops/", "ppt/notesslides/", "ppt/notesmasters/", "ppt/handoutmasters/", "customxml/",
                  "[content_types].xml", "ppt/viewprops.xml")  # fmt: skip
_UNSEEN_LINKS: Final = frozenset({"notesSlide", "notesMaster", "handoutMaster", "viewProps", "customXml", "thumbnail",
                                  "core-properties", "extended-properties", "custom-properties"})  # fmt: skip
_RELS: Final = ".rels"


def shown(path: Path, format: str) -> str:
    """A digest of what is on the pages of a deck: of a pptx without its notes and its properties, of others whole.
    Raises BadAsset when it is damaged."""
    digest = hashlib.sha256(format.encode())
    with posix.open_regular(path) as file:
        if format != "pptx":
            while block := file.read(_CHUNK):
                digest.update(block)
            return digest.hexdigest()
        with translated():
            for told in _told(Parts(file)):
                digest.update(hashlib.sha256(told).digest())
    return digest.hexdigest()


def _told(parts: Parts) -> Iterator[bytes]:
    """Each part that shows, by name; of the links between them only those to such parts."""
    for name in sorted(parts.entries):
        if name.startswith(_UNSEEN) or name.endswith("/"):
            continue
        yield name.encode()
        if name.endswith(_RELS):
            folder, own = posixpath.split(name)
            source = posixpath.join(posixpath.dirname(folder), own.removesuffix(_RELS))
            links = sorted((key, link.kind, link.target) for key, link in parts.links(source).items())
            yield repr([link for link in links if link[1] not in _UNSEEN_LINKS]).encode()
        else:
            yield parts.head(name, parts.entries[name].file_size)
