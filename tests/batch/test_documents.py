"""YAML files that people write: what is no YAML is one line, whatever the parser raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.batch import documents
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text

LARGE = Text("at most 100", "最大 100")


@pytest.mark.parametrize(
    "content", [b"a: [", b"a: 2026-13-45", b"\xff\xfe\x00", b"a: !!python/object:os.x {}"]
)
def test_what_is_no_yaml_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(BadConfig, match="not YAML") as caught:
        documents.load(path, 100, LARGE)
    assert "\n" not in caught.value.en + caught.value.zh


def test_size_and_absence_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with pytest.raises(BadConfig, match="cannot be read"):
        documents.load(path, 100, LARGE)
    path.write_bytes(b"a" * 101)
    with pytest.raises(BadConfig, match="101 bytes; at most 100"):
        documents.load(path, 100, LARGE)
    path.write_bytes(b"a: 1")
    assert documents.load(path, 100, LARGE) == {"a": 1}
