"""Finishing wishes held against the length that a result will have, before it is paid for.

What no length within reason can fit is refused, what the expected length does not fit is advised, and the rest is
judged when the result is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.model.decks.lessons import ENDPOINT
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.model.rulebook import Example, Family, Rule

_SLOWEST: Final = 1.6  # of an estimate: no voice is that much slower than we think
_ROUNDED_SECONDS: Final = 0.5  # results follow a sound to within pictures and rests


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How long a result becomes; `exact` = as long as a sound that was measured."""

    seconds: float
    exact: bool

    @property
    def most(self) -> float:
        """Longer it does not become."""
        return self.seconds + _ROUNDED_SECONDS if self.exact else self.seconds * _SLOWEST + _ROUNDED_SECONDS


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A head or tail with its exact length."""

    role: str
    name: str
    seconds: float


def judge(job: Job, main: Expected | None, clips: Sequence[Beside]) -> tuple[Finding, ...]:
    """Crossfades, fades and chapters that do not fit; without `main` only what the clips show."""
    found = [*_crossfades(job, main, clips)]
    if main is not None:
        found += [*_fades(job, main, clips), *_chapters(job, main)]
    return tuple(found)


def _crossfades(job: Job, main: Expected | None, clips: Sequence[Beside]) -> Iterator[Finding]:
    overlap = job.finish.crossfade
    if not overlap or not clips:
        return
    for clip in clips:
        if 2 * overlap > clip.seconds:
            told = Text(
                f"a crossfade of {overlap:g} s is too long for {clip.role} {clip.name} ({clip.seconds:.2f} s)",
                f"交叉淡化 {overlap:g} 秒对 {clip.role} {clip.name}（{clip.seconds:.2f} 秒）过长",
            )
            yield _finding(
                job, "crossfade", Verdict.REFUSED, wanted=overlap, most=clip.seconds / 2, told=told
            )
    if main is not None and 2 * overlap > main.seconds:
        told = Text(
            f"a crossfade of {overlap:g} s is too long for a video of {_about(main, 'en')}",
            f"交叉淡化 {overlap:g} 秒对{_about(main, 'zh')}的视频过长",
        )
        sure = _how_sure(2 * overlap, main.most)
        yield _finding(job, "crossfade", sure, wanted=overlap, most=main.seconds / 2, told=told)


def _fades(job: Job, main: Expected, clips: Sequence[Beside]) -> Iterator[Finding]:
    scenery, joints = job.finish.scenery, len(clips)
    if scenery is None:
        return
    more = sum(clip.seconds for clip in clips) - joints * job.finish.crossfade
    for fade in (scenery.fade_in, scenery.fade_out):
        if 2 * fade > main.seconds + more:
            told = Text(
                f"a fade of {fade:g} s is longer than half of the finished video ({_about(main, 'en', more)})",
                f"淡入淡出 {fade:g} 秒超过成片时长（{_about(main, 'zh', more)}）的一半",
            )
            sure = _how_sure(2 * fade, main.most + more)
            yield _finding(job, "fade", sure, wanted=fade, most=(main.seconds + more) / 2, told=told)


def _chapters(job: Job, main: Expected) -> Iterator[Finding]:
    for seconds, title in job.finish.scenery.marks if job.finish.scenery else ():
        if seconds >= main.seconds:
            told = Text(
                f"chapter {title!r} at {seconds:g} s lies beyond the end of the video ({_about(main, 'en')})",
                f"章节 {title!r} 位于 {seconds:g} 秒，超出视频结尾（{_about(main, 'zh')}）",
            )
            sure = _how_sure(seconds, main.most)
            yield _finding(job, "chapter", sure, wanted=seconds, most=main.seconds, told=told)


def _how_sure(wanted: float, most: float) -> Verdict:
    return Verdict.REFUSED if wanted >= most else Verdict.ADVISED


def _about(main: Expected, lang: str, more: float = 0.0) -> str:
    seconds = f"{main.seconds + more:.1f}"
    if lang == "zh":
        return f"{seconds} 秒" if main.exact else f"预计约 {seconds} 秒"
    return f"{seconds} s" if main.exact else f"about {seconds} s, by estimate"


def _finding(job: Job, kind: str, verdict: Verdict, *, wanted: float, most: float, told: Text) -> Finding:
    return Finding(
        rule=rule_of(job, kind),
        verdict=verdict,
        measured=wanted,
        limit=f"≤ {most:.2f}",
        unit="s",
        message=told,
        fix=_FIXES[kind],
    )


def rule_of(job: Job, kind: str) -> str:
    """The id of a rule over a job's finishing; a deck's is told as ppt's."""
    return f"{'ppt' if job.endpoint == ENDPOINT else job.endpoint}.finish.{kind}"


SECOND: Final = Text(
    "give one line for each sentence, or a subtitle file", "请为每个句子给出一行译文，或提供字幕文件"
)
_FIXES: Final = {
    "crossfade": Text("shorten the crossfade, or leave it out", "缩短或去掉交叉淡化"),
    "fade": Text("shorten the fade, or leave it out", "缩短或去掉淡入淡出"),
    "chapter": Text("move the chapter before the end, or leave it out", "将章节移到结尾之前，或去掉"),
    "second": SECOND,
}
_WHAT: Final = {
    "crossfade": Text(
        "every clip is at least twice as long as the crossfade", "每段片长至少为交叉淡化的两倍"
    ),
    "fade": Text("a fade is at most half of the finished video", "淡入淡出不超过成片时长的一半"),
    "chapter": Text("a chapter begins before the video ends", "章节位于视频结尾之前"),
    "second": Text("a second language has a line for every sentence", "第二语言与句子逐条对应"),
}
_WHY: Final = Text(
    "found afterwards, the result is paid for and cannot be finished as wished",
    "否则付费之后才发现无法按要求成片",
)


def _rows() -> Iterator[Rule]:
    for row in endpoints.ENDPOINTS.values():
        if row.kind == "submit":
            for kind, what in _WHAT.items():
                yield Rule(
                    id=f"{row.nickname}.finish.{kind}", family=Family.JOB,
                    verdicts=(Verdict.REFUSED, Verdict.ADVISED), what=what, why=_WHY, source="advice of ours",
                    fix=_FIXES[kind], limit="the length to come" if kind != "second" else "one line a sentence",
                    examples=() if kind == "second" else (
                        Example("2 of 10 s", Verdict.PASS), Example("20 of 10 s", Verdict.REFUSED),
                    ),
                )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = tuple(_rows())
