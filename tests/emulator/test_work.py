"""What is left to chance follows the request and the emulator's seed, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.emulator.work import seed_of

REQUEST: dict[str, Any] = {
    "VirtualmanKey": "key",
    "InputAudioUrl": "http://127.0.0.1:1/a.wav?signature=1",
    "VideoParam": {"LogoParams": [{"LogoFileUrl": "https://host/logo.png?signature=1", "PositionX": 3}]},
}


@pytest.mark.parametrize(
    "change",
    [
        {"VirtualmanKey": "other"},
        {"VideoParam": {"LogoParams": [{"LogoFileUrl": "https://host/logo.png", "PositionX": 4}]}},
        {"VideoParam": {}},
        {"SpeechParam": {"Speed": 1.0}},
        {"InputAudioUrl": None},
    ],
)
def test_another_request_draws_other_lots(change: dict[str, Any]) -> None:
    assert seed_of("advanced", {**REQUEST, **change}, 0) != seed_of("advanced", REQUEST, 0)


def test_the_same_request_draws_the_same_lots_however_its_addresses_are_signed() -> None:
    again = {
        "VideoParam": {"LogoParams": [{"PositionX": 3, "LogoFileUrl": "http://other/logo.png?signature=2"}]},
        "InputAudioUrl": "https://127.0.0.1:2/b.wav",
        "VirtualmanKey": "key",
    }
    assert seed_of("advanced", again, 0) == seed_of("advanced", REQUEST, 0)


def test_the_emulators_seed_and_the_endpoint_change_them() -> None:
    lots = {seed_of(endpoint, REQUEST, base) for endpoint in ("basic", "advanced") for base in (0, 1, 2)}
    assert len(lots) == 6 and all(0 <= lot < 2**31 for lot in lots)
