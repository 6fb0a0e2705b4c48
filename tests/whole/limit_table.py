"""Every numeric limit of the docs as it was read there: value and expected verdict, the docs' line beside it.

Typed by hand from broadcast-service.txt, never imported from the contract, so that a wrong number in the
contract cannot agree with itself. P = passes, A = accepted with advice, R = refused. Sizes that the docs leave
ambiguous (10MB): decimal up to 10,000,000, binary up to 10,485,760.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

VERDICTS = {"P": "pass", "A": "advised", "R": "refused"}
LANDSCAPE = "k3dda2d3b56f4ec89778f2e032c2e294"  # an emulated avatar of 1920×1080


@dataclass(frozen=True, kw_only=True)
class Row:
    """One demand: `cases` is "value verdict" pairs. `made` says what stands for a value: the value itself, a
    string of that length, a list of so many elements, a script, or a file of that measure."""

    endpoint: str
    path: str  # wire path; [] = the first element
    line: int
    cases: str
    made: str = "value"
    measure: str = ""
    when: str = ""  # what stands after @ in the rule's name
    request: dict[str, Any] = field(default_factory=dict)  # set besides, by wire path

    @property
    def rule(self) -> str:
        name = f"{self.endpoint}.{self.path.replace('[]', '')}"
        name += f".{self.measure}" if self.measure else ""
        return name + (f"@{self.when}" if self.when else "")

    def each(self) -> Iterator[tuple[float, str]]:
        """(value, verdict) of every case."""
        words = self.cases.split()
        for value, verdict in zip(words[::2], words[1::2], strict=True):
            number = float(value) if "." in value else int(value)
            yield number, VERDICTS[verdict]


_SPEED = "0.49 R 0.5 P 0.51 P 1.49 P 1.5 P 1.51 R"
_VOLUME = "-1 R 0 P 1 P 9 P 10 P 11 R"
_INTENSITY = "49 R 50 P 51 P 199 P 200 P 201 R"
_WORDS = "-1 R 0 P 1 P 998 P 999 P 1000 R"
_SCALE = "0.0 R 0.01 P 19.99 P 20.0 P 20.01 R"
_SCALE_OR_UNSET = "-0.01 R 0.0 P 0.01 P 19.99 P 20.0 P 20.01 R"  # ppt: 0 = not given
_LOGO_SCALE = "0.0 R 0.01 P 14.99 P 15.0 P 15.01 R"
_ANGLE = "-1 R 0 P 1 P 359 P 360 P 361 R"
_SWITCH = "-1 R 0 P 1 P 2 R"
_CALLBACK = "998 P 999 P 1000 R"
_COLOUR = "-1 R 0 P 1 P 16777214 P 16777215 P 16777216 R"
_FROM_ZERO = "-0.001 R 0.0 P 0.001 P"


def _voice(endpoint: str, prefix: str, speed: int, volume: int, emotion: int) -> tuple[Row, ...]:
    return (
        Row(endpoint=endpoint, path=f"{prefix}Speed", line=speed, cases=_SPEED),
        Row(endpoint=endpoint, path=f"{prefix}Volume", line=volume, cases=_VOLUME),
        Row(
            endpoint=endpoint,
            path=f"{prefix}EmotionIntensity",
            line=emotion,
            cases=_INTENSITY,
            request={f"{prefix}EmotionCategory": "happy"},
        ),
    )


def _value(endpoint: str, path: str, line: int, cases: str, made: str = "value", **request: Any) -> Row:
    given = {name.replace("__", "."): value for name, value in request.items()}
    return Row(endpoint=endpoint, path=path, line=line, cases=cases, made=made, request=given)


_AUDIO = {"DriverType": "OriginalVoice", "InputAudioUrl": "https://example.com/file"}

# What the JSON alone decides.
VALUES: tuple[Row, ...] = (
    *_voice("tts", "", 129, 138, 140),
    *_voice("ppt", "GlobalConfig.SpeechParam.", 250, 252, 254),
    *_voice("ppt", "PageConfigs[].SpeechParam.", 250, 252, 254),
    *_voice("basic", "SpeechParam.", 519, 521, 523),
    *_voice("advanced", "SpeechParam.", 656, 658, 660),
    *_voice("notrain", "SpeechParam.", 891, 893, 898),
    *_voice("photo", "SpeechParam.", 1077, 1079, 1081),
    _value("tts", "SampleRate", 131, "15999 R 16000 P 16001 R 23999 R 24000 P 24001 R"),
    _value("tts", "SentenceMaxWords", 133, _WORDS),
    _value("ppt", "GlobalConfig.AdaptationType", 216, _SWITCH),
    _value("ppt", "GlobalConfig.BackgroundColor", 217, "5 R 6 P 7 R", "colour digits"),
    _value("ppt", "GlobalConfig.LogoParams[].Scale", 234, _LOGO_SCALE),
    _value("ppt", "GlobalConfig.VideoParam.AnchorParam.Scale", 271, _SCALE_OR_UNSET),
    _value("ppt", "PageConfigs[].VideoParam.AnchorParam.Scale", 271, _SCALE_OR_UNSET),
    _value("ppt", "GlobalConfig.VideoParam.AnchorParam.Angle", 272, _ANGLE),
    _value("ppt", "PageConfigs[].VideoParam.AnchorParam.Angle", 272, _ANGLE),
    _value("ppt", "GlobalConfig.VideoParam.AnchorParam.AnchorExtraParam", 287, _COLOUR, "colour value"),
    _value("ppt", "PageConfigs[].VideoParam.AnchorParam.AnchorExtraParam", 287, _COLOUR, "colour value"),
    _value("ppt", "PageConfigs", 224, "0 R 1 P 2 P", "pages"),
    _value("basic", "CallbackUrl", 527, _CALLBACK, "url"),
    _value("advanced", "CallbackUrl", 689, _CALLBACK, "url"),
    _value("notrain", "CallbackUrl", 905, _CALLBACK, "url"),
    _value("photo", "CallbackUrl", 1083, _CALLBACK, "url"),
    _value("advanced", "VideoParam.SubtitlesParam.MaxWords", 670, _WORDS),
    _value("advanced", "VideoParam.LogoParams[].Scale", 704, _LOGO_SCALE),
    _value("advanced", "VideoParam.AnchorParam.Scale", 680, _SCALE),
    _value("advanced", "VideoParam.AnchorParam.Angle", 681, _ANGLE),
    _value("advanced", "VideoParam.AnchorParam.AnchorExtraParam", 718, _COLOUR, "colour value"),
    _value("advanced", "VideoParam.ActionParams", 711, "-1 R 0 P 1 P", "action", **_AUDIO),
    _value("advanced", "VideoParam.ActionParams", 711, "499 R 500 R 501 P", "later action", **_AUDIO),
    _value("notrain", "VideoLoop", 901, _SWITCH),
    _value("notrain", "VideoParametersConsistent", 902, _SWITCH),
    _value("notrain", "VideoParam.RefPhotoUrls", 911, "0 P 1 P 9 P 10 P 11 R", "urls"),
    _value("notrain", "VideoParam.DisabledDetect", 912, _SWITCH),
    _value("notrain", "VideoParam.DisableIdDetect", 912, _SWITCH),
    _value("notrain", "VideoParam.DisableOcclusionDetect", 913, _SWITCH),
    _value("notrain", "VideoParam.EnableFakeTeeth", 914, _SWITCH),
    _value("notrain", "VideoParam.EnableMusicMode", 915, _SWITCH),
    _value("notrain", "VideoParam.EndTime", 916, "2.999 R 3.0 R 3.001 P", VideoParam__MakeType="Custom",
           VideoParam__StartTime=2.0),
    _value("notrain", "VideoParam.StartTime", 920, _FROM_ZERO, VideoParam__MakeType="Custom"),
    _value("notrain", "VideoParam.DisableIntervals", 922, "0 P 1 P 4 P 5 P 6 R", "intervals"),
    _value("notrain", "VideoParam.DisableIntervals[].StartTime", 928, _FROM_ZERO,
           **{"VideoParam__DisableIntervals[]__EndTime": 0.5}),
    _value("notrain", "VideoParam.DisableIntervals[].EndTime", 929, "0.499 R 0.5 R 0.501 P",
           **{"VideoParam__DisableIntervals[]__StartTime": 0.5}),
    _value("photo", "VideoParam.Resolution", 1087, _SWITCH),
    _value("photo", "VideoParam.Prompt", 1088, "4999 P 5000 P 5001 R", "letters"),
)  # fmt: skip


def _script(endpoint: str, path: str, line: int, cases: str, *, lines: bool = True, when: str = "",
            **request: Any) -> tuple[Row, ...]:  # fmt: skip
    given = {name.replace("__", "."): value for name, value in request.items()}
    counted = tuple(
        Row(endpoint=endpoint, path=path, line=line, cases=cases, made="script", measure=measure, when=when,
            request=given)
        for measure in ("spoken_characters", "characters")
    )  # fmt: skip
    if not lines:
        return counted
    return (
        *counted,
        Row(endpoint=endpoint, path=path, line=line, cases="1 P 2 R", made="lines", measure="lines"),
    )


_LONG = "1 P 19999 P 20000 P 20001 R"
_MOV = {"VideoParam__Format": "TransparentMov", "when": "TransparentMov"}
_MOV_SCRIPT = "1999 P 2000 P 2001 R"

# Scripts: without markup both ways of counting agree, and so must preflight and emulator.
SCRIPTS: tuple[Row, ...] = (
    *_script("tts", "InputSsml", 128, _LONG, lines=False),
    *_script("ppt", "PageConfigs[].InputSsml", 242, _LONG),
    *_script("basic", "InputSsml", 516, _LONG),
    *_script("basic", "InputSsml", 516, _MOV_SCRIPT, lines=False, **_MOV),
    *_script("advanced", "InputSsml", 654, _LONG),
    *_script("advanced", "InputSsml", 654, _MOV_SCRIPT, lines=False, **_MOV),
    *_script("notrain", "InputSsml", 889, "3 R 4 P 5 P 1999 P 2000 P 2001 R"),
    *_script("photo", "InputSsml", 1073, "3 R 4 P 5 P 299 P 300 P 301 R"),
)

_10M = "9999999 P 10000000 P 10000001 A 10485759 A 10485760 A 10485761 R"
_UNDER_10M = "9999999 P 10000000 A 10000001 A 10485759 A 10485760 R 10485761 R"
_6M = "5999999 P 6000000 P 6000001 A 6291455 A 6291456 A 6291457 R"
_100M = "99999999 P 100000000 P 100000001 A 104857599 A 104857600 A 104857601 R"
_ABOUT_100M = "99999999 P 100000000 P 100000001 A 104857599 A 104857600 A 104857601 A"
_500M = "499999999 P 500000000 P 500000001 A 524287999 A 524288000 A 524288001 R"
_5G = "4999999999 P 5000000000 P 5000000001 A 5368709119 A 5368709120 A 5368709121 R"
_UNDER_5G = "4999999999 P 5000000000 A 5000000001 A 5368709119 A 5368709120 R 5368709121 R"
_PHOTO_SIDE = "191 R 192 P 193 P 4095 P 4096 P 4097 R"
_HOUR = "0.49 R 0.5 P 0.51 P 3599.99 P 3600.0 P 3600.01 R"
_SIX_MINUTES = "0.49 R 0.5 P 0.51 P 359.99 P 360.0 P 360.01 R"
_TWENTY_MINUTES = "0.99 R 1.0 P 1.01 P 1199.99 P 1200.0 P 1200.01 R"


def _file(endpoint: str, path: str, kind: str, measure: str, line: int, cases: str, *, when: str = "",
          **request: Any) -> Row:  # fmt: skip
    given = {name.replace("__", "."): value for name, value in request.items()}
    return Row(endpoint=endpoint, path=path, line=line, cases=cases, made=kind, measure=measure, when=when,
               request=given)  # fmt: skip


def _sound(endpoint: str, path: str, line: int, seconds: str, size: str, **request: Any) -> tuple[Row, ...]:
    return (
        _file(endpoint, path, "audio", "seconds", line, seconds, **request),
        _file(endpoint, path, "audio", "size_bytes", line, size, **request),
    )


def _face_photo(path: str) -> tuple[Row, ...]:
    lines = {"size_bytes": _10M, "width": _PHOTO_SIDE, "height": _PHOTO_SIDE}
    number = 911 if path.endswith("[]") else 908
    return tuple(_file("notrain", path, "photo", name, number, cases) for name, cases in lines.items())


def _beside(path: str, line: int) -> tuple[Row, ...]:
    """Background, head and tail of a 1920×1080 avatar: at most 500MB, and of the video's resolution."""
    return (
        _file("advanced", path, "video", "size_bytes", line, _500M),
        _file("advanced", path, "video", "resolution", line, "1918 R 1920 P 1922 R", when="width"),
        _file("advanced", path, "video", "resolution", line, "1078 R 1080 P 1082 R", when="height"),
    )


