"""Every format of `check` by itself: reached by its name, and telling what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.contract import profiles
from mediaprep.model.findings import FileReport, Finding, Text, Verdict
from mediaprep.report import check
from mediaprep.report.check.checked import CheckRun
from mediaprep.report.check.formats import FORMATS
from tests.preflight.samples import VIDEO

ROOM = Path(check.__file__).parent
FOUND = Finding(
    rule="notrain.RefVideoUrl.codec",
    verdict=Verdict.REFUSED,
    measured="hevc",
    limit="h264",
    message=Text("the codec is hevc", "编码格式为 hevc"),
    fix=Text("convert it", "请转换"),
)
REPORTS = (
    FileReport(path="good.mp4", field=None, facts=VIDEO),
    FileReport(path='a, "b"\n\udce4.mp4', field="notrain.RefVideoUrl", facts=VIDEO, findings=(FOUND,)),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_tells_the_file_the_rule_and_the_words_and_survives_any_name(
    name: str, lang: str
) -> None:
    told = "".join(FORMATS[name](REPORTS, CheckRun(profile=profiles.DEFAULT, lang=lang)))
    assert told.encode("utf-8")  # no half of a pair of surrogates is left
    for word in (FOUND.rule, FOUND.message.say(lang)):
        assert word in told, f"{name} does not tell {word}"


def test_every_writer_of_a_format_is_reached_by_a_name() -> None:
    rows = (ROOM / "formats.py").read_text(encoding="utf-8")
    writers = {path.stem for path in ROOM.glob("check_*.py")} - {"check_text"}  # whose lines carry colours
    lost = sorted(writer for writer in writers if f"{writer}." not in rows)
    assert not lost, f"no row of FORMATS in mediaprep/report/check/formats.py leads to {lost}"
