"""Both code tables. The interface's codes stand in Header.Code, the task's in Payload.FailCode: 801000,
801002 and 801004 stand in both and mean different things, so the tables are never mixed."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.model.findings import Text


class Retry(enum.Enum):
    """What may be done after a code."""

    NO = "no"  # definite: change the input
    WAIT = "wait"  # not accepted: the same request may be sent later
    AMBIGUOUS = "ambiguous"  # may have been accepted: never resend blindly
    NEVER_RESUBMIT = "never_resubmit"  # an earlier copy was accepted
    NEW_PAID_TASK = "new_paid_task"  # only a new task helps, and it may cost again: ask first


@dataclass(frozen=True, kw_only=True)
class Code:
    """One row. `assumed` = our reading, the docs do not tie the code to this case."""

    code: int
    meaning: Text
    remedy: Text
    retry: Retry
    assumed: Text | None = None


OK: Final = 0
BAD_PARAMETER: Final = 100001
BAD_VALUE: Final = 100002
UNAUTHORISED: Final = 100005
OVER_QUOTA: Final = 100008
NO_HOURS: Final = 100013
NO_AVATAR: Final = 100016
NO_RECORD: Final = 110006
TASK_BAD_PARAMETER: Final = 801009

_LATER = Text("try again later; if it stays, ask Tencent's support", "稍后重试；仍不行请联系腾讯技术支持")
_ASK = Text(
    "look whether the task exists before sending again; if it stays, ask Tencent's support",
    "重发前先确认任务是否已建立；仍不行请联系腾讯技术支持",
)
_ANEW = Text(
    "make a new task (it may cost again); if it stays, ask Tencent's support",
    "重新提交任务（可能再次计费）；仍不行请联系腾讯技术支持",
)
_NOTHING = Text("nothing to do", "无需处理")

_SIGNATURE = Text(
    "assumed for a wrong signature or time: the docs name no code. Check appkey, access token and clock",
    "签名或时间戳不对时按此码处理是我们的假设，文档未写明；请检查 appkey、accesstoken 与本机时钟",
)


def _row(code: int, en: str, zh: str, remedy: Text, retry: Retry) -> Code:
    assumed = _SIGNATURE if code == UNAUTHORISED else None
    return Code(code=code, meaning=Text(en, zh), remedy=remedy, retry=retry, assumed=assumed)


_INTERFACE = (
    _row(OK, "success", "成功", _NOTHING, Retry.NO),
    _row(-101000, "internal error of the service", "服务内部出错", _ASK, Retry.AMBIGUOUS),
    _row(-101001, "not enough computing power", "算力不够", _LATER, Retry.WAIT),
    _row(
        -101002,
        "the picture could not be downloaded",
        "图片下载不成功",
        Text("see that the picture's URL opens from the internet", "确认图片链接能从公网打开并下载"),
        Retry.NO,
    ),
    _row(-101003, "the service's storage failed", "请求 S3 存储出错", _ASK, Retry.AMBIGUOUS),
    _row(
        BAD_PARAMETER,
        "a parameter is missing or has the wrong type or form",
        "参数缺失，或类型、格式不对",
        Text("compare the parameter's type and form with the API's docs", "按接口文档核对该参数的类型和格式"),
        Retry.NO,
    ),
    _row(
        BAD_VALUE,
        "a parameter's value is not allowed",
        "参数的取值不被允许",
        Text("compare the value with the API's docs", "按接口文档核对取值"),
        Retry.NO,
    ),
    _row(
        UNAUTHORISED,
        "not authorised",
        "无权进行此操作",
        Text("see that the account may do this", "确认账号有此权限"),
        Retry.NO,
    ),
    _row(
        OVER_QUOTA,
        "over the number of tasks allowed at a time",
        "超出同时进行的任务配额",
        Text("wait until a running task ends, or buy concurrency", "等进行中的任务结束，或加购并发"),
        Retry.WAIT,
    ),
    _row(
        100009,
        "no such resource",
        "找不到该资源",
        Text("see that the resource belongs to this account", "确认该资源在本账号权限之内"),
        Retry.NO,
    ),
    _row(
        110005,
        "the record exists already: the request was repeated too fast",
        "记录已有：请求重复过快",
        Text("never send it again; look up the task that was accepted", "不要再发；查询先前已接受的任务"),
        Retry.NEVER_RESUBMIT,
    ),
    _row(
        NO_RECORD,
        "no such record",
        "查不到该记录",
        Text(
            "see that the TaskId is right and asked at the endpoint that made it",
            "核对 TaskId，并用对应的进度接口查询",
        ),
        Retry.NO,
    ),
    _row(
        110007,
        "the VirtualmanKey has expired",
        "VirtualmanKey 已到期",
        Text("see until when the account that owns the key is valid", "查看该 key 所属主账号的有效期"),
        Retry.NO,
    ),
    _row(
        NO_HOURS,
        "no valid hour package, or not enough left of it",
        "没有可用的小时包，或余量不够",
        Text("buy or ask for an hour package of this kind", "申请或加购相应的小时包"),
        Retry.NO,
    ),
    _row(
        100015,
        "the avatar has expired",
        "形象已到期",
        Text("ask for an extension of the avatar", "为该形象申请延期"),
        Retry.NO,
    ),
    _row(
        NO_AVATAR,
        "no such avatar",
        "找不到该形象",
        Text("see that the VirtualmanKey is right", "核对 VirtualmanKey 是否有效"),
        Retry.NO,
    ),
    _row(801000, "a call inside the service failed", "服务内部的远程调用出错", _ASK, Retry.AMBIGUOUS),
    _row(
        801002,
        "a call inside the service returned an unexpected status",
        "服务内部的远程调用返回异常状态",
        _ASK,
        Retry.AMBIGUOUS,
    ),
    _row(
        801004,
        "too many requests",
        "请求过于频繁",
        Text(
            "do not submit several tasks at the same moment; wait and send again",
            "不要同一时刻提交多个任务；稍后再发",
        ),
        Retry.WAIT,
    ),
    _row(
        801005,
        "the text did not pass the safety check",
        "文本未通过安全审核",
        Text("look for sensitive words in the script", "检查播报文本里的敏感内容"),
        Retry.NO,
    ),
)

_FETCH = Text(
    "see that the file's URL opens from the internet and stays valid", "确认文件链接能从公网打开并在有效期内"
)

_TASK = (
    _row(OK, "success", "成功", _NOTHING, Retry.NO),
    _row(801000, "internal error of the service", "服务内部出错", _ANEW, Retry.NEW_PAID_TASK),
    _row(801001, "the service's database failed", "数据库操作出错", _ANEW, Retry.NEW_PAID_TASK),
    _row(801002, "a call inside the service failed", "服务内部的远程调用出错", _ANEW, Retry.NEW_PAID_TASK),
    _row(801003, "the task was tried too many times", "任务重试次数用尽", _ANEW, Retry.NEW_PAID_TASK),
    _row(801004, "the task crashed while being made", "任务制作中崩溃", _ANEW, Retry.NEW_PAID_TASK),
    _row(801006, "the service's storage failed", "S3 存储操作出错", _ANEW, Retry.NEW_PAID_TASK),
    _row(801007, "the task timed out", "任务执行超出时限", _ANEW, Retry.NEW_PAID_TASK),
    _row(801008, "a file could not be downloaded", "文件下载不成功", _FETCH, Retry.NO),
    _row(
        TASK_BAD_PARAMETER,
        "a parameter is wrong",
        "参数不对",
        Text(
            "FailMessage names the parameter: compare it with the API's docs",
            "FailMessage 指出了参数：按接口文档核对",
        ),
        Retry.NO,
    ),
    _row(801010, "a URL could not be fetched", "url 资源获取不成功", _FETCH, Retry.NO),
    _row(801012, "the task's parameters could not be read", "任务参数无法解析", _ANEW, Retry.NEW_PAID_TASK),
    _row(
        801014,
        "the subtitle file or the made video could not be downloaded",
        "字幕文件或成片下载不成功",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801015,
        "the result could not be uploaded to the given storage",
        "成品无法上传到指定的 S3 地址",
        Text(
            "see that the storage URL may be written to and has not expired (…StorageS3Url)",
            "检查 …StorageS3Url 是否可写、是否过期",
        ),
        Retry.NO,
    ),
    _row(801401, "audio: parameters could not be read", "音频制作：参数无法解析", _ANEW, Retry.NEW_PAID_TASK),
    _row(
        801402, "audio: no local file could be made", "音频制作：本地文件无法建立", _ANEW, Retry.NEW_PAID_TASK
    ),
    _row(
        801403, "audio: sound data was not received", "音频制作：未收到音频数据", _ANEW, Retry.NEW_PAID_TASK
    ),
    _row(
        801404,
        "audio: the voice service failed while sending sound",
        "音频制作：接收音频时业务出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801405,
        "audio: making the mp3 or adding music failed",
        "音频制作：转 mp3 或加背景音乐出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(801501, "video: parameters could not be read", "视频制作：参数无法解析", _ANEW, Retry.NEW_PAID_TASK),
    _row(
        801503,
        "video: a call inside the service failed",
        "视频制作：远程调用出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801504,
        "video: the file to join could not be made",
        "视频制作：拼接文件无法建立",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801506,
        "video: logo, subtitles or joining failed",
        "视频制作：logo、字幕或拼接出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801507,
        "video: a given picture could not be brought to the video's size",
        "视频制作：素材分辨率转换出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801508,
        "video: the frames of the chosen segment could not be counted",
        "视频制作：小样本片段帧数读取出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
    _row(
        801509,
        "video: frame numbers of the small-sample segment are wrong",
        "视频制作：小样本帧号不合规",
        Text(
            "see that StartIdx and EndIdx lie inside the avatar's footage",
            "检查 StartIdx、EndIdx 是否在素材帧数之内",
        ),
        Retry.NO,
    ),
    _row(
        801510,
        "video: the driving audio's length was refused",
        "视频制作：驱动音频的时长未过校验",
        Text(
            "see that the driving audio is within the endpoint's length limits",
            "检查驱动音频时长是否在接口范围内",
        ),
        Retry.NO,
    ),
    _row(
        802000,
        "no-train: the photo did not pass the review",
        "免训练：照片审核未过",
        Text("look for sensitive content in the photo", "检查照片有无敏感内容"),
        Retry.NO,
    ),
    _row(
        802001,
        "no-train: the face detection of the photo failed",
        "免训练：照片未检出可用人脸",
        Text("use a photo with exactly one face", "换用只有一张人脸的照片"),
        Retry.NO,
    ),
    _row(
        802002, "no-train: preparing the footage failed", "免训练：素材预处理出错", _ANEW, Retry.NEW_PAID_TASK
    ),
    _row(
        802003,
        "no-train: the face was lost or the processing failed",
        "免训练：人脸丢失或处理出错",
        Text(
            "see that the face is visible through the whole video or photo", "检查视频或照片里人脸是否有丢失"
        ),
        Retry.NO,
    ),
    _row(
        802004,
        "no-train: the service's own callback failed",
        "免训练：内部回调出错",
        _ANEW,
        Retry.NEW_PAID_TASK,
    ),
)

ALSO: Mapping[int, int] = {100003: BAD_PARAMETER}
"""Codes that share the row of another."""

INTERFACE: Mapping[int, Code] = {row.code: row for row in _INTERFACE} | {
    twin: next(row for row in _INTERFACE if row.code == code) for twin, code in ALSO.items()
}
TASK: Mapping[int, Code] = {row.code: row for row in _TASK}


def of_interface(code: int) -> Code:
    """The row of Header.Code; a code no table has is AMBIGUOUS, because nothing is known of it."""
    return INTERFACE.get(code) or _unlisted(code, _ASK, Retry.AMBIGUOUS)


def of_task(code: int) -> Code:
    """The row of Payload.FailCode; an unlisted code needs a new task."""
    return TASK.get(code) or _unlisted(code, _ANEW, Retry.NEW_PAID_TASK)


def _unlisted(code: int, remedy: Text, retry: Retry) -> Code:
    return _row(code, "a code the docs do not list", "文档未列出的结果码", remedy, retry)
