"""What the emulated account may use."""

from __future__ import annotations

import re

from mediaprep.emulator.account import catalogue_file

FOUND = catalogue_file.load()


def test_it_holds_the_keys_of_the_docs_examples() -> None:
    assert {"k3dda2d3b56f4ec89778f2e032c2e294", "2c3f4c11d1e54b7693156b060990544d"} <= set(FOUND.avatars)
    assert {"female_1", "tts_female_yunxiaoxiao"} <= set(FOUND.voices)
    assert {"action1", "action2"} <= set(FOUND.avatars["k3dda2d3b56f4ec89778f2e032c2e294"].actions)


def test_it_holds_six_usable_avatars_of_ours_of_several_types_and_sizes() -> None:
    ours = [
        a for key, a in FOUND.avatars.items() if key.startswith("emu_") and not (a.expired or a.key_expired)
    ]
    assert len(ours) == 6
    assert {(1920, 1080), (1080, 1920)} <= {avatar.size for avatar in ours}
    assert len({avatar.type for avatar in ours}) == 3
    assert all(avatar.origin_zoom > 0 for avatar in ours)


def test_every_numbered_voice_is_there_and_no_other() -> None:
    male = {key for key in FOUND.voices if re.fullmatch(r"male_\d+", key)}
    female = {key for key in FOUND.voices if re.fullmatch(r"female_\d+", key)}
    assert male == {f"male_{n}" for n in range(1, 21)}
    assert female == {f"female_{n}" for n in range(1, 24)}


def test_every_avatar_has_a_voice_that_exists_and_only_3d_ones_have_actions() -> None:
    for avatar in FOUND.avatars.values():
        assert avatar.voice in FOUND.voices
        assert bool(avatar.actions) == (avatar.type == "real_man_3d")
        assert (avatar.frames is not None) == (avatar.type == "small_sample")
