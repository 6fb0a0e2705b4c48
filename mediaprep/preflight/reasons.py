"""Why a rule is there: what happens to a file or a request that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mediaprep.model.findings import Text

_TASK_FAILS: Final = Text(
    "the task is accepted, waits in the queue and then fails on this file",
    "任务会被接受并排队，随后因该文件而失败",
)
_OURS: Final = Text(
    "the docs do not ask for it; encoders and players beyond them trip over it",
    "文档未作要求；但后续编码与播放环节常因此出错",
)
_SENT_BACK: Final = Text("the gateway refuses the request", "网关会拒绝该请求")

# Measure of a file → why; whatever is not here fails the task.
OF_MEASURES: Final[Mapping[str, Text]] = {
    "kind": Text("the service reads the bytes, not the name", "服务端按内容而不是文件名判断"),
    "size_bytes": Text(
        "the service refuses the file; whether MB is meant decimal or binary is not said",
        "服务会拒绝该文件；MB 按十进制还是二进制未作说明",
    ),
    "codec": Text(
        "the service decodes H.264; phones record HEVC under the same name",
        "服务端解码 H.264；手机常以同样的后缀录制 HEVC",
    ),
    "characters": Text(
        "whether tags count is not documented: over with tags is advised", "是否计入标签未作说明：含标签超限只作建议"
    ),
    "spoken_characters": Text("the gateway refuses a text that is too long", "文本过长时网关会拒绝"),
    "estimated_seconds": Text("an estimate: the voice decides the real length", "仅为估计：实际时长取决于音色"),
    "well_formed": Text("markup that does not parse is refused or read aloud", "无法解析的标签会被拒绝或被读出"),
    "lines": Text("a script is one line of text on the wire", "请求中的文案不能换行"),
    "face_count": Text("it must be clear whose face is meant", "须明确指的是哪一张脸"),
    "encrypted": Text("a deck behind a password cannot be rendered", "加密的文档无法渲染"),
    "encoding_guessed": Text(
        "read in another encoding a script is gibberish, and is spoken and paid for all the same",
        "按错误编码读取的文案是乱码，却仍会被播报并计费",
    ),
    "mode": _OURS,
    "orientation": _OURS,
    "animated": _OURS,
    "pixel_format": _OURS,
    "rotation": _OURS,
    "silent": _OURS,
    "mirrored": _OURS,
    "pixel_aspect": _OURS,
    "undecodable_seconds": _OURS,
    "decode_errors": _OURS,
    "variable_rate": _OURS,
    "interlaced": _OURS,
    "hdr": _OURS,
}  # fmt: skip

# Kind of a parameter's rule → (what, why).
OF_PARAMETERS: Final[Mapping[str, tuple[Text, Text]]] = {
    "required": (Text("must be given and not empty", "必填且不得为空"), _SENT_BACK),
    "type": (Text("must be of JSON type", "须为此 JSON 类型"), _SENT_BACK),
    "range": (Text("must lie in this range", "须在此范围内"), _SENT_BACK),
    "choice": (Text("must be one of", "须为这些取值之一"), _SENT_BACK),
    "length": (Text("must have so many characters", "字符数须在此范围内"), _SENT_BACK),
    "count": (Text("must have so many elements", "元素个数须在此范围内"), _SENT_BACK),
    "form": (Text("must be written like this", "须符合此格式"), _SENT_BACK),
    "json": (Text("must hold a JSON object of this kind", "须为此类 JSON 对象"), _SENT_BACK),
    "unknown": (
        Text("must be a parameter of the docs", "须为文档中的参数"),
        Text(
            "the service ignores what it does not know: a typo costs a job",
            "服务会忽略未知参数：拼写错误会白费一次任务"
        ),
    ),
}  # fmt: skip


def of_measure(measure: str) -> Text:
    """Why a limit on this measure is there."""
    return OF_MEASURES.get(measure, _TASK_FAILS)
