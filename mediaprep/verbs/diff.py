"""diff: two finished videos compared for approval."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset
from mediaprep.media.captions import subtitle_files
from mediaprep.media.compare import compared
from mediaprep.media.labels import tags
from mediaprep.media.probing.probe import probe
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.results.video_differences import VideoDifference, VideoDifferences

Cues = list[tuple[int, int, str]]  # start and end in milliseconds, text
_MOVED_MS: Final = 40  # one picture at 25 a second
_TITLES: Final = ("title", "comment", "artist", "album", "description", "copyright")
_SIDECARS: Final = (".srt", ".vtt", ".ass")


def diff(old: AnyPath, new: AnyPath) -> VideoDifferences:
    """What differs between two finished videos: picture, sound, captions, chapters, label, length. Videos that were
    only encoded anew are the same. Raises BadAsset for what is no video."""
    old, new = Path(old), Path(new)
    before, now = _video(old), _video(new)
    (old_chapters, old_track), (chapters, track) = compared.told(old), compared.told(new)
    cues = track or _beside(new)
    found = [
        *_shapes(before, now),
        *_cue_differences(old_track or _beside(old), cues),
        *_chapter_differences(old_chapters, chapters),
        *_words(old, new),
        *compared.pictures(old, new, before, now),
        *compared.sound(old, new, before, now),
    ]
    placed = [_placed(one, cues, chapters) for one in found]
    return VideoDifferences(
        old=old, new=new, differences=tuple(sorted(placed, key=lambda one: one.start or 0.0))
    )


def _video(path: Path) -> VideoFacts:
    facts = probe(path, faces=False)
    if isinstance(facts, VideoFacts):
        return facts
    problem = getattr(facts, "problem", None)
    raise BadAsset(
        f"{path}: is no video that can be compared" + (f": {problem.en}" if problem else ""),
        f"{path}：不是可比较的视频" + (f"：{problem.zh}" if problem else ""),
    )


def _shapes(before: VideoFacts, now: VideoFacts) -> Iterator[VideoDifference]:
    if (before.width, before.height) != (now.width, now.height):
        sizes = f"{before.width}×{before.height} → {now.width}×{now.height}"
        yield VideoDifference(kind="shape", what=Text(f"size: {sizes}", f"尺寸：{sizes}"))
    rate, other = before.fps or 0.0, now.fps or 0.0
    if abs(rate - other) > 0.01 * max(rate, other):
        rates = f"{rate:.2f} → {other:.2f}"
        yield VideoDifference(kind="shape", what=Text(f"pictures a second: {rates}", f"帧率：{rates}"))
    if bool(before.audio_tracks) != bool(now.audio_tracks):
        has = (
            Text("there is sound now", "新增声音")
            if now.audio_tracks
            else Text("there is no sound any more", "没有声音了")
        )
        yield VideoDifference(kind="sound", what=has)
    if before.seconds is None or now.seconds is None:
        yield VideoDifference(kind="unknown", what=Text("length: not measured", "时长：未能测量"))
    elif abs(now.seconds - before.seconds) > 1.5 / (now.fps or 25.0):
        apart = now.seconds - before.seconds
        yield VideoDifference(
            kind="length", measured=apart,
            what=Text(f"length: {before.seconds:.2f} s → {now.seconds:.2f} s ({apart:+.2f} s)",
                      f"时长：{before.seconds:.2f} 秒 → {now.seconds:.2f} 秒（{apart:+.2f} 秒）"),
        )  # fmt: skip


def _words(old: Path, new: Path) -> Iterator[VideoDifference]:
    before, now = tags.read(old), tags.read(new)
    if before.label != now.label:
        yield VideoDifference(
            kind="label", what=_changed("label (AIGC)", "标识（AIGC）", before.label, now.label)
        )
    for name in _TITLES:
        was, is_now = before.words.get(name), now.words.get(name)
        if was != is_now:
            yield VideoDifference(kind="tag", what=_said(name, was, is_now))


def _changed(en: str, zh: str, was: object, now: object) -> Text:
    if was is None:
        return Text(f"{en}: is new", f"{zh}：新增")
    return (
        Text(f"{en}: is gone", f"{zh}：已丢失")
        if now is None
        else Text(f"{en}: is another", f"{zh}：内容不同")
    )


def _said(name: str, was: str | None, now: str | None) -> Text:
    return Text(f"{name}: {was or '–'} → {now or '–'}", f"{name}：{was or '–'} → {now or '–'}")


def _beside(video: Path) -> Cues:
    """Of the caption file that is called as the video is."""
    for suffix in _SIDECARS:
        file = video.with_suffix(suffix)
        if file.is_file():
            return [(cue.start_ms, cue.end_ms, cue.text) for cue in subtitle_files.read(file)]
    return []


def _cue_differences(old: Cues, new: Cues) -> Iterator[VideoDifference]:
    matcher = difflib.SequenceMatcher(
        None, [text for _, _, text in old], [text for _, _, text in new], autojunk=False
    )
    for how, a, b, c, d in matcher.get_opcodes():
        if how == "equal":
            for was, now in zip(old[a:b], new[c:d], strict=True):
                moved = now[0] - was[0], now[1] - was[1]
                if max(map(abs, moved)) >= _MOVED_MS:
                    yield _cue("caption", now, Text(
                        f"caption moved by {moved[0]:+d} ms (end {moved[1]:+d} ms): {now[2]}",
                        f"字幕时间移动 {moved[0]:+d} 毫秒（结束 {moved[1]:+d} 毫秒）：{now[2]}",
                    ))  # fmt: skip
            continue
        same = min(b - a, d - c) if how == "replace" else 0
        for was, now in zip(old[a : a + same], new[c : c + same], strict=True):
            yield _cue("caption", now, Text(f"caption: {was[2]} → {now[2]}", f"字幕：{was[2]} → {now[2]}"))
        for was in old[a + same : b]:
            yield _cue("caption", was, Text(f"caption is gone: {was[2]}", f"字幕被删除：{was[2]}"))
        for now in new[c + same : d]:
            yield _cue("caption", now, Text(f"caption is new: {now[2]}", f"新增字幕：{now[2]}"))


def _cue(kind: str, cue: tuple[int, int, str], what: Text) -> VideoDifference:
    return VideoDifference(kind=kind, what=what, start=cue[0] / 1000, end=cue[1] / 1000)


def _chapter_differences(
    old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]
) -> Iterator[VideoDifference]:
    matcher = difflib.SequenceMatcher(
        None, [title for _, title in old], [title for _, title in new], autojunk=False
    )
    for how, a, b, c, d in matcher.get_opcodes():
        if how == "equal":
            for was, now in zip(old[a:b], new[c:d], strict=True):
                if abs(now[0] - was[0]) >= _MOVED_MS:
                    moved = now[0] - was[0]
                    what = Text(
                        f"chapter moved by {moved:+d} ms: {now[1]}", f"章节移动 {moved:+d} 毫秒：{now[1]}"
                    )
                    yield _chapter(now[0], what)
            continue
        for at, title in old[a:b]:
            yield _chapter(at, Text(f"chapter is gone: {title}", f"章节被删除：{title}"))
        for at, title in new[c:d]:
            yield _chapter(at, Text(f"chapter is new: {title}", f"新增章节：{title}"))


def _chapter(at_ms: int, what: Text) -> VideoDifference:
    return VideoDifference(kind="chapter", what=what, start=at_ms / 1000)


def _placed(one: VideoDifference, cues: Cues, chapters: Sequence[tuple[int, str]]) -> VideoDifference:
    """With the caption and the chapter in which it lies."""
    if one.start is None:
        return one
    end = one.end if one.end is not None else one.start
    cue = next((text for start, stop, text in cues if start / 1000 < end and stop / 1000 > one.start), None)
    chapter = next((title for at, title in reversed(chapters) if at / 1000 <= one.start + 0.02), None)
    return replace(one, cue=cue if one.kind != "caption" else None, chapter=chapter)
