"""Numbers in running text, with what they count: stretches that no line may split. Pure.

A segmenter judges words by how often they are seen, so it reads 十六次日出 as 十六 | 次日 | 出. What belongs to a
number is decided here, by its form.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass


def _longest_first(words: str) -> str:
    return "|".join(sorted(set(words.split()), key=lambda word: (-len(word), word)))


_MEASURES = _longest_first(
    """个 位 名 只 条 张 本 台 辆 次 年 月 日 号 天 周 季 期 点 时 刻 分 秒 元 块 角 毛 斤 两 克 吨 米 里 尺 寸 亩 升 度
    倍 岁 版 章 节 页 层 楼 种 类 项 件 套 款 家 所 座 栋 幢 间 份 批 部 集 场 届 代 人 户 口 头 匹 双 对 副 把 支 枝 根
    片 颗 粒 滴 杯 瓶 碗 盘 袋 包 箱 桶 盒 罐 筐 捆 折 级 步 遍 趟 回 顿 阵 番 声 句 字 篇 首 幅 行 列 排 组 队 班 站 路
    门 棵 朵 株 瓦 伏 安 帧 兆 轮 圈 群 伙 帮 股 线 星 招 桩 笔 封 架 艘 枚 发 任 胎 拍 幕 卷 册 则 道 题 课 室 床 针 码
    档 环 缕 束 串 团 堆 丝 剂 味 盏 扇 匝 担 具 尊 宗 例 员 拨 茬 辈 胜 成 席 票 局 碟 后 前 大 亿 万 千 百
    公斤 千克 毫克 微克 公里 千米 厘米 毫米 微米 纳米 分米 平方米 立方米 平方公里 平方千米 平方 立方 平米 公顷 公亩
    英里 英尺 英寸 海里 光年 毫升 公升 加仑 摄氏度 华氏度 千瓦 千瓦时 兆瓦 毫安 毫安时 赫兹 兆赫 像素 字节 比特 分贝
    卡路里 千卡 大卡 焦耳 马力 秒钟 分钟 刻钟 小时 钟头 点钟 星期 礼拜 个月 月份 年代 世纪 周年 周岁 年级 年间 季度
    工作日 元钱 块钱 毛钱 美元 欧元 日元 英镑 港元 港币 卢布 万元 亿元 万人 亿人 人次 人份 场次 架次 班次 车次 单元
    号楼 号线 号馆 号厅 号门 号桌 层楼 个百分点 百分点 维度 回合 万台 万辆 万次 万户 万吨 万亩 亿吨 亿次"""
)
_UNITS = _longest_first(
    """GB MB KB TB PB Gbps Mbps Kbps kbps km kg cm mm ml mL nm kW kWh MW GHz MHz kHz Hz fps dB mAh Wh kcal ppm rpm
    km/h m/s px LUFS dBTP K M G W V A L g m s h"""
)

_HAN = "〇零一二两三四五六七八九十百千万亿半几数"
_VALUE = (
    r"(?:(?:[0-9０-９]+(?:[.,:：∶/．-][0-9０-９]+)*[十百千万亿]*)+"
    rf"|[{_HAN}]+(?:点[{_HAN}]+)?)"
)
_NUMBER = (
    rf"(?:第|负|零下|[-+±−])?(?:[0-9{_HAN}]+分之)?{_VALUE}(?:[多余](?!少|么)|来(?=[个岁天年名位人次斤里]))?"
)
_MEASURE = rf"(?:(?<=[0-9]) )?(?:{_MEASURES}|(?:{_UNITS})(?![A-Za-z0-9])|[%％‰℃℉°])"
_HALVED = "个年月周天点米块元岁倍升斤里圈趟碗杯瓶本页层分亩级度寸尺"
_AND_A_HALF = rf"(?:(?<=[{_HALVED}])[多半余](?:{_MEASURES})?|(?<=[米块])[一二三四五六七八九])?"
_COUNTED = rf"(?:{_NUMBER}(?:[~～\-—–至到]{_NUMBER})?)(?:{_MEASURE}{_AND_A_HALF})?"
_MOMENTS = (
    rf"(?:{_VALUE}年)?(?:{_VALUE}月)?{_VALUE}[日号]|{_VALUE}年{_VALUE}月份?"
    rf"|{_VALUE}[点时](?:{_VALUE}分(?:{_VALUE}秒)?|[一二三]刻|半|整)|{_VALUE}分{_VALUE}秒"
)
_NAMED = r"[A-Za-z][A-Za-z+#.&'-]{0,14} [0-9]{1,4}(?![0-9])"  # iPhone 15, Windows 11
_CLAUSES = re.compile(r"[^，。！？；、\n]{0,300}[，。！？；、\n]*")  # a segmenter's words never cross these


@functools.cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Compiled when first wanted: they are long, and most commands have no captions."""
    return tuple(re.compile(form) for form in (_COUNTED, _MOMENTS, _NAMED))


