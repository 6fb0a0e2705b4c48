"""What a Chinese voice says for digits, dates, amounts, units and tags; and what it says nothing for."""

import pytest

from mediaprep.contract.rules import requests
from mediaprep.contract.script import spoken, ssml, texts
from mediaprep.preflight.scripts import drafting

READ = {
    # amounts
    "1234567890元": "十二亿三千四百五十六万七千八百九十元",
    "10元": "十元",
    "110元": "一百一十元",
    "1001夜": "一千零一夜",
    "10005人": "一万零五人",
    "100,000件": "十万件",
    "1,000,001件": "一百万零一件",
    "20000000吨": "二千万吨",
    "0": "零",
    "１２３": "一百二十三",
    "13812345678元": "一百三十八亿一千二百三十四万五千六百七十八元",
    # decimals, signs, shares
    "3.1415": "三点一四一五",
    "-5℃": "负五摄氏度",
    "零下-5": "零下负五",
    "12.5%": "百分之十二点五",
    "3‰": "千分之三",
    "-3%": "负百分之三",
    "3/4": "四分之三",
    "3:1": "三比一",
    "1+1=2": "一加一等于二",
    "30~50岁": "三十到五十岁",
    # money
    "￥99.5": "九十九点五元",
    "$100": "一百美元",
    "€3万": "三万欧元",
    "USD 20": "二十美元",
    # years, dates, times
    "2026年": "二零二六年",
    "2026-11-30": "二零二六年十一月三十日",
    "2026/1/2": "二零二六年一月二日",
    "12:00": "十二点",
    "3:05": "三点零五分",
    "12:30:09": "十二点三十分零九秒",
    "2026年3月5日": "二零二六年三月五日",
    # what digits name
    "13812345678": "一三八一二三四五六七八",
    "010-12345678": "零一零一二三四五六七八",
    "400-800-1234": "四零零八零零一二三四",
    "订单编号：20261130": "订单编号：二零二六一一三零",
    "304室": "三零四室",
    "007": "零零七",
    "1234567890": "一二三四五六七八九零",
    "1.2.3": "一点二点三",
    # units and letters
    "120km/h": "一百二十公里每小时",
    "3m高": "三米高",
    "100kg": "一百千克",
    "5G": "五G",
    "iPhone15": "iPhone十五",
    "3mm": "三毫米",
    "3mg": "三毫克",
    "2m²": "二平方米",
    # nothing to read otherwise
    "你好": "你好",
    "GDP": "GDP",
    "x-y": "x-y",
    "": "",
}


@pytest.mark.parametrize(("text", "said"), READ.items())
def test_numbers_are_read_as_they_are_spoken(text: str, said: str) -> None:
    assert spoken.said_plainly(text) == said


def test_every_whole_number_is_counted_without_a_gap_too_many() -> None:
    digits = {sign: value for value, sign in enumerate("零一二三四五六七八九")}

    def counted(said: str) -> int:
        total = group = digit = 0
        for sign in said:
            if sign in digits:
                digit = digits[sign]
            elif sign in "十百千":
                group, digit = group + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign], 0
            else:
                total, group, digit = total + (group + digit) * {"万": 10**4, "亿": 10**8}[sign], 0, 0
        return total + group + digit

    for number in (
        *range(0, 3000, 7),
        *(10**place + extra for place in range(4, 12) for extra in (0, 1, 90, 1005)),
    ):
        said = spoken.cardinal(str(number))
        assert counted(said) == number, said
        assert "零零" not in said and (said == "零" or not said.endswith("零")), said


