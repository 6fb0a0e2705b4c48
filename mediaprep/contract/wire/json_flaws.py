"""What is wrong with a text that is no JSON, at which line and column, and how to mend it: for people who wrote it
by hand or copied it out of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mediaprep.model.findings import Text

_TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\]]')
_CLOSES: Final = {"{": "}", "[": "]"}
_NO_NUMBER: Final = re.compile(r"[-+]?(?:NaN|Infinity|nan|inf)\b")
_DIGITS: Final = re.compile(r"[-0-9]*$")
_ODD_NUMBER: Final = re.compile(r"\+\.?[0-9]|-?\.[0-9]")
_CURLY_END: Final = re.compile(r"[“”„＂‘’]\s*(?:[:：,，}\]]|$)")

# What stands where something else is wanted → what it is, and what to write.
_STRANGERS: Final = (
    ("“”„‟＂「」『』«»", Text('a full-width or curly quote: write "', '全角或弯引号：请改用半角引号 "')),
    ("'‘’‚‛`´＇", Text('a single quote: JSON strings stand in double quotes "', '单引号：JSON 字符串须用双引号 "')),
    ("：∶︰", Text("a full-width colon: write :", "全角冒号：请改用半角冒号 :")),
    ("，、﹐", Text("a full-width comma: write ,", "全角逗号：请改用半角逗号 ,")),
    ("；;", Text("a semicolon: write ,", "分号：请改用半角逗号 ,")),
    ("=＝", Text("an equals sign: write :", "等号：请改用半角冒号 :")),
    ("｛｝［］【】（）()", Text("a bracket of another kind: write { } or [ ]", "括号有误：请改用半角 { } 或 [ ]")),
    ("/#", Text("a comment: JSON has none, remove it", "注释：JSON 不支持注释，请删除")),
    ("０１２３４５６７８９", Text("a full-width digit: write 0-9", "全角数字：请改用半角 0-9")),
    ("\u3000\u00a0\u200b\ufeff\u2028\u2029",
     Text("a blank that is no plain space: remove it", "非半角空格的空白字符：请删除")),
)  # fmt: skip
_EMPTY: Final = Text("nothing stands in it", "内容为空")
_BOM: Final = Text(
    "a byte order mark (BOM): save it as UTF-8 without BOM", "含字节顺序标记（BOM）：请另存为无 BOM 的 UTF-8"
)
_WORDS: Final = {
    "true": "True TRUE", "false": "False FALSE", "null": "None NULL Null nil undefined",
}  # fmt: skip
_JSON_SAYS: Final = {
    "Expecting value": Text("a value is missing", "此处缺少值"),
    "Expecting property name enclosed in double quotes": Text(
        'a name in double quotes "" is missing', '此处应为用双引号 "" 括起的名称'
    ),
    "Expecting ':' delimiter": Text("a colon : is missing", "此处缺少冒号 :"),
    "Expecting ',' delimiter": Text("a comma , is missing", "此处缺少逗号 ,"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """`message` says what and how to mend it; `line` and `column` count from 1, `surplus` = nothing is wrong but
    so many closing brackets too many at the end."""

    message: Text
    line: int
    column: int
    surplus: int = 0

    def told(self) -> Text:
        """The message with its place before it."""
        en, zh = self.message
        return Text(
            f"line {self.line} column {self.column}: {en}", f"第 {self.line} 行第 {self.column} 列：{zh}"
        )


def of_syntax(text: str, error: json.JSONDecodeError) -> Flaw:
    """What made the reader stop with `error`."""
    if not text.strip():
        return _flaw(text, 0, _EMPTY)
    if text.startswith("\ufeff"):
        return _flaw(text, 0, _BOM)
    for rule in (_after_the_end, _string, _bracket, _comma, _stranger, _number, _word, _quote):
        found = rule(text, error)
        if found is not None:
            return found
    said = error.msg.partition(" at")[0].strip()
    return _flaw(text, error.pos, _JSON_SAYS.get(said, Text(error.msg, "不合 JSON 语法")))


def of_constant(text: str, name: str) -> Flaw:
    """NaN and Infinity, which Python reads and JSON does not have."""
    found = next((m for m in _outside(text, _NO_NUMBER) if m[0] == name), None)
    words = Text(f"{name} is not a JSON number: give a finite one", f"{name} 不是 JSON 数字：请写有限的数值")
    return _flaw(text, found.start() if found else 0, words)


def of_bytes(body: bytes, at: int) -> Text:
    """Of a body that is not UTF-8, from its byte `at` on."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Text("is UTF-16 and not UTF-8: save it as UTF-8", "编码是 UTF-16 而不是 UTF-8：请另存为 UTF-8")
    line = body.count(b"\n", 0, at) + 1
    column = len(body[body.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace")) + 1
    return Text(
        f"is not UTF-8 (byte {at}, line {line} column {column}): save it as UTF-8",
        f"不是 UTF-8（第 {at} 字节，第 {line} 行第 {column} 列）：请另存为 UTF-8",
    )


# --- the rules, in the order in which they are asked -------------------------------------------------------------


def _after_the_end(text: str, error: json.JSONDecodeError) -> Flaw | None:
    if not error.msg.startswith("Extra data"):
        return None
    rest = text[error.pos :].strip()
    if not rest.strip("}] \t\r\n"):
        count = sum(sign in "}]" for sign in rest)
        few = f"one {rest[0]} too many" if count == 1 else f"{count} closing brackets too many"
        words = Text(f"{few}: delete {'it' if count == 1 else 'them'}", f"多了 {count} 个 {rest[0]}：请删除")
        return _flaw(text, error.pos, words, surplus=count)
    if rest[0] in "{[":
        return _flaw(
            text,
            error.pos,
            Text("a second document begins: one request a file", "此处又开始一个文档：每个文件只放一个请求"),
        )
    for signs, said in _STRANGERS:
        if rest[0] in signs:
            return _flaw(text, error.pos, said)
    return _flaw(text, error.pos, Text("text after the end: delete it", "结尾之后还有内容：请删除"))


def _string(text: str, error: json.JSONDecodeError) -> Flaw | None:
    """A string that is not closed, not closed where it should be, or holds what a string may not hold."""
    curly = _CURLY_END.search(_last_string(text, error.pos))
    if curly is not None:
        return _flaw(text, curly.start(), _STRANGERS[0][1])
    if error.msg.startswith("Unterminated string"):
        return _flaw(
            text,
            error.pos,
            Text(
                'the string that begins here is not closed: add "', '此处开始的字符串没有结束：请补上引号 "'
            ),
        )
    if error.msg.startswith("Invalid control character"):
        what = "line break" if text[error.pos] in "\r\n" else "control character"
        zh = "换行" if text[error.pos] in "\r\n" else "控制字符"
        return _flaw(
            text,
            error.pos,
            Text(
                f'a {what} inside a string: put it on one line, or close the string with "',
                f'字符串中有{zh}：请写在同一行，或用引号 " 结束字符串',
            ),
        )
    if error.msg.startswith("Invalid \\"):
        return _flaw(
            text,
            error.pos,
            Text("a backslash: write \\\\ for one (in a path, /)", "反斜杠：请写作 \\\\（路径可用 /）"),
        )
    return None


def _bracket(text: str, error: json.JSONDecodeError) -> Flaw | None:
    """Brackets that are missing at the end, or closed by another kind."""
    stack = list(_open(text, error.pos))
    if not stack:
        return None
    sign, opened = stack[-1]
    if not text[error.pos :].strip():
        line, column = _place(text, opened)
        closing = "".join(_CLOSES[bracket] for bracket, _ in reversed(stack))
        words = Text(
            f"{closing} is missing at the end (the last {sign} left open is at line {line} column {column})",
            f"结尾缺少 {closing}（最后一个未闭合的 {sign} 在第 {line} 行第 {column} 列）",
        )
        return _flaw(text, len(text.rstrip()), words)
    found = text[error.pos]
    if found in "}]" and found != _CLOSES[sign]:
        line, column = _place(text, opened)
        words = Text(
            f"{found} closes the {sign} of line {line} column {column}: write {_CLOSES[sign]}",
            f"{found} 与第 {line} 行第 {column} 列的 {sign} 不匹配：请改为 {_CLOSES[sign]}",
        )
        return _flaw(text, error.pos, words)
    return None


def _comma(text: str, error: json.JSONDecodeError) -> Flaw | None:
    before = text[: error.pos].rstrip()
    found = text[error.pos : error.pos + 1]
    if found in ("}", "]") and before.endswith(","):
        return _flaw(
            text, len(before) - 1, Text(f"a comma before {found}: delete it", f"{found} 之前多了逗号：请删除")
        )
    if found == ",":
        return _flaw(text, error.pos, Text("one comma too many: delete it", "多了一个逗号：请删除"))
    if error.msg.startswith("Expecting ',") and found in tuple('"{['):
        return _flaw(text, len(before), Text("a comma , is missing", "此处缺少逗号 ,"))
    return None


def _number(text: str, error: json.JSONDecodeError) -> Flaw | None:
    begin = error.pos - len(_DIGITS.search(text[max(0, error.pos - 40) : error.pos])[0])  # type: ignore[index]
    goes_on = begin < error.pos and text[error.pos : error.pos + 1] in tuple("0123456789._")
    if not goes_on and not _ODD_NUMBER.match(text, error.pos):
        return None
    words = Text(
        "numbers are written as 0.5, -1 or 12: no +, no leading 0, no 1_000",
        "数字写作 0.5、-1 或 12：不加 +，不以 0 开头，不写 1_000",
    )
    return _flaw(text, begin, words)


def _word(text: str, error: json.JSONDecodeError) -> Flaw | None:
    found = re.compile(r"[A-Za-z_$][\w$]*").match(text, error.pos)
    if found is None or text[: error.pos].endswith('"'):
        return None
    for right, wrong in _WORDS.items():
        if found[0] in wrong.split():
            return _flaw(
                text,
                error.pos,
                Text(f"{found[0]} is no JSON: write {right}", f"{found[0]} 不是 JSON：请写 {right}"),
            )
    if found[0].lower() in {"nan", "inf", "infinity"}:
        return of_constant(text, found[0])
    words = Text(f'{found[0]} has no quotes: write "{found[0]}"', f'{found[0]} 没有引号：请写 "{found[0]}"')
    return _flaw(text, error.pos, words)


def _stranger(text: str, error: json.JSONDecodeError) -> Flaw | None:
    found = text[error.pos : error.pos + 1]
    said = next((words for signs, words in _STRANGERS if found and found in signs), None)
    return None if said is None else _flaw(text, error.pos, said)


def _quote(text: str, error: json.JSONDecodeError) -> Flaw | None:
    """A quote that was meant as text and ends its string."""
    ends = text[: error.pos].endswith('"') and error.msg.startswith("Expecting")
    if not ends or text[error.pos : error.pos + 1] in tuple(",:{}[] \t\r\n"):
        return None
    words = Text(
        'a quote inside a string ends it here: write \\" for it', '字符串中的引号在此结束了字符串：请写作 \\"'
    )
    return _flaw(text, error.pos - 1, words)


# --- where things stand ------------------------------------------------------------------------------------------


def _flaw(text: str, at: int, message: Text, *, surplus: int = 0) -> Flaw:
    line, column = _place(text, at)
    return Flaw(message=message, line=line, column=column, surplus=surplus)


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _last_string(text: str, before: int) -> str:
    """The text up to the end of the last string that begins at or before a place, blanked up to where it begins."""
    strings = [token for token in _TOKEN.finditer(text, 0) if token[0][0] == '"' and token.start() <= before]
    return " " * strings[-1].start() + strings[-1][0] if strings else ""


def _open(text: str, before: int) -> Iterator[tuple[str, int]]:
    """(bracket, place) of those that are open before a place, outermost first."""
    stack: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text, 0, before):
        if token[0] in _CLOSES:
            stack.append((token[0], token.start()))
        elif token[0] in "}]" and stack:
            stack.pop()
    yield from stack


def _outside(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches that stand in no string."""
    at = 0
    for token in (*_TOKEN.finditer(text), None):
        end = token.start() if token else len(text)
        yield from pattern.finditer(text, at, end)
        at = token.end() if token else end