_HEARD = {"DriverType": "OriginalVoice"}

# What a file decides.
FILES: tuple[Row, ...] = (
    _file("ppt", "PPTFileUrl", "deck", "size_bytes", 214, _100M),
    _file("ppt", "PPTFileUrl", "deck", "pages_total", 214, "0 R 1 P 2 P 49 P 50 P 51 R"),
    _file("ppt", "PageConfigs", "deck", "pages", 224, "2 A 3 P 4 R"),
    *_sound("ppt", "PageConfigs[].InputAudioUrl", 240, _HOUR, _ABOUT_100M,
            **{"PageConfigs[]__DriverType": "OriginalVoice"}),
    _file("ppt", "PageConfigs[].InputAudioUrl", "audio", "seconds", 240,
          "0.49 R 0.5 P 0.51 P 1799.99 P 1800.0 P 1800.01 R", when="no-avatar",
          **{"PageConfigs[]__DriverType": "OriginalVoice", "PageConfigs[]__VirtualmanKey": ""}),
    *_sound("basic", "InputAudioUrl", 531, _HOUR, _ABOUT_100M, **_HEARD),
    _file("basic", "InputAudioUrl", "audio", "seconds", 531, _SIX_MINUTES, **_MOV, **_HEARD),
    *_sound("advanced", "InputAudioUrl", 691, _HOUR, _ABOUT_100M, **_HEARD),
    _file("advanced", "InputAudioUrl", "audio", "seconds", 693, _SIX_MINUTES, **_MOV, **_HEARD),
    *_beside("VideoParam.BackgroundFileUrl", 665),
    *_beside("VideoParam.VideoHeadFileUrl", 666),
    *_beside("VideoParam.VideoTailFileUrl", 667),
    _file("advanced", "VideoParam.ActionParams", "audio", "action", 711, "1999 P 2000 P 2001 R", **_HEARD),
    _file("notrain", "RefVideoUrl", "video", "size_bytes", 882, _5G),
    _file("notrain", "RefVideoUrl", "video", "width", 882, "359 R 360 P 361 P 4095 P 4096 P 4097 R"),
    _file("notrain", "RefVideoUrl", "video", "height", 882, "359 R 360 P 361 P 4095 P 4096 P 4097 R"),
    _file("notrain", "RefVideoUrl", "video", "seconds", 882,
          "0.96 R 1.0 P 1.04 P 1199.96 P 1200.0 P 1200.04 R"),
    _file("notrain", "RefVideoUrl", "video", "resolution", 884, "2558 P 2560 P 2562 A", when="Shared",
          ConcurrencyType="Shared"),
    _file("notrain", "RefVideoUrl", "video", "resolution_height", 884, "1438 P 1440 P 1442 A", when="Shared",
          ConcurrencyType="Shared"),
    _file("notrain", "VideoParam.EndTime", "video", "segment", 921, "1.959 P 2.0 P 2.001 R",
          VideoParam__MakeType="Custom"),
    _file("notrain", "IdentityWrittenUrl", "deck", "size_bytes", 886, _UNDER_10M),
    _file("notrain", "IdentityVideoUrl", "video", "size_bytes", 887, _UNDER_5G),
    *_sound("notrain", "InputAudioUrl", 888, _TWENTY_MINUTES, _100M, **_HEARD),
    *_face_photo("VideoParam.RefPhotoUrl"),
    *_face_photo("VideoParam.RefPhotoUrls[]"),
    _file("photo", "RefPhotoUrl", "photo", "size_bytes", 1070, _6M),
    _file("photo", "RefPhotoUrl", "photo", "width", 1070, "191 A 192 P 193 P 4095 P 4096 P 4097 A"),
    _file("photo", "RefPhotoUrl", "photo", "height", 1070, "191 A 192 P 193 P 4095 P 4096 P 4097 A"),
    _file("photo", "RefPhotoUrl", "photo", "aspect", 1070, "0.499 A 0.5 P 0.501 P 1.999 P 2.0 P 2.001 A"),
    *_sound("photo", "InputAudioUrl", 1072, "1.99 R 2.0 P 2.01 P 59.99 P 60.0 P 60.01 R", _10M, **_HEARD),
)  # fmt: skip
