"""The door to PyYAML: documents that people write, read bounded. What is no YAML is said in one line; what would grow
without end (aliases of aliases, merges of merges, nesting) is refused before anything is made of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from yaml.composer import Composer

from mediaprep.errors import BadConfig, BadDocument
from mediaprep.model.findings import Text
from mediaprep.model.marked import Marked, Mistake, Place

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
_MAX_DEPTH: Final = 64
_MOST_KEY: Final = 256
_MOST_NUMBER: Final = 64
_MOST_TOLD: Final = 300
_NUMBERS: Final = frozenset({f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp")})
_MERGE: Final = "tag:yaml.org,2002:merge"
# Signs, and for each node about as much as it costs. Anchors save repeating: this often, and up to so much.
_NODE: Final = 8
_GROWTH, _FREE, _MOST_GROWN = 50, 500_000, 20_000_000


def load(path: Path, most_bytes: int, too_large: Text) -> object:
    """The document at `path`. `too_large` ends the message about a file beyond `most_bytes`. Raises BadConfig."""
    return parse(read(path, most_bytes, too_large), str(path))


def read(path: Path, most_bytes: int, too_large: Text) -> bytes:
    """What stands in a file that people write. Raises BadConfig."""
    try:
        with open(path, "rb", opener=_unwaiting) as file:
            raw = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a name with a null byte
        why = getattr(error, "strerror", None) or str(error)
        raise BadConfig(f"{path}: cannot be read: {why}", f"{path}：无法读取：{why}") from error
    if len(raw) > most_bytes:
        size = max(path.stat().st_size, len(raw))
        raise BadConfig(f"{path}: {size} bytes; {too_large.en}", f"{path}：{size} 字节；{too_large.zh}")
    return raw


def _unwaiting(name: str, flags: int) -> int:
    """A pipe that nobody writes to is empty, and not waited for; one with a writer is read to its end."""
    descriptor = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        os.set_blocking(descriptor, True)
    return descriptor


def parse(raw: bytes | str, name: str) -> object:
    """The one document in `raw`; `name` begins every message. Raises BadConfig."""
    try:
        loader = _Loader(raw)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _Measuring(name).refuse_growth(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that is none is a ValueError
        told = " ".join(str(error).split())[:_MOST_TOLD]
        raise BadConfig(f"{name}: not YAML: {told}", f"{name}：不是有效的 YAML：{told}") from error


def dumps(document: object) -> str:
    """A document as people read it: in its own order, Chinese as Chinese."""
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100))


class _Streamed(_Loader, Composer):  # type: ignore[misc, valid-type]
    """The parser in C, whose events are composed one value at a time: a long list is never held whole."""

    def __init__(self, raw: bytes) -> None:
        _Loader.__init__(self, raw)
        self.anchors: dict[str, yaml.Node] = {}

    def next_node(self) -> yaml.Node:
        return Composer.compose_node(self, None, None)  # type: ignore[arg-type, return-value]


class Entry(NamedTuple):
    """One entry of a mapping, or one element of the list in it; `place` is that of its key, or its own."""

    name: str
    value: Marked
    place: Place


def entries(raw: bytes, name: str, *, listed: str, passing: bool = False) -> Iterator[Entry | Mistake]:
    """The entries of the mapping in `raw`, each with the place of every value; of the list under `listed` its elements
    one by one (with `passing` they are passed over). What is wrong in one entry is a Mistake, and the next follows;
    where it is no YAML any more there is one, and the end."""
    loader = _Streamed(_without_pairs(raw))
    try:
        yield from _Entries(loader, name, passing=passing).under(listed)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield _no_yaml(_place(name, mark), str(error.problem or error.context))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield _no_yaml(Place(file=name), " ".join(str(error).split())[:_MOST_TOLD])
    finally:
        loader.dispose()


class _Entries:
    """One walk over a document's events."""

    def __init__(self, loader: _Streamed, name: str, *, passing: bool) -> None:
        self._loader, self._name, self._passing = loader, name, passing
        self._measuring = _Measuring(name, unique=False)
        self._mistakes: list[Mistake] = []

    def under(self, listed: str) -> Iterator[Entry | Mistake]:
        loader = self._loader
        loader.get_event()  # the stream's start
        if loader.check_event(yaml.StreamEndEvent):
            yield Mistake(place=Place(file=self._name), message=_EMPTY)
            return
        loader.get_event()  # the document's
        if not loader.check_event(yaml.MappingStartEvent):
            mark = loader.peek_event().start_mark
            yield Mistake(place=_place(self._name, mark), message=_NO_MAPPING)
            return
        loader.get_event()
        seen: set[str] = set()
        while not loader.check_event(yaml.MappingEndEvent):
            yield from self._entry(listed, seen)
        loader.get_event()
        loader.get_event()  # the document's end
        if not loader.check_event(yaml.StreamEndEvent):
            place = _place(self._name, loader.peek_event().start_mark)
            yield Mistake(place=place, message=_MORE_DOCUMENTS)

    def _entry(self, listed: str, seen: set[str]) -> Iterator[Entry | Mistake]:
        loader = self._loader
        key = loader.next_node()
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in seen or not name:
            yield self._key_mistake(key, name)
        elif name == listed and loader.check_event(yaml.SequenceStartEvent):
            seen.add(name)
            yield from self._elements(name)
            return
        seen.add(name)
        yield from self._given(name, loader.next_node(), key)

    def _elements(self, name: str) -> Iterator[Entry | Mistake]:
        loader = self._loader
        loader.get_event()
        depth = 0
        while depth or not loader.check_event(yaml.SequenceEndEvent):
            if not self._passing:
                yield from self._given(name, loader.next_node())
                continue
            event = loader.get_event()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        loader.get_event()

    def _given(self, name: str, node: yaml.Node, key: yaml.Node | None = None) -> Iterator[Entry | Mistake]:
        try:
            self._measuring.refuse_growth(node)
            made = self._marked(node, {})
        except BadDocument as error:
            yield from error.mistakes
            return
        finally:
            self._loader.constructed_objects.clear()
        yield from self._mistakes
        self._mistakes.clear()
        yield Entry(name, made, _place(self._name, key.start_mark) if key else made.place)

    def _marked(self, node: yaml.Node, known: dict[int, Marked]) -> Marked:
        if id(node) not in known:
            known[id(node)] = self._made(node, known)
        return known[id(node)]

    def _made(self, node: yaml.Node, known: dict[int, Marked]) -> Marked:
        place = _place(self._name, node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            return Marked([self._marked(inner, known) for inner in node.value], place)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, known)
        if node.tag == _TEXT:
            return Marked(node.value, place)
        try:
            return Marked(self._loader.construct_object(node, deep=True), place)
        except (yaml.YAMLError, ValueError) as error:
            told = str(getattr(error, "problem", None) or error)
            self._mistakes.append(_no_yaml(place, told))
            return Marked(None, place)

    def _mapping(self, node: yaml.MappingNode, place: Place, known: dict[int, Marked]) -> Marked:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == _MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                self._mistakes.append(self._key_mistake(key, str(key.value)))
            else:
                seen.add(key.value)
        self._loader.flatten_mapping(node)
        value, keys = {}, {}
        for key, inner in node.value:
            if isinstance(key, yaml.ScalarNode):
                value[str(key.value)] = self._marked(inner, known)
                keys[str(key.value)] = _place(self._name, key.start_mark)
        return Marked(value, place, keys)

    def _key_mistake(self, key: yaml.Node, name: str) -> Mistake:
        place = _place(self._name, key.start_mark)
        if not isinstance(key, yaml.ScalarNode) or not name:
            return Mistake(place=place, message=_NO_KEY, kind="key")
        return Mistake(place=place, message=_twice(name), kind="key")


