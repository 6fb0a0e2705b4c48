"""Where a result differs from the service's, parameter by parameter, with the reason. Whoever uses one of them is told
so by a header of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.model.findings import Text

HEADER: Final = "X-Mediaprep-Deviations"
_UNSAID: Final = (None, "", 0, False)


@dataclass(frozen=True, kw_only=True)
class EmulatorDeviation:
    """`parameter` is the end of a wire path without indices; `endpoints` "" = wherever it stands. `values`: only these
    deviate; `holding`: only texts that hold this do."""

    parameter: str
    told: Text
    endpoints: str = ""
    values: tuple[object, ...] = ()
    holding: str = ""

    def used(self, endpoint: str, path: str, value: object) -> bool:
        """Whether a request's value at a path (without indices) falls under it."""
        if self.endpoints and endpoint not in self.endpoints.split():
            return False
        if path != self.parameter and not path.endswith(f".{self.parameter}"):
            return False
        if self.holding:
            return isinstance(value, str) and self.holding in value
        return value in self.values if self.values else value not in _UNSAID


def _row(parameter: str, en: str, zh: str, **more: Any) -> EmulatorDeviation:
    return EmulatorDeviation(parameter=parameter, told=Text(en, zh), **more)


DEVIATIONS: Final = (
    _row(
        "TimbreKey",
        "spoken by espeak-ng: one key always sounds the same, and not like the service's voice",
        "由 espeak-ng 朗读：同一音色始终一致，但与服务的音色不同",
    ),
    _row("Volume", "a step is 0.6 dB; the docs give none", "每级 0.6 dB；文档未给出"),
    _row(
        "EmotionCategory",
        "an emotion changes pitch, range, pace and level, not the way of speaking",
        "情感只改变音高、音域、语速与音量，不改变演绎方式",
    ),
    _row(
        "EmotionIntensity",
        "in proportion, 100 = once; the docs give no scale",
        "按比例，100 为一倍；文档未给出尺度",
    ),
    _row(
        "TimbreLanguage",
        "languages that espeak-ng does not have are read as English",
        "espeak-ng 没有的语种按英语朗读",
    ),
    _row(
        "InputSsml",
        "say-as is read by rules of ours: the spec's tables of its kinds are not public",
        "say-as 按自有规则朗读：规范中各类型的表格未公开",
        holding="<say-as",
    ),
    _row(
        "InputSsml",
        "an action begins with the character behind its tag and lasts 1.6 s",
        "动作从标签后的字开始，持续 1.6 秒",
        holding="<insert-action",
    ),
    _row(
        "DriverType",
        "pitch and formants move towards the wished voice; its way of speaking does not come along",
        "音高与共振峰向所选音色靠拢，不含其说话方式",
        values=("ModulatedVoice",),
    ),
    _row(
        "ActionParams",
        "an action lasts 1.6 s; one that begins meanwhile is left out",
        "动作持续 1.6 秒；其间开始的动作会被忽略",
    ),
    _row("SmartActionEnabled", "one gesture a sentence, chosen by the seed", "每句一个动作，由随机种子选定"),
    _row("Angle", "a drawing turns about its upright axis, to its left first", "绘制的形象绕竖直轴转动"),
    _row(
        "AnchorExtraParam",
        "known are hair, jacket (clothe), shirt, skirt and shoes; boolValue takes off hair, jacket or shoes only",
        "支持头发、外套（clothe）、衬衫、裙、鞋；boolValue 只能去掉头发、外套或鞋",
    ),
    _row(
        "AnchorParam.Scale",
        "the FAQ contradicts itself: its formulas hold, not the lower left corner that stays",
        "常见问题自相矛盾：以公式为准，而非左下顶点不动",
    ),
    _row(
        "SmallSampleParam",
        "the footage of small samples is drawn: hands that rise from its first frame to its last",
        "小样本素材为绘制：双手从首帧到末帧缓慢抬起",
    ),
    _row(
        "LogoParams",
        "logos lie over the presenter's part, not over head and tail",
        "LOGO 只叠加在主体部分，不叠加片头片尾",
        endpoints="advanced",
    ),
    _row("VideoHeadFileUrl", "shown at 25 fps; subtitles begin behind it", "按 25 fps 播放；字幕从其后开始"),
    _row("VideoTailFileUrl", "shown at 25 fps", "按 25 fps 播放"),
    _row("ShowSubtitles", "one typeface and size for all; the docs name none", "统一字体与字号；文档未说明"),
    _row(
        "EnableFakeTeeth",
        "a plain row of teeth; without it a driven mouth shows none",
        "一排简单的牙齿；未开启时不显示牙齿",
        values=(1,),
    ),
    _row(
        "EnableMusicMode",
        "soft notes open the mouth wider and it closes slower",
        "弱音张口更大、闭合更慢",
        values=(1,),
    ),
    _row("MouthMode", "a wider warp of the lips", "嘴唇形变幅度更大", values=("Exaggerated",)),
    _row(
        "FaceMatchMode",
        "a likeness of 0.363 (Loose) or 0.45 (Strict) by SFace; the service's measure is not known",
        "SFace 相似度 0.363（Loose）或 0.45（Strict）；服务的度量未知",
    ),
    _row("VideoParam.DisableIntervals", "the mouth stays as the footage has it", "嘴部保持素材原样"),
    _row("IdentityWrittenUrl", "fetched and judged, not read", "只下载与检查，不读取内容"),
    _row("IdentityVideoUrl", "fetched and judged, not watched", "只下载与检查，不识别内容"),
    _row(
        "VideoParam.Prompt",
        "only whether it wants gestures counts: a drawn hand shows them",
        "只判断是否需要手势，以绘制的手表示",
    ),
    _row(
        "VideoParam.Resolution",
        "fitted into 1920×1080 or the turned box; the docs give no sides",
        "按 1920×1080（或竖版）适配；文档未给出边长",
        endpoints="photo",
    ),
    _row(
        "AIGC",
        "every result carries a label of generated content, no parameter asks for it; the docs are silent on labels, "
        "--labels none leaves it out",
        "每个成品都带生成内容标识，与参数无关；文档未提及标识，--labels none 可去掉",
    ),
)


def used(endpoint: str, request: Mapping[str, Any]) -> list[str]:
    """The wire paths (without indices) of what a request uses and a row speaks of, in the request's order."""
    found = [
        path
        for path, value in _values(request, "")
        if any(row.used(endpoint, path, value) for row in DEVIATIONS)
    ]
    return list(dict.fromkeys(found))


def _values(value: object, path: str) -> Iterator[tuple[str, object]]:
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _values(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, Mapping | list):
                yield from _parts(part, path)


def _parts(value: object, path: str) -> Iterator[tuple[str, object]]:
    """What lies in an element of a list."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _values(part, f"{path}.{name}")


def listed() -> dict[str, Any]:
    """As GET {control}/deviations answers."""
    rows = [
        {
            "parameter": row.parameter,
            "endpoints": row.endpoints.split(),
            "values": list(row.values),
            "holding": row.holding,
            "told": {"en": row.told.en, "zh": row.told.zh},
        }
        for row in DEVIATIONS
    ]
    return {"deviations": rows, "header": HEADER}


def lines(lang: str) -> list[str]:
    """The same for a terminal."""
    return [
        f"{row.parameter}{f' ({row.holding}>)' if row.holding else ''}{f' = {row.values[0]}' if row.values else ''}"
        f": {row.told.say(lang)}"
        for row in DEVIATIONS
    ]
