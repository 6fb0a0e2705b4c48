"""advanced: place, colours, turn, logos, gestures, segments and subtitles, each measured in the result."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.work import RenderedProduct
from mediaprep.media import pictures
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import Pixels
from tests.emulator.render.staging import (
    FIGURE,
    POSE,
    SIZE,
    ZOOM,
    figure,
    near,
    place,
    render,
    shown,
    small_avatars,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    own = small_avatars()
    monkeypatch.setattr(catalogue_file, "load", lambda: own)


# --- the avatar's place, colours and turn --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "horizontal", "vertical", "scale"),
    [
        ("TransparentMov", 0, 0, 1),
        ("TransparentMov", 0.25, 0, 1),
        ("TransparentMov", -0.2, -0.05, 0.5),
        ("Mp4", 0.1, -0.1, 0.75),
        ("TransparentMov", 0, 0, 0.8),
        ("TransparentWebm", -0.3, 0, 0.6),
    ],
)
def test_the_avatar_stands_where_the_formulas_say_in_origin_zoom_times_pose_times_scale(
    binary: Binary, tmp_path: Path, format: str, horizontal: float, vertical: float, scale: float
) -> None:
    anchor = {"HorizontalPosition": horizontal, "VerticalPosition": vertical, "Scale": scale}
    product = render(tmp_path, binary, {"Format": format, "AnchorParam": anchor}, seconds=0.2)
    width, height = POSE[0] * ZOOM * scale, POSE[1] * ZOOM * scale
    left = horizontal * SIZE[0] + SIZE[0] / 2 - width / 2
    top = vertical * 2 * height + SIZE[1] - height
    found = place(shown(product.media)[0])
    assert found == pytest.approx((left, top, left + width, top + height), abs=2)


def test_basic_takes_no_anchor(binary: Binary, tmp_path: Path) -> None:
    video = {"Format": "TransparentMov", "AnchorParam": {"HorizontalPosition": 0.3, "Scale": 0.5}}
    left, top, right, bottom = place(shown(render(tmp_path, binary, video, endpoint="basic").media)[0])
    assert (left + right, right - left, bottom - top) == pytest.approx((SIZE[0], *FIGURE), abs=2)


COLOURS = {
    "JacketColor": (255, 0, 255), "hairColor": (255, 255, 0), "SkirtColor": (255, 0, 0), "shoeColor": (0, 0, 255),
    "shirtColor": (0, 255, 255),
}  # fmt: skip


def test_clothes_take_the_colours_of_anchor_extra_param_on_solid_avatars_only(
    binary: Binary, tmp_path: Path
) -> None:
    def seen(key: str, extra: dict[str, Any]) -> Pixels:
        anchor = {"AnchorExtraParam": json.dumps(extra)} if extra else {}
        video = {"Format": "TransparentMov", "AnchorParam": anchor}
        return shown(render(tmp_path, binary, video, key=key, seconds=0.1).media)[0]

    wanted = {name: {"colorValue": (r << 16) + (g << 8) + b} for name, (r, g, b) in COLOURS.items()}
    plain, painted = seen("solid", {}), seen("solid", wanted)
    for name, colour in COLOURS.items():
        assert near(painted, colour, 60) > near(plain, colour, 60) + 25, name
    assert (seen("flat", wanted) == seen("flat", {})).all()
    assert near(seen("solid", {"clotheColor": wanted["JacketColor"]}), (255, 0, 255), 60) > 200
    bald = seen("solid", {"hair": {"boolValue": False}})
    assert place(bald)[1] > place(plain)[1] + 2  # the top of the head lies below that of the hair


def test_an_angle_turns_solid_avatars_and_no_others(binary: Binary, tmp_path: Path) -> None:
    def drawn(key: str, angle: int) -> Any:
        video = {"Format": "TransparentMov", "AnchorParam": {"Angle": angle}}
        return shown(render(tmp_path, binary, video, key=key, seconds=0.1).media)[0].astype(int)

    front = drawn("solid", 0)
    turned = [drawn("solid", degrees) for degrees in (45, 180, 315)]
    assert all((np.abs(one - front).max(axis=2) > 60).sum() > 300 for one in turned)
    assert (np.abs(turned[0] - turned[2]).max(axis=2) > 60).sum() > 300  # left is not right
    assert (drawn("flat", 45) == drawn("flat", 0)).all()


def test_logos_lie_at_their_corner_in_their_scale(binary: Binary, tmp_path: Path) -> None:
    logo = np.zeros((10, 20, 4), dtype=np.uint8)
    logo[:, :10] = (255, 0, 0, 255)  # the right half is clear
    pictures.write_png(logo, tmp_path / "logo.png")
    rows = [{"LogoFileUrl": "x", "PositionX": 20, "PositionY": 30, "Scale": 4.0},
            {"LogoFileUrl": "x", "PositionX": 300, "PositionY": 2}]  # fmt: skip
    files = {f"LogoParams[{n}].LogoFileUrl": tmp_path / "logo.png" for n in (0, 1)}
    frame = shown(render(tmp_path, binary, {"LogoParams": rows}, files=files).media)[3]
    red = np.abs(frame.astype(int) - (255, 0, 0)).max(axis=2) < 50
    wanted = np.zeros_like(red)
    wanted[30:70, 20:60] = wanted[2:12, 300:310] = True
    assert red[wanted].mean() > 0.85 and not red[~wanted].any()
    clear = shown(
        render(tmp_path, binary, {"LogoParams": rows, "Format": "TransparentMov"}, files=files).media
    )
    assert near(clear[3], (255, 0, 0)) == 0  # transparent formats know AnchorParam only


# --- what the hands do ---------------------------------------------------------------------------------------


def raised(product: RenderedProduct, side: int) -> list[float]:
    """For each frame how high the hand at the left (0) or right (1) is over its rest, in shares of the figure."""
    middle, reach = SIZE[0] // 2, round(0.13 * FIGURE[1])
    tops = []
    for frame in shown(product.media):
        found = figure(frame)
        beside = found[:, : middle - reach] if side == 0 else found[:, middle + reach :]
        rows = np.nonzero(beside.any(axis=1))[0]
        tops.append(float(rows.min()) if len(rows) else float("nan"))
    return [(tops[0] - top) / FIGURE[1] for top in tops]


def test_actions_are_done_at_their_times_with_a_given_sound(binary: Binary, tmp_path: Path) -> None:
    actions = [{"Code": "waving_hand", "StartTime": 400}, {"Code": "left_side1", "StartTime": 2400}]
    product = render(tmp_path, binary, {"ActionParams": actions}, key="solid", seconds=4.4)
    right, left = raised(product, 1), raised(product, 0)
    assert max(right[:10]) < 0.02 and min(right[22:40]) > 0.1 and max(right[51:]) < 0.02
    assert max(left[:60]) < 0.02 and max(left[64:98]) > 0.03 and abs(left[-1]) < 0.02


@pytest.mark.parametrize(
    ("key", "actions", "manner"),
    [
        ("solid", [{"Code": "nobody_has_this", "StartTime": 100}], {}),
        ("flat", [{"Code": "waving_hand", "StartTime": 100}], {}),
        ("solid", [{"Code": "waving_hand", "StartTime": 100}], {"DriverType": "ModulatedVoice"}),
        ("solid", [{"Code": "waving_hand", "StartTime": 5000}], {}),
    ],
)
def test_actions_that_do_not_count_do_nothing(
    binary: Binary, tmp_path: Path, key: str, actions: list[Any], manner: dict[str, str]
) -> None:
    product = render(tmp_path, binary, {"ActionParams": actions}, key=key, seconds=1.2, **manner)
    assert max(raised(product, 1)) < 0.02


def test_a_tag_in_the_script_moves_the_hands_where_it_stands(binary: Binary, tmp_path: Path) -> None:
    script = '今天我们来看一看新的功能，<insert-action type="waving_hand"/>它会让制作视频变得更加简单。'
    product = render(tmp_path, binary, key="solid", seconds=None, InputSsml=script)
    hands = raised(product, 1)
    spoken = render(
        tmp_path,
        binary,
        {"SubtitlesParam": {"SplitPunctuation": "，"}},
        key="solid",
        seconds=None,
        InputSsml=script,
    )
    text = spoken.subtitles.read_text("utf-8")  # type: ignore[union-attr]
    clock = re.findall(r"00:(\d\d),(\d\d\d) -->", text)[1]
    at = round((int(clock[0]) + int(clock[1]) / 1000) * 25)
    assert max(hands[: at - 1]) < 0.02 and max(hands[at : at + 20]) > 0.1


def test_smart_actions_move_the_hands_unless_the_script_has_tags_or_a_sound_drives(
    binary: Binary, tmp_path: Path
) -> None:
    def busy(script: str, *, smart: bool = True, key: str = "solid") -> float:
        manner: dict[str, Any] = {"InputSsml": script, "seconds": None} if script else {"seconds": 1.2}
        product = render(tmp_path, binary, {"SmartActionEnabled": smart}, key=key, **manner)
        return max(max(map(abs, raised(product, side))) for side in (0, 1))

    plain = "今天我们来看一看。"
    assert busy(plain) > 0.03 and busy(plain, key="flat") > 0.03
    assert busy(plain, smart=False) < 0.02 and busy("") < 0.02
    assert busy('今天我们来看<insert-action type="nobody"/>一看。') < 0.02


def test_the_segment_of_a_small_sample_is_what_is_shown(binary: Binary, tmp_path: Path) -> None:
    """Its hands rise from the first frame of its footage to the last."""

    def numbers(seed: int = 0, **sample: Any) -> list[float]:
        product = render(
            tmp_path, binary, {"Format": "TransparentMov", "SmallSampleParam": sample}, key="sample", seconds=1.0,
            seed=seed,
        )  # fmt: skip
        found = []
        for frame in shown(product.media):
            beside = figure(frame)[:, SIZE[0] // 2 + round(0.23 * FIGURE[1]) :]
            bottom = np.nonzero(beside.any(axis=1))[0].max()
            found.append((SIZE[1] - bottom) / FIGURE[1])
        lowest = 1 - (0.478 + 0.0267)
        return [(value - lowest) / 0.08 * 49 for value in found]

    custom = numbers(MakeType="Custom", StartIdx=20, EndIdx=32)
    assert custom[0] == pytest.approx(20, abs=4) and custom[12] == pytest.approx(32, abs=4)
    assert custom[24] == pytest.approx(21, abs=4) and max(custom) < 37
    circle = numbers(MakeType="Circle", StartIdx=10)
    assert circle[0] == pytest.approx(10, abs=4) and circle[12] == pytest.approx(22, abs=4)
    assert circle[24] == pytest.approx(10, abs=4)
    only = numbers(MakeType="CustomOnlyStart", StartIdx=25, EndIdx=30)
    assert only[0] == pytest.approx(25, abs=4) and only[24] == pytest.approx(49, abs=4)
    begun = {round(numbers(seed, MakeType="Default", StartIdx=3)[0]) for seed in range(3)}
    assert len(begun) > 1 and numbers(1)[0] == numbers(1, MakeType="Default", EndIdx=9)[0]


# --- subtitles -----------------------------------------------------------------------------------------------

LONG = "今天我们来看新的功能，它会让视频变得更加简单！真的。"


def lines(product: RenderedProduct) -> list[str]:
    assert product.subtitles is not None
    return product.subtitles.read_text("utf-8").split("\n")[2::4]


@pytest.mark.parametrize(
    ("param", "wanted"),
    [
        (
            {"MaxWords": 5},
            ["今天我们来", "看新的功能，", "它会让视频", "变得更加简", "单！", "真的。"],
        ),
        ({"MaxWords": 999}, ["今天我们来看新的功能，它会让视频变得更加简单！", "真的。"]),
        (
            {"DisplayPunctuation": "0", "MaxWords": 50},
            ["今天我们来看新的功能它会让视频变得更加简单", "真的"],
        ),
        (
            {"DisplayPunctuation": "！", "MaxWords": 50},
            ["今天我们来看新的功能它会让视频变得更加简单！", "真的"],
        ),
        (
            {"SplitPunctuation": "，", "MaxWords": 50},
            ["今天我们来看新的功能，", "它会让视频变得更加简单！真的。"],
        ),
    ],
)
def test_subtitles_are_cut_and_shown_as_asked_in_the_file(
    binary: Binary, tmp_path: Path, param: dict[str, Any], wanted: list[str]
) -> None:
    video = {"Format": "TransparentMov", "SubtitlesParam": param}
    assert lines(render(tmp_path, binary, video, seconds=None, InputSsml=LONG)) == wanted


def test_subtitles_are_burnt_in_only_where_they_are_shown_and_page_by_page(
    binary: Binary, tmp_path: Path
) -> None:
    def letters(**video: Any) -> list[int]:
        product = render(tmp_path, binary, video, seconds=None, InputSsml="你好世界你好世界")
        return [near(frame[200:], (255, 255, 255), 60) for frame in shown(product.media)]

    off, on, short = (
        letters(),
        letters(ShowSubtitles=True),
        letters(ShowSubtitles=True, SubtitlesParam={"MaxWords": 2}),
    )
    middle = len(on) // 2
    assert on[middle] - off[middle] > 2 * (short[middle] - off[middle]) > 60
