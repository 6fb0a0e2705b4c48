"""Who labels finished videos, as settings and wishes say it, and the key that signs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media.isolation import posix
from mediaprep.media.labels import manifests
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.labels import Credential, LabelOrder

_MOST_KEY: Final = 64 << 10  # bytes


@dataclass(frozen=True, kw_only=True)
class Labelling:
    """How videos are labelled where no wish says it: whether a label is written (`mode`: keep or write), who made the
    content, its number there (none: a random one), and the key that signs."""

    mode: str = "keep"
    producer: str | None = None
    produce_id: str | None = None
    key: bytes | None = field(default=None, repr=False)
    credential: Credential | None = None


def by_settings(settings: Settings, *, produce_id: str | None = None) -> Labelling:
    """What the settings say. Raises BadConfig."""
    mode = settings.label or "keep"
    if mode not in {"keep", "write"}:
        raise BadConfig(
            f"label ({settings.sources['label']}): {mode[:40]!r} is neither keep nor write",
            f"label（{settings.sources['label']}）：{mode[:40]!r} 应为 keep 或 write",
        )
    return Labelling(
        mode=mode, producer=settings.label_producer, produce_id=produce_id, key=key_of(settings),
        credential=_credential(settings),
    )  # fmt: skip


def _credential(settings: Settings) -> Credential | None:
    """What finished files are signed with. Raises BadConfig for half of it, ToolMissing."""
    certificate, key = settings.label_certificate, settings.label_certificate_key
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise BadConfig(
            "label_certificate and label_certificate_key go together: give the files of both (PEM)",
            "label_certificate 与 label_certificate_key 须同时给出（PEM 文件）",
        )
    found = Credential(certificate=Path(certificate), key=Path(key))
    manifests.refuse(found)
    return found


def order(wish: Finishing, usual: Labelling) -> LabelOrder | None:
    """The label that is to be written where main has none; None where none is. Raises BadConfig for want of a
    producer."""
    if (wish.label or usual.mode) != "write":
        return None
    return order_of(replace(usual, producer=wish.label_producer or usual.producer))


def order_of(labelling: Labelling) -> LabelOrder:
    """The label that is to be written. Raises BadConfig for want of a producer."""
    named = (labelling.producer or "").strip()
    if not named:
        raise BadConfig(
            "a label names who made the content: give --label-producer (label write: --producer; in a manifest: "
            "label_producer), or set MEDIAPREP_LABEL_PRODUCER",
            "标识须写明生成者：请给出 --label-producer（label write 用 --producer，清单用 label_producer），或设置 "
            "MEDIAPREP_LABEL_PRODUCER",
        )
    return LabelOrder(producer=named, produce_id=labelling.produce_id or uuid.uuid4().hex, key=labelling.key)


def key_of(settings: Settings, file: Path | None = None) -> bytes | None:
    """The user's key for signatures: a file's (named, else by the settings), else MEDIAPREP_LABEL_KEY; None where there
    is none. It never stands among arguments. Raises BadConfig."""
    named = file or (Path(settings.label_key_file) if settings.label_key_file else None)
    if named is None:
        own = settings.label_key
        return None if own is None else _given(own.reveal().encode(), "MEDIAPREP_LABEL_KEY")
    try:
        with posix.open_regular(named) as opened:
            found = opened.read(_MOST_KEY + 1).strip()
    except BadAsset as error:
        raise BadConfig(f"the key's file {named}: {error.en}", f"密钥文件 {named}：{error.zh}") from error
    return _given(found, str(named))


def _given(key: bytes, where: str) -> bytes:
    if not 0 < len(key) <= _MOST_KEY:
        raise BadConfig(
            f"{where}: a key of {len(key)} bytes; 1 to {_MOST_KEY:,} are taken: `openssl rand -hex 32`",
            f"{where}：密钥长 {len(key)} 字节，应为 1 至 {_MOST_KEY:,}；可用 `openssl rand -hex 32` 生成",
        )
    return key
