"""The label that a provider of generated content must write into its files (AIGC). The service's docs are silent on it:
whether its own results carry one is not known, and an emulated one says that it is emulated."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mediaprep.media.ffmpeg import Binary
from mediaprep.media.labels import tags
from mediaprep.model.labels import AigcLabel

PRODUCER: Final = "EMULATED"


def write(media: Path, produce_id: str, binary: Binary) -> None:
    """Write the label into a product. Raises ToolFailed."""
    label = AigcLabel.of({"Label": "1", "ContentProducer": PRODUCER, "ProduceID": produce_id})
    tags.keep(tags.FileTags(label=label), media, binary=binary)
