"""A wrong command line is told in two lines: what is wrong, in the user's language, and where help is."""

from __future__ import annotations

import click
import pytest

from mediaprep.cli import usage
from mediaprep.cli.app import app, run


def wrong(*line: str) -> click.ClickException:
    with pytest.raises(click.ClickException) as caught:
        app.main(args=list(line), prog_name="mediaprep", standalone_mode=False)
    return caught.value


@pytest.mark.parametrize(
    ("line", "en", "zh"),
    [
        (["finish"], "Missing argument 'MAIN'", "缺少参数 MAIN"),
        (["finish", "a.mp4"], "Missing option", "缺少选项"),
        (["finish", "a.mp4", "--nope"], "No such option '--nope'", "没有选项 --nope"),
        (["frobnicate"], "No such command 'frobnicate'", "没有命令 frobnicate"),
        (["finish", "a.mp4", "-o"], "requires an argument", "选项 -o 缺少取值"),
        (["finish", "a.mp4", "-o", "b.mp4", "--karaoke=3"], "does not take a value", "--karaoke 不带取值"),
        (["finish", "a.mp4", "-o", "b.mp4", "--caption-size", "big"], "not a valid float", "'big' 不是数字"),
        (
            ["finish", "a.mp4", "-o", "b.mp4", "--caption-position", "left"],
            "is not one of",
            "'left' 不在可选之列",
        ),
        (["finish", "a.mp4", "-o", "b.mp4", "c.mp4"], "unexpected extra argument", "多余的参数：c.mp4"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages_and_where_help_is(line: list[str], en: str, zh: str) -> None:
    error = wrong(*line)
    for told, lang in ((en, "en"), (zh, "zh")):
        lines = usage.told(error, lang).splitlines()
        assert told in lines[0] and lines[0].startswith("mediaprep: ") and len(lines) <= 2
        assert lines[1:] in ([], ["mediaprep --help"], ["mediaprep finish --help"])


def test_a_slip_of_the_pen_is_guessed() -> None:
    assert "'--caption-size'" in usage.told(wrong("finish", "a.mp4", "--caption-siz", "3"), "zh")


def test_it_goes_to_stderr_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["finish", "a.mp4", "-o", "b.mp4", "--caption-position", "left"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 2


def test_a_group_without_a_verb_shows_what_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    run(["deck"])
    told = capsys.readouterr()
    assert "split" in told.out + told.err
