"""What `fix` does to a file, as values: each step says itself and predicts the facts after it.

What a step cannot know beforehand (the size of a transcode) becomes None in the prediction and is probed.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from mediaprep.model.facts import (
    AudioFacts,
    AudioTrack,
    CaptionFacts,
    FaceBox,
    Facts,
    PhotoFacts,
    TextFacts,
    VideoFacts,
)
from mediaprep.model.findings import Text


class Step(abc.ABC):
    """One change of a file. Steps of one plan are applied in order, in one pass where possible."""

    @property
    def removes_content(self) -> bool:
        """True: speech, footage, picture area or a track is lost, so only `--unsafe` does it."""
        return False

    @abc.abstractmethod
    def predict(self, facts: Facts) -> Facts:
        """The facts after this step; None where it cannot know. TypeError for a kind it is not for."""

    @abc.abstractmethod
    def say(self) -> Text:
        """What is done, in one line."""


@dataclass(frozen=True, kw_only=True)
class Remux(Step):
    """Write the streams into another container; those that no later step encodes are copied bit for bit."""

    container: str = "mp4"

    def predict(self, facts: Facts) -> Facts:
        video = _video(facts)
        return replace(
            video, container=self.container, faststart=True, covers=0, size_bytes=None, bitrate=None
        )

    def say(self) -> Text:
        return Text(
            f"write as {self.container}, index first; streams are copied unless said otherwise",
            f"改写为 {self.container}（索引前置）；未另行说明的流原样复制",
        )


@dataclass(frozen=True, kw_only=True)
class DropTracks(Step):
    """Keep the first picture track and the first sound track, which are the ones that players show."""

    @property
    def removes_content(self) -> bool:
        return True

    def predict(self, facts: Facts) -> Facts:
        video = _video(facts)
        return replace(
            video,
            video_tracks=min(1, video.video_tracks),
            audio_tracks=min(1, video.audio_tracks),
            size_bytes=None,
            bitrate=None,
        )

    def say(self) -> Text:
        return Text(
            "drop all but the first picture and the first sound track", "只保留第一条视频轨和第一条音轨"
        )


@dataclass(frozen=True, kw_only=True)
class EncodePicture(Step):
    """Make the pixels anew as H.264 High 8-bit 4:2:0: upright, constant rate, progressive, SDR.

    `width`/`height` are as displayed, even. `rate` is a fraction ("30000/1001") or None to keep the source's.
    `max_bitrate` (bit/s) is set where the file must shrink below a limit; `max_bytes` is that limit: what
    comes out larger is made once more with the bitrate that the first time showed to fit.
    """

    width: int
    height: int
    rate: str | None = None
    deinterlace: bool = False
    tone_map: bool = False
    crf: float = 22.2  # with the tuning of `Encoding` as good, and as large, as x264's own 23
    preset: str = "faster"
    max_bitrate: int | None = None
    max_bytes: int | None = None

    def predict(self, facts: Facts) -> Facts:
        return replace(
            _video(facts),
            codec="h264",
            profile="High",
            pixel_format="yuv420p",
            width=self.width,
            height=self.height,
            rotation=0,
            mirrored=False,
            pixel_aspect=1.0,
            hidden_seconds=0.0,
            undecodable_seconds=0.0,
            decodes_from=None,
            fps=float(Fraction(self.rate)) if self.rate else None,
            frames=None,
            variable_rate=False,
            usual_fps=None,
            interlaced=False,
            hdr=False,
            size_bytes=None,
            bitrate=None,
        )

    def say(self) -> Text:
        rate = f", {float(Fraction(self.rate)):g} fps" if self.rate else ""
        more_en = (", deinterlaced" if self.deinterlace else "") + (", tone-mapped" if self.tone_map else "")
        more_zh = ("，去隔行" if self.deinterlace else "") + ("，HDR 转 SDR" if self.tone_map else "")
        shape = f"{self.width}×{self.height}{rate}"
        return Text(
            f"re-encode the picture to H.264 High, 8-bit 4:2:0, upright, {shape}{more_en}",
            f"画面重新编码为 H.264 High、8 位 4:2:0、正向，{shape}{more_zh}",
        )


@dataclass(frozen=True, kw_only=True)
class EncodeTrack(Step):
    """Encode the sound of a video to AAC because its codec does not belong into the new container."""

    bitrate: int = 128_000

    def predict(self, facts: Facts) -> Facts:
        video = _video(facts)
        sound = video.audio
        if isinstance(sound, AudioTrack):
            sound = replace(sound, codec="aac", seconds=None)
        return replace(video, audio=sound, size_bytes=None, bitrate=None)

    def say(self) -> Text:
        return Text(
            f"re-encode the sound to AAC, {self.bitrate // 1000} kbit/s",
            f"声音重新编码为 AAC，{self.bitrate // 1000} kbit/s",
        )


@dataclass(frozen=True, kw_only=True)
class Trim(Step):
    """Keep `seconds` from `start` on. `silence` = only silent edges go, so no content is lost."""

    start: float = 0.0
    seconds: float
    silence: bool = False

    @property
    def removes_content(self) -> bool:
        return not self.silence

    def predict(self, facts: Facts) -> Facts:
        if isinstance(facts, AudioFacts):
            return replace(
                facts,
                seconds=self.seconds,
                claimed_seconds=None,
                size_bytes=None,
                bitrate=None,
                leading_silence=None,
                trailing_silence=None,
                peak_dbfs=None,
                clipped_share=None,
                above_background=None,
                background_dbfs=None,
            )
        video = _video(facts)
        sound = video.audio
        if isinstance(sound, AudioTrack):
            sound = replace(sound, seconds=None)
        return replace(
            video,
            seconds=self.seconds,
            claimed_seconds=None,
            frames=None,
            audio=sound,
            size_bytes=None,
            bitrate=None,
        )

    def say(self) -> Text:
        span = f"{self.start:g}–{self.start + self.seconds:g} s"
        if self.silence:
            return Text(f"trim the silent edges, keeping {span}", f"裁去首尾静音，保留 {span}")
        return Text(f"cut: keep only {span}", f"截取：仅保留 {span}")


@dataclass(frozen=True, kw_only=True)
class ConvertAudio(Step):
    """Encode a sound file anew. `format` as the docs name it: mp3 | wav | m4a. `bitrate` None for wav."""

    format: str
    bitrate: int | None
    sample_rate: int
    channels: int

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, AudioFacts):
            raise TypeError(f"a sound step met {facts.kind}")
        container, codec = AUDIO_TARGETS[self.format]
        return replace(
            facts,
            container=container,
            format=self.format,
            codec=codec,
            sample_rate=self.sample_rate,
            channels=self.channels,
            claimed_seconds=None,
            size_bytes=None,
            bitrate=None,
            peak_dbfs=None,
            clipped_share=None,
            above_background=None,
            background_dbfs=None,
        )

    def say(self) -> Text:
        quality = f"{self.bitrate // 1000} kbit/s" if self.bitrate else "16 bit"
        shape = f"{self.format}, {quality}, {self.sample_rate} Hz, {self.channels} ch"
        return Text(f"re-encode the sound to {shape}", f"声音重新编码为 {shape}")


@dataclass(frozen=True, kw_only=True)
class Pad(Step):
    """Silence behind a sound that is too short, up to `seconds`."""

    seconds: float

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, AudioFacts):
            raise TypeError(f"a sound step met {facts.kind}")
        return replace(
            facts, seconds=self.seconds, claimed_seconds=None, trailing_silence=None, size_bytes=None
        )

    def say(self) -> Text:
        return Text(f"add silence at the end, up to {self.seconds:g} s", f"末尾补静音至 {self.seconds:g} 秒")


# Format as the docs name it → (container, codec) as the facts name them.
AUDIO_TARGETS = {"mp3": ("mp3", "mp3"), "wav": ("wav", "pcm_s16le"), "m4a": ("mp4", "aac")}


@dataclass(frozen=True, kw_only=True)
class CropPhoto(Step):
    """Keep one part of a picture, in pixels of the picture as displayed."""

    x: int
    y: int
    width: int
    height: int

    @property
    def removes_content(self) -> bool:
        return True

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, PhotoFacts):
            raise TypeError(f"a picture step met {facts.kind}")
        kept = (
            None
            if facts.faces is None
            else tuple(self._moved(face) for face in facts.faces if self.holds(face))
        )
        return replace(facts, width=self.width, height=self.height, faces=kept, size_bytes=None)

    def holds(self, face: FaceBox) -> bool:
        """Whether the whole face is in what is kept."""
        inside = self.x <= face.x and face.x + face.width <= self.x + self.width
        return inside and self.y <= face.y and face.y + face.height <= self.y + self.height

    def _moved(self, face: FaceBox) -> FaceBox:
        return replace(face, x=face.x - self.x, y=face.y - self.y)

    def say(self) -> Text:
        part = f"{self.width}×{self.height}"
        return Text(
            f"crop to {part} at ({self.x}, {self.y})", f"裁切画面：保留 ({self.x}, {self.y}) 处的 {part}"
        )


@dataclass(frozen=True, kw_only=True)
class SavePhoto(Step):
    """Save a picture anew: upright, RGB, first picture only, sides in pixels, at most `max_bytes`; where
    quality 60 is still too large it is scaled down, no side below `least_side`."""

    format: Literal["jpg", "png"]
    width: int
    height: int
    max_bytes: int | None = None
    least_side: int = 1

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, PhotoFacts):
            raise TypeError(f"a picture step met {facts.kind}")
        return replace(
            facts,
            format=self.format,
            mode="RGB",
            width=self.width,
            height=self.height,
            orientation=1,
            animated=False,
            size_bytes=None,
        )

    def say(self) -> Text:
        shape = f"{self.format}, {self.width}×{self.height}"
        most = f", ≤ {self.max_bytes} byte" if self.max_bytes else ""
        return Text(f"save anew as upright RGB {shape}{most}", f"另存为正向 RGB {shape}{most}")


@dataclass(frozen=True, kw_only=True)
class TidyText(Step):
    """A script made fit for the wire: lines joined, bare & and < escaped, controls dropped (counts of each).

    The pure text function that made the new text knows the counts after it.
    """

    joined: int
    escaped: int
    dropped: int
    characters: int
    spoken_characters: int | None
    encoding: str = "UTF-8"  # that it was read in

    @property
    def changes(self) -> bool:
        """Whether anything is written otherwise than it was read."""
        return bool(self.joined or self.escaped or self.dropped or self.encoding != "UTF-8")

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, TextFacts):
            raise TypeError(f"a text step met {facts.kind}")
        return replace(
            facts,
            characters=self.characters,
            spoken_characters=self.spoken_characters,
            lines=1,
            size_bytes=None,
        )

    def say(self) -> Text:
        parts = [
            (self.joined, "line breaks joined", "处换行已合并"),
            (self.escaped, "bare symbols escaped", "个符号已转义"),
            (self.dropped, "control characters dropped", "个控制字符已删除"),
        ]
        done = [part for part in parts if part[0]]
        en, zh = [f"{n} {en}" for n, en, _ in done], [f"{n} {zh}" for n, _, zh in done]
        if self.encoding != "UTF-8":
            en.append(f"read as {self.encoding}, written in UTF-8")
            zh.append(f"按 {self.encoding} 读取，写为 UTF-8")
        return Text(", ".join(en) or "text unchanged", "，".join(zh) or "文本未改动")


@dataclass(frozen=True, kw_only=True)
class SaveCaptions(Step):
    """A caption file written anew in UTF-8, without markup, in order of time; `dropped` cannot be shown."""

    form: str  # srt | vtt
    cues: int
    dropped: int
    was: str
    encoding: str

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, CaptionFacts):
            raise TypeError(f"a caption step met {facts.kind}")
        return replace(facts, form=self.form, dropped=0, encoding="UTF-8", encoding_guessed=False)

    def say(self) -> Text:
        more = (
            (f", {self.dropped} left out", f"，{self.dropped} 条无法显示，已略去")
            if self.dropped
            else ("", "")
        )
        return Text(
            f"save {self.cues} captions as {self.form} in UTF-8 (read as {self.was}, {self.encoding}){more[0]}",
            f"将 {self.cues} 条字幕另存为 UTF-8 的 {self.form}（原为 {self.was}，{self.encoding}）{more[1]}",
        )


def predict(facts: Facts, steps: tuple[Step, ...]) -> Facts:
    """The facts after all steps."""
    for step in steps:
        facts = step.predict(facts)
    return facts


def _video(facts: Facts) -> VideoFacts:
    if not isinstance(facts, VideoFacts):
        raise TypeError(f"a video step met {facts.kind}")
    return facts
