"""YAML files that people write: read bounded, and what is no YAML said in one line."""

from __future__ import annotations

from pathlib import Path

import yaml

from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text


def load(path: Path, most_bytes: int, too_large: Text) -> object:
    """The document at `path`. `too_large` ends the message about a file beyond `most_bytes`. Raises BadConfig."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadConfig(
            f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}"
        ) from error
    if len(raw) > most_bytes:
        raise BadConfig(
            f"{path}: {len(raw)} bytes; {too_large.en}", f"{path}：{len(raw)} 字节；{too_large.zh}"
        )
    try:
        return yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that is none is a ValueError
        told = " ".join(str(error).split())
        raise BadConfig(f"{path}: not YAML: {told}", f"{path}：不是有效的 YAML：{told}") from error
