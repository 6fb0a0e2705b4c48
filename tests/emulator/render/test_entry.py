from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.contract import codes
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.emulator.render import entry
from mediaprep.emulator.work import RenderedProduct, Spoiled
from mediaprep.errors import ToolFailed
from tests.emulator.render.making import work
from tests.media.labels import reading


def test_every_submitting_endpoint_has_a_renderer_and_a_documented_code() -> None:
    assert set(entry.RENDERERS) == {name for name, row in ENDPOINTS.items() if row.kind == "submit"}
    assert all(renderer.fail_code in codes.TASK for renderer in entry.RENDERERS.values())


@pytest.mark.parametrize("error", [ToolFailed("ffmpeg failed", "ffmpeg 失败"), ZeroDivisionError("oops")])
def test_faults_become_the_endpoints_code_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def broken(*_: object) -> RenderedProduct:
        raise error

    monkeypatch.setitem(entry.RENDERERS, "basic", entry.Renderer(broken, 801503))  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING), pytest.raises(Spoiled) as spoiled:
        entry.render(work(tmp_path, "basic", {}))
    assert spoiled.value.fail_code == 801503
    assert "Traceback" not in spoiled.value.message and "\n" not in spoiled.value.message
    assert "basic" in caplog.text


def test_an_inputs_own_fault_keeps_its_code(tmp_path: Path) -> None:
    with pytest.raises(Spoiled) as spoiled:
        entry.render(work(tmp_path, "tts", {"InputSsml": "", "TimbreKey": "female_1", "Speed": 1}))
    assert spoiled.value.fail_code == 801404


@pytest.mark.parametrize("labels", [True, False])
def test_what_is_rendered_is_labelled_alike_for_the_same_request(tmp_path: Path, labels: bool) -> None:
    asked = {"InputSsml": "你好", "TimbreKey": "female_1", "Speed": 1}
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        ordered = replace(work(tmp_path / name, "tts", asked), labels=labels)
        made.append(entry.render(ordered).media)
    assert made[0].read_bytes() == made[1].read_bytes()
    assert (reading.label(made[0]) is not None) is labels
