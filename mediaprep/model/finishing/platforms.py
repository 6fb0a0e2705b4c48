"""Where finished videos go: what each platform takes, advises or covers with its own controls, each figure with its
source and the day it was looked up. What no source tells is a figure without a value, and is judged as unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text

_LOOKED_UP: Final = "2026-12-01"
OURS: Final = "advice of ours"


@dataclass(frozen=True, kw_only=True)
class PlatformFigure:
    """What a platform says of one measure: from `low` to `high`, or one of `choices`; neither: no source was found.
    `hard`: what breaks it is not taken, or breaks the law; else it is advice."""

    source: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    hard: bool = False
    date: str = _LOOKED_UP

    @property
    def known(self) -> bool:
        return self.low is not None or self.high is not None or bool(self.choices)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A place for finished videos. `size`: the pixels that suit it; `loudness`: the target that does; `cover`: width
    and height of its cover pictures. `figures` by measure (MEASURES)."""

    name: str
    title: Text
    size: tuple[int, int]
    loudness: str
    cover: tuple[int, int]
    figures: Mapping[str, PlatformFigure]


MEASURES: Final = (
    "container", "codec", "size_bytes", "seconds", "shorter_side", "aspect", "fps", "bitrate", "lufs", "safe_above",
    "safe_below", "safe_beside", "cover_aspect", "label", "mark",
)  # fmt: skip
"""size_bytes; seconds; shorter_side px; aspect: width over height; bitrate Mbit/s; lufs; safe_*: shares of the picture
that captions and mark leave free above, below and beside them; cover_aspect; label, mark: there or not."""
PRESENT, MISSING = "present", "missing"
_LAW: Final = "标识办法, in force since 2025-09-01, by third-party copies"
_PHONE: Final[Mapping[str, PlatformFigure]] = {
    "safe_above": PlatformFigure(low=0.08, source=OURS),
    "safe_below": PlatformFigure(low=0.12, source=OURS),
    "safe_beside": PlatformFigure(low=0.04, source=OURS),
    "lufs": PlatformFigure(low=-18, high=-13, source=OURS),
    "fps": PlatformFigure(low=15, high=60, source=OURS),
    "codec": PlatformFigure(choices=("h264",), source=OURS),
}
_MAINLAND: Final[Mapping[str, PlatformFigure]] = {
    **_PHONE,
    "label": PlatformFigure(choices=(PRESENT,), hard=True, source=_LAW),
    "mark": PlatformFigure(choices=(PRESENT,), source=_LAW),
}
_UPRIGHT: Final = (1080, 1920)
_DOUYIN: Final = "open.douyin.com · douyin-publish-solution"
_CHANNELS: Final = "channels.weixin.qq.com · platform/post/create, by third-party copies"
_KUAISHOU: Final = "nctoro.com/a168930, no word of the platform's own"
_BILIBILI: Final = "openhome.bilibili.com · 接口概述, by apifox.com/apidoc/docs-site/1106400 (2022-06-10)"
_XIAOHONGSHU: Final = "xueyuan.yixiaoer.cn/article/20920, no word of the platform's own"
_SHORTS: Final = "support.google.com/youtube/answer/15424877"
_UPLOAD: Final = "support.google.com/youtube/answer/1722171"
_GB, _MB = 1e9, 1e6

