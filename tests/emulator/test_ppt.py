"""A presentation over HTTP, from the POST to the video: what is shown, and what is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from tests.emulator.wire import S3, account, call, finish, send, submit
from tests.making import make_audio, make_pdf, make_pptx
from tests.making_pages import COLOURS, colour_pdf, colour_pptx

AVATAR = "2c3f4c11d1e54b7693156b060990544d"
VOICE = {"TimbreKey": "female_1", "Speed": 1.5}


@pytest.fixture(scope="module")
def real() -> Iterator[Emulator]:
    with Emulator(Options(repeat_seconds=0.0)) as running:
        yield running


@pytest.fixture
def put(real: Emulator) -> Callable[[Path], str]:
    """put(path) → a presigned URL of that file in the emulator's bucket."""
    s3 = S3.of(real)

    def upload(path: Path) -> str:
        assert s3.request("PUT", f"/mediaprep/{path.name}", path.read_bytes()).status == 200
        return s3.presign("GET", f"/mediaprep/{path.name}")

    return upload


def frames(path: Path, width: int = 1920, height: int = 1080) -> NDArray[np.uint8]:
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
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, height, width, 3)


def near(pixel: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return int(np.abs(pixel.astype(int) - np.array(colour)).max()) <= 3


@pytest.mark.needs("soffice")
def test_the_first_slides_of_a_pptx_become_a_video(
    real: Emulator, put: Callable[[Path], str], tmp_path: Path
) -> None:
    deck = colour_pptx(tmp_path / "deck.pptx", COLOURS[:5], hidden=[2], wide=False)
    sound = make_audio(tmp_path / "page.mp3", seconds=0.8)
    payload = {
        "PPTFileUrl": put(deck),
        "GlobalConfig": {"AdaptationType": 1, "BackgroundColor": "#102030", "SpeechParam": VOICE},
        "PageConfigs": [
            {"InputSsml": "第一页。", "VirtualmanKey": AVATAR},
            {"DriverType": "OriginalVoice", "InputAudioUrl": put(sound), "VirtualmanKey": ""},
            {"InputSsml": "第三页。"},
        ],
    }
    ended = finish(real, submit(real, "ppt", payload), "ppt_progress", seconds=120)
    assert ended["Status"] == "SUCCESS", ended
    assert set(ended) == {"Progress", "MediaUrl", "Status", "FailCode", "FailMessage", "Duration"}
    path = tmp_path / "result.mp4"
    path.write_bytes(send("GET", ended["MediaUrl"]).body)
    shown = frames(path)
    assert len(shown) * 40 == pytest.approx(ended["Duration"], abs=40)
    slides = [next((n for n in range(5) if near(frame[60, 400], COLOURS[n])), None) for frame in shown]
    assert slides[0] == 0 and slides[-1] == 2
    assert slides == sorted(slides, key=lambda n: -1 if n is None else n)
    assert 18 <= slides.count(1) <= 22  # the hidden one, for as long as its sound
    assert set(slides) == {0, 1, 2}
    assert all(near(frame[540, 100], (0x10, 0x20, 0x30)) for frame in shown)  # beside the 4:3 page
    presenter = [
        not near(frame[700, 960], COLOURS[int(slide or 0)])
        for frame, slide in zip(shown, slides, strict=True)
    ]
    assert presenter == [slide == 0 for slide in slides]
    told = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", path],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert "pages 1, 2, 3 by LibreOffice" in told


def spoken(deck: str, pages: int = 1, **everywhere: Any) -> dict[str, Any]:
    return {
        "PPTFileUrl": deck,
        "GlobalConfig": {"SpeechParam": VOICE, **everywhere},
        "PageConfigs": [{"InputSsml": "好。"}] * pages,
    }


@pytest.mark.parametrize(
    ("make", "pages", "told"),
    [
        (lambda p: make_pdf(p, 51), 1, "pages_total 51"),
        (lambda p: make_pptx(p, 51, hidden=range(1, 40)), 1, "pages_total 51"),
        (lambda p: make_pdf(p, 2), 3, "PageConfigs"),
        (lambda p: make_pdf(p, 2, password="x"), 1, "密码"),
        (lambda p: p.write_text("no deck"), 1, "PPTFileUrl"),
        (lambda p: p.write_bytes(b"%PDF-1.7\n" + bytes(500)), 1, "PDF"),
    ],
    ids=["pdf of 51", "pptx of 51, most hidden", "more configs than pages", "locked", "no deck", "damaged"],
)
def test_what_the_docs_refuse_fails_the_task_and_costs_nothing(
    real: Emulator,
    put: Callable[[Path], str],
    tmp_path: Path,
    make: Callable[[Path], Any],
    pages: int,
    told: str,
) -> None:
    make(tmp_path / "deck")
    task_id = submit(real, "ppt", spoken(put(tmp_path / "deck"), pages))
    ended = finish(real, task_id, "ppt_progress", seconds=60)
    assert (ended["Status"], ended["FailCode"]) == ("FAIL", 801009), ended
    assert told in ended["FailMessage"] and "Traceback" not in ended["FailMessage"]
    assert ended["MediaUrl"] == ""
    assert next(row for row in account(real) if row["task_id"] == task_id)["charged"] is False


def test_a_page_without_anything_to_say_is_refused_at_once(real: Emulator) -> None:
    payload = {**spoken("http://127.0.0.1:9/a.pdf"), "PageConfigs": [{"VirtualmanKey": AVATAR}]}
    assert call(real, "ppt", payload).code in {100001, 100002}
    payload["PageConfigs"] = [{"DriverType": "OriginalVoice"}]
    assert call(real, "ppt", payload).code in {100001, 100002}


def test_a_voice_without_subtitles_fails_where_they_are_shown(
    real: Emulator, put: Callable[[Path], str], tmp_path: Path
) -> None:
    deck = put(colour_pdf(tmp_path / "deck.pdf", COLOURS[:1]))
    third = {"TimbreKey": "emu_third_party"}
    shown = finish(
        real, submit(real, "ppt", spoken(deck, ShowSubtitles=True, SpeechParam=third)), "ppt_progress"
    )
    assert (shown["Status"], shown["FailCode"]) == ("FAIL", 801506), shown
    assert "emu_third_party" in shown["FailMessage"]
    quiet = submit(real, "ppt", spoken(deck, SpeechParam=third))
    assert finish(real, quiet, "ppt_progress", seconds=60)["Status"] == "SUCCESS"


def test_a_broken_logo_fails_the_task(real: Emulator, put: Callable[[Path], str], tmp_path: Path) -> None:
    deck = put(colour_pdf(tmp_path / "deck.pdf", COLOURS[:1]))
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    rows = [{"LogoFileUrl": put(tmp_path / "logo.png"), "PositionX": 0, "PositionY": 0, "Scale": 1.0}]
    ended = finish(real, submit(real, "ppt", spoken(deck, LogoParams=rows)), "ppt_progress", seconds=60)
    assert (ended["Status"], ended["FailCode"]) == ("FAIL", 801009), ended
