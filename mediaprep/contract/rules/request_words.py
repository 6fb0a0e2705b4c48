"""What the rules that are code ask for, in words: one row per kind, at the places where it is judged.

Limits on files and the tables of parameters describe themselves; these rows stand beside `cross`, `silent`,
`silent_pages`, `texts` and `demands`. A finding whose id has no row here fails its test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.advice.voices_and_gestures import DROP
from mediaprep.contract.paths import bare
from mediaprep.contract.rules.cross import ENCODE, SPLIT_DECK
from mediaprep.contract.script.texts import SOMETHING
from mediaprep.model.findings import Text, Verdict

REFUSED: Final = (Verdict.REFUSED,)
ADVISED: Final = (Verdict.ADVISED,)
REFUSED_OR_UNKNOWN: Final = (Verdict.REFUSED, Verdict.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One kind of rule at several places (bare wire paths) of several endpoints. `good` and `bad` are what
    passes and what does not, as a reader would write it; `files` = it looks at files too."""

    endpoints: str
    paths: str
    kind: str
    verdicts: tuple[Verdict, ...]
    what: Text
    why: Text
    good: str
    bad: str
    fix: Text | None = None
    files: bool = False
    also: tuple[Text, ...] = ()

    def ids(self) -> Iterator[tuple[str, str]]:
        """(rule id, where the docs say so) for every place."""
        for name in self.endpoints.split():
            for path in self.paths.split():
                yield f"{name}.{path}.{self.kind}", f"{endpoints.get(name).section} · {path}"


_ALL_VIDEO: Final = "basic advanced notrain photo"
NOTHING: Final = Text("the job runs and is paid for, without it", "任务照常执行并计费，但该参数不起作用")
SENT_BACK: Final = Text("the gateway refuses the request", "网关会拒绝该请求")
_DRIVEN: Final = Text(
    "text drive needs InputSsml, audio drive InputAudioUrl",
    "文本驱动须有 InputSsml，音频驱动须有 InputAudioUrl",
)

_REQUIRED: Final = (
    Told(
        endpoints=_ALL_VIDEO, paths="InputSsml InputAudioUrl", kind="required", verdicts=REFUSED,
        what=_DRIVEN, why=SENT_BACK, good="DriverType Text + InputSsml",
        bad="DriverType OriginalVoice without InputAudioUrl",
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.InputSsml PageConfigs.InputAudioUrl", kind="required",
        verdicts=REFUSED, what=_DRIVEN, why=SENT_BACK, good="DriverType Text + InputSsml",
        bad="DriverType OriginalVoice without InputAudioUrl",
    ),
    Told(
        endpoints="basic advanced notrain photo", paths="SpeechParam", kind="required", verdicts=REFUSED,
        what=Text("text drive needs SpeechParam", "文本驱动须有 SpeechParam"), why=SENT_BACK,
        good='{"Speed": 1.0}', bad="DriverType Text without SpeechParam",
    ),
    Told(
        endpoints="notrain photo", paths="SpeechParam.Speed SpeechParam.TimbreKey", kind="required",
        verdicts=REFUSED,
        what=Text("without an avatar, text drive needs a voice and its pace", "没有形象时，文本驱动须指定音色与语速"),
        why=SENT_BACK, good='{"Speed": 1.0, "TimbreKey": "female_1"}', bad="{}",
    ),
    Told(
        endpoints="tts", paths="TimbreKey", kind="required", verdicts=REFUSED,
        what=Text("TimbreKey or VirtualmanKey says who speaks", "TimbreKey 与 VirtualmanKey 至少填一个"),
        why=SENT_BACK, good="TimbreKey female_1", bad="neither of the two",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.Code", kind="required", verdicts=REFUSED,
        what=Text("an action names its Code", "动作必须写明 Code"), why=SENT_BACK,
        good='{"StartTime": 0, "Code": "…"}', bad='{"StartTime": 0}',
    ),
    Told(
        endpoints="notrain", paths="VideoParam.DisableIntervals.StartTime VideoParam.DisableIntervals.EndTime",
        kind="required", verdicts=REFUSED,
        what=Text("an interval has both ends", "区间须写明起止时间"), why=SENT_BACK,
        good='{"StartTime": 1, "EndTime": 2}', bad='{"StartTime": 1}',
    ),
)  # fmt: skip

