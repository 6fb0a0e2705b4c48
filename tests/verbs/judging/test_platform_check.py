"""A video finished for a platform is what that platform asks for; one that was not says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.model.findings import Verdict
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import RenderOptions, finish
from mediaprep.verbs.judging.platform_check import check_for_platform
from tests.making import make_photo, make_video


def test_a_video_finished_for_a_platform_passes_there(tmp_path: Path) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=320, height=180)
    finish(
        main, tmp_path / "out.mp4",
        Finishing(platform="抖音", label="write", label_producer="甲公司", mark_wish=MarkWish(text="true")),
        options=RenderOptions(encoding=Encoding(preset="ultrafast", crf=30)),
    )  # fmt: skip
    (report,) = check_for_platform(tmp_path / "out.mp4", "douyin")
    assert [one.message.en for one in report.findings] == [] and report.verdict == "pass"
    with (tmp_path / "out.mp4").open("ab") as file:  # no longer what its receipt is of
        file.write(b"\0\0\0\x08free")
    (report,) = check_for_platform(tmp_path / "out.mp4", "douyin")
    assert {one.rule.rpartition(".")[2] for one in report.findings} == {
        "mark", "safe_above", "safe_below", "safe_beside"
    }  # fmt: skip
    assert report.verdict == "unknown"


def test_what_is_lacking_is_told_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = make_video(tmp_path / "v.mp4", seconds=1, width=320, height=180)
    assert run(["check", "--platform", "douyin", str(video)]) == 1
    said = capsys.readouterr().out
    assert "platform.douyin.label" in said and "the shorter side is 180 px; Douyin advises ≥ 720 px" in said
    (wide,) = check_for_platform([video], "shorts")
    found = {one.rule.rpartition(".")[2]: one.verdict for one in wide.findings}
    assert found["aspect"] is Verdict.REFUSED and found["mark"] is Verdict.UNKNOWN
    assert run(["check", "--platform", "tiktak", str(video)]) == 2
    assert run(["check", "--platform", "douyin", "--for", "notrain.RefVideoUrl", str(video)]) == 2
    photo = make_photo(tmp_path / "p.png", width=64, height=48)
    assert run(["check", "--platform", "douyin", str(photo), str(tmp_path / "none.mp4")]) == 1
