"""A name that says another format than the file has: the service goes by the end of a URL, so it is told here, and
uploads carry the true ending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract.limits import FIELDS, kinds_for
from mediaprep.contract.paths import bare
from mediaprep.model import suffixes
from mediaprep.model.facts import Facts, Kind
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule

_FIX: Final = Text(
    "rename it; `mediaprep fix`, `submit` and `run` give it the true ending",
    "请改名；`mediaprep fix`、`submit`、`run` 会使用正确的后缀",
)


def judge(endpoint: str, field: str, facts: Facts, suffix: str) -> Finding | None:
    """What speaks against a file's name; `suffix` is its end, with the dot."""
    true = suffixes.of_facts(facts)
    told = suffix.lower()
    if not told or not true or told in true:
        return None
    return Finding(
        rule=f"{endpoint}.{bare(field)}.name",
        verdict=Verdict.ADVISED,
        measured=told,
        limit=" / ".join(true),
        message=Text(
            f"the name ends in {told}, the bytes are {true[0][1:]}: the service goes by the name and would misread it",
            f"文件名后缀为 {told}，内容却是 {true[0][1:]}：服务端按后缀判断，会误读该文件",
        ),
        fix=_FIX,
    )


def rules() -> Iterator[Rule]:
    """One for each parameter that takes a file."""
    for name in FIELDS:
        endpoint, _, path = name.partition(".")
        if set(kinds_for(endpoint, path)) <= {Kind.TEXT}:
            continue
        yield Rule(
            id=f"{name}.name",
            family=Family.FILE,
            verdicts=(Verdict.ADVISED,),
            limit="the format's own ending",
            what=Text("the end of the name says what the file is", "文件名后缀与内容一致"),
            why=Text("the service tells formats by the end of the URL", "服务端按链接后缀判断格式"),
            source="advice of ours",
            fix=_FIX,
            examples=(
                Example("photo.jpg (JPEG)", Verdict.PASS),
                Example("photo.png (JPEG)", Verdict.ADVISED),
            ),
        )
