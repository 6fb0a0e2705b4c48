"""The door to Pillow and to libheif (pi-heif): a photo's header first, pixels only below a cap, and saving it anew."""

from __future__ import annotations

import functools
import hashlib
import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.media.isolation import posix

_WANTED = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "AVIF", "JPEG2000")
MAX_PIXELS = 4096 * 4096  # of what is decoded whole: the API takes no larger side than 4096
MAX_JPEG_PIXELS = 12000 * 12000  # a JPEG is decoded at a fraction of its size
MAX_MENDED_PIXELS = 8192 * 8192  # of what a user asks to have scaled down, whatever its format
MAX_BYTES = 200 << 20
_LOWEST_QUALITY = 60
_SMALLER = 0.9  # of each side, at least so much smaller with every try
_NO_SMALLER = 16  # pixels
_NAMES = {"JPEG": "jpg", "MPO": "jpg", "DIB": "bmp", "JPEG2000": "jp2", "HEIF": "heic"}
_SEVERAL_IN_ONE = frozenset({"MPO", "HEIF"})  # which of them is meant is said in the file
_ORIENTATION = 0x0112
_SCREEN_DPI = 96.0  # where a picture does not say
_SIDEWAYS = frozenset({5, 6, 7, 8})

Image.MAX_IMAGE_PIXELS = None  # our own caps stand above, by format
Image.init()  # Pillow knows only five formats before it is asked for all
_FORMATS = [name for name in _WANTED if name in Image.OPEN]  # some builds lack AVIF or JPEG2000


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a photo's header says. Sides with EXIF orientation applied, pixels."""

    format: str
    mode: str
    width: int
    height: int
    orientation: int
    animated: bool

    @property
    def decodable(self) -> bool:
        """Small enough to be looked at."""
        most = {"jpg": MAX_JPEG_PIXELS, "heic": MAX_MENDED_PIXELS}  # phones make them of 48 megapixels
        return self.width * self.height <= most.get(self.format, MAX_PIXELS)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Pillow's view of a file by its header. Raises BadAsset."""
    with posix.open_regular(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if file.seek(0, io.SEEK_END) > MAX_BYTES:
            raise BadAsset(
                f"is larger than {MAX_BYTES >> 20} MiB: no photo", f"超过 {MAX_BYTES >> 20} MiB：不是照片"
            )
        file.seek(0)
        with _translated():
            image = _open(file)
            with image:
                yield image


def _open(file: BinaryIO) -> Image.Image:
    head = file.read(12)
    file.seek(0)
    heif = head[4:8] == b"ftyp" and head[8:11] != b"avi"
    return Image.open(file, formats=[*_FORMATS, *_heif()] if heif else _FORMATS)


@functools.cache
def _heif() -> tuple[str, ...]:
    """HEIC for Pillow: upright by the file's own turns (its EXIF flag is then 1), the primary picture only."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return ("HEIF",)


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever Pillow and its codecs raise for a broken file, as BadAsset."""
    try:
        yield
    except (MediaprepError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, UnidentifiedImageError):
            error = ValueError("its header makes no sense")
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise BadAsset(
            f"is a damaged or incomplete picture ({reason}): export it again",
            f"图片损坏或不完整（{reason}）：请重新导出",
        ) from error


def read_header(path: Path) -> Header:
    """Format, mode and sides, without decoding. Raises BadAsset."""
    with _opened(path) as image:
        return _header(image)


def xmp(path: Path) -> bytes | None:
    """The XMP packet of a picture, without decoding it; None where it has none. Raises BadAsset."""
    with _opened(path) as image:
        found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
        return found.encode("utf-8", "surrogateescape") if isinstance(found, str) else found or None


def pixel_digest(path: Path) -> str:
    """sha256 (hex) of the pixels of a picture and their mode and sides, whatever else the file says. Raises
    BadAsset."""
    with _opened(path) as image:
        _within_cap(_header(image))
        image.load()
        told = f"{image.mode} {image.width} {image.height}\n".encode()
        return hashlib.sha256(told + image.tobytes()).hexdigest()


def _header(image: Image.Image) -> Header:
    orientation = _orientation(image)
    width, height = image.size
    if orientation in _SIDEWAYS:
        width, height = height, width
    name = image.format or ""
    return Header(
        format=_NAMES.get(name, name.lower()),
        mode=image.mode,
        width=width,
        height=height,
        orientation=orientation,
        animated=bool(getattr(image, "is_animated", False)) and name not in _SEVERAL_IN_ONE,
    )


def _orientation(image: Image.Image) -> int:
    try:
        if image.format == "PNG":  # its own getexif() decodes the whole picture, bomb or not
            exif = Image.Exif()
            exif.load(image.info.get("exif", b""))
        else:
            exif = image.getexif()
        found = exif.get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  # EXIF is the part of a file that is broken most often, and least needed
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def read_pixels(path: Path, *, longer_side: int | None = None) -> tuple[Header, NDArray[np.uint8], float]:
    """Header, upright RGB pixels (height, width, 3), and their scale (pixels here per pixel of the photo).

    `longer_side` asks for about that many pixels (never fewer while there are enough): a JPEG is then decoded
    at a fraction of its size. Raises BadAsset for damage, missing data or more pixels than the caps.
    """
    with _opened(path) as image:
        header = _header(image)
        _within_cap(header)
        if longer_side is not None and header.format == "jpg":
            image.draft("RGB", _at_least(image.size, longer_side))
        image.load()
        upright = to_rgb(ImageOps.exif_transpose(image))
        if longer_side is not None:
            upright.thumbnail((longer_side, longer_side), Image.Resampling.BOX)
        pixels = np.asarray(upright, dtype=np.uint8)
    return header, pixels, pixels.shape[1] / header.width


def read_layer(
    path: Path, size: tuple[int, int] | None = None, window: tuple[int, int, int, int] | None = None
) -> NDArray[np.uint8]:
    """An upright picture to be laid over another, (height, width, 4) RGBA: scaled to `size` (width, height), and of
    that only `window` (left, top, right, bottom). Raises BadAsset as `read_pixels` does."""
    with _opened(path) as image:
        _within_cap(_header(image))
        image.load()
        upright = ImageOps.exif_transpose(image)
        clear = upright.mode in {"RGBA", "LA", "PA", "P"} or "transparency" in upright.info
        layer = upright.convert("RGBA") if clear else to_rgb(upright).convert("RGBA")
        whole = size or layer.size
        left, top, right, bottom = window or (0, 0, *whole)
        if whole != layer.size or window is not None:
            across, down = layer.width / whole[0], layer.height / whole[1]
            box = (left * across, top * down, right * across, bottom * down)
            kind = Image.Resampling.NEAREST if whole == layer.size else Image.Resampling.LANCZOS
            layer = layer.resize((right - left, bottom - top), kind, box)
    return np.asarray(layer, dtype=np.uint8)


def _at_least(size: tuple[int, int], longer_side: int) -> tuple[int, int]:
    factor = min(1.0, longer_side / max(size))
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def _within_cap(header: Header) -> None:
    if not header.decodable:
        raise BadAsset(
            f"has {header.width}×{header.height} px, too much: scale the {header.format} down first",
            f"像素为 {header.width}×{header.height}，{header.format} 过大，不予解码：请先缩小",
        )


def to_rgb(image: Image.Image) -> Image.Image:
    """8-bit sRGB: transparency on white, 16-bit grey scaled down, colours through the picture's profile where it has
    one."""
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        return Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8)).convert("RGB")
    profile = image.info.get("icc_profile")
    if image.mode in {"CMYK", "L"}:
        managed = _managed(image, profile)
        return image.convert("RGB") if managed is None else managed
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        flat = Image.alpha_composite(white, layer).convert("RGB")
    else:
        flat = image.convert("RGB")
    return _managed(flat, profile) or flat


