"""A product of the service onto this disk: by the service's own word, or out of the bucket where that never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from mediaprep.config import Settings
from mediaprep.model.paid.jobs import Fetched
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.download.download import DEFAULT_LIMITS
from mediaprep.submission.job.stage_protocol import Product
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.files.result_files import Getting, from_bucket


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
    assert product.key is not None  # it is known by its task, or by its object
    return from_bucket(
        store, product.key, target, endpoint=endpoint, settings=settings, on_progress=on_progress
    )
