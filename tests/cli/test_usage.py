"""What click finds wrong with a command line is told in Chinese too, in one line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from mediaprep.cli.app import app
from mediaprep.cli.usage import in_chinese

_FINISH = ("finish", "main.mp4", "-o", "out.mp4")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ((*_FINISH, "--loudness", "loud"), "'--loudness'：'loud' 无效，可选：'ebu', 'streaming', 'web'"),
        ((*_FINISH, "--crossfade", "soft"), "'--crossfade'：'soft' 不是数字"),
        ((*_FINISH, "--hed", "a.mp4"), "没有选项 --hed；是否为 --head"),
        ((*_FINISH, "--head"), "选项 '--head' 需要一个值"),
        ((*_FINISH, "other.mp4"), "多余的参数：other.mp4"),
        (("finish", "main.mp4"), "缺少选项 '-o' / '--output'"),
        (("finish", "-o", "out.mp4"), "缺少参数 'MAIN'"),
        (("finish", "main.mp4", "-o", "{folder}"), "'-o' / '--output'：'{folder}' 是目录"),
        (("finnish",), "没有命令 'finnish'"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_chinese(line: tuple[str, ...], said: str, tmp_path: Path) -> None:
    words = [word.replace("{folder}", str(tmp_path)) for word in line]
    with pytest.raises(click.ClickException) as caught:
        app.main(args=words, prog_name="mediaprep", standalone_mode=False)
    told = in_chinese(caught.value)
    assert told.startswith(said.replace("{folder}", str(tmp_path))), told
    assert "\n" not in told


def test_sentences_of_our_own_are_told_as_they_are() -> None:
    assert in_chinese(click.UsageError("请按 秒数=标题 给出")) == "请按 秒数=标题 给出"
