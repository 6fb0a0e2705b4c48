"""Why the emulator answers with a code: every row of both code tables, and what brings it about. Where the docs give a
code a cause of the caller's, that cause gives the code; what only the service's inside could know comes on order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from mediaprep.contract import codes
from mediaprep.model.findings import Text

CodeTable = Literal["interface", "task"]


@dataclass(frozen=True, kw_only=True)
class CodeCause:
    """One code. `cause` None: only a rule of the control port gives it. `ours`: that it is this cause the docs do not
    say."""

    table: CodeTable
    code: int
    cause: Text | None = None
    ours: bool = False

    @property
    def order(self) -> dict[str, Any]:
        """The fault rule that gives it, whatever is asked."""
        return {"do": "code" if self.table == "interface" else "fail", "code": self.code}


def _answered(code: int, en: str, zh: str, *, ours: bool = False) -> CodeCause:
    return CodeCause(table="interface", code=code, cause=Text(en, zh), ours=ours)


def _failed(code: int, en: str, zh: str, *, ours: bool = False) -> CodeCause:
    return CodeCause(table="task", code=code, cause=Text(en, zh), ours=ours)


_BY_CAUSE: Final = (
    _answered(
        codes.BAD_PARAMETER,
        "a parameter is missing, has another type or form, is too long or outside its range; the body is no "
        "{Header, Payload}; the method is not POST",
        "参数缺失、类型或格式不对、过长或超出范围；请求体不是 {Header, Payload}；请求方法不是 POST",
    ),
    _answered(
        codes.BAD_VALUE,
        "a value is none of those that are listed; markup is broken",
        "取值不在可选值之内；标签有误",
    ),
    _answered(
        codes.UNAUTHORISED,
        "appkey, signature or timestamp (more than 300 s off) is wrong; a trial is over and "
        "the request names no avatar",
        "appkey、签名或时间戳（偏差超过 300 秒）不对；试用到期且请求未指定形象",
        ours=True,
    ),
    _answered(
        codes.OVER_QUOTA,
        "more tasks at a time than the account may have; Exclusive without a free channel",
        "同时进行的任务超过配额；无空闲独享并发却要求 Exclusive",
    ),
    _answered(100009, "the path is no call of the gateway", "路径不是网关的接口", ours=True),
    _answered(
        110005,
        "the same Payload, with the same RequestID or none, was accepted less than a second ago "
        "(--repeat-seconds)",
        "一秒内（--repeat-seconds）已接受过相同的 Payload（RequestID 相同或均未填写）",
    ),
    _answered(
        codes.NO_RECORD,
        "no task of this TaskId, or it is asked after at the other progress call",
        "没有该 TaskId 的任务，或用错了进度接口",
    ),
    _answered(
        110007,
        "the account that owns the VirtualmanKey is over: key_expired in the catalogue, or --account trial "
        "after 15 days",
        "key 所属账号到期：目录中的 key_expired，或 --account trial 满 15 天",
    ),
    _answered(
        codes.NO_HOURS,
        "the hour package is used up, or none was bought (--hours, --account none)",
        "小时包已用完或未购买（--hours、--account none）",
    ),
    _answered(
        100015,
        "the avatar's day has passed: expired or expires in the catalogue",
        "形象已过期：目录中的 expired 或 expires",
    ),
    _answered(
        codes.NO_AVATAR,
        "no such VirtualmanKey or TimbreKey in the catalogue",
        "目录中没有该 VirtualmanKey 或 TimbreKey",
    ),
    _answered(
        801004,
        "more submits within a second than --submits-per-second (without it: any number)",
        "一秒内的提交数超过 --submits-per-second（不设置则不限）",
    ),
    _answered(
        801005,
        "a script holds a word of the review list (--reviews, {control}/reviews)",
        "文本含审核列表中的词（--reviews、{control}/reviews）",
    ),
    _failed(801006, "the emulator's own store cannot take the result", "模拟器自身的存储无法写入成品"),
    _failed(
        801007,
        "the task takes longer than --task-seconds (without it: any time)",
        "任务耗时超过 --task-seconds（不设置则不限）",
    ),
    _failed(
        801008,
        "a file's address answers with an error, breaks off, or sends more than can be taken",
        "文件地址返回错误、传输中断或超出大小",
    ),
    _failed(
        801009,
        "a file breaks a limit, and the docs name no code of its own for its parameter",
        "文件不符合限制，且文档未给该参数单独的结果码",
        ours=True,
    ),
    _failed(
        801010,
        "nothing comes from a URL: no such host, no connection, not allowed (--allow-host)",
        "URL 无响应：主机不存在、无法连接或未获允许（--allow-host）",
    ),
    _failed(801015, "a result cannot be PUT to a StorageS3Url", "成品无法 PUT 到 StorageS3Url"),
    _failed(801504, "a head or tail clip breaks a limit", "片头或片尾不符合限制"),
    _failed(
        801506,
        "a logo breaks a limit; a head or tail has another resolution; subtitles for a voice without",
        "台标不符合限制；片头片尾分辨率不同；音色不支持字幕",
    ),
    _failed(801507, "a background breaks a limit", "背景文件不符合限制"),
    _failed(
        801508,
        "a segment of a small-sample avatar whose footage cannot be counted (frames: 0 in the catalogue)",
        "小样本素材帧数无法读取（目录中 frames: 0）而指定了片段",
    ),
    _failed(
        801509,
        "StartIdx and EndIdx do not lie in the avatar's footage, in this order",
        "StartIdx、EndIdx 不在素材帧数之内",
    ),
    _failed(801510, "the driving audio breaks a limit", "驱动音频不符合限制"),
    _failed(
        802000,
        "a photo is on the review list (--reviews, {control}/reviews)",
        "照片在审核列表中（--reviews、{control}/reviews）",
    ),
    _failed(
        802001,
        "a photo that is to be driven breaks a limit; one that shows the person has not exactly one face",
        "待驱动的照片不符合限制；人物照片中不是恰好一张人脸",
    ),
    _failed(802002, "the footage breaks a limit", "模板视频不符合限制"),
    _failed(
        802003, "the footage shows no face, or not that of the photo", "模板视频中无人脸，或与照片不是同一人"
    ),
)


def _whole() -> tuple[CodeCause, ...]:
    by_cause = {(row.table, row.code): row for row in _BY_CAUSE}
    tables: tuple[tuple[CodeTable, Any], ...] = (("interface", codes.INTERFACE), ("task", codes.TASK))
    return tuple(
        by_cause.get((table, code), CodeCause(table=table, code=code))
        for table, rows in tables
        for code in rows
        if code != codes.OK
    )


CAUSES: Final = _whole()


def listed() -> dict[str, Any]:
    """As GET {control}/causes answers."""
    rows = [
        {
            "table": row.table,
            "code": row.code,
            "by": "cause" if row.cause else "fault",
            "cause": {"en": row.cause.en, "zh": row.cause.zh} if row.cause else None,
            "documented": row.cause is not None and not row.ours,
            "order": row.order,
        }
        for row in CAUSES
    ]
    return {"causes": rows, "counts": {by: sum(row["by"] == by for row in rows) for by in ("cause", "fault")}}


def lines(lang: str) -> list[str]:
    """The same for a terminal."""
    shown = []
    for row in CAUSES:
        known = (codes.INTERFACE if row.table == "interface" else codes.TASK)[row.code]
        ordered = Text("on order only", "仅可注入") if row.cause is None else row.cause
        shown.append(f"{row.table:9}  {row.code:>7}  {known.meaning.say(lang)}: {ordered.say(lang)}")
    return shown