def _place(name: str, mark: Any) -> Place:
    return Place(file=name, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=name)


def _twice(name: str) -> Text:
    return Text(f"{name} is given twice: keep one of the two", f"{name} 重复出现：请只保留一个")


def _no_yaml(place: Place, told: str) -> Mistake:
    zh = next((words for begins, words in _PARSER_ZH.items() if begins in told), told)
    return Mistake(place=place, message=Text(f"not YAML: {told}", f"不是有效的 YAML：{zh}"), kind="syntax")


_TEXT: Final = "tag:yaml.org,2002:str"
_EMPTY: Final = Text("it is empty", "内容为空")
_NO_MAPPING: Final = Text("must be a mapping (key: value)", "须为映射（键: 值）")
_MORE_DOCUMENTS: Final = Text("a second document begins here: one is read", "此处开始第二个文档：只读取一个")
_NO_KEY: Final = Text("a key must be a word", "键须为单个词")
_PARSER_ZH: Final = {
    "mapping values are not allowed": "此处不能出现“键: 值”（文本中含冒号请加引号）",
    "did not find expected key": "缩进有误，或上一行的引号、括号未闭合",
    "could not find expected ':'": "缺少冒号",
    "cannot start any token": "此字符不能出现在这里（制表符请改为空格，特殊字符请加引号）",
    "did not find expected ',' or ']'": "列表缺少逗号或 ]",
    "did not find expected ',' or '}'": "映射缺少逗号或 }",
    "did not find expected '-' indicator": "列表项须以 - 开头且对齐",
    "unexpected end of stream": "引号未闭合",
    "found undefined alias": "引用了不存在的别名（*名称）",
    "found unknown escape character": "引号内有未知的转义字符",
    "could not determine a constructor": "不支持此标签（!…）",
}
_PAIR: Final = re.compile(rb"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _without_pairs(raw: bytes) -> bytes:
    """JSON writes a sign beyond the basic plane as two escapes, which YAML does not know."""

    def whole(found: re.Match[bytes]) -> bytes:
        high, low = (int(half, 16) for half in found.groups())
        return b"\\U%08X" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    return _PAIR.sub(whole, raw)


class _Measuring:
    """Walks over a document that is parsed and not yet made: every node once, aliases counted as what they repeat.
    `unique`: keys that are given twice are refused here."""

    def __init__(self, name: str, *, unique: bool = True) -> None:
        self._name, self._unique = name, unique
        self._own = self._whole = 0
        self._known: dict[int, tuple[int, int] | None] = {}  # node → weight and height; None while it is open

    def refuse_growth(self, root: yaml.Node) -> None:
        """Raises BadDocument for what must not be made, of all that was asked about so far together."""
        self._known.clear()
        self._whole += self._measured(root, 1)[0]
        whole, most = self._whole, min(max(_FREE, _GROWTH * self._own), max(_MOST_GROWN, self._own))
        if whole > most:
            raise self._wrong(
                root,
                f"its aliases (*name, <<) repeat so much that it would grow to {whole:.1e} signs, at most {most} "
                "are read: write out what differs, repeat less",
                f"别名（*name、<<）重复展开后达 {whole:.1e} 个字符，最多 {most}：请减少重复引用",
            )

    def _measured(self, node: yaml.Node, depth: int) -> tuple[int, int]:
        known = self._known.get(id(node), ())
        if known is None:
            raise self._wrong(node, "an alias inside what it repeats has no end", "别名引用了自身，无法展开")
        if known:
            return known
        if depth > _MAX_DEPTH:
            raise self._too_deep(node)
        self._known[id(node)] = None
        weight, height = _NODE, 0
        if isinstance(node, yaml.ScalarNode):
            self._refuse_scalar(node)
            weight += len(node.value)
        elif isinstance(node, yaml.MappingNode):
            self._refuse_keys(node)
        self._own += weight
        for child in _children(node):
            more, below = self._measured(child, depth + 1)
            weight, height = weight + more, max(height, below)
        if height + 1 > _MAX_DEPTH:
            raise self._too_deep(node)
        self._known[id(node)] = (weight, height + 1)
        return weight, height + 1

    def _refuse_scalar(self, node: yaml.ScalarNode) -> None:
        if node.tag in _NUMBERS and len(node.value) > _MOST_NUMBER:
            raise self._wrong(
                node,
                f"a number of {len(node.value)} signs, at most {_MOST_NUMBER}: put a text into quotes",
                f"数字长 {len(node.value)} 个字符，最多 {_MOST_NUMBER}：文本请加引号",
            )
        if "\0" in node.value or (not node.value.isascii() and _halves(node.value)):
            raise self._wrong(
                node,
                "holds a NUL or half a surrogate pair, which no file can keep",
                "含有 NUL 或不成对的代理字符",
            )

    def _refuse_keys(self, node: yaml.MappingNode) -> None:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            if len(key.value) > _MOST_KEY:
                raise self._wrong(
                    key, f"a key of {len(key.value)} signs, at most {_MOST_KEY}",
                    f"键长 {len(key.value)} 个字符，最多 {_MOST_KEY}",
                )  # fmt: skip
            if self._unique and (key.tag, key.value) in seen:
                raise self._wrong(key, *_twice(str(key.value)))
            seen.add((key.tag, key.value))

    def _too_deep(self, node: yaml.Node) -> BadDocument:
        return self._wrong(node, f"nested deeper than {_MAX_DEPTH} levels", f"嵌套超过 {_MAX_DEPTH} 层")

    def _wrong(self, node: yaml.Node, en: str, zh: str) -> BadDocument:
        return BadDocument([Mistake(place=_place(self._name, node.start_mark), message=Text(en, zh))])


def _children(node: yaml.Node) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _halves(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)
