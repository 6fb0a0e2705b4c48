"""ConcurrencyType and the quotas, endpoint by endpoint."""

import pytest

from mediaprep.contract import codes, quotas
from mediaprep.contract.quotas import BoughtCapacity, Grant, Refusal, decide

NOTHING = BoughtCapacity(exclusive=0, hours=False)
HOURS = BoughtCapacity(exclusive=0, hours=True)
CHANNEL = BoughtCapacity(exclusive=1, hours=False)
BOTH = BoughtCapacity(exclusive=1, hours=True)


@pytest.mark.parametrize(
    ("asked", "account", "pool", "takes_hours"),
    [
        ("Exclusive", CHANNEL, "exclusive", False),
        ("Exclusive", BOTH, "exclusive", False),
        ("Shared", HOURS, "shared", True),
        ("Shared", BOTH, "shared", True),
        ("", CHANNEL, "exclusive", False),
        ("", BOTH, "exclusive", False),
        ("", HOURS, "shared", True),
    ],
)
def test_no_train_takes_hours_only_in_the_shared_pool(
    asked: str, account: BoughtCapacity, pool: str, takes_hours: bool
) -> None:
    assert decide("notrain", asked, account) == Grant(pool=pool, takes_hours=takes_hours)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "account", "code"),
    [
        ("Exclusive", HOURS, codes.OVER_QUOTA),
        ("Exclusive", NOTHING, codes.OVER_QUOTA),
        ("Shared", CHANNEL, codes.NO_HOURS),
        ("", NOTHING, codes.NO_HOURS),
    ],
)
def test_no_train_fails_at_submit_when_nothing_bought_covers_it(
    asked: str, account: BoughtCapacity, code: int
) -> None:
    found = decide("notrain", asked, account)
    assert isinstance(found, Refusal) and found.code == code


@pytest.mark.parametrize("endpoint", ["basic", "advanced"])
def test_avatars_use_bought_channels_first_and_then_the_shared_pool(endpoint: str) -> None:
    assert decide(endpoint, "", BOTH) == Grant(pool="exclusive", takes_hours=True)
    assert decide(endpoint, "", BOTH, running=1, exclusive_running=1) == Grant(
        pool="shared", takes_hours=True
    )
    assert decide(endpoint, "Shared", BOTH) == Grant(pool="shared", takes_hours=True)
    assert isinstance(decide(endpoint, "Exclusive", HOURS), Refusal)
    assert isinstance(decide(endpoint, "Exclusive", BOTH, running=1, exclusive_running=1), Refusal)


def test_the_sixth_video_is_refused_and_a_bought_channel_makes_room_for_it() -> None:
    assert decide("basic", "", HOURS, running=5) == Refusal(
        code=codes.OVER_QUOTA, message="超过配额限制：提交视频制作数量超过限制：5"
    )
    assert isinstance(decide("basic", "", BOTH, running=5), Grant)
    assert isinstance(decide("basic", "", BOTH, running=6), Refusal)


def test_bought_channels_do_not_help_audio_or_presentations() -> None:
    for quota in ("tts", "ppt"):
        assert quotas.in_flight_limit(quota, exclusive=3) == 1
        assert isinstance(decide(quota, "", BOTH, running=1, quota=quota), Refusal)


def test_videos_are_counted_by_avatar_type_and_no_train_by_itself() -> None:
    keys = {
        quotas.counted_under("video", "basic", "small_sample"),
        quotas.counted_under("video", "advanced", "small_sample"),
        quotas.counted_under("video", "basic", "real_man_3d"),
        quotas.counted_under("video", "notrain", ""),
    }
    assert len(keys) == 3
    assert quotas.counted_under("tts", "tts", "") == "tts"


def test_trial_and_retention_are_what_the_docs_say() -> None:
    assert (quotas.TRIAL.days, quotas.RETENTION.days) == (15, 7)


def test_bought_audio_channels_add_to_the_one_audio_task_and_to_nothing_else() -> None:
    account = quotas.BoughtCapacity(audio=2)
    assert [quotas.in_flight_limit(quota, audio=2) for quota in ("tts", "ppt", "video")] == [3, 1, 5]
    assert isinstance(quotas.decide("tts", "", account, running=2, quota="tts"), quotas.Grant)
    assert isinstance(quotas.decide("tts", "", account, running=3, quota="tts"), quotas.Refusal)
    assert isinstance(quotas.decide("ppt", "", account, running=1, quota="ppt"), quotas.Refusal)


def test_nothing_bought_and_nothing_running_is_what_an_account_is_without_further_words() -> None:
    """Line 900: Exclusive fails without a bought channel; one audio task at a time needs none."""
    assert decide("basic", "", BoughtCapacity()) == Grant(pool="shared", takes_hours=True)
    assert decide("tts", "", BoughtCapacity(), quota="tts") == Grant(pool="shared", takes_hours=False)
    assert decide("notrain", "Exclusive", BoughtCapacity()) == Refusal(
        code=codes.OVER_QUOTA, message="超过配额限制：提交视频制作数量超过限制：0"
    )


@pytest.mark.parametrize("endpoint", ["basic", "advanced"])
def test_the_only_bought_channel_takes_the_task_that_asks_for_it(endpoint: str) -> None:
    assert decide(endpoint, "Exclusive", CHANNEL) == Grant(pool="exclusive", takes_hours=True)
    assert isinstance(decide(endpoint, "Exclusive", CHANNEL, running=1, exclusive_running=1), Refusal)
