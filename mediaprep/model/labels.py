"""The label that generated content carries in its file (隐式标识): the key AIGC, whose value is a JSON object.

What is said of the fields follows third-party copies of GB 45438-2025; the standard itself was not read. Pure: a value,
what is wrong with it, and the signature that ties it to the packets of the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mediaprep.model.facts import LabelFacts, LabelFlaw
from mediaprep.model.findings import Text

KEY: Final = "AIGC"
PRODUCER: Final = ("Label", "ContentProducer", "ProduceID", "ReservedCode1")
"""Written by whoever made the content."""
PROPAGATOR: Final = ("ContentPropagator", "PropagateID", "ReservedCode2")
"""Added by whoever spreads it."""
FIELDS: Final = (*PRODUCER, *PROPAGATOR)
REQUIRED: Final = ("Label", "ContentProducer", "ProduceID")
SIGNATURE: Final = "ReservedCode1"
MEANINGS: Final[Mapping[str, Text]] = {
    "1": Text("generated", "生成合成"),
    "2": Text("possibly generated", "可能为生成合成"),
    "3": Text("suspected to be generated", "疑似生成合成"),
}
MOST_READ: Final = 64 << 10  # bytes of a label that are looked into; it is kept whole whatever its size
_SHOWN: Final = 60
_CONTROL: Final = frozenset(map(chr, (*range(32), *range(127, 160))))


@dataclass(frozen=True)
class AigcLabel:
    """A label as it stands in a file, byte by byte."""

    raw: bytes

    @staticmethod
    def of(fields: Mapping[str, str]) -> AigcLabel:
        """The label with these fields, all others empty."""
        told = {name: fields.get(name, "") for name in FIELDS}
        return AigcLabel(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())

    @property
    def text(self) -> str:
        """For people and reports: as text, whatever it holds."""
        return self.raw.decode("utf-8", errors="backslashreplace")

    @property
    def shown(self) -> str:
        """Its first characters on one line."""
        return _on_one_line(self.text)

    @property
    def fields(self) -> Mapping[str, str] | None:
        """Its fields; None for what is no JSON object of strings, or too large to be looked into."""
        found = _parsed(self.raw)
        return (
            found if isinstance(found, dict) and all(isinstance(it, str) for it in found.values()) else None
        )

    def says(self, name: str) -> str:
        """What a field holds; empty where there is none."""
        return (self.fields or {}).get(name, "")


def facts_of(label: AigcLabel) -> LabelFacts:
    """The label as a fact of a file."""
    return LabelFacts(
        text=AigcLabel(label.raw[:MOST_READ]).text,
        size_bytes=len(label.raw),
        sha256=hashlib.sha256(label.raw).hexdigest(),
        flaws=flaws(label),
    )


def flaws(label: AigcLabel) -> tuple[LabelFlaw, ...]:
    """Everything that is wrong with a label; nothing for one that any reader understands."""
    size = len(label.raw)
    if size > MOST_READ:
        return (
            _flaw(
                "size", f"the label has {size:,} bytes, more than the {MOST_READ:,} that are looked into",
                f"标识长 {size:,} 字节，超过可检查的 {MOST_READ:,} 字节",
            ),
        )  # fmt: skip
    found = _parsed(label.raw)
    if not isinstance(found, dict):
        why = found if isinstance(found, Text) else Text("no JSON object", "不是 JSON 对象")
        return (_flaw("json", f"the label is {why.en}: {label.shown}", f"标识{why.zh}：{label.shown}"),)
    return (*_field_flaws(found), *_value_flaws(found))


def _flaw(rule: str, en: str, zh: str) -> LabelFlaw:
    return LabelFlaw(rule=rule, en=en, zh=zh)


def _parsed(raw: bytes) -> object:
    """The value of its JSON; a Text that says why there is none."""
    if len(raw) > MOST_READ:
        return Text("too large", "过大")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        return Text("not UTF-8", "不是 UTF-8 文本")
    except (ValueError, RecursionError):
        return Text("not valid JSON", "不是有效的 JSON")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names stand once: of two values readers take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _field_flaws(found: Mapping[str, object]) -> list[LabelFlaw]:
    missing = ", ".join(name for name in REQUIRED if found.get(name) in (None, ""))
    typed = ", ".join(name for name in FIELDS if name in found and not isinstance(found[name], str))
    rows = [_flaw("fields", f"the label lacks {missing}", f"标识缺少 {missing}")] if missing else []
    if typed:
        rows.append(_flaw("strings", f"{typed} of the label must be strings", f"标识的 {typed} 应为字符串"))
    return rows


def _value_flaws(found: Mapping[str, object]) -> list[LabelFlaw]:
    rows = []
    kind = found.get("Label")
    if isinstance(kind, str) and kind and kind not in MEANINGS:
        shown, known = _on_one_line(kind), " / ".join(MEANINGS)
        rows.append(
            _flaw("kind", f"Label is {shown!r}, not one of {known}", f"Label 为 {shown!r}，应为 {known} 之一")
        )
    controlled = [
        _on_one_line(name)
        for name, value in found.items()
        if isinstance(value, str) and set(value) & _CONTROL
    ]
    if controlled:
        told = ", ".join(controlled)
        rows.append(
            _flaw("characters", f"control characters in {told} of the label", f"标识的 {told} 含控制字符")
        )
    return rows


def _on_one_line(text: str) -> str:
    """The first characters of a text, none of which controls a terminal."""
    line = "".join("�" if char in _CONTROL else char for char in text[: _SHOWN + 1])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


@dataclass(frozen=True, kw_only=True)
class Credential:
    """The files of the user's certificate (a chain, PEM) and of its key, with which finished files are signed by
    C2PA."""

    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class LabelOrder:
    """A label to be written: who made the content, the number it has there, and the user's key, if it is to be
    signed."""

    producer: str
    produce_id: str
    key: bytes | None = field(default=None, repr=False)

    @property
    def fields(self) -> dict[str, str]:
        return {"Label": "1", "ContentProducer": self.producer, "ProduceID": self.produce_id}

    def label(self, digests: Sequence[str]) -> AigcLabel:
        """The label of the file whose streams' packets have these digests."""
        return AigcLabel.of(self.fields) if self.key is None else signed(self.fields, digests, self.key)


