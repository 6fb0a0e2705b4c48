"""A finished video held against the platform it is meant for. Pure: what was measured comes in as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mediaprep.contract.bounds import AtLeast, AtMost, Between, Bound, OneOf, SizeUpTo
from mediaprep.model.facts import ABSENT
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.platforms import (
    MEASURES,
    MISSING,
    OURS,
    PLATFORMS,
    PRESENT,
    Platform,
    PlatformFigure,
)
from mediaprep.model.finishing.receipts import Evidence
from mediaprep.model.rulebook import Example, Family, Rule

_NAMES: Final[Mapping[str, Text]] = {
    "container": Text("the container", "封装格式"),
    "codec": Text("the picture's codec", "视频编码"),
    "size_bytes": Text("the file's size", "文件大小"),
    "seconds": Text("the length", "时长"),
    "shorter_side": Text("the shorter side", "短边像素"),
    "aspect": Text("width over height", "宽高比"),
    "fps": Text("the frame rate", "帧率"),
    "bitrate": Text("the bit rate", "码率"),
    "lufs": Text("the loudness", "响度"),
    "safe_above": Text("what captions and mark leave free above", "字幕与标识上方的留白"),
    "safe_below": Text("what captions and mark leave free below", "字幕与标识下方的留白"),
    "safe_beside": Text("what captions and mark leave free beside them", "字幕与标识两侧的留白"),
    "cover_aspect": Text("the cover's width over its height", "封面宽高比"),
    "label": Text("the label in the file (AIGC)", "文件的隐式标识（AIGC）"),
    "mark": Text("the visible mark of generated content", "可见的生成内容标识"),
}
_UNITS: Final = {
    "seconds": "s", "shorter_side": "px", "fps": "fps", "bitrate": "Mbit/s", "lufs": "LUFS",
}  # fmt: skip
_FINISH: Final = Text(
    "`mediaprep finish VIDEO --platform … -o OUT.mp4`", "`mediaprep finish 视频 --platform … -o 输出.mp4`"
)
_SHORTEN: Final = Text("cut it, or make it in parts", "剪短，或分段制作")
_FIXES: Final[Mapping[str, Text]] = {
    **dict.fromkeys(MEASURES, _FINISH),
    "seconds": _SHORTEN,
    "label": Text("`mediaprep label write … --producer NAME`", "`mediaprep label write … --producer 名称`"),
    "mark": Text("`mediaprep finish VIDEO --mark -o OUT.mp4`", "`mediaprep finish 视频 --mark -o 输出.mp4`"),
    **dict.fromkeys(
        ("safe_above", "safe_below", "safe_beside"),
        Text("choose another caption position or mark corner", "调整字幕位置或标识所在的角"),
    ),
    "cover_aspect": Text(
        "write the cover with `finish --platform … --thumbnail`",
        "用 `finish --platform … --thumbnail` 生成封面",
    ),
}
_WHY: Final[Mapping[bool, Text]] = {
    True: Text("what breaks it is not taken there, or breaks the law", "不满足时平台不接收，或违反规定"),
    False: Text("the platform advises it, or viewers are better off with it", "平台建议如此，或观看效果更好"),
}
_UNTOLD: Final = Text("no source tells it: look there", "没有公开数值：请以平台为准")
_UNPUBLISHED: Final = Text("no figure of … was found", "未找到…的公开数值")


def judge(
    platform: Platform, measured: Mapping[str, object], why_not: Mapping[str, Text]
) -> tuple[Finding, ...]:
    """Everything that speaks against a video of which this was `measured`, by measure: None was not, and `why_not`
    says why; ABSENT is not there, and breaks nothing."""
    found = (
        _judged(platform, name, figure, measured.get(name), why_not.get(name))
        for name, figure in platform.figures.items()
    )
    return tuple(one for one in found if one is not None)


def _judged(
    platform: Platform, name: str, figure: PlatformFigure, value: object, why: Text | None
) -> Finding | None:
    if value is ABSENT:
        return None
    title, measure = platform.title, _NAMES[name]
    bound = bound_of(name, figure) if figure.known else None
    if bound is None:
        told = _UNPUBLISHED.naming(title.en).en, _UNPUBLISHED.naming(title.zh).zh
        return _finding(
            platform,
            name,
            Verdict.UNKNOWN,
            value,
            Text(f"{measure.en}: {told[0]}", f"{measure.zh}：{told[1]}"),
        )
    if value is None or bound is None:
        because = why or Text("it could not be measured", "无法测量")
        said = Text(f"{measure.en}: {because.en}", f"{measure.zh}：{because.zh}")
        return _finding(platform, name, Verdict.UNKNOWN, None, said)
    value = round(value, 3) if isinstance(value, float) else value
    verdict = bound.verdict(value)
    if verdict is Verdict.PASS:
        return None
    if value == MISSING:
        said = Text(
            f"{measure.en} is missing; {title.en} {_ASKED[verdict].en} it",
            f"缺少{measure.zh}；{title.zh}{_ASKED[verdict].zh}具备",
        )
        return _finding(platform, name, verdict, value, said)
    unit = f" {_UNITS[name]}" if name in _UNITS else ""
    said = Text(
        f"{measure.en} is {_shown(value)}{unit}; {title.en} {_ASKED[verdict].en} {bound.words()}{unit}",
        f"{measure.zh}为 {_shown(value)}{unit}；{title.zh}{_ASKED[verdict].zh} {bound.words('zh')}{unit}",
    )
    return _finding(platform, name, verdict, value, said)


_ASKED: Final = {Verdict.REFUSED: Text("asks for", "要求"), Verdict.ADVISED: Text("advises", "建议")}


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _finding(platform: Platform, name: str, verdict: Verdict, value: object, said: Text) -> Finding:
    figure = platform.figures[name]
    return Finding(
        rule=f"platform.{platform.name}.{name}", verdict=verdict, measured=value,
        limit=bound_of(name, figure).words() if figure.known else "?", unit=_UNITS.get(name, ""), message=said,
        fix=None if verdict is Verdict.UNKNOWN else _fix(platform, name),
    )  # fmt: skip


def _fix(platform: Platform, name: str) -> Text:
    told = _FIXES[name]
    return Text(*(text.replace("--platform …", f"--platform {platform.name}") for text in told))


def bound_of(name: str, figure: PlatformFigure) -> Bound:
    """The figure as what it demands."""
    soft = not figure.hard
    if figure.choices:
        return OneOf(figure.choices, soft=soft)
    if name == "size_bytes" and figure.high is not None:
        gigabytes = figure.high >= 1e9
        stated = figure.high / (1e9 if gigabytes else 1e6)
        return SizeUpTo(
            f"{stated:g}{'GB' if gigabytes else 'MB'}", int(figure.high), int(stated) << (30 if gigabytes else 20),
            soft=soft,
        )  # fmt: skip
    if figure.low is not None and figure.high is not None:
        return Between(figure.low, figure.high, soft=soft)
    return AtMost(figure.high, soft=soft) if figure.high is not None else AtLeast(figure.low or 0, soft=soft)


def free_edges(evidence: Evidence) -> tuple[float, float, float] | None:
    """Shares of the picture that burnt captions and mark leave free above, below and beside them, by a receipt; None
    where there are captions that it does not show."""
    width, height = evidence.shape.width, evidence.shape.height
    if evidence.burnt and not evidence.captions:
        return None
    found = []
    if evidence.mark is not None:
        left, top, right, end = evidence.mark.box
        found.append((top / height, 1 - end / height, left / width, 1 - right / width))
    for one in evidence.captions:
        rows = one.end_row - one.first_row
        across = len(one.pattern) // max(1, rows)
        drawn = [n for n, value in enumerate(one.pattern) if value]
        down, columns = [n // across for n in drawn], [n % across for n in drawn]
        if drawn:
            first, last = one.first_row + min(down), one.first_row + max(down) + 1
            beside = min(columns) / across, 1 - (max(columns) + 1) / across
            found.append((first / _ROWS, 1 - last / _ROWS, *beside))
    if not found:
        return 1.0, 1.0, 1.0
    above, below, left_free, right_free = (min(edges) for edges in zip(*found, strict=True))
    return above, below, min(left_free, right_free)


_ROWS: Final = 270  # of the pictures in which a receipt keeps captions


def _rules() -> Iterator[Rule]:
    for platform in PLATFORMS.values():
        for name in MEASURES:
            figure = platform.figures[name]
            bound = bound_of(name, figure) if figure.known else None
            measure, asked = _NAMES[name], bound.words() if bound else "?"
            hard = Verdict.REFUSED if figure.hard else Verdict.ADVISED
            soft = (Verdict.ADVISED,) if figure.hard and name == "size_bytes" else ()
            source = OURS if figure.source == OURS else f"{figure.source or 'none found'} ({figure.date})"
            shown = (
                (Example(PRESENT, Verdict.PASS), Example(MISSING, hard)) if name in {"label", "mark"} else ()
            )
            why = _WHY[figure.hard] if bound else _UNTOLD
            yield Rule(
                id=f"platform.{platform.name}.{name}", family=Family.PLATFORM,
                verdicts=(hard, *soft, Verdict.UNKNOWN) if bound else (Verdict.UNKNOWN,),
                what=Text(f"{platform.title.en}: {measure.en}: {asked}", f"{platform.title.zh}：{measure.zh}：{asked}"),
                why=why,
                source=source, limit=asked, unit=_UNITS.get(name, ""), fix=_fix(platform, name) if bound else None,
                examples=shown,
            )  # fmt: skip


ROWS: Final = tuple(_rules())
