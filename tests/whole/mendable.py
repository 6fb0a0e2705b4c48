"""Files that `fix` can mend, one maker each: footage, sound, pictures, as phones, cameras and exports leave them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests.making import ffmpeg, make_audio, make_photo, make_video

SECONDS = 1.2


@dataclass(frozen=True, kw_only=True)
class Case:
    """`make` writes into a folder and returns the file; `unsafe` = only a cut mends it; `most` lowers the size
    limit, so that a small file is too big."""

    name: str
    field: str
    make: Callable[[Path], Path]
    suffix: str
    unsafe: bool = False
    most: int | None = None
    exact: bool = True  # as long as before


def video(name: str, *, suffix: str = "mp4", **made: object) -> Case:
    def make(folder: Path) -> Path:
        return make_video(folder / f"in.{suffix}", **{"seconds": SECONDS, **made})  # type: ignore[arg-type]

    return Case(name=name, field="notrain.RefVideoUrl", make=make, suffix="mp4")


def shot(name: str, make: Callable[[Path], Path], **more: object) -> Case:
    return Case(name=name, field="notrain.RefVideoUrl", make=make, suffix="mp4", **more)  # type: ignore[arg-type]


def _rotated(folder: Path) -> Path:
    flat = make_video(folder / "flat.mp4", seconds=SECONDS, width=640, height=360)
    ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", "-movflags", "+faststart", folder / "in.mp4")
    return folder / "in.mp4"


def _hdr(transfer: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        tags = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:log-level=error"
        ffmpeg(
            "-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={SECONDS}", "-c:v", "libx265", "-preset",
            "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", tags, "-color_primaries", "bt2020",
            "-color_trc", transfer, "-colorspace", "bt2020nc", "-tag:v", "hvc1", folder / "in.mov",
        )  # fmt: skip
        return folder / "in.mov"

    return make


def _variable(folder: Path) -> Path:
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=2", "-vf", "select='not(mod(n,3))+gt(n,30)'",
        "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", folder / "in.mp4",
    )  # fmt: skip
    return folder / "in.mp4"


def _interlaced(folder: Path) -> Path:
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=s=720x576:r=50:d={SECONDS}", "-vf", "tinterlace=interleave_top,setfield=tff",
        "-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme", folder / "in.mp4",
    )  # fmt: skip
    return folder / "in.mp4"


def _late_index(folder: Path) -> Path:
    return make_video(folder / "in.mp4", seconds=SECONDS, faststart=False)


def _cover(folder: Path) -> Path:
    flat = make_video(folder / "flat.mp4", seconds=SECONDS)
    cover = make_photo(folder / "cover.png", width=64, height=64)
    ffmpeg(
        "-i", flat, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:1", "attached_pic",
        "-movflags", "+faststart", folder / "in.mp4",
    )  # fmt: skip
    return folder / "in.mp4"


def _two_tracks(folder: Path) -> Path:
    flat = make_video(folder / "flat.mp4", seconds=SECONDS)
    ffmpeg("-i", flat, "-map", "0", "-map", "0:a", "-c", "copy", "-movflags", "+faststart", folder / "in.mp4")
    return folder / "in.mp4"


def _too_long(folder: Path) -> Path:
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=360x360:r=1:d=1260", "-c:v", "libx264", "-preset", "ultrafast",
        "-bf", "2", "-g", "10", "-pix_fmt", "yuv420p", "-crf", "45", folder / "in.mp4",
    )  # fmt: skip
    return folder / "in.mp4"


def _too_big(folder: Path) -> Path:
    return make_video(folder / "in.mp4", seconds=SECONDS, extra=("-qp", "2"))


def _portrait(folder: Path) -> Path:
    flat = make_video(
        folder / "flat.mov",
        seconds=1.04,
        width=1920,
        height=1080,
        vcodec="libx265",
        pixel_format="yuv420p10le",
    )
    ffmpeg("-display_rotation", "-90", "-i", flat, "-c", "copy", "-tag:v", "hvc1", folder / "in.mov")
    return folder / "in.mov"


def sound(name: str, suffix: str, *, field: str = "notrain.InputAudioUrl", **made: object) -> Case:
    def make(folder: Path) -> Path:
        return make_audio(folder / f"in.{suffix}", **made)  # type: ignore[arg-type]

    exact = "silence_after" not in made
    out = suffix if not exact and suffix in {"wma", "ogg", "m4a", "wav"} else "mp3"
    return Case(name=name, field=field, make=make, suffix=out, exact=exact)


def _wav_too_big(folder: Path) -> Path:
    return make_audio(folder / "in.wav", seconds=3)


def photo(name: str, make: Callable[[Path], Path], suffix: str = "jpg", **more: object) -> Case:
    return Case(name=name, field="notrain.VideoParam.RefPhotoUrl", make=make, suffix=suffix, **more)  # type: ignore[arg-type]


def _scene(width: int, height: int) -> Image.Image:
    """A smooth picture with edges, in which turning, mirroring and swapped colours show."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = x * 255 // width, y * 255 // height
    blue = np.where((x // 40 + y // 40) % 2, 200, 60)
    return Image.fromarray(np.dstack([red, green, blue]).astype(np.uint8))


def _saved(name: str, **save: object) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        mode = str(save.get("mode", "RGB"))
        size = save.get("size", (480, 360))
        options = {key: value for key, value in save.items() if key not in {"mode", "size"}}
        _scene(*size).convert(mode).save(path, **options)  # type: ignore[misc,arg-type]
        return path

    return make


def _turned(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 6
    _scene(480, 360).save(folder / "in.jpg", quality=95, exif=exif)
    return folder / "in.jpg"


def _deep(folder: Path) -> Path:
    ramp = np.linspace(0, 65535, 480 * 360).reshape(360, 480).astype(np.uint16)
    Image.fromarray(ramp).save(folder / "in.png")
    return folder / "in.png"


def _animated(folder: Path) -> Path:
    scene = _scene(480, 360)
    scene.save(folder / "in.webp", save_all=True, append_images=[scene.rotate(180)], lossless=True)
    return folder / "in.webp"


def _flat_gif(folder: Path) -> Path:
    flat = _scene(480, 360).quantize(64, dither=Image.Dither.NONE)
    flat.save(folder / "in.gif")
    return folder / "in.gif"


CASES = (
    video("hevc", vcodec="libx265", extra=("-tag:v", "hvc1")),
    video("hevc ten bits", vcodec="libx265", pixel_format="yuv420p10le"),
    video("h264 ten bits", pixel_format="yuv420p10le"),
    video("h264 4:2:2", pixel_format="yuv422p"),
    video("mpeg4 in avi", suffix="avi", vcodec="mpeg4", acodec="libmp3lame"),
    video("mjpeg in avi", suffix="avi", vcodec="mjpeg", pixel_format="yuvj420p"),
    video("mpeg2 in a transport stream", suffix="ts", vcodec="mpeg2video", acodec="mp2"),
    video("vp9 and opus in webm", suffix="webm", vcodec="libvpx-vp9", acodec="libopus",
          extra=("-deadline", "realtime", "-cpu-used", "8")),
    video("h264 and vorbis in matroska", suffix="mkv", acodec="libvorbis"),
    video("wmv", suffix="wmv", vcodec="wmv2", acodec="wmav2"),
    video("prores", suffix="mov", vcodec="prores_ks", pixel_format="yuv422p10le"),
    video("odd sides", width=361, height=483, pixel_format="yuv444p"),
    video("too small", width=320, height=240),
    video("too wide", width=4200, height=400, fps="5"),
    shot("rotated", _rotated),
    shot("hdr pq", _hdr("smpte2084")),
    shot("hdr hlg", _hdr("arib-std-b67")),
    shot("variable rate", _variable),
    shot("interlaced", _interlaced),
    shot("index at the end", _late_index),
    shot("cover art", _cover),
    shot("two sound tracks", _two_tracks, unsafe=True),
    shot("too long", _too_long, unsafe=True, exact=False),
    shot("too big", _too_big, most=300_000),
    shot("portrait phone", _portrait),
    sound("flac", "flac"),
    sound("amr", "amr", sample_rate=8000, extra=("-c:a", "libopencore_amrnb")),
    sound("aiff", "aiff"),
    sound("mp2", "mp2"),
    sound("matroska sound", "mka", extra=("-c:a", "flac")),
    sound("wma with long silence", "wma", field="photo.InputAudioUrl", seconds=55, silence_before=4, silence_after=4),
    sound("ogg with long silence", "ogg", field="photo.InputAudioUrl", seconds=55, silence_before=4, silence_after=4,
          extra=("-c:a", "libvorbis")),
    Case(name="wav too big", field="notrain.InputAudioUrl", make=_wav_too_big, suffix="mp3", most=100_000),
    photo("cmyk", _saved("in.jpg", mode="CMYK", quality=95)),
    photo("turned by exif", _turned),
    photo("sixteen bits", _deep, suffix="png"),
    photo("large picture", _saved("in.png", size=(4200, 900))),
    photo("small picture", _saved("in.png", size=(160, 120)), suffix="png"),
    photo("gif", _flat_gif),
    photo("tiff", _saved("in.tiff")),
    photo("animated webp", _animated),
    photo("bmp too big", _saved("in.bmp", size=(1200, 900)), most=1_000_000),
)  # fmt: skip
