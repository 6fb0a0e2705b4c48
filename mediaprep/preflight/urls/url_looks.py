"""Judge what was seen of a request's URLs: pages instead of media, addresses nobody else reaches, slow servers."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.contract import profiles
from mediaprep.contract.judging import advised
from mediaprep.contract.limits import limits_for
from mediaprep.contract.paths import bare
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.online import UrlLook
from mediaprep.preflight import words
from mediaprep.preflight.judge import Request

_OK = (200, 206)


def judge(
    endpoint: str, seen: UrlLook, request: Request | None = None, *, profile: str = profiles.DEFAULT
) -> tuple[Finding, ...]:
    """Findings on one URL."""
    return tuple(_judged(endpoint, seen, request, profile))


def _judged(endpoint: str, seen: UrlLook, request: Request | None, profile: str) -> Iterator[Finding]:
    place = seen.parameter
    if seen.login or (seen.page and seen.status in _OK):
        at = f" ({seen.hosts[-1]})" if seen.hosts else ""
        what = ("leads to a login page", "会跳到登录页") if seen.login else ("is a web page", "是网页")
        told = Text(f"{place} {what[0]}{at}, not the file", f"{place} {what[1]}{at}，而不是文件")
        fix = Text(
            "give the file's own address, such as a presigned one", "请给出文件本身的地址，如预签名地址"
        )
        yield advised(
            endpoint, place, "page", told, measured=seen.content_type or "page", limit="the file", fix=fix,
            verdict=Verdict.REFUSED,
        )  # fmt: skip
        return
    if seen.status not in _OK:
        yield _no_answer(endpoint, seen)
        return
    if seen.hosts:
        told = Text(
            f"{place} redirects to {seen.hosts[-1]}: whether the service follows is not documented",
            f"{place} 会重定向到 {seen.hosts[-1]}：文档未说明服务端是否跟随",
        )
        fix = Text("give the address it leads to", "请直接给出重定向后的地址")
        yield advised(
            endpoint, place, "redirect", told, measured=seen.hosts[-1], limit="no redirect", fix=fix
        )
    yield from _size(endpoint, seen, request, profile)
    yield from _speed(endpoint, seen)


def _no_answer(endpoint: str, seen: UrlLook) -> Finding:
    place = seen.parameter
    if seen.status is not None:
        told = Text(
            f"{place} answers with HTTP {seen.status}: the service could not fetch it",
            f"{place} 返回 HTTP {seen.status}：服务端将无法获取",
        )
        return advised(
            endpoint, place, "answer", told, measured=seen.status, limit="200", verdict=Verdict.REFUSED
        )
    why = seen.problem or Text("no answer", "没有应答")
    if seen.private:
        told = Text(f"{place}: {why.en}; the service cannot reach it", f"{place}：{why.zh}；服务端无法访问")
        return advised(
            endpoint,
            place,
            "answer",
            told,
            measured="private",
            limit="a public address",
            verdict=Verdict.REFUSED,
        )
    told = Text(f"{place} could not be looked at: {why.en}", f"{place} 无法查看：{why.zh}")
    return advised(endpoint, place, "answer", told, limit="200", verdict=Verdict.UNKNOWN)


def _size(endpoint: str, seen: UrlLook, request: Request | None, profile: str) -> Iterator[Finding]:
    rows = limits_for(endpoint, seen.parameter, request, profile=profile)
    row = next((row for row in rows if row.measure == "size_bytes"), None)
    if row is None or seen.size_bytes is None:
        return
    verdict = row.bound.verdict(seen.size_bytes)
    if verdict is not Verdict.PASS:
        said = words.written("size_bytes", seen.size_bytes)
        told = Text(
            f"{seen.parameter} has {said} byte; allowed: {row.bound.words()}",
            f"{seen.parameter} 大小为 {said} 字节；要求：{row.bound.words('zh')}",
        )
        yield Finding(
            rule=row.id, verdict=verdict, measured=seen.size_bytes, limit=row.bound.words(), unit=row.bound.unit,
            message=told, where=seen.parameter, fix=words.remedy(row),
        )  # fmt: skip


def _speed(endpoint: str, seen: UrlLook) -> Iterator[Finding]:
    """Slower than the video plays: the service would wait, or give up."""
    if not seen.seconds or not seen.size_bytes or seen.bytes_per_second is None:
        return
    needed, got = seen.size_bytes * 8 / seen.seconds, seen.bytes_per_second * 8
    if got < needed:
        told = Text(
            f"{bare(seen.parameter)} comes at {got / 1000:.0f} kbit/s, below the video's own {needed / 1000:.0f}",
            f"{bare(seen.parameter)} 下载速度 {got / 1000:.0f} kbit/s，低于视频码率 {needed / 1000:.0f} kbit/s",
        )
        yield advised(
            endpoint, seen.parameter, "speed", told, measured=round(got / 1000), limit=f"≥ {needed / 1000:.0f} kbit/s",
            fix=Text("put it into a bucket near the service", "请放到离服务较近的存储桶"),
        )  # fmt: skip
