"""What only footage to be driven is asked: that the file is whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract.demand import ADVISED, FileDemand, Seen
from mediaprep.contract.limits import OURS
from mediaprep.contract.minimal import footage
from mediaprep.contract.paths import bare
from mediaprep.model.facts import Facts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.preflight import words

_DRIVEN: Final = ("notrain.RefVideoUrl",)  # the footage whose face is made to speak
_HIDDEN: Final = 0.2  # seconds of picture behind an edit list; encoders hide a picture or two


def judge(endpoint: str, field: str, facts: Facts) -> Iterator[Finding]:
    """What is missing of a file, or hidden in it."""
    place = f"{endpoint}.{bare(field)}"
    if isinstance(facts, VideoFacts):
        for rule in DEMANDS:
            if place in rule.places:
                yield from rule.judge(rule, place, facts)


def _cut_short(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    if facts.cut_short:
        yield rule.tell(place, Verdict.ADVISED, True, words.cut_short(facts))


CUT_SHORT: Final = FileDemand(
    places=_DRIVEN, kind="cut_short", verdicts=ADVISED, limit="whole file", judge=_cut_short, source=OURS,
    what=Text("the file is as long as its index says", "文件与其索引所述一样完整"),
    why=Text("a copy or upload that broke off lacks its end", "中断的复制或上传会缺少结尾"),
    examples=(
        Seen("false", footage(cut_short=False)), Seen("true", footage(cut_short=True), Verdict.ADVISED),
    ),
)  # fmt: skip


def _hidden(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    hidden, shown = facts.hidden_seconds or 0.0, facts.seconds or 0.0
    if hidden > _HIDDEN:
        told = Text(
            f"its packets hold {hidden + shown:.2f} s of picture, its edit list shows {shown:.2f} s of them: "
            "whoever does not follow edit lists sees another length; encode it anew",
            f"文件含 {hidden + shown:.2f} 秒画面，编辑列表只显示其中 {shown:.2f} 秒：不遵循编辑列表的程序"
            "会得到不同时长；请重新编码导出",
        )
        yield rule.tell(place, Verdict.ADVISED, hidden, told)


HIDDEN: Final = FileDemand(
    places=_DRIVEN, kind="hidden_seconds", verdicts=ADVISED, limit=f"≤ {_HIDDEN:g}", unit="s", judge=_hidden,
    what=Text("what is in the file is what is shown", "文件所含即所示"), source=OURS,
    why=Text("whoever does not follow edit lists sees another length", "不遵循编辑列表的程序会得到不同时长"),
    fix=words.REMEDIES["transcode_video"],
    examples=(
        Seen("0.2", footage(hidden_seconds=0.2)), Seen("4.12", footage(hidden_seconds=4.12), Verdict.ADVISED),
    ),
)  # fmt: skip

DEMANDS: Final = (CUT_SHORT, HIDDEN)