_ALL: Final = (
    Platform(
        name="douyin", title=Text("Douyin", "抖音"), size=_UPRIGHT, loudness="web", cover=(1080, 1440),
        figures={
            **_MAINLAND,
            "container": PlatformFigure(choices=("mp4", "webm"), source=_DOUYIN),
            "size_bytes": PlatformFigure(high=4 * _GB, hard=True, source=_DOUYIN),
            "seconds": PlatformFigure(high=900, hard=True, source=_DOUYIN),
            "shorter_side": PlatformFigure(low=720, source=_DOUYIN),
            "aspect": PlatformFigure(high=0.6, source=_DOUYIN),
            "bitrate": PlatformFigure(high=100, source="todayonhistory.com/know/72808"),
            "cover_aspect": PlatformFigure(low=0.74, high=0.76, source=OURS),
        },
    ),
    Platform(
        name="channels", title=Text("WeChat Channels", "视频号"), size=_UPRIGHT, loudness="web", cover=(1080, 1440),
        figures={
            **_MAINLAND,
            "container": PlatformFigure(choices=("mp4",), source=_CHANNELS),
            "codec": PlatformFigure(choices=("h264",), source=_CHANNELS),
            "size_bytes": PlatformFigure(high=20 * _GB, hard=True, source=_CHANNELS),
            "seconds": PlatformFigure(high=8 * 3600, hard=True, source=_CHANNELS),
            "shorter_side": PlatformFigure(low=720, source=_CHANNELS),
            "aspect": PlatformFigure(high=1.8, source=OURS),
            "bitrate": PlatformFigure(high=10, source=_CHANNELS),
            "cover_aspect": PlatformFigure(low=0.74, high=0.76, source=OURS),
        },
    ),
    Platform(
        name="kuaishou", title=Text("Kuaishou", "快手"), size=_UPRIGHT, loudness="web", cover=(1080, 1440),
        figures={
            **_MAINLAND,
            "container": PlatformFigure(choices=("mp4", "flv"), source=_KUAISHOU),
            "size_bytes": PlatformFigure(source=""),
            "seconds": PlatformFigure(high=120 * 60, source=_KUAISHOU),
            "shorter_side": PlatformFigure(low=720, source=OURS),
            "aspect": PlatformFigure(high=1.8, source=OURS),
            "bitrate": PlatformFigure(source=""),
            "cover_aspect": PlatformFigure(low=0.74, high=0.76, source=OURS),
        },
    ),
    Platform(
        name="bilibili", title=Text("Bilibili", "B站"), size=(1920, 1080), loudness="web", cover=(1920, 1200),
        figures={
            **_MAINLAND,
            "container": PlatformFigure(choices=("mp4", "flv"), source=_BILIBILI),
            "size_bytes": PlatformFigure(high=4 * _GB, hard=True, source=_BILIBILI),
            "seconds": PlatformFigure(high=5 * 3600, hard=True, source=_BILIBILI),
            "shorter_side": PlatformFigure(low=720, high=4096, source=OURS),
            "aspect": PlatformFigure(high=2.4, source=OURS),
            "fps": PlatformFigure(high=120, hard=True, source=_BILIBILI),
            "bitrate": PlatformFigure(high=60, hard=True, source=_BILIBILI),
            "cover_aspect": PlatformFigure(low=1.55, high=1.8, source=OURS),
        },
    ),
    Platform(
        name="xiaohongshu", title=Text("Xiaohongshu", "小红书"), size=_UPRIGHT, loudness="web", cover=(1080, 1440),
        figures={
            **_MAINLAND,
            "container": PlatformFigure(choices=("mp4", "mov"), source=_XIAOHONGSHU),
            "size_bytes": PlatformFigure(high=500 * _MB, source=_XIAOHONGSHU),
            "seconds": PlatformFigure(high=900, source=_XIAOHONGSHU),
            "shorter_side": PlatformFigure(low=720, source=_XIAOHONGSHU),
            "aspect": PlatformFigure(high=1.8, source=OURS),
            "bitrate": PlatformFigure(source=""),
            "cover_aspect": PlatformFigure(low=0.74, high=0.76, source="dydaxue.com/p/8864"),
        },
    ),
    Platform(
        name="shorts", title=Text("YouTube Shorts", "YouTube Shorts"), size=_UPRIGHT, loudness="streaming",
        cover=_UPRIGHT,
        figures={
            **_PHONE,
            "container": PlatformFigure(choices=("mp4", "mov", "webm"), source=_UPLOAD),
            "codec": PlatformFigure(choices=("h264", "hevc", "vp9", "av1"), source=_UPLOAD),
            "size_bytes": PlatformFigure(high=256 * _GB, hard=True, source=_UPLOAD),
            "seconds": PlatformFigure(high=180, hard=True, source=_SHORTS),
            "shorter_side": PlatformFigure(low=720, source="flowshorts.app/blog/youtube-shorts-dimensions"),
            "aspect": PlatformFigure(high=1.0, hard=True, source=_SHORTS),
            "bitrate": PlatformFigure(low=0, source=_UPLOAD),  # it sets no limit
            "lufs": PlatformFigure(low=-16, high=-12, source=OURS),
            "safe_above": PlatformFigure(low=0.078, source="getchannelboost.com/learn/youtube-shorts-length"),
            "safe_below": PlatformFigure(low=0.078, source="getchannelboost.com/learn/youtube-shorts-length"),
            "cover_aspect": PlatformFigure(low=0.55, high=0.58, source=OURS),
            "label": PlatformFigure(choices=(PRESENT,), source="EU AI Act, Art. 50(2)"),
            "mark": PlatformFigure(choices=(PRESENT,), source=OURS),
        },
    ),
)  # fmt: skip
PLATFORMS: Final[Mapping[str, Platform]] = {one.name: one for one in _ALL}


def platform_named(name: str) -> Platform:
    """The platform of that name, in either language. Raises BadConfig for one that is not known."""
    wanted = name.strip().lower()
    for one in _ALL:
        if wanted in {one.name, one.title.en.lower(), one.title.zh.lower()}:
            return one
    known = ", ".join(f"{one.name} ({one.title.zh})" for one in _ALL)
    raise BadConfig(
        f"platform {name[:40]!r} is not known; choose one of: {known}",
        f"未知平台 {name[:40]!r}；可选：{known}",
    )
