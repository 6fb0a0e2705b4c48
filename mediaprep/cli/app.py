"""The verbs, loaded only when called, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import logging
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from mediaprep import leavings
from mediaprep.cli import help_pages, printing, usage
from mediaprep.cli.group import Verbs
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import CONFIG
from mediaprep.config import guard_logs, redact
from mediaprep.errors import MediaprepError

COMPLETING = "_MEDIAPREP_COMPLETE"
"""By which a shell asks what may come next."""

# verb → what it does. The order is the order of the work.
VERBS: dict[str, str] = {
    "init": tell("begin: a manifest, requests and sample media", "开始：写入清单、请求与示例素材"),
    "check": tell("judge files against the service's limits", "按服务的限制检查文件"),
    "fix": tell("mend what can be mended into a new file", "把能修的修好，写入新文件"),
    "script": tell(
        "turn a text into SSML: readings, banned words, parts", "把文本变成 SSML：读音、禁用词、拆分"
    ),
    "deck": tell("check, split and shrink a deck for PPT mode", "PPT 模式的文稿：检查、拆分、压缩"),
    "say": tell("speak a text (tts), the audition before a video", "把文本合成为语音（试听）"),
    "assets": tell("list the account's avatars, voices and actions", "列出账号下的形象、音色与动作"),
    "submit": tell("submit a request; local paths are uploaded", "提交请求；本地路径会自动上传"),
    "progress": tell("ask once how a task stands", "查询一次任务进度"),
    "fetch": tell("wait for a task, download and verify its result", "等待任务完成，下载并校验结果"),
    "finish": tell("add head, tail, captions, logo, loudness", "加片头片尾、字幕、台标，调整响度"),
    "captions": tell("captions for translators, and back", "字幕的翻译往返：导出、导入"),
    "label": tell(
        "the label of generated content: show, check, write, mark", "生成内容标识：查看、检查、写入、标注"
    ),
    "verify": tell("check a finished or downloaded video again", "再次校验成片或下载的视频"),
    "diff": tell("compare two finished videos for approval", "比较两个成片，供审核"),
    "propose": tell("propose a request's parameters from its footage", "根据参考视频给出请求参数建议"),
    "lips": tell("say whether the lips of a video follow its voice", "判断视频口型是否与语音一致"),
    "plan": tell(
        "judge a manifest whole: minutes, cost and hours, before anything is paid",
        "先判清单：分钟、费用与时长，尚不付费",
    ),
    "run": tell("do all of it for the jobs of a manifest", "按清单完成全部流程"),
    "manifest": tell("print the JSON Schema of manifests", "输出清单的 JSON Schema"),
    "jobs": tell(
        "what was paid for: list, show, resume, resolve, export", "付费任务：列出、查看、继续、裁决、导出"
    ),
    "gate": tell("serve inputs and take callbacks, for several runs", "为多个运行提供素材并接收回调"),
    "rules": tell("list the rules files and requests are judged by", "列出全部规则"),
    "explain": tell(
        "explain one rule: what, why, where, how to mend it", "解释一条规则：要求、原因、出处、修复"
    ),
    "profiles": tell("list the services' docs, and what differs between two", "列出服务与文档版本，比较差异"),
    "emulator": tell("serve an emulated gateway and bucket on this machine", "在本机启动模拟网关和存储桶"),
    "trust": tell(
        "allow the settings file of a folder that came from elsewhere", "授权外来文件夹中的设置文件"
    ),
    "doctor": tell("say what works here and what is missing", "说明本机哪些可用、缺少什么"),
    "completion": tell("install the completion of verbs and options", "安装命令补全"),
    "help": tell("show a verb's help, or a page of the guide", "显示命令帮助或手册页面"),
}


# room → the verbs whose modules lie in it; each is called as its verb, and holds its `command`
_ROOMS = {
    "starting": ("init", "completion", "help"),
    "preparing": ("check", "fix", "plan", "script", "manifest", "rules", "explain", "profiles", "propose"),
    "paid": ("say", "assets", "submit", "progress", "fetch", "run", "jobs", "gate"),
    "finishing": ("finish", "verify", "diff", "lips"),
    "machine": ("emulator", "trust", "doctor"),
}
HOMES = {
    "deck": "mediaprep.cli.deck",
    "captions": "mediaprep.cli.captions",
    "label": "mediaprep.cli.label",
} | {verb: f"mediaprep.cli.{room}.{verb}" for room, verbs in _ROOMS.items() for verb in verbs}


_FIRST_STEPS = (
    tell(
        "mediaprep: preflight, mend, submit and finish media for Tencent Cloud's digital-human videos. To begin:",
        "mediaprep：腾讯云数智人播报视频的素材检查、修复、提交与成片。三步开始：",
    ),
    tell(
        "  mediaprep init demo                        sample footage, a deck, requests and a manifest",
        "  mediaprep init demo                        写入示例素材、PPT、请求与清单",
    ),
    tell(
        "  mediaprep check FILE                       what the service would refuse; fix mends it",
        "  mediaprep check 文件                       检查服务会拒绝什么；fix 可修复",
    ),
    tell(
        "  mediaprep run demo/story.yaml --emulator   finished videos, without an account",
        "  mediaprep run demo/story.yaml --emulator   无需账号即可得到成片",
    ),
    tell("All verbs: mediaprep --help", "全部命令：mediaprep --help"),
)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from mediaprep import __version__

        printing.line(f"mediaprep {__version__}")
        ctx.exit()


def _configured(ctx: click.Context, _: click.Parameter, file: Path | None) -> None:
    if file is not None:
        ctx.meta[CONFIG] = file


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    homes=HOMES,
    verbs=VERBS,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=tell(
        "Preflight, mend, submit and finish media for Tencent Cloud's digital-human video service.",
        "腾讯云智能数智人播报服务的素材检查、修复、提交与成片工具。",
    ),
    epilog=tell(
        "Exit codes: 0 ok · 1 refused or unreadable · 2 usage · 3 a check could not run · "
        "4 the service failed · 5 still pending",
        "退出码：0 正常 · 1 不合格或无法读取 · 2 用法错误 · 3 有检查无法进行 · 4 服务端失败 · 5 仍在等待",
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help=tell("Show the version.", "显示版本。"),
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    expose_value=False,
    help=tell("Language of all messages.", "消息语言。"),
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    expose_value=False,
    callback=_configured,
    help=tell(
        "Settings file, in place of the folder's mediaprep.toml; naming it allows all that it says.",
        "设置文件，代替当前目录的 mediaprep.toml；指定即视为授权。",
    ),
)
@click.pass_context
def app(ctx: click.Context) -> None:
    """The root of all verbs; its words are set above, in both languages. Alone it says how to begin."""
    if ctx.invoked_subcommand is None:
        for line in _FIRST_STEPS:
            printing.line(line)


def _watch_logs() -> None:
    """Libraries' warnings go to stderr, through the redactor."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    guard_logs()


