"""A number and what it counts are one piece, by form and not by what a segmenter makes of it."""

from __future__ import annotations

import pytest

from mediaprep.finishing.captions import words_of
from mediaprep.finishing.typesetting import kinsoku, numbers


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("每天能看到十六次日出", "十六次"),
        ("他住在三号楼二单元501室", "三号楼"),
        ("他住在三号楼二单元501室", "二单元"),
        ("三个半小时后出发", "三个半小时"),
        ("跑了八圈半", "八圈半"),
        ("身高一米八五的小伙子", "一米八五"),
        ("下午两点四十五分", "两点四十五分"),
        ("于2025年3月15日之前", "2025年3月15日"),
        ("占百分之三点二左右", "百分之三点二"),
        ("共有三分之一的人", "三分之一"),
        ("风力三到四级", "三到四级"),
        ("需要10～20个", "10～20个"),
        ("上午9:30开会", "9:30"),
        ("以3：1领先", "3：1"),
        ("第16届大会", "第16届"),
        ("一百二十多家企业", "一百二十多家"),
        ("约3.5万台手机", "3.5万台"),
        ("零下十六摄氏度", "零下十六摄氏度"),
        ("内存128 GB足够", "128 GB"),
        ("全长1,318公里", "1,318公里"),
        ("GPT-4模型", "GPT-4"),
        ("用iPhone 15拍摄", "iPhone 15"),
    ],
)
def test_a_number_is_one_piece_with_what_it_counts(text: str, piece: str) -> None:
    pieces = [part.strip() for part in kinsoku.pieces(words_of(text))]
    assert any(part.startswith(piece) for part in pieces), pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("每天能看到十六次日出和日落", ["每天", "能", "看到", "十六次", "日出", "和", "日落"]),
        ("唯一百货大楼", ["唯一", "百货大楼"]),
        ("一次性塑料制品", ["一次性", "塑料制品"]),
        ("有一天下午", ["有", "一天", "下午"]),
        ("不是这样", ["不是", "这样"]),
    ],
)
def test_words_that_only_look_like_numbers_are_left_alone(text: str, pieces: list[str]) -> None:
    assert kinsoku.pieces(words_of(text)) == pieces


def test_nothing_is_lost_whatever_the_segmenter_does() -> None:
    text = "第三次要求，十六次日出；3：1。\n第一时间" * 40

    def joins_everything(part: str) -> list[str]:
        return [part]

    for cut in (list, joins_everything, lambda part: [part[:2], part[2:]]):
        assert "".join(numbers.resegmented(text, cut)) == text
    assert "".join(numbers.joined(list(text))) == text


def test_a_segmenter_that_cuts_every_character_still_leaves_numbers_whole() -> None:
    assert numbers.joined(list("看到十六次日出")) == ["看", "到", "十六次", "日", "出"]
