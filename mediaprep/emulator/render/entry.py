"""From an accepted task to its product: one renderer an endpoint, and one code for what goes wrong in it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mediaprep.emulator.render import notrain, pages, photo, presenter, provider_label, tts
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.errors import MediaprepError
from mediaprep.media.ffmpeg import Binary, find

log = logging.getLogger(__name__)

_SPEECH, _VIDEO, _PREPARED = 801404, 801503, 802002


@dataclass(frozen=True)
class Renderer:
    """`fail_code` of the task table when something breaks that is not the input's fault."""

    render: Callable[[Work, Binary], RenderedProduct]
    fail_code: int


RENDERERS: Mapping[str, Renderer] = {
    "tts": Renderer(tts.render, _SPEECH),
    "ppt": Renderer(pages.render, _VIDEO),
    "basic": Renderer(presenter.render, _VIDEO),
    "advanced": Renderer(presenter.render, _VIDEO),
    "notrain": Renderer(notrain.render, _PREPARED),
    "photo": Renderer(photo.render, _VIDEO),
}


def render(work: Work) -> RenderedProduct:
    """The finished task. Raises Spoiled, and nothing else: a renderer's own faults are logged and told as
    the endpoint's code."""
    renderer = RENDERERS[work.endpoint]
    try:
        binary = find(os.environ.get("MEDIAPREP_FFMPEG") or None)
        product = renderer.render(work, binary)
        if work.labels:
            provider_label.write(product.media, f"{work.endpoint}-{work.seed:08x}", binary)
        return product
    except Spoiled:
        raise
    except MediaprepError as error:
        log.warning("task %s (%s): %s", work.task_id, work.endpoint, error.en)
        raise Spoiled(renderer.fail_code, f"{error.zh} ({error.en})") from error
    except Exception as error:
        log.exception("task %s (%s): the renderer crashed", work.task_id, work.endpoint)
        raise Spoiled(renderer.fail_code, f"渲染失败 ({type(error).__name__})") from error
