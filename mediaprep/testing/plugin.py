"""The pytest plugin (entry point `pytest11`). Importing it costs nothing: what it needs is loaded by the first
fixture that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mediaprep.config import Settings
    from mediaprep.testing.gateway import LocalGateway
    from mediaprep.testing.held import LocalBucket, MovableClock, OrderedFault

_MARKER = "mediaprep"


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(**options): this test's mediaprep_gateway is an emulator of its own with these options "
        "(mediaprep.emulator.options.Options): speed, hours, exclusive, no_render, …",
    )


@pytest.fixture(scope="session")
def mediaprep_options() -> Mapping[str, Any]:
    """Options of the emulator that all tests share (mediaprep.emulator.options.Options). Override it in conftest.py:
    return {"no_render": True} for tests that do not look into their results."""
    return {}


@pytest.fixture(scope="session")
def mediaprep_server(mediaprep_options: Mapping[str, Any]) -> Iterator[LocalGateway]:
    """The emulator that all tests share, started once; ask for mediaprep_gateway instead, which is fresh."""
    from mediaprep.testing.gateway import serving

    with serving(**mediaprep_options) as gateway:
        yield gateway


@pytest.fixture
def mediaprep_gateway(request: pytest.FixtureRequest) -> Iterator[LocalGateway]:
    """An emulated gateway as if just started: .url, .appkey, .accesstoken, .env, and what only an emulator can tell."""
    marker = request.node.get_closest_marker(_MARKER)
    if marker is not None:
        from mediaprep.testing.gateway import serving

        options = request.getfixturevalue("mediaprep_options")
        with serving(**{**options, **marker.kwargs}) as gateway:
            yield gateway
        return
    shared: LocalGateway = request.getfixturevalue("mediaprep_server")
    shared.reset()
    yield shared


@pytest.fixture
def mediaprep_bucket(mediaprep_gateway: LocalGateway) -> LocalBucket:
    """The gateway's bucket: .put(key, bytes or Path) → URL, .get(key), .put_url(key) for results."""
    return mediaprep_gateway.bucket


@pytest.fixture
def mediaprep_clock(mediaprep_gateway: LocalGateway) -> MovableClock:
    """The gateway's time: .advance(days=7), .move_to(datetime), .now()."""
    return mediaprep_gateway.clock


@pytest.fixture
def mediaprep_faults(mediaprep_gateway: LocalGateway) -> Callable[..., AbstractContextManager[OrderedFault]]:
    """`with mediaprep_faults(do="lost", on="tts", first=1) as fault:` until the block ends; fault.struck counts."""
    return mediaprep_gateway.faults


@pytest.fixture
def mediaprep_ledger(tmp_path: Path) -> Path:
    """Where the test's ledger of paid work lies: in its temporary folder, never the user's."""
    return tmp_path / "mediaprep-state" / "ledger.db"


@pytest.fixture
def mediaprep_env(
    mediaprep_gateway: LocalGateway, mediaprep_ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """The environment in which mediaprep's commands and functions talk to the gateway and write into the test's own
    ledger; set for the test, with nothing left of the user's own settings."""
    import os

    for name in [
        name for name in os.environ if name.startswith(("MEDIAPREP_", "AWS_", "TENCENTCLOUD_", "COS_"))
    ]:
        monkeypatch.delenv(name)
    state = mediaprep_ledger.parent
    state.mkdir(parents=True, exist_ok=True)
    env = {
        **mediaprep_gateway.env,
        "MEDIAPREP_LEDGER": str(mediaprep_ledger),
        "XDG_STATE_HOME": str(state),
        "XDG_CONFIG_HOME": str(state),
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


@pytest.fixture
def mediaprep_settings(mediaprep_env: Mapping[str, str]) -> Settings:
    """The same as mediaprep.Settings, for its functions (submit, run, say …)."""
    from mediaprep.config import Settings

    return Settings.load(environ=mediaprep_env)