def _managed(image: Image.Image, icc: bytes | None) -> Image.Image | None:
    """`image` from its colour profile to sRGB, None where it has none, is sRGB, or the profile does not fit."""
    if not icc:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return None
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def resave(
    source: Path,
    target: Path,
    *,
    size: tuple[int, int] | None = None,
    format: Literal["jpg", "png"] = "jpg",
    quality: int = 92,
    max_bytes: int | None = None,
    least_side: int = 1,
    box: tuple[int, int, int, int] | None = None,
) -> tuple[int, int]:
    """Write `source` anew: upright 8-bit RGB without metadata, first picture only, cropped to `box` (left, top,
    right, bottom as displayed) and scaled to `size` (width, height) if given; returns the size. Above
    `max_bytes` a JPEG is written again with lower quality, down to 60, then scaled down, no side below
    `least_side`.

    Writes to `target` as it is named (the caller renames). Raises BadAsset when it cannot be read or held.
    """
    with _opened(source) as image:
        header = _header(image)
        if header.width * header.height > (MAX_JPEG_PIXELS if header.format == "jpg" else MAX_MENDED_PIXELS):
            _within_cap(header)
        if size is not None and box is None and header.format == "jpg":
            image.draft("RGB", _at_least(image.size, 2 * max(size)))
        if image.format not in _SEVERAL_IN_ONE:
            image.seek(0)
        image.load()
        upright = to_rgb(ImageOps.exif_transpose(image))
    if box is not None:
        upright = upright.crop(box)
    if size is not None and upright.size != size:
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    upright.info = {}
    data = _fitting(upright, format, quality, max_bytes)
    shrunk = upright
    while max_bytes is not None and len(data) > max_bytes:
        share = min(_SMALLER, math.sqrt(max_bytes / len(data)))
        smaller = (max(1, round(shrunk.width * share)), max(1, round(shrunk.height * share)))
        if min(smaller) < least_side or min(smaller) < _NO_SMALLER:
            raise BadAsset(
                f"still has {len(data)} bytes as {format}, more than {max_bytes}: scale it down",
                f"另存为 {format} 后仍有 {len(data)} 字节，超过 {max_bytes}：请缩小尺寸",
            )
        shrunk = upright.resize(smaller, Image.Resampling.LANCZOS)
        data = _fitting(shrunk, format, _LOWEST_QUALITY, max_bytes)
    target.write_bytes(data)
    return shrunk.size


