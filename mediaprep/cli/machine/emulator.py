"""`mediaprep emulator`"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option
from mediaprep.cli.paid.emulated_account import account_options
from mediaprep.cli.paid.run_target import LEDGER, emulator_of, ledger_beside
from mediaprep.errors import BadConfig
from mediaprep.submission.ledger import database


def _list(ctx: click.Context, asked: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from mediaprep.emulator.gateway import causes, deviations

        for line in (causes if asked.name == "causes" else deviations).lines(LANG):
            printing.line(line)
        ctx.exit()


def _drifted(recording: Path, catalogue: Path | None) -> int:
    """1 where answers differ, 3 where some could not be compared."""
    from mediaprep.emulator.drift.drift_report import drift

    report = drift(recording, catalogue)
    for line in report.lines(LANG):
        printing.line(line)
    return 1 if report.different else 3 if report.unknown else 0


@click.command(
    "emulator",
    help=tell(
        "Serve an emulated gateway and bucket on this machine; prints one JSON line when ready. "
        "With -- COMMAND it runs that command in the emulator's settings and ends with it; what it knows, and the "
        "ledger of its jobs, are kept in the state folder, so that the same again goes on.",
        "在本机启动模拟网关与存储桶；就绪后输出一行 JSON。给出 -- 命令 时，以模拟器的设置运行该命令，随之结束；"
        "模拟数据及其账本保存在状态目录，再次运行会接着进行。",
    ),
)
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help=tell(
        "Where to listen; away from loopback --public-url is needed, and the control port then needs a token.",
        "监听地址；非回环地址须同时给出 --public-url，此时控制端口需要令牌。",
    ),
)
@click.option("--port", default=0, help=tell("0 picks a free one.", "0 表示自动选择。"))
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help=tell(
        "Under which URL others reach it; it begins every URL that is given out, and its host is answered.",
        "他人访问时使用的 URL；所有返回的链接以此开头，并仅应答该主机名。",
    ),
)
@click.option(
    "--appkey",
    default="",
    metavar="KEY",
    help=tell("Take this appkey (default: a made-up one).", "指定 appkey（默认自动生成）。"),
)
@click.option(
    "--accesstoken",
    default="",
    metavar="TOKEN",
    envvar="MEDIAPREP_EMULATOR_ACCESSTOKEN",
    help=tell(
        "Take this access token; invent one, never give a real one (default: made up; also "
        "MEDIAPREP_EMULATOR_ACCESSTOKEN).",
        "指定 accesstoken；请自拟，勿用真实令牌（默认自动生成；亦可用 MEDIAPREP_EMULATOR_ACCESSTOKEN）。",
    ),
)
@account_options
@click.option(
    "--speed",
    default="immediate",
    metavar="immediate|polls:N|real|clock",
    help=tell(
        "How fast tasks come to an end; with clock, time stands still until it is moved over the control port.",
        "任务完成的快慢；clock 表示时间静止，由控制端口推进。",
    ),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help=tell(
        "Keep tasks, bucket, account and credentials here, and the ledger of -- COMMAND; a restart goes on from it.",
        "任务、存储桶、账目与密钥（及 -- 命令 的账本）的保存位置；重启后由此继续。",
    ),
)
@click.option(
    "--fresh",
    is_flag=True,
    help=tell("Forget first what is kept, with the ledger of its jobs.", "先清空已保存的数据及其账本。"),
)
@click.option(
    "--no-render",
    is_flag=True,
    help=tell(
        "Results are tiny prerendered files; inputs are fetched and not looked at (for load tests).",
        "不渲染：成品为预制的小文件，素材只下载不检查（用于压力测试）。",
    ),
)
@click.option(
    "--faults",
    "faults_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=tell(
        "Fault rules to begin with, as POSTed to the control port's /faults (JSON).",
        "启动时载入的故障规则（JSON），格式同控制端口的 /faults。",
    ),
)
@click.option(
    "--seed",
    default=0,
    metavar="N",
    help=tell(
        "Changes what is left to chance in results; the same request always gives the same bytes.",
        "改变成品中的随机选择；相同请求总是得到相同的字节。",
    ),
)
@click.option(
    "--exclusive",
    type=click.IntRange(0, 10_000),
    metavar="N",
    help=tell(
        "Bought exclusive channels, added to the five of each avatar type (0: Exclusive is refused).",
        "已购的独享并发路数，加在每种形象类型的五路之上（0：拒绝 Exclusive）。",
    ),
)
@click.option(
    "--audio",
    type=click.IntRange(0, 10_000),
    metavar="N",
    help=tell(
        "Bought audio channels, added to the one of every account.",
        "已购的音频并发路数，加在默认的一路之上。",
    ),
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help=tell(
        "What the hour package holds, in seconds (0: none bought; inf: it never runs out).",
        "小时包的余量（秒）；0 表示未购买，inf 表示不会用尽。",
    ),
)
@click.option(
    "--charge-failures",
    is_flag=True,
    help=tell(
        "Charge tasks that fail while they are made, too (except PPT).", "制作失败的任务也计费（PPT 除外）。"
    ),
)
@click.option(
    "--reviews",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help=tell(
        "Words and photos that the review refuses (801005, 802000): YAML with words: and photos: (SHA-256, or a "
        "pattern of the file's name).",
        "审核拒绝的词与照片（801005、802000）：YAML，含 words: 与 photos:（SHA-256 或文件名通配符）。",
    ),
)
@click.option(
    "--repeat-seconds",
    type=click.FloatRange(0, 3600),
    default=1.0,
    show_default=True,
    help=tell("The same request again within so long is 110005.", "该时间内的相同请求返回 110005。"),
)
@click.option(
    "--submits-per-second",
    type=click.IntRange(0, 100_000),
    default=0,
    metavar="N",
    help=tell("More submits are 801004 (default: any number).", "超过该数量的提交返回 801004（默认不限）。"),
)
@click.option(
    "--task-seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help=tell("A task that takes longer fails with 801007.", "任务超过该时长则以 801007 失败。"),
)
@click.option(
    "--deviations",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help=tell("List where results differ from the service's, and why.", "列出成品与真实服务的差异及原因。"),
)
@click.option(
    "--record",
    default="",
    metavar="URL",
    help=tell(
        "Emulate nothing: hand calls on to this gateway (real, and paid) and write them down, secrets removed.",
        "不模拟：把调用转发到该网关（真实且计费）并记录，去除密钥。",
    ),
)
@click.option(
    "--recording",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mediaprep-recording.jsonl"),
    metavar="FILE",
    show_default=True,
    help=tell("Where --record writes.", "--record 写入的文件。"),
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help=tell(
        "Answer what was recorded as it was answered then, all else as ever.",
        "对记录过的调用按原样应答，其余照常模拟。",
    ),
)
@click.option(
    "--drift",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help=tell(
        "Serve nothing: ask a recording's calls of the emulator, say where answers differ (then exit code 1).",
        "不启动服务：用模拟器重放记录，列出应答不同之处（有则退出码为 1）。",
    ),
)
@click.option(
    "--causes",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help=tell("List every code and what brings it about.", "列出每个结果码及其起因。"),
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help=tell(
        "Fetch inputs from this host too (default: this machine only).", "允许从该主机取文件（默认仅本机）。"
    ),
)
@click.option(
    "--notrain-subtitles",
    type=click.Choice(["on", "off"]),
    default="off",
    help=tell("Fill SubtitlesUrl for no-train tasks (undocumented).", "为免训练任务返回字幕（文档未说明）。"),
)
@click.option(
    "--photo-faces",
    type=click.Choice(["any", "strict"]),
    default="any",
    help=tell(
        "Whether photos without a human face are driven (any) or fail with 802001 (strict).",
        "照片免训练：无人脸的照片照常制作（any）或以 802001 失败（strict）。",
    ),
)
@click.option(
    "--labels",
    type=click.Choice(["aigc", "none"]),
    default="aigc",
    help=tell(
        "Whether results carry the label of generated content; the docs are silent on it.",
        "成品是否带生成内容标识（文档未说明）。",
    ),
)
@click.argument("inside", nargs=-1, type=click.UNPROCESSED, metavar=tell("[-- COMMAND…]", "[-- 命令…]"))
@lang_option
def command(
    data: Path | None,
    account: dict[str, Any],
    notrain_subtitles: str,
    inside: tuple[str, ...],
    drift: Path | None,
    **given: Any,
) -> int:
    """Runs until interrupted, or as long as the command given after -- runs. What is `given` are the emulator's options
    of the same names."""
    if drift is not None:
        return _drifted(drift, account.get("catalogue"))
    if inside and given["record"]:
        raise BadConfig(
            "--record takes no command: what it hands on is real, and belongs into your own ledger",
            "--record 不能带命令：转发的任务是真实的，应记入你自己的账本",
        )
    if inside and data is None:
        data = database.emulator_folder()
    emulator = emulator_of(data=data, notrain_subtitles=notrain_subtitles == "on", **account, **given)
    if data is None or not inside:
        from mediaprep.emulator.server import serve

        return serve(emulator.options)
    with emulator:
        ledger = ledger_beside(data, fresh=emulator.options.fresh)
        environ = {**os.environ, **emulator.env, LEDGER: str(ledger)}
        try:
            return subprocess.run(list(inside), env=environ, check=False).returncode
        except OSError as error:
            raise BadConfig(f"{inside[0]}: {error.strerror}", f"{inside[0]}：{error.strerror}") from error
