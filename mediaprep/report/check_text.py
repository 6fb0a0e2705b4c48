"""Findings as a person reads them in a terminal: one line a file, two a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mediaprep.model.facts import (
    AudioFacts,
    CaptionFacts,
    DeckFacts,
    Facts,
    PhotoFacts,
    TextFacts,
    UnknownFacts,
    VideoFacts,
)
from mediaprep.model.findings import FileReport, Finding, Text
from mediaprep.report.escaping import number, shown

VERDICTS = {
    "pass": Text("pass", "通过"),
    "advised": Text("advised", "建议"),
    "refused": Text("refused", "不合格"),
    "unknown": Text("unknown", "无法判断"),
    "unreadable": Text("unreadable", "无法读取"),
}
_MARKS = {"pass": "✓", "advised": "△", "refused": "✗", "unknown": "?", "unreadable": "✗"}


def lines(reports: Iterable[FileReport], lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs; the verdict lets a terminal choose a colour ("waived" for what does not count)."""
    for report in reports:
        word = VERDICTS[report.verdict].say(lang)
        field = f"  → {report.field}" if report.field else ""
        head = f"{_MARKS[report.verdict]} {shown(report.path)}  {word}{field}  {summary(report.facts)}"
        yield report.verdict, head.rstrip()
        if isinstance(report.facts, UnknownFacts) and not report.findings:
            yield (
                report.verdict,
                "    " + shown(Text(report.facts.problem_en, report.facts.problem_zh).say(lang)),
            )
        if report.other_uses:
            yield report.verdict, "    " + _assumed(report).say(lang)
        for finding in report.findings:
            yield from finding_lines(finding, lang)
        for entry in report.waived:
            said = Text("waived", "已豁免").say(lang)
            yield "waived", f"  – {entry.finding.rule}: {said} ({shown(entry.reason)})"


def _assumed(report: FileReport) -> Text:
    others = " | ".join(report.other_uses)
    return Text(
        f"judged as {report.field}, since nothing says what it is for; else: --for {others}",
        f"未说明用途，按 {report.field} 检查；其他用途请加 --for {others}",
    )


def finding_lines(finding: Finding, lang: str) -> Iterator[tuple[str, str]]:
    """The rule and what it says, then how to mend it."""
    where = f" @ {finding.where}" if finding.where else ""
    mark = _MARKS[finding.verdict.value]
    verdict = finding.verdict.value
    yield verdict, f"  {mark} {finding.rule}{where}: {shown(finding.message.say(lang), 500)}"
    if finding.fix:
        yield verdict, f"      ↳ {shown(finding.fix.say(lang), 500)}"


def totals(verdicts: Mapping[str, int], lang: str) -> str:
    """`3 files: 1 pass, 2 refused`, from how many files came to which verdict."""
    count = sum(verdicts.values())
    counted = ", ".join(f"{verdicts[v]} {VERDICTS[v].say(lang)}" for v in VERDICTS if verdicts.get(v))
    if lang.startswith("zh"):
        return f"共 {count} 个文件：{counted}"
    return f"{count} file{'s' if count != 1 else ''}: {counted}"


def summary(facts: Facts) -> str:
    """The facts in a few words: `h264 1920×1080 25 fps 12.4 s`."""
    match facts:
        case VideoFacts():
            rate = f" {number(facts.fps)} fps" if facts.fps else ""
            size = f"{facts.width}×{facts.height}"
            return f"{facts.container} {facts.codec} {size}{rate}{_seconds(facts.seconds)}{_faces(facts)}"
        case AudioFacts():
            return f"{facts.format} {facts.sample_rate} Hz{_seconds(facts.seconds)}"
        case PhotoFacts():
            return f"{facts.format} {facts.width}×{facts.height}{_found(facts)}"
        case DeckFacts():
            return f"{facts.format} {number(facts.pages_total)} pages"
        case TextFacts():
            return f"{facts.characters} characters"
        case CaptionFacts():
            length = f"{number(facts.starts)}–{number(facts.ends)} s"
            return f"{facts.form} {facts.cues} captions {length} {facts.encoding}"
        case UnknownFacts():
            return ""


def _faces(facts: VideoFacts) -> str:
    """`  faces 19/19, yaw -42…38°`: frames with a face of those looked at."""
    if facts.faces is None or not facts.faces.with_face:
        return ""
    seen = facts.faces
    yaw = f", yaw {seen.yaw.low:.0f}…{seen.yaw.high:.0f}°" if seen.yaw else ""
    return f"  faces {seen.with_face}/{seen.sampled}{yaw}"


def _found(facts: PhotoFacts) -> str:
    """`  similarity 0.55 @ 9.89 s`: how alike the most similar face of the video is, and where."""
    if facts.found is None or facts.found.similarity is None:
        return ""
    return f"  similarity {number(facts.found.similarity)} @{_seconds(facts.found.seconds)}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f" {number(round(value, 2))} s"