def _fitting(image: Image.Image, format: str, quality: int, max_bytes: int | None) -> bytes:
    """The picture's bytes with the highest quality that fits; those with the lowest where none does."""
    data = b""
    for level in [quality, *(q for q in (85, 78, 70, _LOWEST_QUALITY) if q < quality)]:
        data = _written(image, format, level)
        if max_bytes is None or len(data) <= max_bytes or format == "png":
            break
    return data


def _written(image: Image.Image, format: str, quality: int) -> bytes:
    out = io.BytesIO()
    if format == "jpg":
        image.save(out, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    else:
        image.save(out, "PNG", optimize=False)
    return out.getvalue()


def write_png(pixels: NDArray[np.uint8], target: Path) -> None:
    """RGB (height, width, 3), RGBA (…, 4) or grey (height, width) pixels as a PNG."""
    Image.fromarray(pixels).save(target, "PNG")


@dataclass(frozen=True, kw_only=True)
class Smaller:
    """A picture written anew: its bytes and sides in pixels."""

    data: bytes
    format: Literal["jpg", "png"]
    width: int
    height: int


def smaller(data: bytes, *, longer_side: int, quality: int) -> Smaller | None:
    """A picture's bytes with no side above `longer_side` pixels: a JPEG of this quality, a PNG where parts of it
    are transparent. What lies in it (turning, colour profile, size in inches) stays as it is.

    None for what is better left alone: animated, damaged, too large to decode, in colours that no JPEG of 8 bits
    has, or no smaller afterwards.
    """
    try:
        with _translated(), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            header = _header(image)
            if header.animated or not header.decodable or image.mode not in _EVERYDAY:
                return None
            share = min(1.0, longer_side / max(image.size))
            size = max(1, round(image.width * share)), max(1, round(image.height * share))
            if share <= 0.5 and header.format == "jpg":
                image.draft(None, size)
            made = _everyday(image)
            if made.size != size:
                made = made.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
            written, format = _as_it_was(image, made, share, quality)
    except (BadAsset, MemoryError):
        return None
    if len(written) >= len(data):
        return None
    return Smaller(data=written, format=format, width=size[0], height=size[1])


_EVERYDAY = frozenset({"RGB", "RGBA", "L", "LA", "P"})


def _everyday(image: Image.Image) -> Image.Image:
    """RGB or grey, with transparency only where some of it is used."""
    if image.mode in {"RGBA", "LA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        return layer if layer.getchannel("A").getextrema() != (255, 255) else layer.convert("RGB")
    return image.convert("RGB") if image.mode == "P" else image


def _as_it_was(
    image: Image.Image, made: Image.Image, share: float, quality: int
) -> tuple[bytes, Literal["jpg", "png"]]:
    """`made` encoded with what says how `image` is to be shown; dots per inch shrink with the sides, or fills
    that are tiled would come out smaller."""
    dpi = image.info.get("dpi") or (_SCREEN_DPI, _SCREEN_DPI)
    kept: dict[str, object] = {"dpi": (float(dpi[0]) * share, float(dpi[1]) * share)}
    if profile := image.info.get("icc_profile"):
        kept["icc_profile"] = profile
    if (turned := _orientation(image)) != 1:
        exif = Image.Exif()
        exif[_ORIENTATION] = turned
        kept["exif"] = exif
    out = io.BytesIO()
    if made.mode == "RGBA":
        made.save(out, "PNG", optimize=False, **kept)
        return out.getvalue(), "png"
    made.save(out, "JPEG", quality=quality, subsampling=2, **kept)
    return out.getvalue(), "jpg"
