"""finish: head + main + tail, burnt captions, logo and loudness in one pass, proved before it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finish import align, captions, plan, spoken, timeline
from mediaprep.media import ffmpeg, fonts, landing, loudness, pauses, posix, probe, render, subtitles
from mediaprep.model.facts import PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.plans import CaptionStyle, Cue, Encoding, RenderPlan, Role
from mediaprep.model.proof import Check

OnProgress = Callable[[str, float], None]
"""Told the stage (look, measure, encode, prove) and how much of it is done, 0–1."""

Captions = str | Path | Sequence[Cue]
Timestamps = Path | Sequence[Mapping[str, Any]]
_SUFFIXES = (".mp4", ".m4v", ".mov")
_MOST_JSON_BYTES = 32 << 20
_MOST_SCRIPT_BYTES = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A finished video on disk. `cues` are timed from its start; `sidecar` is the SRT beside it; `source`:
    where captions came from (cues, srt, timestamps, script); `estimated`: their times are a guess."""

    output: Path
    plan: RenderPlan
    summary: tuple[Text, ...]
    checks: tuple[Check, ...]
    cues: tuple[Cue, ...] = ()
    sidecar: Path | None = None
    source: str | None = None
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Caption:
    """Captions of the main video, set; `source` as in Finished."""

    cues: tuple[Cue, ...]
    source: str
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


def finish(
    main: Path,
    *,
    output: Path,
    head: Path | None = None,
    tail: Path | None = None,
    captions: Captions | None = None,
    script: str | Path | None = None,
    timestamps: Timestamps | None = None,
    font: Path | None = None,
    logo: Path | None = None,
    logo_wish: plan.LogoWish | None = None,
    loudness: str | None = None,
    encoding: Encoding | None = None,
    ffmpeg_path: str | None = None,
    on_progress: OnProgress | None = None,
) -> Finished:
    """Make `output` (.mp4, .m4v or .mov) from `main` and what is wished; captions also go beside it as .srt.

    `captions`: "burn" takes the best source there is (an SRT beside main, `timestamps` of the tts task,
    `script` aligned by pauses), a path names an SRT/VTT/ASS file, cues are taken as they are. Raises
    BadAsset, BadConfig or ToolFailed; then nothing is left behind.
    """
    _refuse_output(main, output)
    binary = ffmpeg.find(ffmpeg_path)
    target = plan.target_named(loudness) if loudness else None
    tell = on_progress or _say_nothing
    tell("look", 0.0)
    clips = [
        (role, path, _video(role, path))
        for role, path in ((Role.HEAD, head), (Role.MAIN, main), (Role.TAIL, tail))
        if path is not None
    ]
    facts = next(facts for role, _, facts in clips if role is Role.MAIN)
    canvas = timeline.canvas_of(facts)
    said = None
    if captions is not None:
        style = plan.style_for(canvas)
        said = _Speech(main=main, facts=facts, style=style, script=script, timestamps=timestamps).of(captions)
    chosen = fonts.choose((cue.text for cue in said.cues), font) if said else None
    mark = None if logo is None else plan.logo_on(canvas, logo, _photo(logo), logo_wish or plan.LogoWish())
    planned = plan.plan(
        clips,
        output=output,
        cues=said.cues if said else (),
        burn=True,
        font=chosen,
        logo=mark,
        target=target,
        encoding=encoding,
    )
    levelled, notes = _levelled(planned.plan, binary, tell)
    rendered = render.render(levelled, binary=binary, on_progress=tell)
    cues = tuple(placed.cue for placed in levelled.cues)
    return Finished(
        output=rendered.path,
        plan=levelled,
        summary=plan.summary(levelled),
        checks=rendered.checks,
        cues=cues,
        sidecar=_write(_sidecar_of(output, main, captions), cues) if cues else None,
        source=said.source if said else None,
        estimated=bool(said and said.estimated),
        findings=said.findings if said else (),
        notes=(*planned.notes, *(said.notes if said else ()), *notes),
    )


# --- what comes in ------------------------------------------------------------------------------------------


def _say_nothing(stage: str, done: float) -> None:
    """Progress that nobody asked for."""
    del stage, done


def _refuse_output(main: Path, output: Path) -> None:
    if output.suffix.lower() not in _SUFFIXES:
        raise BadConfig(
            f"{output.name}: the finished video is an MP4; name it .mp4, .m4v or .mov",
            f"{output.name}：成片为 MP4 格式，请以 .mp4、.m4v 或 .mov 命名",
        )
    landing.refuse_same(main, output)


def _video(role: Role, path: Path) -> VideoFacts:
    facts = probe.probe(path, faces=False)
    if isinstance(facts, VideoFacts):
        return facts
    why = (
        (facts.problem_en, facts.problem_zh) if isinstance(facts, UnknownFacts) else (f"is {facts.kind}", "")
    )
    raise BadAsset(
        f"{role.value} {path.name}: {why[0]}; give a video", f"{role.value} {path.name}：{why[1]}；请提供视频"
    )


def _photo(path: Path) -> PhotoFacts:
    facts = probe.probe(path, faces=False)
    if isinstance(facts, PhotoFacts):
        return facts
    raise BadAsset(
        f"logo {path.name}: not a picture that can be read; give a PNG",
        f"台标 {path.name}：不是图片；请提供 PNG",
    )


# --- captions: the best source there is ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Speech:
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


# --- sound and sidecar --------------------------------------------------------------------------------------


def _levelled(
    made: RenderPlan, binary: ffmpeg.Binary, tell: OnProgress
) -> tuple[RenderPlan, tuple[Text, ...]]:
    if made.target is None:
        return made, ()
    tell("measure", 0.0)
    levelling = loudness.level(made, made.target, binary=binary)
    tell("measure", 1.0)
    if levelling is None:
        silent = Text("the programme is silent: loudness is left alone", "整个节目无声：未调整响度")
        return made, (silent,)
    notes: tuple[Text, ...] = ()
    if not levelling.linear:
        notes = (
            Text(
                f"{made.target.lufs:g} LUFS cannot be met by gain alone: a limiter holds the peaks",
                f"只用增益无法达到 {made.target.lufs:g} LUFS：由限幅器控制峰值",
            ),
        )
    reached = levelling.expected_lufs
    if abs(reached - made.target.lufs) > 0.3:
        notes += (
            Text(
                f"{made.target.lufs:g} LUFS is out of reach: the result is {reached:.1f} LUFS",
                f"无法达到 {made.target.lufs:g} LUFS：成片为 {reached:.1f} LUFS",
            ),
        )
    return replace(made, levelling=levelling), notes


def _sidecar_of(output: Path, main: Path, wanted: Captions | None) -> Path:
    """The SRT beside the output; never a file that captions were read from."""
    read = [main.with_suffix(".srt")]
    if isinstance(wanted, str | Path) and wanted != "burn":
        read.append(Path(wanted))
    beside = output.with_suffix(".srt")
    taken = any(path.exists() and beside.exists() and path.samefile(beside) for path in read)
    return output.with_suffix(".finished.srt") if taken else beside


def _write(path: Path, cues: Sequence[Cue]) -> Path:
    with landing.landing(path) as part:
        part.write_text(subtitles.text_of(cues, "srt"), encoding="utf-8")
    return path
