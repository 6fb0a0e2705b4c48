"""Two finished videos side by side, as one self-contained page."""

from __future__ import annotations

import base64
from pathlib import Path

from mediaprep.media.files import atomic
from mediaprep.model.results.video_differences import VideoDifference, VideoDifferences
from mediaprep.report.page_templates import environment


def write(path: Path, found: VideoDifferences, *, lang: str) -> None:
    """Raises ToolFailed when it cannot be written, BadConfig when what stands there is not ours."""
    atomic.make_folder(path.parent)
    with atomic.landing(path) as part, part.open("w", encoding="utf-8") as file:
        file.write(
            environment(lang)
            .get_template("diff.html.j2")
            .render(found=found, when=when, still=_still, lang=lang, zh=lang.startswith("zh"))
        )


def when(one: VideoDifference) -> str:
    """0:05.2 – 0:07.0; empty where it has no time."""
    if one.start is None:
        return ""
    times = [one.start] if one.end is None else [one.start, one.end]
    return " – ".join(f"{int(at // 60)}:{at % 60:04.1f}" for at in times)


def _still(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