def _stop_cleanly() -> None:
    """SIGTERM ends a command as Ctrl-C does: children are stopped, parts removed. (The emulator's server sets
    its own.)"""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Errors are told in one or two lines on stderr."""
    help_pages.speak(LANG)
    _watch_logs()
    _stop_cleanly()
    leavings.sweep()
    code = _run(arguments)
    try:
        printing.flush()
    except printing.OutputLost as error:
        _tell(error)
        return code or error.exit_code
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        result = app.main(args=list(arguments), prog_name="mediaprep", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as wrong:
        if type(wrong).__name__ == "NoArgsIsHelpError":  # click 8.1 has no such class
            wrong.show()
            return wrong.exit_code
        printing.error(redact(usage.told(wrong, LANG)))
        return wrong.exit_code
    except MediaprepError as error:
        _tell(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        printing.error(tell("mediaprep: interrupted", "mediaprep：已中断"))
        return 130
    except OSError as error:  # click's own pages do not go through `printing`
        return _tell_lost(error)
    except SystemExit as leave:  # of all there is only click leaves so:
        if COMPLETING in os.environ:  # a shell was told what fits
            return int(leave.code or 0)
        return _tell_lost(BrokenPipeError(errno.EPIPE, ""))  # or the reader of its own pages is gone
    return result if isinstance(result, int) else 0


def _tell_lost(error: OSError) -> int:
    lost = printing.output_lost(error)
    _tell(lost)
    return lost.exit_code


def _tell(error: MediaprepError) -> None:
    printing.error(f"mediaprep: {redact(error.say(LANG))}")