SAID_AS = {
    ("cardinal", "-1,234.5"): "负一千二百三十四点五",
    ("cardinal", "123"): "一百二十三",
    ("digits", "123045"): "一 二 三 零 四 五",
    ("telephone", "(010) 123-4567"): "零一零一二三四五六七",
    ("id", "AB12"): "A B 一 二",
    ("characters", "A1-b"): "A 一 横杠 b",
    ("date", "2026-11-30"): "二零二六年十一月三十日",
    ("date", "20261130"): "二零二六年十一月三十日",
    ("date", "11-30"): "十一月三十日",
    ("time", "12:05:09"): "十二点零五分零九秒",
    ("punctuation", "，。"): "逗号句号",
    ("measure", "3km"): "三公里",
    ("currency", "100 USD"): "一百美元",
    ("currency", "$3.5"): "三点五美元",
    ("address", "305号1201室"): "三零五号一二零一室",
    ("address", "3-2-101"): "三杠二杠一零一",
}


@pytest.mark.parametrize(("kind", "text"), SAID_AS)
def test_every_kind_of_say_as_is_read(kind: str, text: str) -> None:
    tagged = f'好<say-as interpret-as="{kind}">{text}</say-as>好'
    assert spoken.heard(ssml.read(tagged)) == f"好{SAID_AS[kind, text]}好"


def test_an_alias_is_spoken_instead_of_the_text_and_a_rest_takes_its_time() -> None:
    read = ssml.read('<sub alias="你好3次">x</sub><break strength="strong"/>再见<break time="2s"/>')
    assert spoken.heard(read) == "你好三次再见"
    assert spoken.rests(read) == pytest.approx(2.7)


def test_letters_of_an_abbreviation_are_spelled_and_those_of_a_word_are_not() -> None:
    assert spoken.syllables("GDP") == 3
    assert spoken.syllables("internationalization") == pytest.approx(20 / 2.9)
    assert spoken.syllables("A4纸") == 3
    assert spoken.syllables("，。！") == 0


SILENT = [
    " ", "  ", "\t", "。。。", "，", "……", "——", "?!", "😀", "👍🏽", "\u200b", "\u200b\u200d\ufeff", "\u3000", "\u3164",
    "<speak><break time='1s'/></speak>", '<break time="1s"/>', "<speak> </speak>", "（）", "《》", "~~~", "***", "___",
]  # fmt: skip
HEARD = [
    "你", "a", "1", "①", "&amp;", "%", "好。", "한", "é", "<speak>好</speak>", '<sub alias="好">。</sub>',
    '<say-as interpret-as="punctuation">。</say-as>',
]  # fmt: skip


def _request(endpoint: str, text: str) -> dict[str, object]:
    speech = {"Speed": 1.0, "TimbreKey": "female_1"}
    match endpoint:
        case "tts":
            return {"InputSsml": text, **speech}
        case "ppt":
            return {
                "PPTFileUrl": "https://h/a.pptx",
                "PageConfigs": [{"InputSsml": text, "SpeechParam": speech}],
            }
    more = {"notrain": {"RefVideoUrl": "https://h/a.mp4"}, "photo": {"RefPhotoUrl": "https://h/a.jpg"}}
    return {
        "DriverType": "Text", "InputSsml": text, "SpeechParam": speech,
        **more.get(endpoint, {"VirtualmanKey": "k"}),
    }  # fmt: skip


@pytest.mark.parametrize("endpoint", ["tts", "ppt", "basic", "advanced", "notrain", "photo"])
def test_a_text_of_which_nothing_is_spoken_is_refused_by_client_and_service_alike(endpoint: str) -> None:
    for text, wanted in [*((text, True) for text in SILENT), *((text, False) for text in HEARD)]:
        for raw in (False, True):
            found = requests.violations(endpoint, _request(endpoint, text), raw_count=raw)
            assert any(one.rule.endswith(".silent") for one in found) is wanted, (text, raw)


def test_a_silent_script_file_is_refused_too() -> None:
    rules = {finding.rule: finding for finding in drafting.problems("basic", "InputSsml", "。。。")}
    assert rules["basic.InputSsml.silent"].fix == texts.SOMETHING
    assert not [f for f in drafting.problems("basic", "InputSsml", "好") if f.rule.endswith("silent")]
