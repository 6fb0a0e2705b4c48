"""One self-contained HTML page about a run: no script, no request to anywhere, everything escaped."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from pathlib import Path

import jinja2

from mediaprep.config import redact
from mediaprep.media.files import atomic
from mediaprep.model.findings import FileReport, Text
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.outcomes import Outcome, SampledFrame, State
from mediaprep.report import proof_text
from mediaprep.report.check_text import summary
from mediaprep.report.escaping import number, shown


def environment(lang: str) -> jinja2.Environment:
    """Templates that escape everything, with the filters of all pages."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("mediaprep.report", "templates"),
        autoescape=True,
        finalize=_plain,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        say=lambda text: _say(text, lang),
        shown=lambda text: redact(shown(text, 600)),
        number=number,
        proof_name=lambda name: shown(proof_text.name(name, lang)),
        proof_measured=lambda value: proof_text.measured(value, lang),
        data_uri=_data_uri,
        facts=_facts,
    )
    return made


def _plain(value: object) -> object:
    """Whatever a template prints: nothing in a page turns text around, or is no sign of XML."""
    return (
        shown(value, None, keep="\n") if isinstance(value, str) and not hasattr(value, "__html__") else value
    )


def page(outcomes: Collection[Outcome], *, lang: str, title: str) -> str:
    """The page as text. Pictures are embedded; secrets and query strings are taken out."""
    return "".join(_stream(outcomes, lang, title))


def write(path: Path, outcomes: Collection[Outcome], *, lang: str, title: str) -> Path:
    """Write the page, one job after the other (a run may have thousands, each with pictures); a page half
    written never stands under the final name. Raises ToolFailed when it cannot be written, BadConfig when what
    stands there is not ours."""
    atomic.make_folder(path.parent)
    with atomic.landing(path) as part, part.open("w", encoding="utf-8") as file:
        file.writelines(_stream(outcomes, lang, title))
    return path


def _stream(outcomes: Collection[Outcome], lang: str, title: str) -> Iterator[str]:
    return (
        environment(lang)
        .get_template("run.html.j2")
        .generate(
            outcomes=outcomes,
            count=len(outcomes),
            done=sum(outcome.state is State.DONE for outcome in outcomes),
            lang=lang,
            title=title,
            emulated_mark=EMULATED_MARK,
            zh=lang.startswith("zh"),
        )
    )


def _say(text: Text | None, lang: str) -> str:
    return redact(shown(text.say(lang), 600)) if text else ""


def _data_uri(picture: SampledFrame) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode("ascii")


def _facts(report: FileReport) -> str:
    return shown(summary(report.facts))
