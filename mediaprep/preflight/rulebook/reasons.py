"""Why a rule is there: what happens to a file or a request that breaks it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from mediaprep.contract.limits import OURS, Limit
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Family, Rule

_ADVICE: Final = Text("advice: nothing is refused for it", "仅为建议：不会因此拒绝")
_REFUSED: Final[Mapping[Family, Text]] = {
    Family.FILE: Text(
        "refused: the task would be accepted, wait in the queue and then fail on this file",
        "不予提交：否则任务会被接受并排队，随后因该文件而失败",
    ),
    Family.PARAMETER: Text(
        "refused: the gateway would refuse the request, or not do what it asks",
        "不予提交：网关会拒绝该请求，或不按要求执行",
    ),
    Family.JOB: Text("refused before anything is paid", "在计费之前即予拒绝"),
    Family.LABEL: Text(
        "refused by `mediaprep label check` and `verify`; submitting is not kept back",
        "`mediaprep label check` 与 `verify` 会拒绝；不妨碍提交",
    ),
    Family.PLATFORM: Text(
        "refused by `mediaprep check --platform`; submitting is not kept back",
        "`mediaprep check --platform` 会拒绝；不妨碍提交",
    ),
}
"""What happens, by what a rule is about; it follows from the verdicts that a rule can come to, never from words."""

_OURS: Final = Text(
    "the docs do not ask for it; encoders and players beyond them trip over it",
    "文档未作要求；但后续编码与播放环节常因此出错",
)
_PLAIN: Final = Text("", "")

# Measure of a file → why, beside what happens; nothing where the limit itself says all.
OF_MEASURES: Final[Mapping[str, Text]] = {
    **dict.fromkeys(("aspect", "container", "format", "height", "pages_total", "seconds", "width"), _PLAIN),
    "kind": Text("the service reads the bytes, not the name", "服务端按内容而不是文件名判断"),
    "size_bytes": Text(
        "whether MB is meant decimal or binary is not said",
        "MB 按十进制还是二进制未作说明",
    ),
    "codec": Text(
        "the service decodes H.264; phones record HEVC under the same name",
        "服务端解码 H.264；手机常以同样的后缀录制 HEVC",
    ),
    "characters": Text(
        "whether tags count is not documented: over with tags is advised", "是否计入标签未作说明：含标签超限只作建议"
    ),
    "spoken_characters": Text("tags do not count here", "此处不计标签"),
    "estimated_seconds": Text("an estimate: the voice decides the real length", "仅为估计：实际时长取决于音色"),
    "well_formed": Text("markup that does not parse may be read aloud", "无法解析的标签可能被读出"),
    "lines": Text("a script is one line of text on the wire", "请求中的文案不能换行"),
    "face_count": Text("it must be clear whose face is meant", "须明确指的是哪一张脸"),
    "encrypted": Text("a deck behind a password cannot be rendered", "加密的文档无法渲染"),
    "encoding_guessed": Text(
        "read in another encoding a script is gibberish, and is spoken and paid for all the same",
        "按错误编码读取的文案是乱码，却仍会被播报并计费",
    ),
    "decoded_share": Text("sound that does not decode is heard by nobody", "无法解码的声音谁也听不到"),
}  # fmt: skip

# Kind of a parameter's rule → (what, why).
OF_PARAMETERS: Final[Mapping[str, tuple[Text, Text]]] = {
    "required": (Text("must be given and not empty", "必填且不得为空"), _PLAIN),
    "type": (Text("must be of JSON type", "须为此 JSON 类型"), _PLAIN),
    "range": (Text("must lie in this range", "须在此范围内"), _PLAIN),
    "choice": (Text("must be one of", "须为这些取值之一"), _PLAIN),
    "length": (Text("must have so many characters", "字符数须在此范围内"), _PLAIN),
    "count": (Text("must have so many elements", "元素个数须在此范围内"), _PLAIN),
    "form": (Text("must be written like this", "须符合此格式"), _PLAIN),
    "json": (Text("must hold a JSON object of this kind", "须为此类 JSON 对象"), _PLAIN),
    "unknown": (
        Text("must be a parameter of the docs", "须为文档中的参数"),
        Text(
            "the service ignores what it does not know: a typo costs a job",
            "服务会忽略未知参数：拼写错误会白费一次任务"
        ),
    ),
}  # fmt: skip


def of_limit(limit: Limit) -> Text:
    """Why a limit is there, beside what happens. KeyError for one of the docs whose measure has no row here."""
    return OF_MEASURES.get(limit.measure, _OURS) if limit.source == OURS else OF_MEASURES[limit.measure]


def outcome(family: Family, verdicts: Collection[Verdict]) -> Text:
    """What happens to who breaks a rule that can come to these verdicts."""
    if Verdict.REFUSED not in verdicts:
        return _ADVICE
    kind = {
        Family.RUN: Family.JOB,
        Family.FILE: Family.FILE,
        Family.JOB: Family.JOB,
        Family.LABEL: Family.LABEL,
        Family.PLATFORM: Family.PLATFORM,
    }.get(family, Family.PARAMETER)
    return _REFUSED[kind]


def whole(rule: Rule) -> Rule:
    """The rule with what happens behind why it is there."""
    ends = outcome(rule.family, rule.verdicts)
    en, zh = (f"{why}; {end}" if why else end for why, end in zip(rule.why, ends, strict=True))
    return replace(rule, why=Text(en, zh.replace("; ", "；")))
