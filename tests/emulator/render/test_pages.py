"""PPT mode: pages as they are fitted into the video, who stands before them, what they say and what lies over them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from mediaprep.contract import placement
from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.render import mark, pages
from mediaprep.emulator.work import Spoiled
from mediaprep.media import pictures
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import Fit, Framing
from tests.emulator.render.making import SPOKEN, comment_of, work
from tests.making import make_audio, make_pdf, make_pptx
from tests.making_pages import COLOURS, colour_pdf, quarters_pdf, without_office

Pixels = NDArray[np.uint8]
KNOWN = catalogue_file.load()
LANDSCAPE, PORTRAIT = "2c3f4c11d1e54b7693156b060990544d", "emu_anchor_2d_portrait_00000002"
BACKGROUND = (18, 52, 86)
BLUR = 4  # pixels beside an edge into which a decoder mixes colours: chroma has every other pixel only
NEAR = 3  # what yuv420p and the encoder may take from a colour


def heard(**more: Any) -> dict[str, Any]:
    return {"DriverType": "OriginalVoice", "InputAudioUrl": "x", **more}


def render(
    folder: Path,
    binary: Binary,
    deck: Path,
    configs: Sequence[dict[str, Any]],
    everywhere: dict[str, Any] | None = None,
    *,
    seconds: float = 0.6,
    files: dict[str, Path] | None = None,
) -> Any:
    """Every page that is driven by sound gets a tone of `seconds`."""
    sound = make_audio(folder / "tone.wav", seconds=seconds)
    named = {
        f"PageConfigs[{n}].InputAudioUrl": sound for n, page in enumerate(configs) if "InputAudioUrl" in page
    }
    request = {"PageConfigs": configs, "GlobalConfig": everywhere or {}}
    task = work(
        folder,
        "ppt",
        request,
        files={"PPTFileUrl": deck, **named, **(files or {})},
        facts={"PPTFileUrl": probe(deck)},
    )
    return pages.render(task, binary)


def seen(path: Path) -> list[Pixels]:
    """Every frame as RGB, decoded by ffmpeg itself as any player would."""
    info = packets.describe(path).first("video")
    assert info is not None
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        path,
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120).stdout
    return list(np.frombuffer(raw, dtype=np.uint8).reshape(-1, info.height, info.width, 3))


def unmarked(frame: Pixels) -> NDArray[np.bool_]:
    """True where neither the EMULATED box lies nor its colour is mixed into the pixels beside it."""
    box = mark.box_of(frame.shape[1], frame.shape[0])
    clear = np.ones(frame.shape[:2], dtype=bool)
    clear[box.y - 2 * BLUR : box.y + box.height, box.x : box.x + box.width + 2 * BLUR] = False
    return clear


def widest(values: Pixels) -> Pixels:
    """The largest of each pixel's three channels (numpy's own `max` along an axis of three takes ten times as long)."""
    return np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])


def off(frame: Pixels, colour: Sequence[int]) -> Pixels:
    """How far each pixel is from a colour, in its worst channel."""
    return widest(cv2.absdiff(frame, (*map(float, colour), 0.0)))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("page", [(960, 540), (720, 540), (540, 960)])
@pytest.mark.parametrize("adaptation", [0, 1])
def test_pages_are_fitted_to_the_pixel_and_keep_their_colours(
    binary: Binary, tmp_path: Path, size: tuple[int, int], page: tuple[float, float], adaptation: int
) -> None:
    deck = quarters_pdf(tmp_path / "deck.pdf", width=page[0], height=page[1])
    everywhere = {"AdaptationType": adaptation, "BackgroundColor": "#123456"}
    config = heard(
        VirtualmanKey=PORTRAIT if size[0] < size[1] else LANDSCAPE,
        VideoParam={"AnchorParam": {"HorizontalPosition": 5.0}},  # out of the picture
    )
    product = render(tmp_path, binary, deck, [config], everywhere, seconds=0.5)
    frames = seen(product.media)
    assert len(frames) == 12 or len(frames) == 13
    framing = Framing(width=size[0], height=size[1], fit=list(Fit)[adaptation], background=BACKGROUND)
    box = framing.place(*page)
    for frame in (frames[0], frames[-1]):
        assert frame.shape == (size[1], size[0], 3)
        wanted = np.empty(frame.shape, dtype=np.uint8)
        wanted[:] = BACKGROUND
        middle = (box.y + box.height // 2, box.x + box.width // 2)
        for number, (rows, columns) in enumerate(
            ((slice(box.y, middle[0]), slice(box.x, middle[1])),
             (slice(box.y, middle[0]), slice(middle[1], box.x + box.width)),
             (slice(middle[0], box.y + box.height), slice(box.x, middle[1])),
             (slice(middle[0], box.y + box.height), slice(middle[1], box.x + box.width)))
        ):  # fmt: skip
            wanted[rows, columns] = COLOURS[number]
        wrong = (widest(cv2.absdiff(frame, wanted)) > NEAR) & unmarked(frame)
        changes = np.zeros(wrong.shape, dtype=bool)
        for axis in (0, 1):
            differs = widest(np.diff(wanted, axis=axis)) != 0
            for shift in range(-BLUR, BLUR + 1):
                changes |= np.roll(np.pad(differs, [(0, axis == 0), (0, axis == 1)]), shift, axis=axis)
        assert not (wrong & ~changes).any()


def test_the_border_of_a_letterboxed_page_stands_at_its_exact_row(binary: Binary, tmp_path: Path) -> None:
    """Luma tells borders to the pixel even where chroma straddles them: 4:3 in portrait begins at row 555."""
    deck = colour_pdf(tmp_path / "deck.pdf", [(255, 255, 255)], width=720, height=540)
    config = heard(VirtualmanKey=PORTRAIT, VideoParam={"AnchorParam": {"HorizontalPosition": 5.0}})
    product = render(tmp_path, binary, deck, [config], {"AdaptationType": 1, "BackgroundColor": "#000000"})
    column = seen(product.media)[5][:, 540, 0]
    white = np.nonzero(column > 128)[0]
    assert (white.min(), white.max()) == (555, 555 + 810 - 1)


def test_the_standard_of_its_colours_is_written_into_the_file(binary: Binary, tmp_path: Path) -> None:
    product = render(tmp_path, binary, colour_pdf(tmp_path / "deck.pdf", COLOURS[:1]), [heard()])
    told = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", product.media],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert "yuv420p(tv, bt709" in told
    assert comment_of(product.media) == "EMULATED"
    assert "pages 1 by PDF" in told


def test_pages_follow_each_other_for_as_long_as_their_voices(binary: Binary, tmp_path: Path) -> None:
    deck = colour_pdf(tmp_path / "deck.pdf", COLOURS[:3])
    configs = [
        heard(VirtualmanKey=""),
        {"DriverType": "", "InputSsml": "第二页。", "SpeechParam": {"Speed": 0, "TimbreKey": ""}},
    ]
    product = render(tmp_path, binary, deck, configs, {"SpeechParam": SPOKEN}, seconds=0.8)
    frames = seen(product.media)
    assert len(frames) == round(product.seconds * 25)
    first = [off(frame, COLOURS[0])[unmarked(frame)].max() <= NEAR for frame in frames]
    assert first == [True] * 20 + [False] * (len(frames) - 20)
    assert all(off(frame, COLOURS[1])[unmarked(frame)].max() <= NEAR for frame in frames[20:])
    assert len(frames) - 20 > 12
    assert product.subtitles is None


def test_a_page_takes_what_it_does_not_say_from_the_global_config() -> None:
    everywhere = {
        "VideoParam": {"AnchorParam": {"HorizontalPosition": 0.2, "VerticalPosition": -0.1, "Scale": 0.5}}
    }
    plain = pages.stand_of({"VirtualmanKey": LANDSCAPE}, everywhere, KNOWN)
    zeros = {"AnchorParam": {"HorizontalPosition": 0, "Scale": 0}}
    unsaid = pages.stand_of({"VirtualmanKey": LANDSCAPE, "VideoParam": zeros}, everywhere, KNOWN)
    own = {"AnchorParam": {"HorizontalPosition": -0.3}}
    said = pages.stand_of({"VirtualmanKey": LANDSCAPE, "VideoParam": own}, everywhere, KNOWN)
    assert plain is not None and unsaid is not None and said is not None
    assert (plain.horizontal, plain.vertical, plain.scale) == (0.2, -0.1, 0.5)
    assert unsaid == plain
    assert (said.horizontal, said.vertical, said.scale) == (-0.3, -0.1, 0.5)
    alone = pages.stand_of({"VirtualmanKey": LANDSCAPE}, {}, KNOWN)
    assert alone is not None and (alone.horizontal, alone.vertical, alone.scale) == (0, 0, 1)
    assert pages.stand_of({"VirtualmanKey": ""}, everywhere, KNOWN) is None
    voice = pages.inherited({"TimbreKey": "male_1", "Speed": 1.2}, {"TimbreKey": "", "Speed": 0, "Volume": 3})
    assert voice == {"TimbreKey": "male_1", "Speed": 1.2, "Volume": 3}


def test_a_presenter_stands_inside_its_place_and_moves_its_mouth(binary: Binary, tmp_path: Path) -> None:
    deck = colour_pdf(tmp_path / "deck.pdf", COLOURS[:2])
    anchor = {"HorizontalPosition": 0.25, "VerticalPosition": -0.125, "Scale": 0.5}
    configs = [heard(VirtualmanKey=LANDSCAPE, VideoParam={"AnchorParam": anchor}), heard()]
    product = render(tmp_path, binary, deck, configs, seconds=0.6)
    frames = seen(product.media)
    avatar = KNOWN.avatars[LANDSCAPE]
    size = placement.scaled(placement.Size(width=1080, height=1920), avatar.origin_zoom, 0.5)
    x, y = placement.corner(
        placement.Size(width=1920, height=1080), size, placement.Position(horizontal=0.25, vertical=-0.125)
    )
    place = np.zeros((1080, 1920), dtype=bool)
    place[round(y) : round(y + size.height), round(x) : round(x + size.width)] = True
    for frame in frames[:15]:
        differs = (off(frame, COLOURS[0]) > 12) & unmarked(frame)
        rows, columns = np.nonzero(differs)
        assert place[differs].mean() > 0.999  # an encoder's ringing at most
        assert differs.sum() > 0.3 * place.sum()
        assert rows.max() >= round(y + size.height) - 3  # on the lower edge of its place
        assert abs(columns.mean() - (x + size.width / 2)) < 4
    moves = widest(cv2.absdiff(frames[0], frames[8])) > 40
    rows, columns = np.nonzero(moves & unmarked(frames[0]))
    assert 50 < len(rows) < 0.05 * place.sum() and place[moves & unmarked(frames[0])].all()
    assert all(off(frame, COLOURS[1])[unmarked(frame)].max() <= NEAR for frame in frames[15:])


def test_logos_lie_at_their_corner_in_their_scale(binary: Binary, tmp_path: Path) -> None:
    logo = np.zeros((60, 100, 4), dtype=np.uint8)
    logo[:, :50] = (255, 0, 0, 255)  # the right half is clear
    pictures.write_png(logo, tmp_path / "logo.png")
    deck = colour_pdf(tmp_path / "deck.pdf", COLOURS[1:2])
    place = "GlobalConfig.LogoParams[{}].LogoFileUrl"
    rows = [
        {"LogoFileUrl": "x", "PositionX": 200, "PositionY": 100, "Scale": 2.0},
        {"LogoFileUrl": "x", "PositionX": -20, "PositionY": 900},
        {"PositionX": 0, "PositionY": 0, "Scale": 1.0},
        {"LogoFileUrl": "x", "PositionX": 5000, "PositionY": 0, "Scale": 15.0},
    ]
    product = render(
        tmp_path, binary, deck, [heard()], {"LogoParams": rows},
        files={place.format(n): tmp_path / "logo.png" for n in (0, 1, 3)},
    )  # fmt: skip
    frame = seen(product.media)[7]
    red = np.zeros(frame.shape[:2], dtype=bool)
    red[100:220, 200:300] = True
    red[900:960, 0:30] = True
    inner = np.zeros_like(red)
    inner[106:214, 206:294] = True
    assert off(frame, (255, 0, 0))[inner].max() <= NEAR
    outer = red.copy()
    outer[94:226, 194:306] = outer[894:966, :36] = True
    assert off(frame, COLOURS[1])[~outer & unmarked(frame)].max() <= NEAR


@pytest.mark.parametrize("shown", [True, False])
def test_subtitles_are_burnt_on_text_driven_pages_only(binary: Binary, tmp_path: Path, shown: bool) -> None:
    deck = colour_pdf(tmp_path / "deck.pdf", [(20, 60, 40)] * 2)
    configs = [{"InputSsml": "大家好，欢迎。", "SpeechParam": SPOKEN}, heard()]
    product = render(tmp_path, binary, deck, configs, {"ShowSubtitles": shown}, seconds=0.6)
    frames = seen(product.media)

    def letters(frame: Pixels) -> NDArray[np.bool_]:
        return (widest(255 - frame) < 55) & unmarked(frame)

    said = len(frames) - 15
    while_spoken = letters(frames[said // 2])
    assert bool(while_spoken.sum() > 1000) is shown
    assert not any(letters(frame).any() for frame in frames[said:])
    if shown:
        rows, columns = np.nonzero(while_spoken)
        assert rows.min() > 850 and rows.max() < 1060
        assert columns.mean() == pytest.approx(960, abs=30)


def test_only_the_first_pages_are_shown_when_there_are_fewer_configs(binary: Binary, tmp_path: Path) -> None:
    deck = colour_pdf(tmp_path / "deck.pdf", COLOURS[:5])
    frames = seen(render(tmp_path, binary, deck, [heard(), heard()], seconds=0.4).media)
    assert len(frames) == 20
    assert [int(off(frames[at], COLOURS[n])[200, 200]) <= NEAR for n, at in ((0, 2), (1, 17))] == [True, True]


def test_a_card_stands_for_a_slide_where_no_office_is_installed(
    binary: Binary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deck = make_pptx(tmp_path / "deck.pptx", 2)
    without_office(monkeypatch, tmp_path)
    caplog.set_level("INFO", logger="mediaprep.emulator.render.pages")  # the command line sets levels too
    product = render(tmp_path, binary, deck, [heard(), heard()], seconds=0.4)
    assert "pages 1, 2 by card" in caplog.text
    frames = seen(product.media)
    assert np.abs(frames[2].astype(int) - frames[17].astype(int)).max() > 60  # another title


@pytest.mark.parametrize(
    ("deck", "configs", "code", "told"),
    [
        ("good", [], 801501, "PageConfigs"),
        ("short", 2, 801009, "文稿只有 1 页"),
        ("locked", 1, 801009, "设有密码"),
    ],
)
def test_a_deck_that_cannot_be_shown_fails_the_task(
    binary: Binary, tmp_path: Path, deck: str, configs: Any, code: int, told: str
) -> None:
    made = make_pdf(tmp_path / "deck.pdf", 1, password="x" if deck == "locked" else None)
    wanted = configs if isinstance(configs, list) else [heard()] * configs
    with pytest.raises(Spoiled) as spoiled:
        render(tmp_path, binary, made, wanted)
    assert spoiled.value.fail_code == code and told in spoiled.value.message
