"""How a judged value is told: what it is called, how it is written, what the limit says, how it is mended."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mediaprep.contract.bounds import SizeUpTo
from mediaprep.contract.limits import Limit
from mediaprep.contract.script import texts
from mediaprep.model.facts import AudioFacts, Facts, Kind, TextFacts, VideoFacts
from mediaprep.model.findings import Text, Verdict

# Measure → what a reader calls it. Every measure that is judged has a row.
NAMES: Mapping[str, Text] = {
    "above_background": Text("the voice above its background", "人声高出背景声的幅度"),
    "clipped_share": Text("the share of the sound that is cut off at full scale", "削波部分的比例"),
    "animated": Text("several pictures in one", "多帧画面"),
    "aspect": Text("the ratio of width to height", "宽高比"),
    "audio_tracks": Text("the number of sound tracks", "音轨数量"),
    "characters": Text("the text's length", "文本长度"),
    "covers": Text("the number of cover pictures", "封面图数量"),
    "codec": Text("the codec", "编码格式"),
    "container": Text("the container", "封装格式"),
    "encoding_guessed": Text("an encoding that had to be guessed", "靠猜测得出的编码"),
    "encrypted": Text("a password", "密码保护"),
    "estimated_seconds": Text("the estimated speaking time", "预计播报时长"),
    "face_count": Text("the number of faces", "人脸数量"),
    "faces": Text("the frames with a face", "含人脸的帧"),
    "faststart": Text("the index at the start", "索引前置（faststart）"),
    "format": Text("the format", "格式"),
    "hdr": Text("HDR (PQ or HLG)", "HDR（PQ 或 HLG）"),
    "height": Text("the height", "高度"),
    "interlaced": Text("interlaced pictures", "隔行扫描"),
    "kind": Text("the kind of file", "文件类型"),
    "lines": Text("the number of lines", "行数"),
    "mode": Text("the colour mode", "色彩模式"),
    "orientation": Text("the EXIF orientation flag", "EXIF 方向标记"),
    "pages_total": Text("the number of pages", "页数"),
    "pages_visible": Text("the number of pages", "页数"),
    "decoded_share": Text("the share of the sound that decodes", "可解码声音的比例"),
    "cut_short": Text("whether a part is missing", "是否缺少一部分"),
    "silent": Text("silence throughout", "全程静音"),
    "decode_errors": Text("the number of places that do not decode", "无法解码的位置数量"),
    "mirrored": Text("the mirror flag", "镜像标记"),
    "pixel_aspect": Text("the shape of its pixels (width over height)", "像素宽高比"),
    "undecodable_seconds": Text("the time before the first picture that decodes", "首个可解码画面之前的时长"),
    "pixel_format": Text("the pixel format", "像素格式"),
    "rotation": Text("the rotation flag", "旋转标记"),
    "seconds": Text("the length", "时长"),
    "size_bytes": Text("the file's size", "文件大小"),
    "spoken_characters": Text("the spoken text's length", "播报文字长度"),
    "variable_rate": Text("a varying frame rate", "不恒定的帧率"),
    "video_tracks": Text("the number of picture tracks", "视频轨数量"),
    "well_formed": Text("well-formed SSML", "SSML 是否合规"),
    "width": Text("the width", "宽度"),
}

# Measure that is yes or no → what is told when it is the wrong one.
_STATES: Mapping[str, Text] = {
    "animated": Text(
        "it holds several pictures; one still picture is advised", "含多帧画面；建议使用单帧静态图"
    ),
    "encrypted": Text("it asks for a password; save it without one", "已加密；请另存为无密码的文件"),
    "encoding_guessed": Text(
        "no mark says its encoding, which was guessed: read it over, or save it as UTF-8",
        "文件未标明编码，按猜测读取：请核对文字，或另存为 UTF-8",
    ),
    "faststart": Text(
        "its index is at the end; at the start is advised", "索引位于文件末尾；建议前置（faststart）"
    ),
    "hdr": Text("it is HDR (PQ or HLG); SDR is advised", "画面为 HDR（PQ 或 HLG）；建议使用 SDR"),
    "interlaced": Text("it is interlaced; progressive is advised", "画面为隔行扫描；建议逐行扫描"),
    "silent": Text("its sound is silent throughout: nobody would be heard", "声音全程静音：听不到任何内容"),
    "mirrored": Text(
        "it is shown flipped (its display matrix says so): who does not follow that sees another picture",
        "显示矩阵带有镜像或翻转；不遵循该标记的程序会得到不同画面",
    ),
    "variable_rate": Text("its frame rate varies; a constant one is advised", "帧率不恒定；建议使用恒定帧率"),
}
# Measure whose number needs its own sentence; {} is the value with its unit.
_SENTENCES: Mapping[str, Text] = {
    "pixel_aspect": Text(
        "its pixels are not square (width over height {}): who ignores that sees faces stretched",
        "像素不是正方形（宽高比 {}）：忽略该标记的程序会把人脸拉变形",
    ),
    "undecodable_seconds": Text(
        "no picture decodes in its first {}: it begins inside a group of pictures, as cut recordings do",
        "开头 {}内没有画面可以解码：文件从一个画面组（GOP）中间开始，常见于截取的录像",
    ),
    "decoded_share": Text(
        "only {} of its sound decodes: the rest is encrypted or damaged; export it again",
        "其声音只有 {} 可以解码：其余已加密或损坏；请重新导出",
    ),
    "above_background": Text(
        "the voice is only {} above what is heard in its pauses (noise, music or echo); 11 dB and more are advised: "
        "record it without, or `mediaprep fix --denoise` against steady noise",
        "人声仅高出停顿处背景声（噪声、音乐或混响）{}；建议至少 11 dB：请重新录制，"
        "持续噪声可用 `mediaprep fix --denoise`",
    ),
    "clipped_share": Text(
        "{} of its time is cut off at full scale: the voice crackles; record or export it less loudly",
        "{} 的时长在满刻度处被削波，声音会破裂；请降低音量重新录制或导出",
    ),
    "decode_errors": Text(
        "{} places of it do not decode: pictures there are damaged or missing; export it again",
        "有 {} 处无法解码，画面损坏或缺失；请重新导出",
    ),
}
# What is counted in its own name needs no unit behind it.
_COUNTS = frozenset({"lines", "pages_total", "pages_visible"})

_KINDS: Mapping[Kind, Text] = {
    Kind.VIDEO: Text("a video", "视频"),
    Kind.AUDIO: Text("a sound file", "音频"),
    Kind.PHOTO: Text("a picture", "图片"),
    Kind.DECK: Text("a deck or PDF", "演示文稿或 PDF"),
    Kind.TEXT: Text("text", "文本"),
    Kind.CAPTIONS: Text("captions", "字幕"),
    Kind.UNKNOWN: Text("of no known kind", "未知类型"),
}

# Why something was not measured, where the facts do not say.
_UNMEASURED: Mapping[str, Text] = {
    "face_count": Text("faces were not looked for", "未进行人脸检测"),
    "faces": Text("faces were not looked for", "未进行人脸检测"),
    "size_bytes": Text("known once the file is made", "生成文件后才能得知"),
}
_NO_REASON = Text("it could not be measured", "无法测得")

_UNITS_ZH: Mapping[str, str] = {
    "s": "秒", "px": "像素", "byte": "字节", "characters": "字", "pages": "页", "lines": "行",
}  # fmt: skip

# Row of FIXES → how `mediaprep fix` mends it.
REMEDIES: Mapping[str, Text] = {
    "transcode_video": Text(
        "`mediaprep fix` re-encodes the picture to H.264 High, 8-bit 4:2:0",
        "`mediaprep fix` 会将画面转为 H.264 High、8 位 4:2:0",
    ),
    "scale": Text("`mediaprep fix` scales it into the bounds", "`mediaprep fix` 会缩放到允许范围内"),
    "remux": Text(
        "`mediaprep fix` rewrites it as mp4, copying the streams", "`mediaprep fix` 会改写为 mp4，流原样复制"
    ),
    "drop_tracks": Text(
        "`mediaprep fix --unsafe` keeps the first track of each kind",
        "`mediaprep fix --unsafe` 会只保留每类的第一条轨道",
    ),
    "trim": Text(
        "`mediaprep fix` trims silent edges where that is enough; cutting content needs --unsafe",
        "`mediaprep fix` 会裁去首尾静音；若不足，截断内容需加 --unsafe",
    ),
    "cut_beginning": Text(
        "`mediaprep fix --unsafe` cuts the beginning off and re-encodes the picture",
        "`mediaprep fix --unsafe` 会截去开头并重新编码画面",
    ),
    "trim_footage": Text(
        "`mediaprep fix --unsafe` cuts the end off, copying what stays",
        "`mediaprep fix --unsafe` 会截去末尾，保留部分原样复制",
    ),
    "transcode_audio": Text("`mediaprep fix` converts the sound", "`mediaprep fix` 会转换音频格式"),
    "resave_photo": Text("`mediaprep fix` saves the picture anew", "`mediaprep fix` 会另存图片"),
    "resize_photo": Text(
        "`mediaprep fix` scales the picture into the bounds", "`mediaprep fix` 会把图片缩放到允许范围内"
    ),
    "crop_to_face": Text(
        "`mediaprep fix --unsafe` crops to the largest face", "`mediaprep fix --unsafe` 会裁切到最大的人脸"
    ),
    "drop_pages": Text(
        "`mediaprep deck split` makes parts of at most 50 pages; `mediaprep fix --unsafe` keeps the first pages "
        "of a PDF",
        "`mediaprep deck split` 可拆成不超过 50 页的若干份；`mediaprep fix --unsafe` 会只保留 PDF 的前若干页",
    ),
    "save_deck": Text(
        "`mediaprep fix` saves a show, template or deck with macros as a plain pptx (a pps as ppt)",
        "`mediaprep fix` 会把放映文件、模板或含宏的文稿另存为普通 pptx（pps 存为 ppt）",
    ),
    "to_ssml": Text(
        "`mediaprep fix` joins lines, escapes bare symbols, drops control characters",
        "`mediaprep fix` 会合并换行、转义符号、删除控制字符",
    ),
}
# What is no row of FIXES: one file cannot become several, and what a tag was to say only its author knows.
SPLIT = Text(
    "`mediaprep script --split` parts a text at its sentences, a request for each part",
    "`mediaprep script --split` 会按句拆分文本，每段提交一个请求",
)
MARKUP = Text(
    "correct it there: what was meant `mediaprep fix` cannot know",
    "请在该处修正：`mediaprep fix` 无从得知原意",
)

# a verb of its own, no row of FIXES: what it makes is no longer what the author made
_SHRINK = Text(
    "`mediaprep deck shrink` recompresses the pictures of a pptx or PDF",
    "`mediaprep deck shrink` 可重新压缩 pptx 或 PDF 中的图片",
)


def written(measure: str, value: object) -> str:
    """A measured value as a reader sees it, without its unit."""
    if measure == "size_bytes" and isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def unit_in(lang: str, unit: str) -> str:
    """The unit with its space (en) or its Chinese name."""
    if not unit:
        return ""
    return f" {_UNITS_ZH.get(unit, unit) if lang == 'zh' else unit}"


def remedy(limit: Limit) -> Text | None:
    """How `mediaprep fix` mends what breaks this row; None where only a person can."""
    if limit.fix == "trim" and limit.kind is Kind.VIDEO:
        return REMEDIES["trim_footage"]
    if limit.kind is Kind.DECK and limit.measure == "size_bytes" and limit.endpoint == "ppt":
        return _SHRINK
    return REMEDIES.get(limit.fix or "")


LENGTHEN = texts.LENGTHEN
TOO_SHORT = Text("record or write more: nothing can be added to it", "请补足内容：无法自动加长")


_OF_TEXT: Mapping[str, tuple[Text, ...]] = {"lines": (texts.JOIN,), "well_formed": (texts.ESCAPE, MARKUP)}


def remedies_by_value(limit: Limit) -> tuple[Text, ...]:
    """What else findings of this row say, by the value: what is too short, or a script that is too long."""
    if limit.kind is Kind.TEXT:
        return _OF_TEXT.get(limit.measure, (SPLIT, texts.PART, texts.LENGTHEN))
    return (TOO_SHORT,) if limit.measure == "seconds" else ()


def kind(kind: Kind) -> Text:
    """A kind of file, with its article."""
    return _KINDS[kind]


def told_unmeasured(facts: Facts, measure: str) -> bool:
    """Whether the facts say why `measure` is None: it was asked for."""
    return any(reason.measure == measure for reason in getattr(facts, "unmeasured", ()))


def unmeasured(facts: Facts, measure: str) -> Text:
    """Why `measure` of `facts` is None."""
    for reason in getattr(facts, "unmeasured", ()):
        if reason.measure == measure or (measure, reason.measure) == ("face_count", "faces"):
            return Text(reason.en, reason.zh)
    return _UNMEASURED.get(measure, _NO_REASON)


def place(facts: Facts) -> str | None:
    """line:column of the first problem of a script, where it says so."""
    problem = facts.problem if isinstance(facts, TextFacts) else None
    found = re.search(r"\d+:\d+", problem or "")
    return found.group(0) if found else None


def message(limit: Limit, value: object, verdict: Verdict, facts: Facts) -> Text:
    """What was measured, against what, in both languages."""
    name = NAMES[limit.measure]
    if verdict is Verdict.UNKNOWN:
        why = unmeasured(facts, limit.measure)
        return Text(
            f"{name.en} is unknown ({why.en}); allowed: {_allowed(limit, 'en')}",
            f"{name.zh}未知（{why.zh}）；要求：{_allowed(limit, 'zh')}",
        )
    if limit.measure == "well_formed" and isinstance(facts, TextFacts):
        problem = facts.problem or "?"
        told = facts.problem_zh or problem
        return Text(f"the script is not well-formed: {problem}", f"脚本不合规：{told}")
    if limit.measure == "cut_short" and isinstance(facts, VideoFacts | AudioFacts):
        return cut_short(facts)
    if isinstance(value, bool) and limit.measure in _STATES:
        return _STATES[limit.measure]
    unit = "" if limit.measure in _COUNTS else limit.bound.unit
    found = Text(
        written(limit.measure, value) + unit_in("en", unit),
        written(limit.measure, value) + unit_in("zh", unit),
    )
    if limit.measure in _SENTENCES:
        said = _SENTENCES[limit.measure]
        return Text(said.en.format(found.en), said.zh.format(found.zh))
    if verdict is Verdict.ADVISED and isinstance(limit.bound, SizeUpTo) and not limit.bound.soft:
        return Text(
            f"{name.en} is {found.en}: over {limit.bound.stated} read as decimal ({limit.bound.decimal:,}), "
            f"within it read as binary ({limit.bound.binary:,}); the docs do not say which is meant",
            f"{name.zh}为 {found.zh}：按十进制（{limit.bound.decimal:,}）超过 {limit.bound.stated}，"
            f"按二进制（{limit.bound.binary:,}）未超；文档未说明按哪种计算",
        )
    must = ("allowed", "要求") if verdict is Verdict.REFUSED else ("advised", "建议")
    return Text(
        f"{name.en} is {found.en}; {must[0]}: {_allowed(limit, 'en')}",
        f"{name.zh}为 {found.zh}；{must[1]}：{_allowed(limit, 'zh')}",
    )


def cut_short(facts: VideoFacts | AudioFacts) -> Text:
    """What is missing of a file that ends early: both lengths, where its header tells one."""
    claimed, held = facts.claimed_seconds, facts.seconds
    if claimed is None or held is None or claimed <= held:
        return Text(
            "the file ends before it says it does: a part is missing; copy or export it again",
            "文件在应有的结尾之前结束：缺少一部分；请重新复制或导出",
        )
    return Text(
        f"its header says {claimed:.2f} s, {held:.2f} s are there: the rest is missing; copy or export it again",
        f"文件头标明 {claimed:.2f} 秒，实际只有 {held:.2f} 秒：其余缺失；请重新复制或导出",
    )


def _allowed(limit: Limit, lang: str) -> str:
    words = limit.bound.words(lang)
    # a size says its own unit: ≤ 5G
    named = isinstance(limit.bound, SizeUpTo) or limit.measure in _COUNTS
    return words if named else words + unit_in(lang, limit.bound.unit)