_SPOKEN: Final = tuple(
    Told(
        endpoints=names, paths=path, kind="silent", verdicts=REFUSED,
        what=Text("something of the text is spoken", "文本中有可播报的内容"),
        why=Text("a voice has nothing to say: the request is refused, or fails", "无内容可播报：请求被拒绝或任务失败"),
        good="你好", bad="。。。", fix=SOMETHING,
    )
    for names, path in (("tts basic advanced notrain photo", "InputSsml"), ("ppt", "PageConfigs.InputSsml"))
)  # fmt: skip

_ADDRESSES: Final = tuple(
    Told(
        endpoints=row.nickname, paths=" ".join(dict.fromkeys(bare(path) for path in row.url_fields)), kind="url",
        verdicts=REFUSED, what=Text("a whole http(s) URL", "完整的 http(s) 地址"),
        why=Text("nobody can fetch from a URL with a blank, or without a host", "含空格或缺少主机名的地址无法下载"),
        good="https://host/a%20b.mp4", bad="https://host/a b.mp4", fix=ENCODE,
    )
    for row in endpoints.ENDPOINTS.values() if row.url_fields
)  # fmt: skip

_TOGETHER: Final = (
    Told(
        endpoints="ppt", paths="PageConfigs", kind="most", verdicts=REFUSED,
        what=Text("no more PageConfigs than a deck may have pages", "PageConfigs 不多于 PPT 的最多页数"),
        why=SENT_BACK, good="50", bad="51", fix=SPLIT_DECK,
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.VideoParam.SmallSampleParam.MakeType "
        "GlobalConfig.VideoParam.SmallSampleParam.MakeType", kind="drive", verdicts=REFUSED,
        what=Text("Circle works with audio drive only", "Circle 只用于声音驱动"), why=SENT_BACK,
        good="DriverType OriginalVoice, MakeType Circle", bad="DriverType Text, MakeType Circle",
        fix=Text("use Default or Custom, or drive by audio", "改用 Default 或 Custom，或改为音频驱动"),
    ),
    Told(
        endpoints="advanced", paths="VideoParam.SmallSampleParam.MakeType", kind="drive", verdicts=REFUSED,
        what=Text("Circle works with audio drive only", "Circle 只用于声音驱动"), why=SENT_BACK,
        good="DriverType OriginalVoice, MakeType Circle", bad="DriverType Text, MakeType Circle",
        fix=Text("use Default or Custom, or drive by audio", "改用 Default 或 Custom，或改为音频驱动"),
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams", kind="drive", verdicts=REFUSED,
        what=Text("timed actions work with DriverType OriginalVoice only", "动作时间轴仅用于 OriginalVoice"),
        why=SENT_BACK, good="DriverType OriginalVoice", bad="DriverType Text",
        fix=Text("write <insert-action> tags into the script instead", "改为在文案里写 <insert-action> 标签"),
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.StartTime", kind="order", verdicts=REFUSED,
        what=Text("each action begins later than the one before", "动作的开始时间须逐个递增"), why=SENT_BACK,
        good="0, 4000", bad="4000, 4000",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.StartTime", kind="range", verdicts=REFUSED,
        what=Text("no action begins before the start", "动作的开始时间不得为负"), why=SENT_BACK,
        good="0", bad="-1",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.DisableIdDetect", kind="twice", verdicts=REFUSED,
        what=Text("both names of the face-ID switch have one value", "人脸 ID 开关的两种写法须取值一致"),
        why=Text("which of the two counts is not documented", "未说明以哪个为准"),
        good="DisabledDetect 1", bad="DisabledDetect 1, DisableIdDetect 0",
        fix=Text("give VideoParam.DisabledDetect only", "只写 VideoParam.DisabledDetect"),
    ),
    Told(
        endpoints="notrain", paths="VideoParam.EndTime", kind="segment", verdicts=REFUSED,
        what=Text("a Custom segment is longer than 1 s", "Custom 片段须大于 1 秒"), why=SENT_BACK,
        good="StartTime 2, EndTime 3.001", bad="StartTime 2, EndTime 3",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.DisableIntervals", kind="order", verdicts=REFUSED,
        what=Text("intervals run forward and do not overlap", "区间须按时间先后且不重叠"), why=SENT_BACK,
        good="1–2, 2–3", bad="1–3, 2–4",
        fix=Text("sort the intervals and merge those that overlap", "把区间按时间排序，合并重叠的区间"),
    ),
)  # fmt: skip

