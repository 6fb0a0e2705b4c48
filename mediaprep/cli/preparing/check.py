"""`mediaprep check FILE…`"""

from __future__ import annotations

import collections
import contextlib
import datetime
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.cli.remote_paths import InputFile, brought
from mediaprep.config import Settings, redact
from mediaprep.media.files.facts_cache import Remembered, default_path
from mediaprep.media.people.contact_sheet import sheet
from mediaprep.model.findings import FileReport
from mediaprep.preflight.choosing import Choosing
from mediaprep.report import check_text
from mediaprep.report.check.checked import CheckRun
from mediaprep.report.check.formats import FORMATS
from mediaprep.verbs.check import checked
from mediaprep.verbs.files import folders
from mediaprep.verbs.judging.people import check_together

if TYPE_CHECKING:
    from mediaprep.preflight.scripts import banned_words
    from mediaprep.verbs.assets import Known

_LISTS = (".yaml", ".yml", ".json")
_COLOURS = {"pass": "green", "advised": "yellow", "refused": "red", "unknown": "magenta", "unreadable": "red"}

_PAGE_PICTURES = 1_000_000  # bytes; as base64 a third more
_FEW_FILES = 20


@click.command(
    "check",
    help=tell(
        "Judge files against the service's limits, before a byte is uploaded.",
        "上传之前，按服务的限制逐项检查文件。",
    ),
)
@click.argument("files", nargs=-1, metavar=tell("FILE…", "文件…"), type=InputFile())
@click.option(
    "--for",
    "field",
    metavar="ENDPOINT.FIELD",
    help=tell(
        "The parameter the file is meant for, such as notrain.RefVideoUrl (default: by kind).",
        "文件用于哪个参数，如 notrain.RefVideoUrl（默认按类型）。",
    ),
)
@click.option(
    "--platform",
    metavar=tell("NAME", "平台"),
    help=tell(
        "Judge finished videos for douyin, channels, kuaishou, bilibili, xiaohongshu or shorts.",
        "按平台检查成片：抖音、视频号、快手、B站、小红书、YouTube Shorts。",
    ),
)
@click.option(
    "--request",
    "request_file",
    metavar="REQUEST.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tell(
        "Judge a whole request for `--for ENDPOINT`: its JSON, the files it names, and both together.",
        "检查整个请求（配合 `--for 接口名`）：JSON、其中的文件，以及两者之间的要求。",
    ),
)
@click.option(
    "--urls",
    is_flag=True,
    help=tell(
        "Look at the request's URLs too (HEAD and the first bytes).",
        "同时访问请求中的 URL（HEAD 与开头部分）。",
    ),
)
@click.option(
    "--words",
    "words_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tell(
        "Banned words, one a line: scripts that hold one are refused.",
        "禁用词表，每行一词；文案命中即不合格。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", *FORMATS]), default="text")
