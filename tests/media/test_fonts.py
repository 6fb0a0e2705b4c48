"""Every glyph is there, or it is said which are not; and libass is kept to one font of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import fonts


def test_the_default_font_has_chinese_latin_and_the_marks_of_captions() -> None:
    font = fonts.choose(["大家好，欢迎使用“数智人”——《红楼梦》、（1）……80%℃ Hello, World! 龘"])
    assert font.family == "Noto Sans CJK SC Medium" and font.path.is_file()
    assert 1.0 < font.line_factor < 1.6


def test_a_glyph_no_font_has_is_named() -> None:
    with pytest.raises(BadAsset, match=r"😀 \(U\+1F600\)") as caught:
        fonts.choose(["你好😀"])
    assert "😀" in caught.value.zh


def test_blanks_and_line_breaks_need_no_glyph() -> None:
    fonts.choose(["你好\n世界\u3000\u200b \u00a0"])


def test_a_font_of_the_users_is_asked_for_its_own_glyphs(tmp_path: Path) -> None:
    latin = subset(tmp_path / "latin.ttf", "abc ABC")
    assert fonts.choose(["abc"], latin).path == latin
    with pytest.raises(BadAsset, match=r"你 \(U\+4F60\)"):
        fonts.choose(["你"], latin)


@pytest.mark.parametrize(
    "raw", [b"", b"hello world, not a font", b"\x00\x01\x00\x00" + b"\xff" * 200, b"OTTO"]
)
def test_what_is_no_font_is_refused_in_one_line(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.ttf"
    path.write_bytes(raw)
    with pytest.raises(BadAsset) as caught:
        fonts.choose(["a"], path)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadAsset):
        fonts.choose(["a"], tmp_path / "absent.ttf")


def test_the_font_is_written_once_into_the_cache_and_mended_when_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = fonts.default_font()
    assert path.is_relative_to(tmp_path) and path.stat().st_size > 3_000_000
    path.write_bytes(b"")
    assert fonts.default_font().stat().st_size > 3_000_000
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_without_a_writable_home_a_private_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(blocked))
    assert fonts.default_font().is_file()


@pytest.mark.parametrize(
    "line",
    [
        "[Parsed_ass_0 @ 0x1] fontselect: failed to find any fallback with glyph 0x1F600 for font: (X, 400, 0)",
        "[Parsed_ass_0 @ 0x1] Glyph 0x4F60 not found, selecting one more font for (X, 400, 0)",
        "[Parsed_ass_0 @ 0x1] fontselect: Using default font family: (X, 400, 0) -> y",
    ],
)
def test_what_libass_only_mutters_is_an_error(line: str) -> None:
    with pytest.raises(ToolFailed):
        fonts.judge_log(f"something else\n{line}\n")
    fonts.judge_log("[libx264 @ 0x1] a harmless warning")


def test_libass_sees_no_font_but_ours(tmp_path: Path) -> None:
    """Even a face that every machine might have is drawn with the one font that lies in our folder."""
    environment = fonts.lay_out(fonts.choose(["你好"], fonts.default_font()), tmp_path)
    script = (
        "[Script Info]\nPlayResX: 160\nPlayResY: 90\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour\n"
        "Style: Default,{face},40,&H00FFFFFF\n\n[Events]\nFormat: Start, End, Style, Text\n"
        "Dialogue: 0:00:00.00,0:00:01.00,Default,{text}\n"
    )

    def draw(face: str, text: str) -> tuple[np.ndarray, str]:
        (tmp_path / "a.ass").write_text(script.format(face=face, text=text), encoding="utf-8")
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-f", "lavfi", "-i", "color=black:s=160x90:r=1:d=1",
             "-vf", "ass=a.ass:fontsdir=fonts", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
            cwd=tmp_path, env=environment, capture_output=True, check=True,
        )  # fmt: skip
        return np.frombuffer(done.stdout, np.uint8), done.stderr.decode()

    picture, log = draw("Droid Sans Fallback", "你好")
    fonts.judge_log(log)
    assert (picture > 200).sum() > 100
    with pytest.raises(ToolFailed):
        fonts.judge_log(draw("Droid Sans Fallback", "\U0001f600")[1])
    assert np.array_equal(draw("Arial", "abc")[0], draw("Droid Sans Fallback", "abc")[0])


def subset(path: Path, text: str) -> Path:
    """A font of the given characters only."""
    from fontTools import subset as cutter
    from fontTools.ttLib import TTFont

    font = TTFont(fonts.default_font())
    work = cutter.Subsetter()
    work.populate(text=text)
    work.subset(font)
    font.save(path)
    return path


def test_the_caption_with_the_missing_glyph_is_named_too() -> None:
    with pytest.raises(BadAsset, match="first in “第二条😀”") as caught:
        fonts.choose(["第一条", "第二条😀", "第三条😀"])
    assert "首见于“第二条😀”" in caught.value.zh and "--font" in caught.value.zh


def test_selectors_of_a_form_need_no_glyph() -> None:
    fonts.choose(["葛\U000e0100城☆\ufe0f"])


def test_an_alphabet_is_drawn_by_one_font(tmp_path: Path) -> None:
    """A letter that is lacking takes the others of its alphabet with it, digits and Chinese stay."""
    plain = subset(tmp_path / "plain.ttf", "你好 abc123")
    wide = renamed(subset(tmp_path / "wide.ttf", "abcé你123"), "Wide")
    font = fonts.choose(["你好 abc123 é"], [plain, wide])
    assert dict(font.lent) == dict.fromkeys("abcé", 0)
    assert fonts.choose(["你好 abc123"], [plain, wide]).lent == ()


def renamed(path: Path, family: str) -> Path:
    from fontTools.ttLib import TTFont

    font = TTFont(path)
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = family
    font.save(path)
    return path
