"""What an output shows, measured on the output itself: exit codes and headers prove nothing.

Everything that was encoded is decoded once, and what was copied beside its seams; the rest of it must be main's
bit for bit. Pictures are counted, those that tell are looked at on the way: captions inside and outside their
cues, and where each clip's picture and sound really stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.media.compose import loudness
from mediaprep.media.containers import packets, scaling, streams
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.join import seams
from mediaprep.media.orientation import UPRIGHT
from mediaprep.media.prove import alignment, caption_pixels, mark_pixels
from mediaprep.media.prove.mark_pixels import marked
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Canvas, Clip, Levelling, LoudnessMeasure, Role
from mediaprep.model.finishing.proof import Check, Expectation, broken, unreadable

MOST_OFFSET_MS = 40.0
LOUDNESS_LU = 0.5
_SQUARE = 1e-3  # of a pixel's width over its height
_WRONG_SOUND = 0.3  # likeness below which main's sound is not in its place


Look = Callable[[int, Any], None]
"""Shown the decoded pictures in order, each with its number from 0."""


def prove(
    path: Path, expectation: Expectation, *, binary: Binary, look: Look | None = None
) -> tuple[Check, ...]:
    """Measure the file at `path` against `expectation`; every row is held, broken or not measurable. `look`
    is shown what is decoded for it: every picture, where nothing was copied."""
    eyes = _Eyes(expectation, look)
    with ThreadPoolExecutor(max_workers=2) as pool:
        try:
            beside = _Beside(path, expectation, binary, pool)
            report = packets.decode_report(path, look=eyes.look, spans=seams.spans(expectation))
        except BadAsset as error:
            return (unreadable(error.en),)
        checks = [*_decoded(report, expectation), _shape(path, expectation)]
        if broken(tuple(checks)):
            return tuple(checks)
        copied, fits = beside.compared.result()
        checks += copied
        if broken(tuple(checks)):
            return tuple(checks)
        checks += _places(expectation, eyes.thumbs, fits)
    if expectation.levelling is not None and beside.heard is not None:
        checks += _loudness(beside.heard.result(), expectation.levelling)
    if expectation.mark is not None:
        checks.append(marked(expectation, expectation.mark, eyes.marked, binary))
    if expectation.cues:
        checks += _captions(expectation, eyes, binary)
    return tuple(checks)


class _Beside:
    """What other processes find out while the pictures are decoded here."""

    def __init__(
        self, path: Path, expectation: Expectation, binary: Binary, pool: ThreadPoolExecutor
    ) -> None:
        self.heard: Future[LoudnessMeasure] | None = None
        if expectation.levelling is not None:
            self.heard = pool.submit(loudness.measuring(path, binary=binary))
        self.compared = pool.submit(_compared, path, expectation)


def _compared(path: Path, expectation: Expectation) -> tuple[tuple[Check, ...], list[alignment.SoundFit]]:
    """What was copied, and each clip's sound in its place; one after the other, as each takes a child, and one more
    takes longer to start than they do."""
    copied = seams.copies(path, expectation) if expectation.parts else ()
    return copied, [_fit(clip, expectation.canvas, path) for clip in expectation.compared]


def _fit(clip: Clip, canvas: Canvas, path: Path) -> alignment.SoundFit:
    return alignment.sound_fit(clip, canvas, path) if clip.has_sound else alignment.SoundFit(None, None)


class _Eyes:
    """Keeps of the pictures that pass by those that tell something."""

    def __init__(self, expectation: Expectation, beside: Look | None) -> None:
        self._beside = beside
        canvas = expectation.canvas
        self.samples = caption_pixels.samples(expectation.cues, expectation.frames, expectation.lit)
        self.strips: dict[int, caption_pixels.Strip] = {}
        self.thumbs: dict[int, alignment.Thumb] = {}
        self._strip_frames = {sample.frame for sample in self.samples}
        self._size = alignment.thumb_size(canvas)
        self._thumb_frames = {
            clip.first_frame + number
            for clip in expectation.compared
            for number in alignment.window(clip, canvas)
        }
        self.marked: dict[int, caption_pixels.Strip] = {}
        self._marks = mark_pixels.samples(expectation)
        self._mark_rows = mark_pixels.rows(expectation)
        self._rows = (0, 0)
        if expectation.style is not None and expectation.font is not None:
            self._rows = caption_pixels.band(canvas, expectation.style, expectation.font)

    def look(self, number: int, frame: Any) -> None:
        if self._beside is not None:
            self._beside(number, frame)
        if number in self._strip_frames:
            first, end = self._rows
            self.strips[number] = scaling.luma(frame)[first:end].copy()
        if number in self._marks:
            first, end = self._mark_rows
            self.marked[number] = scaling.luma(frame)[first:end].copy()
        if number in self._thumb_frames:
            self.thumbs[number] = packets.to_pixels(frame, "gray", size=self._size)


def _decoded(report: streams.DecodeReport, expectation: Expectation) -> list[Check]:
    picture, sound = report.first("video"), report.first("audio")
    frames = picture.frames if picture else 0
    errors = report.errors
    lengths = [s.seconds if s and s.seconds is not None else 0.0 for s in (picture, sound)]
    starts = [s.first if s and s.first is not None else 0.0 for s in (picture, sound)]
    gap = max(abs(lengths[0] - lengths[1]), abs(starts[0] - starts[1])) * 1000
    expected = expectation.frames
    return [
        Check(
            name="decode_errors",
            held=errors == 0,
            measured=errors,
            expected="0",
            note="; ".join(report.messages),
        ),
        Check(name="frames", held=abs(frames - expected) <= 1, measured=frames, expected=f"{expected} ±1"),
        Check(
            name="streams_apart",
            held=sound is not None and gap <= MOST_OFFSET_MS,
            measured=round(gap, 1) if sound else "no sound",
            expected=f"at most {MOST_OFFSET_MS:g}",
            unit="ms",
            note=f"picture {lengths[0]:.3f} s, sound {lengths[1]:.3f} s",
            expected_zh=f"至多 {MOST_OFFSET_MS:g}",
            note_zh=f"画面 {lengths[0]:.3f} 秒，声音 {lengths[1]:.3f} 秒",
        ),
    ]


def _shape(path: Path, expectation: Expectation) -> Check:
    canvas = expectation.canvas
    picture = packets.describe(path).first("video")
    measured = (picture.codec, picture.width, picture.height, picture.pixel_format) if picture else ()
    upright = picture is None or packets.orientation_of(path, picture.track_id) == UPRIGHT
    square = picture is None or abs(picture.pixel_aspect - 1) < _SQUARE
    odd = ("" if upright else ", turned or mirrored") + ("" if square else ", pixels not square")
    expected = ("h264", canvas.width, canvas.height, "yuv420p")
    said = "{} {}×{} {}"
    return Check(
        name="picture",
        held=measured == expected and not odd,
        measured=said.format(*measured) + odd if measured else "none",
        expected=said.format(*expected),
    )


def _places(
    expectation: Expectation, thumbs: dict[int, alignment.Thumb], fits: Sequence[alignment.SoundFit]
) -> list[Check]:
    """Picture against sound, clip by clip, by comparing content."""
    canvas = expectation.canvas
    offsets: list[float] = []
    notes: list[Text] = []
    checks: list[Check] = []
    for clip, fit in zip(expectation.compared, fits, strict=True):
        # copied pictures stand where their packets stand: on the frame, to the tick
        copied = clip.role is Role.MAIN and bool(expectation.parts)
        restaged = clip.role is Role.MAIN and expectation.restaged
        late = 0.0 if copied else None if restaged else alignment.picture_lag(clip, canvas, thumbs)
        if clip.role is Role.MAIN and fit.likeness is not None:
            checks.append(_likeness(clip, fit.likeness))
        if late is not None and abs(late) * 1000 > MOST_OFFSET_MS:
            off = f"{late * 1000:+.0f}"
            notes.append(
                Text(
                    f"{clip.role.value}'s picture is {off} ms from its place",
                    f"{clip.role.zh}的画面偏离其位置 {off} 毫秒",
                )
            )
        if fit.lag is None:
            notes.append(Text(f"{clip.role.value}: no sound to compare", f"{clip.role.zh}：没有可比较的声音"))
        elif late is None:
            notes.append(
                Text(
                    f"{clip.role.value}: the picture tells no time, sound against its planned place",
                    f"{clip.role.zh}：画面无法定时，仅将声音与计划位置比较",
                )
            )
            offsets.append(fit.lag * 1000)
        else:
            offsets.append((fit.lag - late) * 1000)
    worst = max(offsets, key=abs, default=None)
    held = None if worst is None else abs(worst) <= MOST_OFFSET_MS
    measured = None if worst is None else round(worst, 1)
    return [
        *checks,
        Check(
            name="av_offset", held=held, measured=measured, expected=f"within {MOST_OFFSET_MS:g}", unit="ms",
            note="; ".join(note.en for note in notes), expected_zh=f"±{MOST_OFFSET_MS:g} 以内",
            note_zh="；".join(note.zh for note in notes),
        ),
    ]  # fmt: skip


def _likeness(clip: Clip, likeness: float) -> Check:
    return Check(
        name=f"sound_of_{clip.role.value}",
        held=likeness >= _WRONG_SOUND,
        measured=round(likeness, 3),
        expected=f"correlation of at least {_WRONG_SOUND} with {clip.path.name}",
        expected_zh=f"与 {clip.path.name} 的相关系数不低于 {_WRONG_SOUND}",
    )


def _loudness(measured: LoudnessMeasure, levelling: Levelling) -> list[Check]:
    wanted, ceiling = levelling.expected_lufs, levelling.target.ceiling_dbtp
    near = measured.lufs is not None and abs(measured.lufs - wanted) <= LOUDNESS_LU
    kept = measured.peak_dbtp is None or measured.peak_dbtp <= ceiling
    return [
        Check(
            name="loudness",
            held=near,
            measured=measured.lufs,
            expected=f"{wanted:.1f} ±{LOUDNESS_LU}",
            unit="LUFS",
        ),
        Check(
            name="true_peak",
            held=kept,
            measured=measured.peak_dbtp,
            expected=f"at most {ceiling:g}",
            unit="dBTP",
            expected_zh=f"至多 {ceiling:g}",
        ),
    ]


_LOST = Text(
    "without an outline or a plate they may be lost in the picture: give them one",
    "没有描边或底框，字幕可能与画面难以区分：请设置描边或底框",
)


def _captions(expectation: Expectation, eyes: _Eyes, binary: Binary) -> list[Check]:
    """Inside a cue its pattern is in the picture, just before and after it is not."""
    style, font, canvas = expectation.style, expectation.font, expectation.canvas
    if style is None or font is None:
        raise ValueError("burnt captions need a style and a font to be proved")
    numbers = sorted({sample.cue for sample in eyes.samples})
    cues: Sequence[Any] = [expectation.cues[number] for number in numbers]
    drawn = caption_pixels.patterns(cues, canvas=canvas, style=style, font=font, binary=binary)
    pattern = dict(zip(numbers, drawn, strict=True))
    likes = [
        (sample, caption_pixels.resemblance(eyes.strips[sample.frame], pattern[sample.cue]))
        for sample in eyes.samples
        if sample.frame in eyes.strips
    ]
    inside = [like for sample, like in likes if sample.shown]
    outside = [like for sample, like in likes if not sample.shown]
    rows = caption_pixels.band(canvas, style, font)
    cut = [number for number in numbers if caption_pixels.touches_edge(pattern[number], canvas, rows)]
    worst_in, worst_out = min(inside, default=0.0), max(outside, default=None)
    dark = not any(sample.shown for sample in eyes.samples)  # no caption stands outside the fades
    lost = not dark and worst_in < caption_pixels.VISIBLE and not style.outline_px and style.box is None
    return [
        Check(
            name="captions_inside",
            held=None if dark else worst_in >= caption_pixels.VISIBLE,
            measured=None if dark else round(worst_in, 3),
            expected=f"correlation of at least {caption_pixels.VISIBLE} on {len(inside)} pictures inside cues",
            expected_zh=f"字幕时段内 {len(inside)} 帧的相关系数不低于 {caption_pixels.VISIBLE}",
            note=_LOST.en if lost else "",
            note_zh=_LOST.zh if lost else "",
        ),
        Check(
            name="captions_outside",
            held=None if worst_out is None else worst_out <= caption_pixels.ABSENT,
            measured=None if worst_out is None else round(worst_out, 3),
            expected=f"correlation of at most {caption_pixels.ABSENT} on {len(outside)} pictures outside cues",
            expected_zh=f"字幕时段外 {len(outside)} 帧的相关系数不高于 {caption_pixels.ABSENT}",
        ),
        Check(
            name="captions_within_picture",
            held=not cut,
            measured=f"{len(cut)} of {len(numbers)}",
            expected="none touches the edge",
            expected_zh="均不触及画面边缘",
        ),
    ]
