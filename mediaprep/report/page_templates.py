"""Templates of all pages: everything is escaped, nothing is asked of the network, secrets are taken out."""

from __future__ import annotations

import base64

import jinja2

from mediaprep.config import redact
from mediaprep.model.findings import FileReport, Text
from mediaprep.model.paid.outcomes import SampledFrame
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


def _say(text: Text | None, lang: str) -> str:
    return redact(shown(text.say(lang), 600)) if text else ""


def _data_uri(picture: SampledFrame) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode("ascii")


def _facts(report: FileReport) -> str:
    return shown(summary(report.facts))
