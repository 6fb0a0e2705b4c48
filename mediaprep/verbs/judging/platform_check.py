"""check --platform: a finished video, and what its receipt tells of it, against the platform it is meant for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, ToolError
from mediaprep.media import ffmpeg
from mediaprep.media.compose import loudness
from mediaprep.media.files.digest import sha256_of
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import ABSENT, Facts, LabelFacts, PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import FileReport, Text
from mediaprep.model.finishing.platforms import MISSING, PRESENT, Platform, platform_named
from mediaprep.model.finishing.receipts import Receipt
from mediaprep.preflight import label_rules, platform_rules
from mediaprep.verbs.check import measure
from mediaprep.verbs.finishing import receipts

_SEEN = ("mark", "safe_above", "safe_below", "safe_beside", "cover_aspect")
_NO_RECEIPT = Text(
    "no receipt beside the video tells it; name it as it was finished",
    "视频旁没有可说明此项的回执；请使用成片原文件",
)
_OTHER = Text("the receipt beside it is of another video", "旁边的回执属于另一个视频")
_HIDDEN = Text("its captions cannot be told from the moving picture", "字幕无法与运动画面区分")


def check_for_platform(
    paths: AnyPath | Iterable[AnyPath], platform: str, *, ffmpeg_path: str | None = None
) -> Iterator[FileReport]:
    """Judge finished videos for `platform` (douyin, channels, kuaishou, bilibili, xiaohongshu, shorts, or their
    Chinese names), in the order given. Raises BadConfig for another one, before anything is read."""
    meant = platform_named(platform)
    given = [paths] if isinstance(paths, str | Path) else paths
    return (_judged(Path(path), meant, ffmpeg_path) for path in given)


def _judged(path: Path, platform: Platform, ffmpeg_path: str | None) -> FileReport:
    facts: Facts = measure(path, faces=False)
    field = f"platform.{platform.name}"
    if not isinstance(facts, VideoFacts):
        if not isinstance(facts, UnknownFacts):
            facts = UnknownFacts(
                size_bytes=getattr(facts, "size_bytes", None),
                problem_en=f"is no video ({facts.kind.value}): platforms take videos",
                problem_zh=f"不是视频（{facts.kind.value}）：平台检查只针对视频",
            )
        return FileReport(path=str(path), field=field, facts=facts)
    measured, why_not = _seen(path, facts)
    measured |= _of_file(facts)
    measured["lufs"], why = _lufs(path, facts, ffmpeg_path)
    if why is not None:
        why_not["lufs"] = why
    findings = (*platform_rules.judge(platform, measured, why_not), *label_rules.judge(facts))
    return FileReport(path=str(path), field=field, facts=facts, findings=findings)


def _of_file(facts: VideoFacts) -> dict[str, Any]:
    label = facts.label
    return {
        "container": facts.container, "codec": facts.codec, "size_bytes": facts.size_bytes, "seconds": facts.seconds,
        "shorter_side": min(facts.width, facts.height), "aspect": facts.width / facts.height, "fps": facts.fps,
        "bitrate": None if facts.bitrate is None else facts.bitrate / 1e6,
        "label": PRESENT if isinstance(label, LabelFacts) else MISSING if label is ABSENT else None,
    }  # fmt: skip


def _lufs(path: Path, facts: VideoFacts, ffmpeg_path: str | None) -> tuple[Any, Text | None]:
    if not facts.audio_tracks:
        return ABSENT, None
    try:
        found = loudness.measure_file(path, binary=ffmpeg.find(ffmpeg_path)).lufs
    except (BadAsset, ToolError) as error:
        return None, Text(error.en, error.zh)
    return ABSENT if found is None else found, None  # silent throughout


def _seen(path: Path, facts: VideoFacts) -> tuple[dict[str, Any], dict[str, Text]]:
    """What its receipt tells of the picture."""
    known, why = _receipt(path)
    if known is None:
        cover: dict[str, Any] = {"cover_aspect": ABSENT}
        return cover, dict.fromkeys(_SEEN, why or _NO_RECEIPT)
    found: dict[str, Any] = {
        "mark": PRESENT if known.evidence.mark else MISSING,
        "cover_aspect": _cover(path, known),
    }
    if facts.width > facts.height:  # shown between bars, which nothing covers
        return {**found, "safe_above": ABSENT, "safe_below": ABSENT, "safe_beside": ABSENT}, {}
    edges = platform_rules.free_edges(known.evidence) or (None, None, None)
    return {**found, **dict(zip(_SEEN[1:4], edges, strict=True))}, dict.fromkeys(_SEEN[1:4], _HIDDEN)


def _receipt(path: Path) -> tuple[Receipt | None, Text | None]:
    beside = receipts.path_of(path)
    if not beside.is_file():
        return None, None
    try:
        known = receipts.read(beside)
        return (known, None) if known.video.sha256 == sha256_of(path) else (None, _OTHER)
    except BadAsset as error:
        return None, Text(error.en, error.zh)


def _cover(path: Path, known: Receipt) -> Any:
    """The shape of the cover that was written beside it."""
    wished = (known.plan or {}).get("wishes", {}).get("thumbnail")
    facts = measure(path.with_name(Path(str(wished)).name), faces=False) if wished else None
    return facts.aspect if isinstance(facts, PhotoFacts) else ABSENT
