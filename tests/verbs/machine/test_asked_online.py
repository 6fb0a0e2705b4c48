"""doctor --online against an emulated gateway and its bucket."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from mediaprep.cli.app import run
from mediaprep.config import Secret, Settings
from mediaprep.testing import LocalGateway
from mediaprep.verbs.machine.asked_online import online


@pytest.fixture
def settings(mediaprep_gateway: LocalGateway) -> Settings:
    return Settings.load(environ=mediaprep_gateway.env)


def test_all_is_well_with_good_keys_and_nothing_stays_in_the_bucket(
    settings: Settings, mediaprep_gateway: LocalGateway
) -> None:
    assert [ability.works for ability in online(settings)] == [True, True, True]
    assert mediaprep_gateway.tasks() == []


@pytest.mark.parametrize(
    "wrong", [{"appkey": "k-of-nobody-7731"}, {"accesstoken": Secret("t-of-nobody-7731")}]
)
def test_keys_that_the_gateway_does_not_know_are_told(settings: Settings, wrong: dict[str, object]) -> None:
    keys, *_ = online(replace(settings, **wrong))  # type: ignore[arg-type]
    assert not keys.works and keys.remedy is not None and "MEDIAPREP_APPKEY" in keys.remedy.en


def test_a_clock_that_is_off_is_told_by_how_much(settings: Settings, mediaprep_gateway: LocalGateway) -> None:
    mediaprep_gateway.clock.advance(3600)
    clock = next(ability for ability in online(settings) if ability.name.en == "clock")
    assert (
        not clock.works
        and "s apart" in clock.detail
        and clock.detail[:3] in {"359", "360"}
        and "NTP" in str(clock.remedy)
    )


def test_a_bucket_and_a_gateway_that_are_not_there_are_told(settings: Settings) -> None:
    away = {**settings.aws, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT": "http://127.0.0.1:9"}
    found = online(replace(settings, base_url="http://127.0.0.1:9", aws=away))
    assert [ability.works for ability in found] == [False, False]
    assert all(ability.remedy is not None and ability.told is not None for ability in found)


@pytest.mark.parametrize("led", [True, False])
def test_the_gate_is_asked_at_its_public_address(settings: Settings, led: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    public = f"http://127.0.0.1:{port if led else 9}"
    *_, gate = online(replace(settings, gate=public, gate_listen=f"127.0.0.1:{port}"))
    assert gate.works is led and (led or "MEDIAPREP_GATE_LISTEN" in str(gate.remedy))


def test_the_command_asks_only_when_it_is_told_to(
    mediaprep_gateway: LocalGateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in mediaprep_gateway.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MEDIAPREP_ACCESSTOKEN", "t-of-nobody-7731")
    run(["doctor", "--format", "json"])
    quiet = json.loads(capsys.readouterr().out)
    assert run(["doctor", "--online", "--format", "json"]) == 3
    asked = json.loads(capsys.readouterr().out)
    assert (
        len(asked["abilities"] if isinstance(asked, dict) else asked)
        >= len(quiet["abilities"] if isinstance(quiet, dict) else quiet) + 3
    )
