"""The pictures of an open PDF that may be written smaller in their place: JPEGs, and lossless ones in everyday
colours. Transparency lies in pictures of its own in a PDF and stays. `document` is PyMuPDF's."""

from __future__ import annotations

from typing import Any

from mediaprep.media.pictures import Smaller

_LOSSLESS = {"/FlateDecode", "/LZWDecode", "null"}
_COMPONENTS = {"/DeviceRGB": 3, "/DeviceGray": 1, "/CalRGB": 3, "/CalGray": 1}


class PdfPicture:
    """One picture object; `data` as a JPEG or PNG file."""

    def __init__(self, document: Any, number: int) -> None:
        self._document, self.number = document, number

    @property
    def size(self) -> int:
        """Bytes that it takes in the file."""
        return len(self._document.xref_stream_raw(self.number) or b"")

    @property
    def data(self) -> bytes:
        if self._document.xref_get_key(self.number, "Filter")[1] == "/DCTDecode":
            return bytes(self._document.xref_stream_raw(self.number))
        return bytes(self._document.extract_image(self.number)["image"])

    def put(self, made: Smaller) -> None:
        """A JPEG in its place."""
        self._document.update_stream(self.number, made.data, compress=False)
        for key, value in (
            ("Filter", "/DCTDecode"), ("DecodeParms", "null"), ("BitsPerComponent", "8"),
            ("Width", str(made.width)), ("Height", str(made.height)),
        ):  # fmt: skip
            self._document.xref_set_key(self.number, key, value)


def pictures(document: Any) -> list[PdfPicture]:
    """Largest first."""
    found = [
        PdfPicture(document, number)
        for number in range(1, document.xref_length())
        if document.xref_get_key(number, "Subtype")[1] == "/Image" and _plain(document, number)
    ]
    return sorted(found, key=lambda picture: -picture.size)


def _plain(document: Any, number: int) -> bool:
    """Neither a stencil nor keyed by colour, mapped or in colours that a JPEG cannot hold as they are."""

    def key(name: str) -> tuple[str, str]:
        kind, value = document.xref_get_key(number, name)
        return kind, value

    if key("ImageMask")[1] == "true" or key("Decode")[0] != "null" or key("Mask")[0] == "array":
        return False
    if key("Filter")[1] not in {"/DCTDecode", *_LOSSLESS} or key("BitsPerComponent")[1] != "8":
        return False
    return _colours(document, number) in {1, 3}


def _colours(document: Any, number: int) -> int | None:
    """Components of a pixel; None for palettes and special inks."""
    kind, value = document.xref_get_key(number, "ColorSpace")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), compressed=True)
    if value in _COMPONENTS:
        return _COMPONENTS[value]
    if value.startswith(("[/ICCBased", "[ /ICCBased")):
        profile = int(value.split("ICCBased", 1)[1].split()[0])
        return int(document.xref_get_key(profile, "N")[1] or 0)
    return next((count for name, count in _COMPONENTS.items() if value.startswith(f"[{name}")), None)
