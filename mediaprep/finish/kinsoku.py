"""Where a Chinese line may break: widths, forbidden line edges, and pieces that stay in one piece. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

CLOSING = frozenset("、。，！？；：）》」』”’…—～·％℃‰°〉】〕｝］〗〞,.!?;:)]}%»›")
"""What no line begins with."""

OPENING = frozenset("（《「『“‘〈【〔｛［〖〝([{#$￥¥€£№«‹@")
"""What no line ends with."""

SENTENCE_END = frozenset("。！？!?；;…")
CLAUSE_END = frozenset("，,：:、—")
QUOTES = frozenset("”’」』）》〉】)\"'")

_DIGITS = r"[0-9０-９〇零一二两三四五六七八九十百千万亿半几数多余.,:点第]+"
_NUMBER = re.compile(rf"(百分之|千分之|第|约|近|零下|[-+±])*{_DIGITS}[%％‰]?")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MEASURES = _set(
    """个 位 名 只 条 张 本 台 辆 次 年 月 日 号 天 周 季 期 点 时 刻 分 秒 元 块 角 毛 斤 两 克 吨 米 里
    尺 寸 亩 升 度 倍 岁 版 章 节 页 层 楼 种 类 项 件 套 款 家 所 座 栋 幢 间 份 批 部 集 场 届 代 人
    户 口 头 匹 双 对 副 把 支 枝 根 片 颗 粒 滴 杯 瓶 碗 盘 袋 包 箱 桶 盒 罐 筐 捆 成 折 级 等 步 遍
    趟 回 顿 阵 番 声 句 字 篇 首 幅 行 列 排 组 队 班 站 路 门 棵 朵 株 亿 万 千 百 多 余 瓦 伏 安 帧
    兆 后 前 轮 圈 群 伙 帮 股 线 星 大 招 桩 笔 封 顶 架 艘 枚 发 任 胎 拍 幕 卷 册 秒钟 分钟 小时
    钟头 星期 礼拜 个月 年代 世纪 周年 周岁 月份 年级 公斤 千克 毫克 公里 千米 厘米 毫米 平方米 立方米
    平方公里 平方 立方 公顷 毫升 摄氏度 千瓦 千瓦时 赫兹 像素 字节 比特 美元 欧元 日元 英镑 港元 万元
    亿元 万人 亿人 万台 万辆 余家 多家 多个 多名 多万 多亿 多年 多岁 多元 多人 多次 多种 多项 余人 余名
    余个 余万 GB MB KB TB Gbps Mbps kg km cm mm ml kW kWh GHz MHz Hz fps dB"""
)
_NUMERALS = frozenset("0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千万亿半几数%％")
_MOMENT = re.compile(rf"{_DIGITS}[年点时](半|{_DIGITS}月)?|{_DIGITS}月")  # 三点|四十分, 2024年|10月|1日
_BRACKETS = dict(zip("（《〈【〔(", "）》〉】〕)", strict=True))
_WORDY = re.compile(r"[0-9A-Za-zÀ-ɏͰ-ӿ_'’&+./:@#%\-]")
_PARTICLES = _set("的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 们 之 者 等 等等 里 中 上 下 内 外 时 后 前 间")
_LEADERS = _set(
    """请 和 与 及 或 在 把 被 将 对 从 向 往 给 跟 比 由 为 以 于 是 有 不 没 很 更 最 也 都 就 还 又 再 才
    这 那 每 各 该 本 但 而 且 若 如 因 所 能 会 可 要 想 让 使 到 用 按 据 并"""
)


def units(text: str) -> float:
    """The width of `text` in full-width characters: 1 for wide ones, 0.5 for the rest, 0 for marks."""
    return sum(_unit(character) for character in text)


@functools.cache
def _unit(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc", "Mn"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def may_not_begin(line: str) -> bool:
    """Whether `line` begins with a mark that may not stand there."""
    return bool(line) and line[0] in CLOSING


def may_not_end(line: str) -> bool:
    """Whether `line` ends with a mark that may not stand there."""
    return bool(line) and line[-1] in OPENING


def pieces(words: Sequence[str]) -> list[str]:
    """Join a segmenter's words into the pieces that no line may split; "".join(pieces) == "".join(words).

    Closing marks stay with what they close, opening ones with what they open, a number with its measure
    word, and Latin letters and digits that touch stay together. A space ends its piece.
    """
    joined: list[str] = []
    for word in words:
        if word and joined and _belongs(joined[-1], word):
            joined[-1] += word
        elif word:
            joined.append(word)
    return _with_measures(joined)


def _belongs(before: str, word: str) -> bool:
    if word.isspace():
        return True
    if before[-1].isspace():
        return not before.strip() or before.rstrip()[-1] in OPENING
    if before[-1] in OPENING or word[0] in CLOSING:
        return True
    if word[0] in "\"'" and before[-1] not in "\"'":
        return True
    return bool(_WORDY.match(before[-1]) and _WORDY.match(word[0]))


def _with_measures(joined: list[str]) -> list[str]:
    kept: list[str] = []
    for piece in joined:
        before = kept[-1].strip("".join(OPENING)) if kept else ""
        core = piece.rstrip("".join(CLOSING) + " ")
        number = before.rstrip(" ")[-1:] in _NUMERALS and _is_measure(core)
        moment = _MOMENT.fullmatch(before) and _NUMBER.match(core)
        if before and core and (number or moment):
            kept[-1] += piece
        else:
            kept.append(piece)
    return kept


def _is_measure(core: str) -> bool:
    return core in _MEASURES or (bool(_NUMBER.fullmatch(core)) and core[:1] != "第")


def break_cost(before: str, after: str) -> float:
    """How much a reader minds a break between two pieces: 0 after a sentence, 1 after a clause, then more."""
    bare = before.rstrip()
    closed = bare.rstrip("".join(QUOTES)) or bare
    if closed[-1:] in SENTENCE_END:
        return 0.0
    if closed[-1:] in CLAUSE_END:
        return 1.5 if closed[-1] == "、" else 1.0
    if after[:1] in OPENING:
        return 3.0
    cost = 6.0
    if after.rstrip("".join(CLOSING) + " ") in _PARTICLES:
        cost += 5.0
    if bare in _LEADERS:
        cost += 3.0
    if bare.endswith("的"):
        cost -= 1.0
    if before[-1:].isspace():
        cost -= 2.0
    return cost


def ends_sentence(piece: str) -> bool:
    """Whether a sentence ends with `piece`."""
    return break_cost(piece, "") == 0.0


def depth_after(piece: str, depth: int) -> int:
    """How many brackets and titles are still open after `piece`, when `depth` were before it."""
    for character in piece:
        if character in _BRACKETS:
            depth += 1
        elif character in _BRACKETS.values():
            depth = max(0, depth - 1)
    return depth


def clean(text: str) -> str:
    """Drop what cannot be shown (controls, joiners, selectors); every run of blanks becomes one space."""
    kept = "".join(
        c for c in text if c in "\n\t " or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    return re.sub(r"[^\S\n]+", " ", kept)
