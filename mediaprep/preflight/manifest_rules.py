"""Rules over a whole job of a manifest: what would be done twice, and outputs that cannot be what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaprep.contract.products import suffix_of
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.plans import SUFFIXES
from mediaprep.model.paid.manifest import Job

RENAME = Text("call the output …", "将输出改名为 …")
FORMAT = Text(
    "set VideoParam.Format to Mp4 (unset means TransparentWebm), or call the output …",
    "设置 VideoParam.Format 为 Mp4（不填即 TransparentWebm），或将输出改名为 …",
)
_SOUNDS = (".mp3", ".wav", ".m4a", ".flac")  # what a mark that is heard, or a label, is written into
NO_FINISH = Text("leave finish out", "去掉 finish")
TRANSPARENT = Text(
    "set finish.green for a green screen, or VideoParam.Format to TransparentWebm where there is one",
    "绿幕请设置 finish.green；或在支持的接口将 VideoParam.Format 设为 TransparentWebm",
)


def judge_job(job: Job) -> tuple[Finding, ...]:
    """Findings about the job as a whole; those on its files and request are judged elsewhere."""
    return (*_done_twice(job), *_misnamed(job), *_opaque(job))


def _at(request: Mapping[str, Any], path: str) -> Any:
    value: Any = request
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


_TWICE = (
    # (parameter paths of the request, attribute of the finishing, what both do)
    (("VideoParam.ShowSubtitles", "GlobalConfig.ShowSubtitles"), "captions", Text("captions", "字幕")),
    (("VideoParam.VideoHeadFileUrl",), "head", Text("a head clip", "片头")),
    (("VideoParam.VideoTailFileUrl",), "tail", Text("a tail clip", "片尾")),
    (("VideoParam.LogoParams", "GlobalConfig.LogoParams"), "logo", Text("a logo", "台标")),
)


def _done_twice(job: Job) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=f"{job.endpoint}.{path}.once",
            verdict=Verdict.ADVISED,
            measured=f"{path} and finish.{ours}",
            limit="one of the two",
            message=Text(
                f"{what.en} would be added twice: by the service ({path}) and by finish.{ours}",
                f"{what.zh}会加两次：服务端（{path}）一次，finish.{ours} 一次",
            ),
            fix=Text(f"drop {path} or finish.{ours}", f"去掉 {path} 或 finish.{ours}"),
        )
        for paths, ours, what in _TWICE
        for path in paths
        if getattr(job.finish, ours) and _at(job.request, path)
    )


def _misnamed(job: Job) -> tuple[Finding, ...]:
    made = suffix_of(job.endpoint, job.request)
    named = job.output.suffix.lower()
    if job.finish.wanted:
        return _unfinishable(job, made, named)
    if named == made:
        return ()
    return (
        Finding(
            rule=f"{job.endpoint}.output.suffix",
            verdict=Verdict.REFUSED,
            measured=named or "none",
            limit=made,
            message=Text(
                f"the service returns {made} here, but the output is called {job.output.name}",
                f"此处服务返回 {made}，而输出名为 {job.output.name}",
            ),
            fix=_mend(job, made),
        ),
    )


def _unfinishable(job: Job, made: str, named: str) -> tuple[Finding, ...]:
    """A finished video is an MP4 whatever it was made of; of a sound only mark and label are."""
    if job.endpoint == "tts" and job.finish.only_says_so and named in _SOUNDS:
        return ()
    if job.endpoint == "tts":
        message = Text(
            f"the service returns a sound ({made}): there is nothing to finish", "语音任务没有可成片的画面"
        )
        fix = NO_FINISH
    elif named in SUFFIXES:
        return ()
    else:
        message = Text(
            f"a finished video is an MP4, but the output is called {job.output.name}",
            f"成片为 MP4 格式，而输出名为 {job.output.name}",
        )
        fix = RENAME.naming(f"{job.output.stem}.mp4")
    return (
        Finding(
            rule=f"{job.endpoint}.output.suffix",
            verdict=Verdict.REFUSED,
            measured=named or "none",
            limit=" / ".join(SUFFIXES),
            message=message,
            fix=fix,
        ),
    )


def _opaque(job: Job) -> tuple[Finding, ...]:
    """A background shows where the result is transparent, or has a screen's colour."""
    wish, made = job.finish.scenery, suffix_of(job.endpoint, job.request)
    if wish is None or wish.background is None or wish.green is not None or made != ".mp4":
        return ()
    return (
        Finding(
            rule=f"{job.endpoint}.finish.background",
            verdict=Verdict.REFUSED,
            measured=made,
            limit=".webm / .mov",
            message=Text(
                f"the service returns {made} here, which has no transparency: finish.background would not be seen",
                f"此处服务返回 {made}，没有透明通道：finish.background 不会显示",
            ),
            fix=TRANSPARENT,
        ),
    )


def _mend(job: Job, made: str) -> Text:
    if job.endpoint == "basic" and not _at(job.request, "VideoParam.Format"):
        return FORMAT.naming(made)
    return RENAME.naming(f"{job.output.stem}{made}")
