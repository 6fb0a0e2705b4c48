"""Pictures of a finished video beside it: a cover without captions, titled where that is wished, and a contact sheet
of twelve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import faces, ffmpeg, fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.media.compose import graph
from mediaprep.media.containers import packets
from mediaprep.media.faces import Picture
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.ffmpeg import graph as streams
from mediaprep.media.files import atomic
from mediaprep.media.labels import tags
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, PlacedCue, RenderPlan
from mediaprep.model.labels import AigcLabel

_COLUMNS, _ROWS = 4, 3
_SIDE = 480  # of one picture of the sheet
_LOOKED_AT = 640  # longer side of pictures that are looked at
_FORMATS = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}


def spread(video: Path, seconds: float, longer_side: int | None = None) -> Iterator[tuple[float, Picture]]:
    """Twelve pictures spread over a video so long, each with when it is shown."""
    count = _COLUMNS * _ROWS
    for number in range(count):
        start = max(0.0, seconds * (number + 0.5) / count - 0.02)
        found = next(
            packets.decode_frames(video, pixel_format="bgr24", start=start, longer_side=longer_side), None
        )
        if found is not None:
            yield start, found[1]


def looked_at(video: Path, seconds: float) -> Iterator[tuple[float, int, float, FaceBox | None]]:
    """Of twelve pictures of a video: when it is shown, its height as it was looked at, its sharpness, its largest face.
    Raises ToolMissing without OpenCV."""
    opencv, finder = faces.opencv(), faces.detector()
    for at, picture in spread(video, seconds, _LOOKED_AT):
        found = finder.find(picture)
        sharp = float(opencv.sharpness(opencv.convert(picture, "bgr>gray")))
        yield at, picture.shape[0], sharp, found[0] if found else None


def clean(plan: RenderPlan, frame: int, *, binary: Binary) -> Picture:
    """A picture of the plan's output as it is without captions, mark and fades, BGR. Raises BadAsset, ToolFailed."""
    scene = plan.scenery and replace(plan.scenery, fade_in=0, fade_out=0)
    bare = replace(plan, cues=(), burn=False, mark=None, scenery=scene)
    return graph.picture_at(bare, frame, binary=binary)[:, :, ::-1].copy()


def cut(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture in another shape and size, around its largest face, else its middle."""
    height, width = picture.shape[:2]
    across = min(width, round(height * size[0] / size[1]))
    down = min(height, round(width * size[1] / size[0]))
    found = faces.detector().find(picture)
    x, y = width / 2, height / 2
    if found:
        x, y = found[0].x + found[0].width / 2, found[0].y + found[0].height / 2
    left = round(min(max(0.0, x - across / 2), width - across))
    top = round(min(max(0.0, y - down / 2), height - down))
    made: Picture = faces.opencv().resize(picture[top : top + down, left : left + across], *size)
    return made


def titled(
    picture: Picture, cue: PlacedCue, style: CaptionStyle, font: CaptionFont, *, binary: Binary
) -> Picture:
    """The picture with a title drawn as captions are. Raises ToolFailed."""
    height, width = picture.shape[:2]
    canvas = Canvas(width=width, height=height, fps=Fraction(1), sample_rate=48000)
    with atomic.workroom() as room:
        environment = fonts.lay_out(font, room)
        script = subtitle_files.ass([cue], canvas=canvas, style=style, font=font)
        (room / "captions.ass").write_text(script, encoding="utf-8")
        (room / "ground.raw").write_bytes(picture.tobytes())
        ground = streams.input(
            "ground.raw", f="rawvideo", pix_fmt="bgr24", video_size=(width, height), framerate=1
        )
        drawn = ground.video.filter("ass", filename="captions.ass", fontsdir="fonts").filter(
            "format", pix_fmts="bgr24"
        )
        output = streams.output(drawn, "titled.raw", f="rawvideo")
        fonts.judge_log(ffmpeg.run(binary, output.get_args(), cwd=room, env=environment))
        made = np.fromfile(room / "titled.raw", np.uint8)
    if made.size != picture.size or not np.any(made.reshape(picture.shape) != picture):
        raise ToolFailed("the title could not be drawn on the cover", "无法在封面上绘制标题")
    return made.reshape(picture.shape)


def sheet(video: Path, seconds: float) -> Picture:
    """Twelve pictures of a video on one. Raises BadAsset."""
    taken = [picture for _, picture in spread(video, seconds)]
    if not taken:
        raise BadAsset(f"{video.name}: no picture decodes", f"{video.name}：无法解码画面")
    height, width = taken[0].shape[:2]
    across = _SIDE if width >= height else round(_SIDE * width / height)
    down = max(2, round(across * height / width))
    tiles = [faces.opencv().resize(picture, across, down) for picture in taken]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.concatenate(tiles[n : n + _COLUMNS], axis=1) for n in range(0, len(tiles), _COLUMNS)]
    return np.concatenate(rows)


def save(target: Path, picture: Picture, label: AigcLabel | None) -> Path:
    """Write a picture under the name it is wished, with the label of the video it was made of."""
    data: bytes = faces.opencv().encode(picture, _FORMATS[target.suffix.lower()])
    with atomic.landing(target) as part:
        part.write_bytes(data)
        tags.keep(tags.FileTags(label=label), part)
    return target
