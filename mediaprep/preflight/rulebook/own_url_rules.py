"""The rules about a request's URLs and local files, in words: one row for each parameter that carries one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.paths import bare
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule
from mediaprep.preflight.urls.url_validity import AGAIN

_PASS, _ADVISED, _REFUSED, _UNKNOWN = Verdict.PASS, Verdict.ADVISED, Verdict.REFUSED, Verdict.UNKNOWN
_FETCH: Final = Text("the task fails when the service fetches the file", "服务端获取文件时任务会失败")
_STORE: Final = Text("the result is made and paid for, and cannot be stored", "结果已生成并计费，却无法存入")

CORRECT: Final = Text("correct the path, or give an http(s) URL", "更正路径，或给出 http(s) 地址")

# Kind → (verdicts, limit, what, why, fix, what passes, what does not).
_READ: Final = {
    "file": (
        (_REFUSED,), "a file or an http(s) URL",
        Text("names a file that is there, or an http(s) URL", "是存在的文件，或 http(s) 地址"), _FETCH,
        CORRECT, "footage.mp4", "ftp://host/a.mp4",
    ),
    "expires": (
        (_ADVISED, _REFUSED), "24 h left",
        Text("a signed URL holds until the job has run", "签名地址在任务执行前不会过期"), _FETCH,
        Text("sign it for a day or more", "签名有效期请设为一天以上"), "signed for 7 days", "signed for 10 minutes",
    ),
    "answer": (
        (_REFUSED, _UNKNOWN), "200",
        Text("the URL answers, and to everybody", "地址可公开访问并有应答"), _FETCH, None, "HTTP 206", "HTTP 403",
    ),
    "page": (
        (_REFUSED,), "the file",
        Text("the URL is the file and no web page", "地址指向文件本身而不是网页"), _FETCH,
        Text("give the file's own address, such as a presigned one", "请给出文件本身的地址，如预签名地址"),
        "video/mp4", "text/html",
    ),
    "redirect": (
        (_ADVISED,), "no redirect",
        Text("the URL answers by itself", "地址直接应答，不重定向"),
        Text("whether the service follows redirects is not documented", "文档未说明服务端是否跟随重定向"),
        Text("give the address it leads to", "请直接给出重定向后的地址"), "HTTP 200", "HTTP 302",
    ),
    "speed": (
        (_ADVISED,), "the video's own bitrate",
        Text("the file comes faster than it plays", "下载速度高于播放码率"),
        Text("a slow source holds the task up", "来源过慢会拖住任务"),
        Text("put it into a bucket near the service", "请放到离服务较近的存储桶"), "40000 kbit/s", "800 kbit/s",
    ),
}  # fmt: skip
_WRITTEN: Final = {
    "expires": (
        (_ADVISED, _REFUSED), "24 h left",
        Text("a signed URL holds until the result is there", "签名地址在结果写入前不会过期"), _STORE,
        Text("sign it for a day or more", "签名有效期请设为一天以上"), "signed for 7 days", "signed for 10 minutes",
    ),
    "signature": (
        (_ADVISED,), "a presigned URL",
        Text("the URL carries a signature for writing", "地址带有可写的签名"), _STORE,
        Text("presign it for writing (PUT)", "请用可写（PUT）的预签名地址"), "…?X-Amz-Signature=…", "https://bucket/o.mp4",
    ),
}  # fmt: skip


def _rows() -> Iterator[Rule]:
    for row in endpoints.ENDPOINTS.values():
        for fields, table in ((row.url_fields, _READ), (row.storage_fields, _WRITTEN)):
            for field in fields:
                for kind, (verdicts, limit, what, why, fix, good, bad) in table.items():
                    yield Rule(
                        id=f"{row.nickname}.{bare(field)}.{kind}", family=Family.REQUEST, verdicts=verdicts,
                        limit=limit, what=what, why=why, fix=fix,
                        also=(AGAIN,) if kind == "expires" else (), source=f"{row.section} · {bare(field)}",
                        examples=(Example(good, _PASS), Example(bad, verdicts[0])),
                    )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = tuple(_rows())
