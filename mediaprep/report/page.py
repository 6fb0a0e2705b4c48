"""One self-contained HTML page about a run: no script, no request to anywhere, everything escaped."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import jinja2

from mediaprep.config import redact
from mediaprep.model.findings import FileReport, Text
from mediaprep.model.outcomes import Outcome, Picture
from mediaprep.report import proof_text
from mediaprep.report.check_text import summary
from mediaprep.report.shown import number, shown


def environment(lang: str) -> jinja2.Environment:
    """Templates that escape everything, with the filters of all pages."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("mediaprep.report", "templates"),
        autoescape=True,
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


def page(outcomes: Sequence[Outcome], *, lang: str, title: str) -> str:
    """The page as text. Pictures are embedded; secrets and query strings are taken out."""
    template = environment(lang).get_template("run.html.j2")
    return template.render(outcomes=outcomes, lang=lang, title=title, zh=lang.startswith("zh"))


def write(path: Path, outcomes: Sequence[Outcome], *, lang: str, title: str) -> Path:
    """Write the page; a page half written never stands under the final name."""
    part = path.with_name(f".{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(page(outcomes, lang=lang, title=title), encoding="utf-8")
    part.replace(path)
    return path


def _say(text: Text | None, lang: str) -> str:
    return redact(shown(text.say(lang), 600)) if text else ""


def _data_uri(picture: Picture) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode("ascii")


def _facts(report: FileReport) -> str:
    return shown(summary(report.facts))
