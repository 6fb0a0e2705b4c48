"""A plan as one self-contained page: its figures, what speaks against it, and when which job is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mediaprep.media.files import atomic
from mediaprep.model.paid.manifest_plan import ManifestPlan
from mediaprep.report.page_templates import environment
from mediaprep.report.plans.plan_text import duration, totals_line


def write(path: Path, plan: ManifestPlan, *, lang: str) -> None:
    """Raises ToolFailed when it cannot be written, BadConfig when what stands there is not ours."""
    atomic.make_folder(path.parent)
    with atomic.landing(path) as part, part.open("w", encoding="utf-8") as file:
        file.writelines(chunks(plan, lang=lang))


def chunks(plan: ManifestPlan, *, lang: str) -> Iterator[str]:
    """The page in pieces."""
    return (
        environment(lang)
        .get_template("plan.html.j2")
        .generate(
            plan=plan,
            totals=totals_line(plan),
            whole=plan.totals.seconds_of_work or 1.0,
            duration=duration,
            lang=lang,
            zh=lang.startswith("zh"),
        )
    )
