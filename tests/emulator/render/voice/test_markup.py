"""What the voice is given to say for each kind of say-as, and what is shown for it."""

from __future__ import annotations

import pytest

from mediaprep.contract.script import ssml
from mediaprep.emulator.render.voice.markup import pieces_of
from mediaprep.emulator.render.voice.pieces import Say

KINDS = {
    ("cardinal", "12345"): "一万二千三百四十五",
    ("cardinal", "-123.01"): "负一百二十三点零一",
    ("digits", "123045"): "一二三零四五",
    ("telephone", "13800138000"): "一三八零零一三八零零零",
    ("address", "3-2-101"): "三杠二杠一零一",
    ("id", "11010X"): "一一零一零X",
    ("date", "2026-04-01"): "二零二六年四月一日",
    ("time", "8:05"): "八点零五分",
    ("punctuation", "你好，世界"): "你好逗号世界",
    ("characters", "GDP"): "GDP",
    ("measure", "12kg"): "十二千克",
    ("currency", "$12.5"): "十二点五美元",
}


@pytest.mark.parametrize(("kind", "text"), KINDS)
def test_every_kind_of_say_as_is_said_its_own_way(kind: str, text: str) -> None:
    script = ssml.read(f'编号<say-as interpret-as="{kind}">{text}</say-as>完')
    says = [piece for piece in pieces_of(script) if isinstance(piece, Say)]
    said = "".join(say.spoken for say in says).replace(" ", "")
    assert said == f"编号{KINDS[kind, text]}完"
    assert "".join(say.shown for say in says) == f"编号{text}完"


def test_characters_are_spelled_with_a_rest_between_them() -> None:
    script = ssml.read('这是<say-as interpret-as="characters">GDP</say-as>。')
    assert [piece.spoken for piece in pieces_of(script) if isinstance(piece, Say)][1:4] == [
        " G ",
        " D ",
        " P ",
    ]