SPEECH: Final = "basic advanced notrain photo"
_WITHOUT_EFFECT: Final = (
    (SPEECH, "InputAudioUrl", "DriverType Text"),
    (SPEECH, "InputSsml", "DriverType OriginalVoice"),
    ("ppt", "PageConfigs.InputAudioUrl", "DriverType Text"),
    ("ppt", "PageConfigs.InputSsml", "DriverType OriginalVoice"),
    (SPEECH, "SpeechParam.EmotionIntensity", "EmotionCategory is empty"),
    ("tts", "EmotionIntensity", "EmotionCategory is empty"),
    (SPEECH, "SpeechParam.Speed", "audio drive"),
    ("basic advanced", "SpeechParam.TimbreKey", "DriverType OriginalVoice"),
    ("ppt", "GlobalConfig.SpeechParam.EmotionIntensity PageConfigs.SpeechParam.EmotionIntensity",
     "EmotionCategory is empty"),
    ("ppt", "GlobalConfig.SpeechParam.Speed PageConfigs.SpeechParam.Speed", "audio drive"),
    ("advanced", "VideoParam.AnchorParam.Angle", "a 2D avatar"),
    ("ppt", "GlobalConfig.VideoParam.AnchorParam.Angle PageConfigs.VideoParam.AnchorParam.Angle", "a 2D avatar"),
    ("advanced", "VideoParam.SmartActionEnabled", "audio drive, or action tags in the script"),
    ("ppt", "GlobalConfig.VideoParam.SmartActionEnabled PageConfigs.VideoParam.SmartActionEnabled",
     "audio drive, or action tags in the script"),
    ("advanced", "VideoParam.SmallSampleParam.StartIdx VideoParam.SmallSampleParam.EndIdx", "MakeType Default"),
    ("ppt", "GlobalConfig.VideoParam.SmallSampleParam.StartIdx GlobalConfig.VideoParam.SmallSampleParam.EndIdx",
     "MakeType Default"),
    ("ppt", "PageConfigs.VideoParam.SmallSampleParam.StartIdx PageConfigs.VideoParam.SmallSampleParam.EndIdx",
     "MakeType Default"),
    ("advanced", "VideoParam.ShowSubtitles", "audio drive"),
    ("advanced", "VideoParam.SubtitlesParam", "ShowSubtitles is not on"),
    ("ppt", "GlobalConfig.ShowSubtitles", "pages without text drive"),
    ("ppt", "GlobalConfig.BackgroundColor", "AdaptationType 0"),
    ("notrain", "VideoParam.StartTime VideoParam.EndTime VideoLoop", "MakeType"),
    ("notrain", "VideoParam.RefPhotoUrl VideoParam.RefPhotoUrls VideoParam.FaceMatchMode", "face-ID tracking is off"),
    ("basic advanced", "SubtitleStorageS3Url", "audio drive"),
)  # fmt: skip


def _effects() -> Iterator[Told]:
    for names, paths, when in _WITHOUT_EFFECT:
        yield Told(
            endpoints=names, paths=paths, kind="effect", verdicts=ADVISED,
            what=Text(f"a value here has no effect with: {when}", f"在此情况下不生效：{when}"),
            why=NOTHING, good="left out", bad=f"given with: {when}", fix=DROP,
        )  # fmt: skip


