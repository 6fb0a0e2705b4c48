"""One self-contained HTML page about a run: no script, no request to anywhere, everything escaped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from mediaprep.media.files import atomic
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.outcomes import Outcome, State, totals
from mediaprep.report.page_templates import environment
from mediaprep.report.runs.run_results import totals_line


def page(outcomes: Collection[Outcome], *, lang: str, title: str, folder: Path | None = None) -> str:
    """The page as text. Pictures are embedded; secrets and query strings are taken out. Files are named as they are
    found from `folder`, where the page will lie (None: by their whole paths, and no link leads there)."""
    return "".join(_stream(outcomes, lang, title, folder))


def write(path: Path, outcomes: Collection[Outcome], *, lang: str, title: str) -> Path:
    """Write the page, what did not come to its end first, one job after the other (a run may have thousands, each
    with pictures); a page half written never stands under the final name. Raises ToolFailed when it cannot be
    written, BadConfig when what stands there is not ours."""
    atomic.make_folder(path.parent)
    with atomic.landing(path) as part, part.open("w", encoding="utf-8") as file:
        file.writelines(_stream(outcomes, lang, title, path.parent))
    return path


def _stream(outcomes: Collection[Outcome], lang: str, title: str, folder: Path | None) -> Iterator[str]:
    done = [outcome.state is State.DONE for outcome in outcomes]
    return (
        environment(lang)
        .get_template("run.html.j2")
        .generate(
            outcomes=_worst_first(outcomes),
            left=len(done) - sum(done),
            totals=totals_line(totals(outcomes)),
            link=lambda path: _link(path, folder),
            lang=lang,
            title=title,
            emulated_mark=EMULATED_MARK,
            zh=lang.startswith("zh"),
        )
    )


def _worst_first(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """What needs somebody to look at it, then what is done, each in the manifest's order; none is kept."""
    for wanted in (False, True):
        yield from (outcome for outcome in outcomes if (outcome.state is State.DONE) is wanted)


def _link(path: Path, folder: Path | None) -> str:
    """A file as it is found from the page, so that both can be moved together; "" where it cannot be."""
    if folder is None:
        return ""
    with contextlib.suppress(ValueError):  # another drive
        return quote(os.path.relpath(path.absolute(), folder.absolute()).replace(os.sep, "/"))
    return ""
