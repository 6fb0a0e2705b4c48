"""What the rules over a request and its files ask for, in words: one row per kind, beside `demands` and `owned`."""

from __future__ import annotations

from typing import Final

from mediaprep.contract.rules.owned_assets import LIST_THEM
from mediaprep.contract.rules.request_words import (
    ADVISED,
    NOTHING,
    REFUSED_OR_UNKNOWN,
    SENT_BACK,
    SPEECH,
    Told,
)
from mediaprep.model.findings import Text, Verdict

# (endpoints, prefixes of their speech parameters)
_VOICED: Final = (
    ("tts", ""),
    (SPEECH, "SpeechParam."),
    ("ppt", "GlobalConfig.SpeechParam.,PageConfigs.SpeechParam."),
)

ROWS: Final[tuple[Told, ...]] = (
    Told(
        endpoints="ppt", paths="PageConfigs", kind="pages", files=True,
        verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN),
        what=Text("one PageConfig for each page of the deck", "每页一个 PageConfig"),
        why=Text("more are refused; pages without one make no video", "多则拒绝；缺则相应页面不合成"),
        good="10 of 10 pages", bad="11 of 10 pages",
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.VirtualmanKey", kind="avatar", verdicts=REFUSED_OR_UNKNOWN,
        files=True,
        what=Text("all avatars of one type and of one 1080P size", "所有形象类型相同、同为 1080P 分辨率"),
        why=Text("the task fails", "任务失败"), good="1920×1080", bad="1280×720",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.BackgroundFileUrl VideoParam.VideoHeadFileUrl "
        "VideoParam.VideoTailFileUrl", kind="resolution", verdicts=REFUSED_OR_UNKNOWN, files=True,
        what=Text("the size of the video, which is the avatar's", "与视频（即形象）分辨率相同"),
        why=Text("the task fails", "任务失败"), good="1920×1080 with a 1920×1080 avatar", bad="1280×720",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.StartTime", kind="audio", files=True,
        verdicts=REFUSED_OR_UNKNOWN, what=Text("actions begin within the audio", "动作须在音频时长内开始"),
        why=SENT_BACK, good="4000 of 5000 ms", bad="6000 of 5000 ms",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.Code", kind="avatar", files=True,
        verdicts=REFUSED_OR_UNKNOWN, what=Text("an action of this avatar", "该形象具有的动作"),
        why=SENT_BACK, good="a Code of the asset list", bad="any other",
    ),
    *(
        Told(
            endpoints=names, paths=" ".join(f"{prefix}EmotionCategory" for prefix in prefixes.split(",")),
            kind="voice", files=True, verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN),
            what=Text("an emotion that the voice has", "音色支持的情感"),
            why=Text("a voice without emotions passes it over", "非多情感音色会忽略该参数"),
            good="an emotion of the voice list", bad="any other", also=(LIST_THEM,),
        )
        for names, prefixes in _VOICED
    ),
    *(
        Told(
            endpoints=names, paths=" ".join(f"{prefix}TimbreLanguage" for prefix in prefixes.split(",")),
            kind="voice", files=True, verdicts=REFUSED_OR_UNKNOWN,
            what=Text("a voice of several languages is told which", "多语种音色须指明语种"),
            why=SENT_BACK, good="a language of the voice list", bad="none, or any other",
        )
        for names, prefixes in _VOICED
    ),
    *(
        Told(
            endpoints=names, paths=path, kind="action", files=True, verdicts=(Verdict.ADVISED, Verdict.UNKNOWN),
            what=Text("action tags name actions of the avatar", "动作标签须为该形象的动作"),
            why=Text("other actions are not made; 2D avatars have none", "其他动作不会生效；2D 形象没有动作"),
            good="an ActionCode of the avatar", bad="any other", also=(LIST_THEM,),
        )
        for names, path in (("basic advanced", "InputSsml"), ("ppt", "PageConfigs.InputSsml"))
    ),
    Told(
        endpoints="notrain", paths="RefVideoUrl", kind="resolution@Shared", verdicts=ADVISED, files=True,
        what=Text("Shared makes up to 2560×1440", "Shared 最大输出 2560×1440"),
        why=Text("a larger video does not keep its size", "更大的视频不会保持原尺寸"),
        good="1440×2560", bad="3840×2160",
        fix=Text("scale the video down, or use Exclusive", "缩小视频，或使用 Exclusive"),
    ),
    Told(
        endpoints="notrain", paths="VideoParametersConsistent", kind="frame_rate", files=True,
        verdicts=(Verdict.ADVISED, Verdict.UNKNOWN),
        what=Text("a frame rate that the result can keep", "结果能保持的帧率"),
        why=Text("beyond 15 to 60 fps the result differs from the video", "超出 15–60 fps 时结果与视频不同"),
        good="50", bad="120",
    ),
    Told(
        endpoints="notrain", paths="VideoParametersConsistent", kind="bitrate", verdicts=ADVISED, files=True,
        what=Text("a bit rate that the result can keep", "结果能保持的码率"),
        why=Text(
            "beyond 1000 to 9000 kbit/s the result differs from the video", "超出 1000–9000 kbit/s 时结果与视频不同"
        ),
        good="6000", bad="12000",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.StartTime VideoParam.EndTime", kind="video", files=True,
        verdicts=REFUSED_OR_UNKNOWN, what=Text("the segment lies within the video", "片段须在视频时长内"),
        why=SENT_BACK, good="EndTime 10 of 12 s", bad="EndTime 13 of 12 s",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.DisableIntervals", kind="video", verdicts=ADVISED, files=True,
        what=Text("intervals lie within the video", "区间须在视频时长内"), why=NOTHING,
        good="10–12 of 12 s", bad="10–13 of 12 s",
    ),
)  # fmt: skip