@click.option(
    "--select",
    multiple=True,
    metavar="PREFIX",
    help=tell("Only rules that begin so; may be repeated.", "只看以此开头的规则；可重复。"),
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="PREFIX",
    help=tell("No rules that begin so; may be repeated.", "不看以此开头的规则；可重复。"),
)
@click.option(
    "--photo",
    "photos",
    multiple=True,
    metavar="PHOTO",
    type=InputFile(),
    help=tell(
        "A photo of who speaks in FILE: is it the same person? May be repeated.",
        "FILE 中说话人的照片：是否同一人？可重复。",
    ),
)
@click.option(
    "--face-match",
    type=click.Choice(["Loose", "Strict"]),
    default="Loose",
    help=tell("How alike they must be (FaceMatchMode).", "人脸匹配的严格程度（FaceMatchMode）。"),
)
@click.option("--no-faces", is_flag=True, help=tell("Do not look for faces.", "不检测人脸。"))
@click.option(
    "--thorough", is_flag=True, help=tell("Read every packet and keyframe.", "读取每个数据包与关键帧。")
)
@click.option(
    "--hash", "hashes", is_flag=True, help=tell("Add the sha256 of each file.", "附上文件的 sha256。")
)
@click.option(
    "--no-cache", is_flag=True, help=tell("Measure anew what was measured before.", "不使用缓存，重新测量。")
)
@click.option(
    "--allow-unknown",
    is_flag=True,
    help=tell("A check that could not run does not fail the run.", "无法进行的检查不算失败。"),
)
@profile_option
@lang_option
def command(
    files: tuple[Path, ...],
    field: str | None,
    platform: str | None,
    request_file: Path | None,
    urls: bool,
    words_file: Path | None,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    photos: tuple[Path, ...],
    face_match: str,
    no_faces: bool,
    thorough: bool,
    hashes: bool,
    no_cache: bool,
    allow_unknown: bool,
    profile: str | None,
) -> int:
    """Exit code 1 when something is refused or unreadable, 3 when only something could not be checked."""
    if not files and request_file is None:
        raise click.UsageError(tell("give files, or --request", "请给出文件或 --request"))
    if urls and request_file is None:
        raise click.UsageError(tell("--urls goes with --request", "--urls 须与 --request 同用"))
    if platform is not None and (field or request_file or photos or not files):
        raise click.UsageError(
            tell(
                "--platform goes with finished videos, without --for, --request and --photo",
                "--platform 用于成片视频，不与 --for、--request、--photo 同用",
            )
        )
    files = folders.listed(files)
    chosen = settings(profile)
    choosing = Choosing(
        select=select,
        ignore=ignore,
        waivers=chosen.waivers,
        today=datetime.datetime.now().astimezone().date(),
        profile=chosen.profile,
    )
    verdicts: collections.Counter[str] = collections.Counter()
    places: dict[str, str] = {}  # of files that were named by URLs
    run = CheckRun(
        profile=chosen.profile,
        lang=LANG,
        leftovers=lambda: choosing.leftovers(lambda p: Path(p).exists()),
        sheet=lambda report: sheet(
            Path(places.get(report.path, report.path)), report.facts, pictures_budget(len(files))
        ),
    )
    with contextlib.ExitStack() as stack:
        cache = None if no_cache else stack.enter_context(contextlib.closing(Remembered(default_path())))
        words = _words(words_file)
        if request_file is not None:
            from mediaprep.verbs.files import remote_files
            from mediaprep.verbs.judging.online import look_at_urls
            from mediaprep.verbs.judging.request import check_request

            endpoint = _endpoint(files, field, bool(photos), hashes)
            found = check_request(
                request_file,
                endpoint,
                profile=chosen.profile,
                words=words,
                faces=not no_faces,
                thorough=thorough,
                cache=cache,
                look=functools.partial(look_at_urls, profile=chosen.profile) if urls else None,
                owned=functools.partial(_owned, chosen),
                bring=functools.partial(remote_files.in_request, settings=chosen),
            )
        elif platform is not None:
            from mediaprep.verbs.judging.platform_check import check_for_platform

            found = check_for_platform(files, platform, ffmpeg_path=chosen.ffmpeg)
        elif photos:
            footage = _alone(files, field=field, no_faces=no_faces)
            found = check_together(
                footage, photos, mode=face_match, profile=chosen.profile, thorough=thorough
            )
        else:
            manifests = _manifests(files) if field is None else ()
            found = checked(
                [file for file in files if file not in manifests],
                field=field,
                profile=chosen.profile,
                faces=not no_faces,
                hashes=hashes,
                thorough=thorough,
                cache=cache,
                words=words,
            )
            if manifests:
                from mediaprep.batch import checking

                found = itertools.chain(found, (checking.report(file, chosen) for file in manifests))
        if brought() or request_file is not None:
            from mediaprep.verbs.files import remote_files

            found = remote_files.spelled(found, places)
        reports = counted(map(choosing.report, found), verdicts)
        if form == "text":
            _tell(reports, run)
            printing.line(check_text.totals(verdicts, LANG))
        else:
            for piece in FORMATS[form](reports, run):
                printing.block(piece)
    return exit_code(verdicts, allow_unknown=allow_unknown)


def _manifests(files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Those that list jobs: each is judged whole."""
    if not any(file.suffix.lower() in _LISTS for file in files):
        return ()  # and nothing of batches is loaded
    from mediaprep.batch import checking

    return tuple(file for file in files if checking.is_manifest(file))


def _words(path: Path | None) -> banned_words.BannedWords | None:
    if path is None:
        return None
    from mediaprep.verbs.script import read_words

    return read_words(path)


def pictures_budget(files: int) -> int:
    """Bytes of pictures for each file, so that a page of fifty stays well under 2 MB."""
    return _PAGE_PICTURES // max(files, _FEW_FILES)


def _endpoint(files: tuple[Path, ...], field: str | None, photos: bool, hashes: bool) -> str:
    """The endpoint that a request is for."""
    if files or photos or hashes or not field:
        raise click.UsageError(
            tell(
                "--request stands alone, with --for ENDPOINT such as notrain",
                "--request 须单独使用，并以 --for 指明接口，如 notrain",
            )
        )
    return field


def _owned(chosen: Settings, endpoint: str, payload: Mapping[str, Any]) -> Known:
    """What the account's lists say, where there are credentials; what went wrong with them on stderr."""
    from mediaprep.verbs.assets import AccountLists

    known = AccountLists(chosen).known(endpoint, payload)
    if known.problem:
        printing.line(tell("asset lists: ", "资产列表：") + redact(known.problem.say(LANG)), err=True)
    return known


def counted(reports: Iterable[FileReport], verdicts: collections.Counter[str]) -> Iterator[FileReport]:
    """The same reports, each counted by its verdict as it passes."""
    for report in reports:
        verdicts[report.verdict] += 1
        yield report


def _alone(files: tuple[Path, ...], *, field: str | None, no_faces: bool) -> Path:
    """The one video that photos are compared with."""
    if len(files) != 1 or field not in (None, "notrain.RefVideoUrl") or no_faces:
        raise click.UsageError(
            tell(
                "--photo goes with one video for notrain.RefVideoUrl, whose faces are looked at",
                "--photo 须与一个 notrain.RefVideoUrl 视频同用，且须检测人脸",
            )
        )
    return files[0]


def _tell(reports: Iterable[FileReport], run: CheckRun) -> None:
    for verdict, line in check_text.lines(reports, LANG):
        printing.line(line, fg=_COLOURS.get(verdict), dim=verdict not in _COLOURS)
    for finding in run.leftovers():
        for verdict, line in check_text.finding_lines(finding, LANG):
            printing.line(line, fg=_COLOURS[verdict])


def exit_code(verdicts: collections.Counter[str], *, allow_unknown: bool) -> int:
    if verdicts["refused"] or verdicts["unreadable"]:
        return 1
    return 3 if verdicts["unknown"] and not allow_unknown else 0
