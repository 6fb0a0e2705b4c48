"""The door to PyYAML: documents that people write, read bounded. What is no YAML is said in one line; what would grow
without end (aliases of aliases, merges of merges, nesting) is refused before anything is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text

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
    try:
        with path.open("rb") as file:
            raw = file.read(most_bytes + 1)
    except OSError as error:
        raise BadConfig(
            f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}"
        ) from error
    if len(raw) > most_bytes:
        size = max(path.stat().st_size, len(raw))
        raise BadConfig(f"{path}: {size} bytes; {too_large.en}", f"{path}：{size} 字节；{too_large.zh}")
    return parse(raw, str(path))


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


class _Measuring:
    """Walks over a document that is parsed and not yet made: every node once, aliases counted as what they repeat."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._own = 0
        self._known: dict[int, tuple[int, int] | None] = {}  # node → weight and height; None while it is open

    def refuse_growth(self, root: yaml.Node) -> None:
        """Raises BadConfig for what must not be made."""
        whole, _ = self._measured(root, 1)
        most = min(max(_FREE, _GROWTH * self._own), max(_MOST_GROWN, self._own))
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
            if (key.tag, key.value) in seen:
                raise self._wrong(
                    key,
                    f"{key.value} is given twice: keep one of the two",
                    f"{key.value} 重复出现：请只保留一个",
                )
            seen.add((key.tag, key.value))

    def _too_deep(self, node: yaml.Node) -> BadConfig:
        return self._wrong(node, f"nested deeper than {_MAX_DEPTH} levels", f"嵌套超过 {_MAX_DEPTH} 层")

    def _wrong(self, node: yaml.Node, en: str, zh: str) -> BadConfig:
        line = node.start_mark.line + 1
        return BadConfig(f"{self._name}: line {line}: {en}", f"{self._name}：第 {line} 行：{zh}")


def _children(node: yaml.Node) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _halves(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)