# --- who wrote it ---------------------------------------------------------------------------------------------


def canonical(fields: Mapping[str, str]) -> bytes:
    """What is signed of a label: its fields without the signature, sorted, as compact JSON in UTF-8."""
    told = {name: value for name, value in fields.items() if name != SIGNATURE}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signature(fields: Mapping[str, str], digests: Sequence[str], key: bytes) -> str:
    """HMAC-SHA256 (hex) over the canonical label and the sha256 of each stream's packets, one a line."""
    told = b"\n".join((canonical(fields), *(digest.encode() for digest in digests)))
    return hmac.new(key, told, hashlib.sha256).hexdigest()


def signed(fields: Mapping[str, str], digests: Sequence[str], key: bytes) -> AigcLabel:
    """The label with these fields and the signature that ties it to the packets with these digests."""
    told = {name: fields.get(name, "") for name in FIELDS}
    return AigcLabel.of({**told, SIGNATURE: signature(told, digests, key)})


def holds(label: AigcLabel, digests: Sequence[str], key: bytes) -> bool:
    """Whether its signature is that of the key over it and the packets. What those who spread it have added since
    does not break it: their fields were empty when it was signed."""
    fields = label.fields
    if fields is None or not (stated := fields.get(SIGNATURE, "")).isascii() or not stated:
        return False
    as_made = {**fields, **{name: "" for name in PROPAGATOR if name in fields}}
    return any(
        hmac.compare_digest(signature(told, digests, key), stated.lower()) for told in (fields, as_made)
    )
