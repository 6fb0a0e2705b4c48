"""Captions of a main video: read, timed or estimated from the best source there is, and written beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.finish import align, captions, spoken, timeline
from mediaprep.media import landing, pauses, posix, subtitles
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.plans import CaptionStyle, Cue

Captions = str | Path | Sequence[Cue]
Timestamps = Path | Sequence[Mapping[str, Any]]
_MOST_JSON_BYTES = 32 << 20
_MOST_SCRIPT_BYTES = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Caption:
    """Captions of the main video, set; `source`: where they came from (cues, srt, timestamps, script)."""

    cues: tuple[Cue, ...]
    source: str
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What may tell the words of main and when they are spoken."""

    main: Path
    facts: VideoFacts
    style: CaptionStyle
    script: str | Path | None
    timestamps: Timestamps | None

    def of(self, wanted: Captions) -> Caption:
        """The captions, from the best source there is. Raises BadAsset when there is none."""
        if not isinstance(wanted, str | Path):
            return self._given(tuple(wanted), "cues")
        if wanted != "burn":
            return self._given(subtitles.read(Path(wanted)), "srt")
        beside = self.main.with_suffix(".srt")
        if beside.is_file():
            return self._given(subtitles.read(beside), "srt")
        stamps = self.main.with_suffix(".timestamps.json")
        if self.timestamps is not None or stamps.is_file():
            timed = spoken.from_timestamps(_sentences(self.timestamps or stamps))
            return self._set(timed, source="timestamps")
        if self.script is not None:
            return self._estimated(self.script)
        raise BadAsset(
            f"no captions to burn: give an SRT file, put {beside.name} beside the video, or give the script "
            "or the timestamps of the tts task",
            f"没有字幕来源：请提供 SRT 文件、在视频旁放置 {beside.name}，或提供脚本或 tts 任务的时间戳",
        )

    @property
    def _limits(self) -> dict[str, Any]:
        return {"fps": timeline.exact_rate(self.facts), "total_ms": timeline.length_ms(self.facts)}

    def _given(self, cues: tuple[Cue, ...], source: str) -> Caption:
        again = captions.set_again(cues, self.style, **self._limits)
        return Caption(cues=again.cues, source=source, findings=again.findings)

    def _set(self, timed: Sequence[spoken.Spoken], *, source: str) -> Caption:
        typeset = captions.typeset(timed, self.style, **self._limits)
        return Caption(cues=typeset.cues, source=source, findings=typeset.findings)

    def _estimated(self, script: str | Path) -> Caption:
        if not self.facts.audio_tracks:
            raise BadAsset(
                f"{self.main.name} has no sound: a script cannot be aligned to it; give an SRT file",
                f"{self.main.name} 没有声音，无法对齐脚本；请提供 SRT 文件",
            )
        if isinstance(script, Path):
            script = subtitles.decode(_bytes(script, _MOST_SCRIPT_BYTES), script)
        aligned = align.align(script, pauses.silence_map(self.main))
        note = Text(
            f"caption times are estimated: {aligned.paired} of the script's {aligned.places} pauses were heard",
            f"字幕时间为估算：脚本 {aligned.places} 处停顿中听到 {aligned.paired} 处",
        )
        return replace(self._set(aligned.spoken, source="script"), estimated=True, notes=(note,))


def _sentences(timestamps: Timestamps) -> Sequence[Mapping[str, Any]]:
    """TextTimestampResult as it is, or from a JSON file that is or holds it."""
    if not isinstance(timestamps, Path):
        return timestamps
    try:
        found = json.loads(_bytes(timestamps, _MOST_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise BadAsset(f"{timestamps.name}: no JSON", f"{timestamps.name}：不是 JSON") from error
    if isinstance(found, dict):
        found = found.get("TextTimestampResult")
    if not isinstance(found, list):
        raise BadAsset(
            f"{timestamps.name}: holds no TextTimestampResult", f"{timestamps.name}：缺少 TextTimestampResult"
        )
    return found


def _bytes(path: Path, most: int) -> bytes:
    with posix.open_regular(path) as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise BadAsset(f"{path.name}: larger than {most >> 20} MiB", f"{path.name}：超过 {most >> 20} MiB")
    return raw


# --- beside the video ---------------------------------------------------------------------------------------


def sidecar_of(output: Path, main: Path, wanted: Captions | None) -> Path:
    """The SRT beside the output; never a file that captions were read from."""
    read = [main.with_suffix(".srt")]
    if isinstance(wanted, str | Path) and wanted != "burn":
        read.append(Path(wanted))
    beside = output.with_suffix(".srt")
    taken = any(path.exists() and beside.exists() and path.samefile(beside) for path in read)
    return output.with_suffix(".finished.srt") if taken else beside


def write(path: Path, cues: Sequence[Cue]) -> Path:
    """The cues as an SRT file at `path`, whole or not at all."""
    with landing.landing(path) as part:
        part.write_text(subtitles.text_of(cues, "srt"), encoding="utf-8")
    return path
