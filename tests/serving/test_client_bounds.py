"""Who is let in where places are few."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from mediaprep.serving.client_bounds import Admission, ServerLimits

FEW = ServerLimits(connections=4, per_address=2)


@dataclass(eq=False)
class Caller:
    busy: bool = True
    ended: list[str] = field(default_factory=list)

    def abort(self) -> None:
        self.ended.append("now")


def test_an_address_has_its_share_and_all_together_have_theirs() -> None:
    door = Admission(FEW)
    assert [door.admit(Caller(), "10.0.0.1") for _ in range(3)] == [True, True, False]
    assert [door.admit(Caller(), f"10.0.0.{n}") for n in (2, 3, 4)] == [True, True, False]


def test_the_longest_idle_makes_room_and_who_is_busy_stays() -> None:
    door = Admission(FEW)
    busy, idle = Caller(), Caller(busy=False)
    assert door.admit(idle, "10.0.0.1")
    assert door.admit(busy, "10.0.0.1")
    assert door.admit(Caller(), "10.0.0.1")
    assert (idle.ended, busy.ended) == (["now"], [])
    assert not door.admit(Caller(), "10.0.0.1")


def test_idle_ones_of_other_addresses_make_room_when_all_places_are_taken() -> None:
    door = Admission(FEW)
    idle = [Caller(busy=False) for _ in range(4)]
    assert all(door.admit(caller, f"10.0.1.{n}") for n, caller in enumerate(idle))
    assert door.admit(Caller(), "10.0.0.9")
    assert [caller.ended for caller in idle] == [["now"], [], [], []]


def test_a_place_that_is_left_is_free() -> None:
    door = Admission(FEW)
    first = Caller()
    assert door.admit(first, "10.0.0.1")
    assert door.admit(Caller(), "10.0.0.1")
    door.leave(first)
    door.leave(first)
    assert door.admit(Caller(), "10.0.0.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True), ("10.0.0.1", "10.0.0.2", False), ("", "", True),
        ("odd", "odder", False),
    ],
)  # fmt: skip
def test_one_ipv6_network_is_one_address(one: str, other: str, same: bool) -> None:
    door = Admission(ServerLimits(per_address=1))
    assert door.admit(Caller(), one)
    assert door.admit(Caller(), other) is not same
