"""`mediaprep submit ENDPOINT REQUEST.json`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.contract.wire import envelope
from mediaprep.contract.wire.received import is_plain_task_id
from mediaprep.errors import BadConfig, Refused
from mediaprep.report.check_text import finding_lines
from mediaprep.verbs.submit import submit

_MOST_BYTES = 4 << 20


@click.command(
    "submit",
    help=tell(
        "Submit a request to an endpoint once. URL parameters may be local paths: they are checked and uploaded.",
        "向接口提交一次请求。URL 参数可以是本地路径：会先检查再上传。",
    ),
)
@click.argument("endpoint", type=click.Choice([n for n, row in ENDPOINTS.items() if row.kind == "submit"]))
@click.argument("request_file", type=click.Path(path_type=Path, dir_okay=False), metavar="REQUEST.json")
@click.option(
    "--wait",
    "wait_seconds",
    type=float,
    default=0.0,
    metavar=tell("SECONDS", "秒"),
    help=tell("Wait this long for a free place in the quota.", "配额已满时最多等待多久。"),
)
@click.option(
    "--again",
    is_flag=True,
    help=tell(
        "Submit although the same request may have been accepted before (may pay twice).",
        "即使相同请求可能已被接受也提交（可能重复计费）。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@working_options
def command(
    endpoint: str,
    request_file: Path,
    wait_seconds: float,
    again: bool,
    form: str,
    profile: str | None,
    log_format: str,
) -> int:
    """Prints the TaskId; `fetch` goes on from there."""
    teller = console(log_format)
    try:
        done = submit(
            endpoint,
            read_request(request_file),
            settings=settings(profile),
            base=request_file.resolve().parent,
            again=again,
            wait_seconds=wait_seconds,
            on_wait=lambda pause, why: teller.say(f"{why.say(LANG)} ({pause:.0f} s)", event="wait"),
        )
    except Refused as error:
        for finding in error.findings:
            for _, line in finding_lines(finding, LANG):
                printing.line(line, err=True)
        raise
    name = done.task_id or done.job
    if not done.task_id:
        teller.say(
            tell(
                f"accepted, but the answer was lost: there is the product, and no TaskId; fetch takes job {name}",
                f"已被接受但应答丢失：成品已在存储桶中，没有任务号；fetch 可使用作业名 {name}",
            ),
            event="submit",
        )
    elif done.before:
        teller.say(
            tell(
                f"this request is task {done.task_id} already: nothing was sent (--again pays for another)",
                f"该请求已是任务 {done.task_id}：未重复提交（--again 会再次提交并计费）",
            ),
            event="submit",
        )
    if done.task_id and not is_plain_task_id(done.task_id):
        teller.say(
            tell(
                f"its TaskId has an unusual form and is kept escaped: {done.task_id}; fetch takes it like this",
                f"该任务号形式特殊，已转义保存：{done.task_id}；fetch 可直接使用此形式",
            ),
            event="submit",
        )
    if form == "json":
        printing.document(done.to_dict(LANG), indent=None)
        return 0
    for finding in done.advice:
        for _, line in finding_lines(finding, LANG):
            printing.line(line, err=True)
    try:
        printing.line(name)
        printing.flush()
    except printing.OutputLost:
        teller.say(tell(f"accepted: task {name}", f"已接受：任务 {name}"), event="submit", task=name)
        raise
    return 0


def read_request(path: Path) -> dict[str, Any]:
    """The Payload in `path`, with or without the Header/Payload envelope around it. Raises BadConfig."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from error
    if len(raw) > _MOST_BYTES:
        raise BadConfig(
            f"{path}: larger than {_MOST_BYTES >> 20} MiB", f"{path}：超过 {_MOST_BYTES >> 20} MiB"
        )
    try:
        document = envelope.parse(raw)
    except envelope.BadEnvelope as error:
        raise BadConfig(f"{path}: {error}", f"{path}：{error}") from error
    if set(document) == {"Header", "Payload"} and isinstance(document["Payload"], dict):
        return document["Payload"]
    return document
