"""`rules`, `explain`, `profiles`: one source, two languages, text and JSON."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mediaprep.cli.app import run
from mediaprep.preflight.rulebook import rulebook


def test_rules_lists_all_of_them_or_those_under_a_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(rulebook.rules())
    assert run(["rules", "notrain.RefVideoUrl", "tts.Speed"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "notrain.RefVideoUrl.seconds" in listed and "tts.Speed.range" in listed
    assert all(name.startswith(("notrain.RefVideoUrl.", "tts.Speed.")) for name in listed)


def test_a_prefix_with_nothing_under_it_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "notrain.RefVideo"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_rules_as_json_carry_everything(capsys: pytest.CaptureFixture[str]) -> None:
    run(["rules", "photo.RefPhotoUrl.size_bytes", "--format", "json", "--profile", "tencent-intl@2025-10"])
    document = json.loads(capsys.readouterr().out)
    (rule,) = document["rules"]
    assert (document["schema"], document["profile"]) == ("mediaprep.rules/1", "tencent-intl@2025-10")
    assert (rule["limit"], rule["family"], rule["source"]) == (
        "≤ 10M",
        "file",
        "intl 1211/73473 · RefPhotoUrl",
    )
    assert {e["verdict"] for e in rule["examples"]} == {"pass", "advised", "refused"}


def test_explain_says_what_why_where_examples_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "notrain.RefVideoUrl.seconds"]) == 0
    told = capsys.readouterr().out
    for word in (
        "What: ",
        "Why: ",
        "Docs: ",
        "Passes: 1 · 1200",
        "Refused: 0.999 · 1200.001",
        "Fix: ",
        "[1, 600]",
    ):
        assert word in told, word


def test_explain_knows_the_rule_behind_a_typo_in_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "notrain.VideoParam.MouthMod.unknown"]) == 0
    assert "notrain.*.unknown" in capsys.readouterr().out


def test_an_unknown_rule_is_answered_with_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "notrain.RefVideoUrl.second"]) == 2
    assert "did you mean: notrain.RefVideoUrl.seconds" in capsys.readouterr().err


def test_explain_speaks_chinese() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "explain", "--lang", "zh", "notrain.RefVideoUrl.codec"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    for word in ("要求：", "原因：", "文档：", "通过：h264", "不合格：hevc", "修复："):
        assert word in done.stdout, word


def test_profiles_are_listed_and_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles"]) == 0
    assert "* tencent-cn@2026-04 " in capsys.readouterr().out
    assert run(["profiles", "diff", "tencent-cn@2026-04", "tencent-intl@2025-10", "--format", "json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["differences"]}
    assert rows["photo.InputAudioUrl.size_bytes"]["other"] == "≤ 20M (refused)"
    assert rows["photo.RefPhotoUrl.aspect"]["one"].endswith("(advised)")
    assert rows["notrain.RefVideoUrl.seconds@Exclusive"]["one"] is None
    assert rows["base_url"]["other"] == "https://gw-sg.tvs.qq.com"
    assert run(["profiles", "diff", "tencent-cn@2026-04", "tencent-cn@2026-04"]) == 0
    assert "no difference" in capsys.readouterr().out
    assert run(["profiles", "diff", "tencent-cn@2026-04", "nowhere"]) == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_rules_page_has_a_section_for_each(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    assert run(["rules", "--format", "markdown", "--lang", lang]) == 0
    page = capsys.readouterr().out
    heads = [line.strip("#` ") for line in page.splitlines() if line.startswith("### ")]
    assert heads == list(rulebook.rules())
    chapters = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert chapters == list(dict.fromkeys(chapters)) and "notrain" in chapters
    assert "\\<break time" in page  # an example is no markup of the page's