@dataclass(frozen=True)
class TextSpan:
    """Characters [start, end) that belong together."""

    start: int
    end: int


def spans(text: str) -> list[TextSpan]:
    """Numbers with their measure words, dates, times, percentages, and names with a number, in order."""
    found = [TextSpan(m.start(), m.end()) for form in _forms() for m in form.finditer(text)]
    return sorted((span for span in found if span.end - span.start > 1), key=lambda s: (s.start, s.end))


def resegmented(text: str, cut: Callable[[str], Sequence[str]]) -> list[str]:
    """The words of `text` by the segmenter `cut`, cut anew where it joined a measure word to what follows.

    "".join(words) == text.
    """
    return [word for clause in _CLAUSES.findall(text) if clause for word in _clause(clause, cut)]


def _clause(text: str, cut: Callable[[str], Sequence[str]]) -> list[str]:
    words: list[str] = []
    begin = 0
    while True:
        part = list(cut(text[begin:]))
        stop = _glued(text, begin, part, cut)
        if stop is None:
            return words + part
        at = begin
        for word in part:
            if at < stop:
                words.append(word[: stop - at])
            at += len(word)
        begin = stop


def _glued(text: str, begin: int, words: Sequence[str], cut: Callable[[str], Sequence[str]]) -> int | None:
    """Where the first measure word ends that the segmenter joined to a following word, if that frees one."""
    bounds, at = {begin: ""}, begin
    for word in words:
        bounds[at] = word
        at += len(word)
    numbers = spans(text)
    begins = {span.start for span in numbers}
    for span in numbers:
        if span.start not in bounds or span.end in bounds or span.end >= at:
            continue
        start = max(place for place in bounds if place < span.end)
        rest = next(iter(cut(text[span.end :])), "")
        frees = span.end in begins or span.end + len(rest) > start + len(bounds[start])
        if start > span.start and frees:
            return span.end
    return None


def joined(pieces: Sequence[str]) -> list[str]:
    """`pieces` with those put together that a number and what it counts would otherwise be split between.

    A Chinese numeral that begins inside a piece is part of another word (唯一 | 百货) and joins nothing.
    """
    text = "".join(pieces)
    starts, at = {0}, 0
    for piece in pieces:
        at += len(piece)
        starts.add(at)
    closed = {
        place
        for span in spans(text)
        if span.start in _openings(pieces, starts) or text[span.start].isascii()
        for place in range(span.start + 1, span.end)
    }
    return closed_up(pieces, closed)


def closed_up(pieces: Sequence[str], closed: Container[int]) -> list[str]:
    """The pieces, each that begins at one of the `closed` places put to the one before."""
    kept: list[str] = []
    at = 0
    for piece in pieces:
        if kept and at in closed:
            kept[-1] += piece
        else:
            kept.append(piece)
        at += len(piece)
    return kept


def _openings(pieces: Sequence[str], starts: set[int]) -> set[int]:
    """Where pieces begin, opening marks left out of account."""
    text = "".join(pieces)
    found = set(starts)
    for start in starts:
        at = start
        while at < len(text) and not text[at].isalnum():
            at += 1
            found.add(at)
    return found
