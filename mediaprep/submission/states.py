"""The states of a paid job and every move between them: one table that code, tests and the diagram read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.errors import LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import JobState

_S = JobState


@dataclass(frozen=True, kw_only=True)
class Move:
    """One row: from where to where, what it is called, and what it means."""

    frm: JobState
    to: JobState
    name: str
    why: Text


def _row(frm: JobState, to: JobState, name: str, en: str, zh: str) -> Move:
    return Move(frm=frm, to=to, name=name, why=Text(en, zh))


MOVES: Final[tuple[Move, ...]] = (
    _row(_S.NEW, _S.READY, "prepared", "mended and judged", "已修复并检查"),
    _row(_S.NEW, _S.NEW, "waits", "waits for another job", "等待其他任务"),
    _row(_S.NEW, _S.REFUSED, "refused", "judged before anything was sent", "发送前判定不合格"),
    _row(_S.NEW, _S.SAVED, "composed", "made of other jobs' products; nothing is paid", "由其他任务的成品合成，不计费"),
    _row(_S.NEW, _S.FAILED, "failed", "a tool of this machine failed", "本机工具出错"),
    _row(_S.READY, _S.SUBMITTING, "intent", "an attempt is written down", "已记录一次提交"),
    _row(_S.READY, _S.READY, "waits", "no free place, or not yet", "没有空闲名额，或尚未到时"),
    _row(_S.READY, _S.NEW, "prepare again", "its request is not kept whole", "账本未保存完整请求，重新准备"),
    _row(_S.READY, _S.REFUSED, "refused", "judged before anything was sent", "发送前判定不合格"),
    _row(_S.READY, _S.REVIEW, "mishap", "an earlier attempt of it is in doubt", "此前的一次提交状态存疑"),
    _row(_S.READY, _S.REVIEW, "sent before", "a ledger that knows more has sent it", "已由记录更新的账本提交"),
    _row(_S.READY, _S.FAILED, "failed", "a tool of this machine failed", "本机工具出错"),
    _row(_S.SUBMITTING, _S.RUNNING, "accepted", "the service named its task", "服务端返回任务号"),
    _row(_S.SUBMITTING, _S.READY, "no room", "not accepted: the service has no room", "未接受：服务端没有名额"),
    _row(_S.SUBMITTING, _S.READY, "not sent", "certainly nothing was sent", "确定未发出"),
    _row(_S.SUBMITTING, _S.FAILED, "failed", "an unforeseen error; nothing was sent", "未预料到的错误；未发出"),
    _row(_S.SUBMITTING, _S.FAILED, "rejected", "definitely refused by the service", "服务端明确拒绝"),
    _row(_S.SUBMITTING, _S.AMBIGUOUS, "no answer", "it may have been accepted", "可能已被接受"),
    _row(_S.SUBMITTING, _S.AMBIGUOUS, "mishap", "an unforeseen error; may be sent", "未预料到的错误；可能已发出"),
    _row(_S.SUBMITTING, _S.AMBIGUOUS, "owner lost", "whoever sent it is gone", "提交者已消失"),
    _row(_S.AMBIGUOUS, _S.RUNNING, "found", "its TaskId became known", "得知任务号"),
    _row(_S.AMBIGUOUS, _S.MADE, "result came", "its product lies in the bucket", "成品已在存储桶中"),
    _row(_S.AMBIGUOUS, _S.READY, "fenced", "its task can never get its input", "该任务永远取不到素材"),
    _row(_S.AMBIGUOUS, _S.READY, "not sent", "certainly nothing was sent", "确定未发出"),
    _row(_S.AMBIGUOUS, _S.READY, "unsafe", "resubmitted blindly, as was asked for", "按要求盲目重提"),
    _row(_S.AMBIGUOUS, _S.AMBIGUOUS, "waits", "no evidence yet", "尚无证据"),
    _row(_S.AMBIGUOUS, _S.REVIEW, "no evidence", "nothing more will be heard of it", "不会再有消息"),
    _row(_S.AMBIGUOUS, _S.REVIEW, "mishap", "unforeseen errors every time it is sent", "每次发送都出现未预料到的错误"),
    _row(_S.RUNNING, _S.RUNNING, "polled", "not finished", "尚未完成"),
    _row(_S.RUNNING, _S.MADE, "succeeded", "the service has made it", "服务端制作完成"),
    _row(_S.RUNNING, _S.READY, "failed free", "the task failed; a new one is allowed", "任务失败，允许重新提交"),
    _row(_S.RUNNING, _S.FAILED, "failed", "the task failed", "任务失败"),
    _row(_S.RUNNING, _S.REVIEW, "lost", "the service does not know it", "服务端查不到该任务"),
    _row(_S.RUNNING, _S.REVIEW, "mishap", "an unforeseen error; the task lives on", "未预料到的错误；任务仍在"),
    _row(_S.MADE, _S.SAVED, "saved", "downloaded and decoded", "已下载并解码校验"),
    _row(_S.MADE, _S.MADE, "download waits", "the download is tried again", "稍后重试下载"),
    _row(_S.MADE, _S.RUNNING, "stale", "its address is asked for again", "重新查询下载地址"),
    _row(_S.MADE, _S.REVIEW, "expired", "it could not be downloaded in time", "未能及时下载"),
    _row(_S.MADE, _S.REVIEW, "not saved", "it cannot be downloaded or decoded", "无法下载或解码"),
    _row(_S.MADE, _S.REVIEW, "mishap", "an unforeseen error; the product is kept", "未预料到的错误；成品仍在"),
    _row(_S.SAVED, _S.DONE, "finished", "finished and proved", "成片完成并校验"),
    _row(_S.SAVED, _S.FAILED, "finishing failed", "the result stays", "后期处理失败，结果保留"),
    _row(_S.SAVED, _S.MADE, "file gone", "the file is gone or changed", "文件丢失或被改动"),
    _row(_S.SAVED, _S.NEW, "compose again", "what was composed is gone or changed", "合成的文件丢失或被改动"),
    _row(_S.DONE, _S.NEW, "compose again", "what was composed is gone or changed", "合成的文件丢失或被改动"),
    _row(_S.DONE, _S.SAVED, "finishing changed", "finished anew, for free", "重新后期处理，不计费"),
    _row(_S.DONE, _S.MADE, "file gone", "the file is gone or changed", "文件丢失或被改动"),
    _row(_S.FAILED, _S.SAVED, "finish again", "finished anew, for free", "重新后期处理，不计费"),
    _row(_S.FAILED, _S.NEW, "again", "nothing was charged, or a person said so", "未计费，或由人工决定"),
    _row(_S.REFUSED, _S.NEW, "again", "run again", "再次运行"),
    _row(_S.REVIEW, _S.RUNNING, "found", "its TaskId became known", "得知任务号"),
    _row(_S.REVIEW, _S.AMBIGUOUS, "heard", "a callback names a task: it is asked after", "回调给出任务号，前去查询"),
    _row(_S.REVIEW, _S.RUNNING, "task named", "a person named its task", "由人工指定任务号"),
    _row(_S.REVIEW, _S.MADE, "result came", "its product lies in the bucket", "成品已在存储桶中"),
    _row(_S.REVIEW, _S.MADE, "download again", "a person asked for the download again", "由人工要求重新下载"),
    _row(_S.REVIEW, _S.READY, "resubmit", "a person said: submit again", "由人工决定重新提交"),
    _row(_S.REVIEW, _S.NEW, "resubmit", "a person said: prepare and submit again", "由人工决定重新准备并提交"),
    _row(_S.REVIEW, _S.FAILED, "abandoned", "a person gave it up", "由人工放弃"),
)  # fmt: skip

UNSENT: Final = frozenset({"composed", "compose again"})
"""Moves of jobs that never sent anything: whatever was sent may have been paid, and is never made anew like this."""

_BY: Final[Mapping[tuple[JobState, JobState, str], Move]] = {(m.frm, m.to, m.name): m for m in MOVES}


def allowed(frm: JobState, to: JobState, name: str, *, sent: bool = False) -> Move:
    """The row of the table. Raises LedgerError for a move that is not in it, or not for a job that has `sent`
    something."""
    move = _BY.get((frm, to, name))
    if move is None or (sent and name in UNSENT):
        raise LedgerError(
            f"a job does not go from {frm} to {to} by {name!r}", f"任务不能经 {name!r} 由 {frm} 变为 {to}"
        )
    return move


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> NEW"]
    names: dict[tuple[JobState, JobState], list[str]] = {}
    for move in MOVES:
        names.setdefault((move.frm, move.to), []).append(move.name)
    lines += [f"    {frm} --> {to}: {', '.join(called)}" for (frm, to), called in names.items()]
    return "\n".join([*lines, "    DONE --> [*]"]) + "\n"
