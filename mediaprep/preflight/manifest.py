"""Rules over a whole job of a manifest: what would be done twice, and outputs that cannot be what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaprep.contract.products import suffix_of
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.manifest import Job


def judge_job(job: Job) -> tuple[Finding, ...]:
    """Findings about the job as a whole; those on its files and request are judged elsewhere."""
    return (*_done_twice(job), *_misnamed(job))


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
            fix=Text(*_mend(job, made)),
        ),
    )


def _mend(job: Job, made: str) -> tuple[str, str]:
    if job.endpoint == "basic" and not _at(job.request, "VideoParam.Format"):
        return (
            f"set VideoParam.Format to Mp4 (unset means TransparentWebm), or call the output {made}",
            f"设置 VideoParam.Format 为 Mp4（不填即 TransparentWebm），或将输出改名为 {made}",
        )
    return f"call the output {job.output.stem}{made}", f"将输出改名为 {job.output.stem}{made}"