_SURPRISES: Final = (
    Told(
        endpoints=SPEECH, paths="SpeechParam.Volume", kind="voice", verdicts=ADVISED,
        what=Text("some voices have no volume control", "部分音色不支持音量调节"), why=NOTHING,
        good="TimbreKey female_30, Volume 5", bad="TimbreKey female_1, Volume 5",
    ),
    Told(
        endpoints="tts", paths="Volume", kind="voice", verdicts=ADVISED,
        what=Text("some voices have no volume control", "部分音色不支持音量调节"), why=NOTHING,
        good="TimbreKey female_30, Volume 5", bad="TimbreKey female_1, Volume 5",
    ),
    Told(
        endpoints="ppt", paths="GlobalConfig.SpeechParam.Volume PageConfigs.SpeechParam.Volume", kind="voice",
        verdicts=ADVISED, what=Text("some voices have no volume control", "部分音色不支持音量调节"),
        why=NOTHING, good="TimbreKey female_30, Volume 5", bad="TimbreKey female_1, Volume 5",
    ),
    Told(
        endpoints="basic advanced", paths="SpeechParam.TimbreKey", kind="modulated", verdicts=ADVISED,
        what=Text("ModulatedVoice is told which voice", "ModulatedVoice 须指明音色"),
        why=Text("the avatar's default voice is taken otherwise", "否则使用形象的默认音色"),
        good="SpeechParam.TimbreKey female_1", bad="no TimbreKey",
    ),
    Told(
        endpoints="basic advanced", paths="SpeechParam", kind="audio", verdicts=ADVISED,
        what=Text("SpeechParam stands in audio-driven requests too", "音频驱动时也写 SpeechParam"),
        why=Text("the table asks for it, the examples leave it out", "表格要求、示例省略，说法不一"),
        good='{"Speed": 1.0}', bad="left out",
    ),
    Told(
        endpoints="basic advanced", paths="InputSsml", kind="action_room", verdicts=ADVISED,
        what=Text("10 characters of text on either side of an action tag", "动作标签前后各留 10 个字"),
        why=Text("the action may be dropped otherwise", "否则动作可能丢失"),
        good="10 characters", bad="9 characters",
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.InputSsml", kind="action_room", verdicts=ADVISED,
        what=Text("10 characters of text on either side of an action tag", "动作标签前后各留 10 个字"),
        why=Text("the action may be dropped otherwise", "否则动作可能丢失"),
        good="10 characters", bad="9 characters",
    ),
    Told(
        endpoints="tts basic advanced notrain photo", paths="InputSsml", kind="ssml", verdicts=ADVISED,
        what=Text("tags keep to what the SSML page says", "标签应符合 SSML 说明"),
        why=Text("the tag may be read aloud or passed over", "标签可能被读出或忽略"),
        good='<break time="500ms"/>', bad='<break time="20ms"/>',
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.InputSsml", kind="ssml", verdicts=ADVISED,
        what=Text("tags keep to what the SSML page says", "标签应符合 SSML 说明"),
        why=Text("the tag may be read aloud or passed over", "标签可能被读出或忽略"),
        good='<break time="500ms"/>', bad='<break time="20ms"/>',
    ),
    Told(
        endpoints="advanced", paths="VideoParam.BackgroundFileUrl VideoParam.VideoHeadFileUrl "
        "VideoParam.VideoTailFileUrl VideoParam.LogoParams VideoParam.ShowSubtitles", kind="editing",
        verdicts=ADVISED, what=Text("editing needs Format Mp4", "编辑功能需要 Format 为 Mp4"), why=NOTHING,
        good="Format Mp4", bad="Format TransparentMov", fix=Text("use Format Mp4", "Format 改用 Mp4"),
    ),
    Told(
        endpoints="advanced", paths="VideoParam.ActionParams.StartTime", kind="gap", verdicts=ADVISED,
        what=Text("3 s between actions (our figure)", "动作之间相隔 3 秒（我方估计）"),
        why=Text("an action still running may swallow the next", "前一动作未完时后一动作可能丢失"),
        good="0, 3000", bad="0, 2999",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.LogoParams.LogoFileUrl", kind="missing", verdicts=ADVISED,
        what=Text("a logo has a picture", "台标须有图片"), why=Text("nothing is shown", "无可显示"),
        good="LogoFileUrl https://…", bad="left out",
    ),
    Told(
        endpoints="ppt", paths="GlobalConfig.LogoParams.LogoFileUrl", kind="missing", verdicts=ADVISED,
        what=Text("a logo has a picture", "台标须有图片"), why=Text("nothing is shown", "无可显示"),
        good="LogoFileUrl https://…", bad="left out",
    ),
    Told(
        endpoints="advanced", paths="VideoParam.SmallSampleParam", kind="frames", verdicts=ADVISED,
        what=Text("0 ≤ StartIdx < EndIdx", "0 ≤ StartIdx < EndIdx"),
        why=Text("such frames are no segment (801509)", "此类帧号不成片段（801509）"), good="0, 250", bad="250, 250",
    ),
    Told(
        endpoints="ppt", paths="GlobalConfig.VideoParam.SmallSampleParam PageConfigs.VideoParam.SmallSampleParam",
        kind="frames", verdicts=ADVISED, what=Text("0 ≤ StartIdx < EndIdx", "0 ≤ StartIdx < EndIdx"),
        why=Text("such frames are no segment (801509)", "此类帧号不成片段（801509）"), good="0, 250", bad="250, 250",
    ),
    Told(
        endpoints="notrain", paths="VideoLoop", kind="custom", verdicts=ADVISED,
        what=Text("VideoLoop 1 is not defined with MakeType Custom", "MakeType 为 Custom 时 VideoLoop 1 未定义"),
        why=Text("which of the two loops is used is not said", "未说明采用哪种循环"), good="0", bad="1",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.RefPhotoUrl", kind="ignored", verdicts=ADVISED,
        what=Text("RefPhotoUrl or RefPhotoUrls, not both", "RefPhotoUrl 与 RefPhotoUrls 只写一个"),
        why=Text("RefPhotoUrl is ignored beside RefPhotoUrls", "两者都写时忽略 RefPhotoUrl"),
        good="RefPhotoUrls", bad="both",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.RefPhotoUrls", kind="advised_count", verdicts=ADVISED,
        what=Text("2 to 5 reference photos", "参考图建议 2 至 5 张"),
        why=Text("fewer or more may be matched worse", "过少或过多会影响匹配"), good="2", bad="1",
    ),
    Told(
        endpoints="notrain", paths="VideoParam.StartTime VideoParam.EndTime "
        "VideoParam.DisableIntervals.StartTime VideoParam.DisableIntervals.EndTime", kind="decimals",
        verdicts=ADVISED, what=Text("3 decimals count", "只有小数点后 3 位有效"),
        why=Text("the rest is dropped", "其余会被舍去"), good="1.234", bad="1.2345",
    ),
    Told(
        endpoints=_ALL_VIDEO, paths="CallbackUrl VideoStorageS3Url", kind="url", verdicts=ADVISED,
        what=Text("an http(s) URL that the service writes to", "服务写入的 http(s) 地址"),
        why=Text("nothing would arrive", "将收不到结果"), good="https://host/path", bad="host/path",
    ),
    Told(
        endpoints="basic advanced", paths="SubtitleStorageS3Url", kind="url", verdicts=ADVISED,
        what=Text("an http(s) URL that the service writes to", "服务写入的 http(s) 地址"),
        why=Text("nothing would arrive", "将收不到结果"), good="https://host/path", bad="host/path",
    ),
    Told(
        endpoints="tts", paths="AudioStorageS3Url", kind="url", verdicts=ADVISED,
        what=Text("an http(s) URL that the service writes to", "服务写入的 http(s) 地址"),
        why=Text("nothing would arrive", "将收不到结果"), good="https://host/path", bad="host/path",
    ),
    Told(
        endpoints="ppt", paths="GlobalConfig.ShowSubtitles", kind="voices", verdicts=ADVISED,
        what=Text("a voice that has subtitles", "支持字幕的音色"),
        why=Text("some third-party voices know no subtitles", "部分第三方音色不支持字幕"),
        good="a voice tried before", bad="ShowSubtitles true with an untried voice",
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.SpeechParam.TimbreKey", kind="no_avatar", verdicts=ADVISED,
        what=Text("a page without avatar names its voice", "没有形象的页面须指定音色"),
        why=Text("no voice is known for it", "无从确定音色"), good="TimbreKey female_1", bad="neither",
    ),
    Told(
        endpoints="ppt", paths="PageConfigs.SpeechParam.Volume "
        "PageConfigs.VideoParam.AnchorParam.HorizontalPosition PageConfigs.VideoParam.AnchorParam.VerticalPosition "
        "PageConfigs.VideoParam.AnchorParam.Angle PageConfigs.VideoParam.SmallSampleParam.StartIdx "
        "PageConfigs.VideoParam.SmallSampleParam.EndIdx", kind="zero", verdicts=ADVISED,
        what=Text("a page's 0 means unset", "页面的 0 表示未设置"),
        why=Text("the global value holds", "沿用全局值"), good="0.01", bad="0",
    ),
)  # fmt: skip

_FILLED_IN: Final = tuple(
    Told(
        endpoints=names, paths=path, kind="derived", verdicts=ADVISED,
        what=Text("DriverType is written", "写明 DriverType"),
        why=Text("mediaprep sends what the parameters imply", "mediaprep 按其余参数补上"),
        good="DriverType OriginalVoice + InputAudioUrl", bad="InputAudioUrl alone",
        fix=Text("write DriverType", "写明 DriverType"),
    )
    for names, path in ((_ALL_VIDEO, "DriverType"), ("ppt", "PageConfigs.DriverType"))
)  # fmt: skip

ROWS: Final[tuple[Told, ...]] = (
    *_REQUIRED,
    *_SPOKEN,
    *_ADDRESSES,
    *_TOGETHER,
    *_effects(),
    *_SURPRISES,
    *_FILLED_IN,
)
