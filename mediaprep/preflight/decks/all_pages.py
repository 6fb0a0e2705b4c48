"""What a deck's job says of all its pages, in the docs' own spelling → the storyboard that says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadConfig
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, PageLogo, Storyboard

_SPEECH: Final[Mapping[str, tuple[str, type]]] = {
    "TimbreKey": ("voice", str), "Speed": ("speed", float), "Volume": ("volume", int),
    "EmotionCategory": ("emotion", str), "EmotionIntensity": ("intensity", int), "TimbreLanguage": ("language", str),
}  # fmt: skip
_ANCHOR: Final[Mapping[str, tuple[str, type]]] = {
    "HorizontalPosition": ("horizontal", float), "VerticalPosition": ("vertical", float), "Scale": ("scale", float),
}  # fmt: skip
_LOGO: Final[Mapping[str, tuple[str, type]]] = {
    "LogoFileUrl": ("file", str), "PositionX": ("x", int), "PositionY": ("y", int), "Scale": ("scale", float),
}  # fmt: skip
_TOP: Final[Mapping[str, type]] = {
    "VirtualmanKey": str, "SpeechParam": dict, "VideoParam": dict, "AdaptationType": int, "BackgroundColor": str,
    "ShowSubtitles": bool, "LogoParams": list,
}  # fmt: skip
_VIDEO: Final[Mapping[str, type]] = {"AnchorParam": dict, "SmartActionEnabled": bool}
_FITS: Final = {0: Fit.STRETCH, 1: Fit.LETTERBOX}


def over(story: Storyboard, request: Mapping[str, Any], base: Path) -> Storyboard:
    """The storyboard with what `request` says of all pages; what the storyboard says itself stays. Logos are
    relative to `base`. Raises BadConfig for what cannot be said of all pages."""
    _typed(request, _TOP, "request")
    video = request.get("VideoParam") or {}
    _typed(video, _VIDEO, "request.VideoParam")
    anchor = _named(video.get("AnchorParam") or {}, _ANCHOR, "request.VideoParam.AnchorParam")
    said = Delivery(
        avatar=request.get("VirtualmanKey"),
        smart_actions=video.get("SmartActionEnabled"),
        place=AvatarPlace(**anchor) if anchor else None,
        **_named(request.get("SpeechParam") or {}, _SPEECH, "request.SpeechParam"),
    )
    logos = tuple(
        _logo(entry, f"request.LogoParams[{number}]", base)
        for number, entry in enumerate(request.get("LogoParams") or ())
    )
    fit = story.fit
    if "AdaptationType" in request:
        fit = _fit(request["AdaptationType"])
    return replace(
        story,
        delivery=story.delivery.over(said),
        fit=fit,
        background=story.background or request.get("BackgroundColor", ""),
        subtitles=story.subtitles or request.get("ShowSubtitles", False),
        logos=(*story.logos, *logos),
    )


def _fit(wanted: int) -> Fit:
    if wanted not in _FITS:
        raise BadConfig(
            f"request.AdaptationType is 0 (stretch) or 1 (letterbox), not {wanted}",
            f"request.AdaptationType 只能为 0（拉伸）或 1（等比），而不是 {wanted}",
        )
    return _FITS[wanted]


def _logo(entry: Any, where: str, base: Path) -> PageLogo:
    if not isinstance(entry, Mapping) or not entry.get("LogoFileUrl"):
        raise BadConfig(f"{where}: give LogoFileUrl", f"{where}：请给出 LogoFileUrl")
    told = _named(entry, _LOGO, where)
    if "://" in told["file"]:
        raise BadConfig(
            f"{where}.LogoFileUrl: name a local file, it is uploaded", f"{where}.LogoFileUrl：请给出本地文件"
        )
    return PageLogo(**{**told, "file": base / told["file"]})


def _named(table: Mapping[str, Any], known: Mapping[str, tuple[str, type]], where: str) -> dict[str, Any]:
    _typed(table, {name: kind for name, (_, kind) in known.items()}, where)
    return {known[name][0]: value for name, value in table.items()}


def _typed(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for name, value in table.items():
        kind = known.get(name)
        if kind is None:
            raise BadConfig(
                f"{where}: {name} is nothing that all pages of a deck share; known: {', '.join(known)}",
                f"{where}：{name} 不是各页共用的参数；可用：{'、'.join(known)}",
            )
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise BadConfig(
                f"{where}.{name}: {value!r} is no {kind.__name__}",
                f"{where}.{name}：{value!r} 的类型应为 {kind.__name__}",
            )
