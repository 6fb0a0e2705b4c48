"""Asset lists as lines for a terminal and as JSON (`mediaprep.assets/1`; later versions only add keys)."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mediaprep.model import strict_json
from mediaprep.model.assets import SERVICE_ZONE, Action, Avatar, Voice
from mediaprep.model.findings import Text, Verdict
from mediaprep.report.escaping import shown

SCHEMA = "mediaprep.assets/1"

Standing = Callable[[Avatar | Voice], tuple[Verdict, Text]]
"""What is said of the time an asset has left."""


def avatar_lines(avatars: Sequence[Avatar], standing: Standing, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs, in columns: key, name, clothes and pose, type, size, what expires."""
    yield from _columns(avatars, lambda a: (_described(a), a.type, f"{a.width}×{a.height}"), standing, lang)


def voice_lines(voices: Sequence[Voice], standing: Standing, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs: key, name, gender, kind, then languages and emotions."""
    gender = {"male": Text("male", "男"), "female": Text("female", "女")}

    def columns(voice: Voice) -> tuple[str, ...]:
        sex = gender[voice.gender].say(lang) if voice.gender in gender else ""
        kind = "/".join(part for part in (voice.kind, voice.purchase) if part)
        more = [", ".join(voice.languages), ", ".join(voice.emotions)]
        return voice.name, sex, kind, " · ".join(part for part in more if part)

    yield from _columns(voices, columns, standing, lang)


def action_lines(actions: Sequence[Action]) -> Iterator[str]:
    """Code and name of each action."""
    width = max((len(action.code) for action in actions), default=0)
    for action in actions:
        yield f"{shown(action.code):<{width}}  {shown(action.name)}".rstrip()


def age(seconds: float, lang: str) -> str:
    """How long ago a list was fetched: `now`, `12 min ago`, `3 h ago`, `2 days ago`."""
    steps = ((86400.0, "days", "天"), (3600.0, "h", "小时"), (60.0, "min", "分钟"))
    for size, en, zh in steps:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {zh}前" if lang.startswith("zh") else f"{count} {en} ago"
    return "刚刚" if lang.startswith("zh") else "now"


def dumps(
    kind: str,
    found: Sequence[Avatar | Voice | Action],
    *,
    fetched_at: float,
    now: float,
    standing: Standing,
    lang: str,
) -> str:
    """The whole answer of `assets KIND --format json`."""
    document = {
        "schema": SCHEMA,
        "kind": kind,
        "fetched_at": datetime.datetime.fromtimestamp(fetched_at, datetime.UTC).isoformat(timespec="seconds"),
        "age_seconds": round(max(0.0, now - fetched_at)),
        "total": len(found),
        kind: [_entry(one, standing, lang) for one in found],
    }
    return strict_json.dumps(document, indent=2)


def _entry(one: Avatar | Voice | Action, standing: Standing, lang: str) -> dict[str, Any]:
    if isinstance(one, Action):
        return {"code": one.code, "name": one.name, "sample": one.sample}
    verdict, said = standing(one)
    last = {
        "expires": one.expires.astimezone(SERVICE_ZONE).isoformat() if one.expires else None,
        "verdict": verdict.value,
        "note": said.say(lang) or None,
    }
    if isinstance(one, Voice):
        return {
            "key": one.key, "name": one.name, "gender": one.gender or None, "type": one.kind or None,
            "purchase": one.purchase or None, "description": one.description, "sample": one.sample,
            "languages": list(one.languages), "emotions": list(one.emotions), "avatar_types": list(one.types),
            "drives": list(one.drives), **last,
        }  # fmt: skip
    return {
        "key": one.key, "name": one.name, "type": one.type, "width": one.width, "height": one.height,
        "clothes": one.clothes, "pose": one.posture, "anchor": one.anchor, "pose_image": one.pose_url,
        "origin_zoom": one.origin_zoom, "drives": list(one.drives), **last,
    }  # fmt: skip


def _described(avatar: Avatar) -> str:
    more = " · ".join(part for part in (avatar.clothes, avatar.posture) if part)
    return f"{avatar.name} ({more})" if more else avatar.name


def _columns(
    found: Sequence[Any], columns: Callable[[Any], tuple[str, ...]], standing: Standing, lang: str
) -> Iterator[tuple[str, str]]:
    rows = [(one, (one.key, *columns(one))) for one in found]
    count = len(rows[0][1]) if rows else 0
    widths = [max(_wide(shown(row[place])) for _, row in rows) for place in range(count)]
    for one, row in rows:
        verdict, said = standing(one)
        cells = [
            shown(cell) + " " * (width - _wide(shown(cell))) for cell, width in zip(row, widths, strict=True)
        ]
        yield verdict.value, "  ".join([*cells, said.say(lang)]).rstrip()


def _wide(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
