"""Rules that preflight judges itself, beside the contract's tables: what they ask, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.limits import FIELDS
from mediaprep.contract.paths import bare
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule
from mediaprep.preflight import expiry, finishing_limits, label_rules, manifest_rules, platform_rules
from mediaprep.preflight.decks import deck_plan, page_advice, storyboard
from mediaprep.preflight.rulebook import own_url_rules
from mediaprep.preflight.scripts import banned_words, script_names

_PASS, _ADVISED, _REFUSED = Verdict.PASS, (Verdict.ADVISED,), (Verdict.REFUSED,)
_JUDGED: Final = (Verdict.REFUSED, Verdict.UNKNOWN)
_PLANNED: Final = {"finish": _JUDGED, "job": _JUDGED, "output": _JUDGED}
_BEFORE_PAYING: Final = Text("it is told before anything is paid", "在付费之前说明")
_SOURCE: Final = "advice of ours"

_DONE_TWICE: Final = (
    "VideoParam.ShowSubtitles", "GlobalConfig.ShowSubtitles", "VideoParam.VideoHeadFileUrl",
    "VideoParam.VideoTailFileUrl", "VideoParam.LogoParams", "GlobalConfig.LogoParams",
)  # fmt: skip


def _jobs() -> Iterator[Rule]:
    for row in endpoints.ENDPOINTS.values():
        if row.kind != "submit":
            continue
        known = {slot.path for slot in row.slots}
        for path in _DONE_TWICE:
            if path in known:
                yield Rule(
                    id=f"{row.nickname}.{path}.once", family=Family.JOB, verdicts=_ADVISED,
                    limit="one of the two",
                    what=Text("service and finishing do not add the same thing", "服务端与成片步骤不重复添加"),
                    why=Text("captions, clips and logos would show twice", "字幕、片头片尾或台标会出现两次"),
                    source=_SOURCE,
                    fix=Text(f"drop {path} or finish.…", f"去掉 {path} 或 finish.…"),
                )  # fmt: skip
        yield Rule(
            id=f"{row.nickname}.output.suffix", family=Family.JOB, verdicts=(Verdict.REFUSED,),
            what=Text("the output's name says what the service makes", "输出文件名与服务返回的格式一致"),
            why=Text("players go by the name", "播放器按文件名后缀识别"), source=f"{row.section} · Format",
            fix=manifest_rules.RENAME, also=(manifest_rules.FORMAT, manifest_rules.NO_FINISH),
        )  # fmt: skip
        yield Rule(
            id=f"{row.nickname}.finish.background", family=Family.JOB, verdicts=(Verdict.REFUSED,),
            limit=".webm / .mov, or finish.green",
            what=Text("what is set before a background is transparent, or has a screen's colour",
                      "换背景的视频带透明通道，或有绿幕"),
            why=Text("in an MP4 the background would not be seen", "MP4 没有透明通道，背景不会显示"),
            source=_SOURCE,
            fix=manifest_rules.TRANSPARENT,
        )  # fmt: skip


def _scripts() -> Iterator[Rule]:
    for field in FIELDS:
        if field.endswith("InputSsml"):
            yield Rule(
                id=f"{field}.banned", family=Family.FILE, verdicts=(Verdict.REFUSED,), limit="the word list",
                what=Text("no word of your list is spoken", "不含词表中的词"),
                why=Text(
                    "the service checks texts too (801005)",
                    "服务也会审核文本（801005）"
                ),
                source="task code 801005", fix=banned_words.REWORD,
            )  # fmt: skip


def _names() -> Iterator[Rule]:
    """Of every parameter that is spoken."""
    for row in endpoints.ENDPOINTS.values():
        for field in ("InputSsml", "PageConfigs.InputSsml"):
            if row.kind == "submit" and field in {bare(slot.path) for slot in row.slots}:
                yield Rule(
                    id=f"{row.nickname}.{field}.{script_names.RULE}", family=Family.REQUEST,
                    verdicts=(Verdict.REFUSED,), limit="the text itself",
                    what=Text("the script is a text, not the name of a file", "文案是文本，而不是文件名"),
                    why=Text(
                        "the name would be spoken as it stands, and paid for", "文件名会被原样读出并计费"
                    ),
                    source=_SOURCE,
                    fix=script_names.FIX,
                    examples=(Example("大家好，欢迎观看。", _PASS), Example("文案.txt", Verdict.REFUSED)),
                )  # fmt: skip


def _urls() -> Iterator[Rule]:
    """Of every parameter whose file the service fetches."""
    for row in endpoints.ENDPOINTS.values():
        for place in dict.fromkeys(bare(field) for field in row.url_fields):
            yield Rule(
                id=f"{row.nickname}.{place}.scheme", family=Family.REQUEST, verdicts=_ADVISED, limit="https",
                what=Text("the service fetches over https", "服务端经 https 获取"),
                why=Text("http is open to whoever is on the way", "http 明文传输，途中可见"), source=_SOURCE,
                examples=(Example("https://…", _PASS), Example("http://…", Verdict.ADVISED)),
            )  # fmt: skip


_RUN: Final = (
    Rule(
        id="file.unreadable", family=Family.FILE, verdicts=(Verdict.REFUSED,), limit="readable",
        what=Text("a file can be read as what its bytes say it is", "文件能按其内容读取"),
        why=Text("what cannot be read here fails there, after the upload", "此处无法读取的文件，上传后同样会失败"),
        source=_SOURCE,
    ),
    Rule(
        id="waivers.unused", family=Family.RUN, verdicts=_ADVISED, limit="waives something",
        what=Text("every waiver in mediaprep.toml still waives something", "mediaprep.toml 中的每条豁免都仍有作用"),
        why=Text("a waiver nobody needs hides the next mistake", "无用的豁免会掩盖下一个错误"),
        source=_SOURCE, fix=Text("remove it", "删除该豁免"),
    ),
    Rule(
        id="waivers.expired", family=Family.RUN, verdicts=_ADVISED, limit="a day to come",
        what=Text("no waiver is past its day", "豁免未过期"),
        why=Text("an expired waiver waives nothing", "过期的豁免不再生效"),
        source=_SOURCE, fix=Text("mend the file, or give a new day and reason", "修复文件，或写明新的期限与理由"),
    ),
    Rule(
        id="results.expiring", family=Family.RUN, verdicts=_ADVISED, limit="> 3", unit="d",
        what=Text("a paid result is downloaded before the service deletes it", "已付费的结果在服务端删除前下载"),
        why=Text("results are kept 7 days and can only be made anew for money", "结果只保留 7 天，过期须重新付费制作"),
        source=_SOURCE, fix=Text("mediaprep fetch … -o FILE", "执行 mediaprep fetch … -o FILE"),
        also=(Text("mediaprep jobs resume …", "执行 mediaprep jobs resume …"),),
        examples=(Example("6.5", _PASS), Example("2.9", Verdict.ADVISED)),
    ),
)  # fmt: skip

_MANIFEST: Final = tuple(
    Rule(
        id=f"manifest.{name}", family=Family.JOB, verdicts=_ADVISED if name == "days" else _PLANNED.get(name, _REFUSED),
        what=what, why=_BEFORE_PAYING, limit=limit, source=_SOURCE,
    )
    for name, limit, what in (
        ("syntax", "YAML, JSON, CSV, XLSX", Text("a manifest can be read", "清单可以解析")),
        ("key", "the JSON Schema", Text("every key is known and given once", "键均为已知且不重复")),
        ("missing", "the JSON Schema", Text("what a job needs is there", "任务的必需项齐全")),
        ("value", "the JSON Schema", Text("values are what their keys want", "值符合键的要求")),
        ("id", "unique, 1-64 signs", Text("every job has a name of its own", "每个任务有唯一的 id")),
        ("file", "a file", Text("what a job names is there", "任务所用的文件存在")),
        ("output", "one job each, writable", Text("no two jobs write one file", "没有两个任务写入同一文件")),
        ("variable", "variables", Text("every ${name} is known", "${名称} 均已定义")),
        ("glob", "one file or more", Text("a pattern finds something", "模式至少匹配一个文件")),
        ("include", "a manifest", Text("what is included is there, and not itself", "引入的清单存在且不循环")),
        ("finish", "finish", Text("finishing can be done", "成片可以完成")),
        ("job", "a job", Text("a job can be judged", "任务可以判定")),
        ("days", "7", Text("all is done before results are deleted", "在结果被删除之前全部完成")),
    )
)  # fmt: skip

_CAPTIONS: Final = tuple(
    Rule(
        id=f"captions.{name}", family=Family.FILE, verdicts=_ADVISED, what=what, why=why, limit=limit, source=_SOURCE,
    )
    for name, limit, what, why in (
        ("file.encoding", "UTF-8", Text("the file says its encoding", "文件标明编码"),
         Text("a wrong guess shows gibberish", "猜错编码会显示乱码")),
        ("cue.dropped", "00:00:01,500 --> 00:00:02,900", Text("every time line can be read", "时间行均可解析"),
         Text("nobody can say when it is shown", "无法得知何时显示")),
        ("cue.milliseconds", "833-7000", Text("a caption stays for 0.8 to 7 s", "每条字幕停留 0.8–7 秒"),
         Text("the eye needs so long, and no longer", "过短来不及看，过长令人分心")),
        ("cue.speed", "at most 9", Text("at most 9 characters a second", "每秒至多 9 字"),
         Text("the eye follows no more", "超出阅读速度")),
        ("cue.overlap", "one caption at a time", Text("captions follow each other", "字幕不重叠"),
         Text("only one is shown at a time", "同一时间只显示一条")),
    )
)  # fmt: skip

ROWS: Final[tuple[Rule, ...]] = (
    *_CAPTIONS,
    *_MANIFEST,
    *label_rules.ROWS,
    *platform_rules.ROWS,
    *page_advice.ROWS,
    *own_url_rules.ROWS,
    *expiry.ROWS,
    *storyboard.ROWS,
    *deck_plan.ROWS,
    *finishing_limits.ROWS,
    *_scripts(),
    *_names(),
    *_urls(),
    *_jobs(),
    *_RUN,
)
