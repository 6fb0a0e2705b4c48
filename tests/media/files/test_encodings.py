"""Texts of eight encodings, as long as people write them, come out as they were written."""

from __future__ import annotations

import random

import pytest

from mediaprep.media.files import encodings

CHINESE = [
    "大家好，欢迎来到我们的课堂。", "请问一下，去火车站怎么走？", "第三章：市场分析与竞争策略",
    "没关系，我们下次再来吧！",
    "公司去年的营业收入增长了百分之十二。", "字幕组 翻译：小明", "谢谢观看", "你好",
]  # fmt: skip
TAIWANESE = [
    "大家好，歡迎來到我們的課堂。", "請問一下，去火車站怎麼走？", "第三章：市場分析與競爭策略",
    "沒關係，我們下次再來吧！",
    "公司去年的營業收入成長了百分之十二。", "字幕組 翻譯：小明", "謝謝觀看", "你好",
]  # fmt: skip
JAPANESE = [
    "こんにちは、世界の皆さん", "東京駅までどうやって行きますか？", "第三章 市場分析", "それは私の問題ではない。",
    "ｱﾆﾒの主題歌", "ありがとうございました", "会議は午後三時から", "日本語",
]  # fmt: skip
KOREAN = [
    "안녕하세요, 여러분", "서울역까지 어떻게 가나요?", "제3장 시장 분석", "그것은 내 문제가 아니다.",
    "뉴스를 전해 드리겠습니다.",
    "시청해 주셔서 감사합니다", "회의는 오후 세 시부터", "한국어",
]  # fmt: skip
WESTERN = [
    "Déjà vu à l’hôtel", "Grüße aus München", "¿Dónde está el baño?", "C’est la vie – mon ami…", "Não é possível",
    "It’s 20°C today", "Señor", "Straße",
]  # fmt: skip
TABLE = {
    "utf-8": [*CHINESE, *JAPANESE, *KOREAN, *WESTERN],
    "utf-16-le": [*CHINESE, *JAPANESE, *KOREAN, *WESTERN],
    "utf-16-be": [*CHINESE, *JAPANESE, *KOREAN, *WESTERN],
    "gb18030": CHINESE,
    "big5": TAIWANESE,
    "cp932": JAPANESE,
    "cp949": KOREAN,
    "cp1252": WESTERN,
    "cp1251": ["Привет, мир", "Где находится вокзал?", "Спасибо за внимание"],
    "euc-jp": JAPANESE[:2],
    "iso2022_jp": JAPANESE[:2],
}


def as_srt(sentences: list[str]) -> str:
    return "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},500\n{said}\n\n" for n, said in enumerate(sentences, 1)
    )


@pytest.mark.parametrize("encoding", TABLE)
@pytest.mark.parametrize("length", [1, 2, 4, 8])
def test_captions_come_out_as_they_were_written(encoding: str, length: int) -> None:
    sentences = TABLE[encoding]
    for at in range(0, len(sentences), length):
        text = as_srt(sentences[at : at + length])
        found = encodings.decode(text.encode(encoding))
        assert found is not None and found.text == text, (encoding, text)
        assert found.guessed == (encoding != "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "cp932", "cp949", "cp1252"])
def test_one_line_of_plain_text_is_enough(encoding: str) -> None:
    for text in TABLE[encoding]:
        found = encodings.decode(text.encode(encoding))
        assert found is not None and found.text == text, (encoding, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_believed_and_left_out(encoding: str) -> None:
    found = encodings.decode("大家好".encode(encoding))
    assert found is not None
    assert (found.text, found.guessed) == ("大家好", False)
    assert found.encoding.lower() == encoding.removesuffix("-sig")


def test_utf16_without_mark_and_without_any_ascii_is_seen() -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        found = encodings.decode("请问一下，去火车站怎么走？".encode(codec))
        assert found is not None
        assert (found.text, found.encoding) == ("请问一下，去火车站怎么走？", "UTF-16")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_text_that_goes_on_may_end_inside_a_character(cut: int) -> None:
    found = encodings.decode(("欢迎" * 40).encode()[:-cut], whole=False)
    assert found is not None and found.text == "欢迎" * 39 + "欢"
    assert encodings.decode(("欢迎" * 40).encode("gb18030")[:-1], whole=False) is not None


def test_noise_is_no_text() -> None:
    rng = random.Random(1)
    taken = [encodings.decode(rng.randbytes(200)) for _ in range(200)]
    assert [found for found in taken if found is not None and encodings.is_clean(found.text)] == []
    for raw in (b"\xff\xff\xff\xff hello", bytes(range(128, 256)), b"\x00\x01\x02\x03" * 50):
        assert encodings.decode(raw) is None
