"""A product of the service onto this disk: by the service's own word, or out of the bucket where that never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from mediaprep.config import Settings
from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.paid.jobs import Fetched
from mediaprep.submission.bucket import result_urls
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.download.download import DEFAULT_LIMITS
from mediaprep.submission.job.stage_protocol import Product
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.fetch import Getting, verified

_UNNAMED = Text(
    "the answer to its submit was lost: this is what the service put into the bucket, without its TaskId, "
    "subtitles or timestamps",
    "提交的应答已丢失：此文件取自存储桶，没有任务号、字幕与时间戳",
)


def save(
    product: Product,
    target: Path,
    *,
    settings: Settings,
    endpoint: str,
    gateway: Gateway,
    store: Store | None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Fetched:
    """`target`, whole, decoded and durable, with what comes beside it. Raises what downloading raises; an
    interrupted download is gone on with by the next call."""
    if product.progress is not None:
        getting = Getting(
            product.task_id or "", endpoint, gateway, settings, DEFAULT_LIMITS, time.sleep, None
        )
        return getting.all(product.progress, target, on_progress)
    if store is None or product.key is None:
        raise ToolFailed(
            "its product lies in a bucket, and none is set: set MEDIAPREP_BUCKET as it was",
            "其成品位于存储桶中，但当前未设置存储桶：请恢复 MEDIAPREP_BUCKET",
        )
    binary = ffmpeg.find(settings.ffmpeg)
    measured: list[VideoFacts | AudioFacts] = []
    result_urls.download(
        store, product.key, target, verify=lambda part: measured.append(verified(part, binary)),
        on_progress=on_progress,
    )  # fmt: skip
    return Fetched(
        task_id=product.task_id or "", endpoint=endpoint, path=target, facts=measured[-1],
        seconds=measured[-1].seconds, notes=(_UNNAMED,),
    )  # fmt: skip
