"""A font that has every glyph, or a clear error (fontTools). And a fontconfig that knows no other font.

Without both, libass takes whatever a machine has, draws empty boxes, and reports success.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.captions import typeface
from mediaprep.media.decks.carried_font import default_font
from mediaprep.model.finishing.plans import CaptionFont

__all__ = ["choose", "default_font", "judge_log", "lay_out"]
_EXCERPT = 24  # characters
_SIGNATURES = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf")
_OUTLINES = ("glyf", "CFF ", "CFF2")
_COLOURED = ("COLR", "CBDT", "sbix", "SVG ")
_LIBASS_COMPLAINTS = (
    "failed to find any fallback",
    "not found, selecting one more font",
    "Using default font",
)


def choose(
    texts: Iterable[str],
    wanted: Path | Sequence[Path] | None = None,
    *,
    check: bool = True,
    traditional: bool = False,
) -> CaptionFont:
    """The font at `wanted` (of several the first, the others lend what it lacks), else the one we bring along in its
    mainland or `traditional` forms, to which Droid Sans Fallback lends what it lacks; after making sure that every
    character is drawn, without `check` whatever is lacking.

    Raises BadAsset naming the characters that none has.
    """
    paths = [wanted] if isinstance(wanted, Path) else list(wanted or ())
    carried = not paths
    paths = paths or [typeface.CARRIED, default_font()]
    font, glyphs = _opened(paths[0])
    others = [_lender(path) for path in paths[1:]]
    twice = {font.family} & {other.family for other, _ in others}
    if twice or len({other.family for other, _ in others}) < len(others):
        raise BadAsset(
            f"two of the fonts are called {font.family}: name fonts of different families",
            f"有两个字体同名（{font.family}）：请使用不同的字体",
        )
    lines = list(texts)
    needed = {c for text in lines for c in text if not _blank(c) and ord(c) not in glyphs} if check else set()
    lent = {c: n for c in needed for n in reversed(range(len(others))) if ord(c) in others[n][1]}
    lent |= _whole_scripts(lent, lines, [glyphs for _, glyphs in others])
    lacking = sorted(needed - lent.keys())
    if lacking:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in lacking[:12]) + " …" * (len(lacking) > 12)
        families = [font.family, *(other.family for other, _ in others)]
        first = " ".join(next(text for text in lines if set(text) & set(lacking)).split())[:_EXCERPT]
        raise BadAsset(
            f"captions hold {len(lacking)} character(s) that {' and '.join(families)} cannot draw: {names}; first in "
            f"“{first}”; take them out or name a font that has them (--font, also a second one)",
            f"字幕有 {len(lacking)} 个字符 {'、'.join(families)} 无法显示：{names}；首见于“{first}”；"
            "请删除，或用 --font 指定（可再加一个）含有它们的字体",
        )
    if carried and not lent:
        others = []  # the last resort is not needed
    return replace(
        font, carried=carried, language=typeface.TRADITIONAL if carried and traditional else "",
        others=tuple(other for other, _ in others), lent=tuple(sorted(lent.items())),
    )  # fmt: skip


def _whole_scripts(
    lent: Mapping[str, int], lines: Sequence[str], glyphs: Sequence[frozenset[int]]
) -> dict[str, int]:
    """The other letters of an alphabet of which one is lent, so that no word is drawn with two fonts."""
    alphabets = {name: number for sign, number in lent.items() if (name := _alphabet(sign))}
    return {
        sign: alphabets[name]
        for sign in {sign for line in lines for sign in line}
        if (name := _alphabet(sign)) in alphabets and ord(sign) in glyphs[alphabets[name]]
    }


def _alphabet(sign: str) -> str:
    """LATIN, CYRILLIC, THAI …; nothing for signs that stand alone, such as Chinese ones."""
    name = unicodedata.name(sign, "").split(" ")[0] if sign.isalpha() else ""
    return "" if name in {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"} else name


def _lender(path: Path) -> tuple[CaptionFont, frozenset[int]]:
    """A further font. One whose signs are coloured pictures is refused: libass draws outlines only."""
    found = _opened(path)
    with _reading(path) as font:
        coloured = [table for table in _COLOURED if table in font]
    if coloured:
        raise BadAsset(
            f"{path.name}: its signs are coloured ({coloured[0].strip()}), which captions cannot show; give a "
            "font with outlines, such as Noto Emoji",
            f"{path.name}：彩色字体（{coloured[0].strip()}）无法用于字幕；请使用轮廓字体，如 Noto Emoji",
        )
    return found


def _blank(character: str) -> bool:
    # chooses a form of what stands before it
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return character.isspace() or selector or unicodedata.category(character) in {"Cc", "Cf", "Zs"}


@functools.lru_cache(maxsize=8)
def _opened(path: Path) -> tuple[CaptionFont, frozenset[int]]:
    with _reading(path) as font:
        glyphs = frozenset(font.getBestCmap() or ())
        names, head, os2 = font["name"], font["head"], font["OS/2"]
        line = (os2.usWinAscent + os2.usWinDescent) or (font["hhea"].ascent - font["hhea"].descent)
        family = names.getDebugName(1)
        outlined = any(table in font for table in _OUTLINES)
        em = head.unitsPerEm
    if not family or not glyphs or not outlined or set(family) & set("{}\\,\n"):
        raise BadAsset(
            f"{path.name}: a font without usable name, glyphs or outlines",
            f"{path.name}：字体缺少可用的名称、字形或轮廓",
        )
    return CaptionFont(path=path, family=family, line_factor=line / em), glyphs


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[TTFont]:
    """The font at `path` while it is read. Raises BadAsset for what is none."""
    try:
        with path.open("rb") as file:
            signature = file.read(4)
        if signature not in _SIGNATURES:
            raise BadAsset(
                f"{path.name}: not a TrueType or OpenType font (.ttf, .otf, .ttc)",
                f"{path.name}：不是 TrueType 或 OpenType 字体（.ttf、.otf、.ttc）",
            )
        yield TTCollection(path).fonts[0] if signature == b"ttcf" else TTFont(path, lazy=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise BadAsset(f"{path}: no such file", f"{path}：文件不存在") from error
        raise BadAsset(f"{path}: {error.strerror or error}", f"{path}：{error.strerror or error}") from error
    except (TTLibError, KeyError, ValueError, AssertionError, AttributeError) as error:
        raise BadAsset(
            f"{path.name}: a broken font ({error})", f"{path.name}：字体损坏（{error}）"
        ) from error


def lay_out(font: CaptionFont, folder: Path, *, also: CaptionFont | None = None) -> dict[str, str]:
    """Put `font` (and another one `also`) and what it borrows from into `folder`/fonts, with a fontconfig that lists
    only these; returns the environment that makes libass obey. `fontsdir=fonts` is then to be given, relative to
    `folder`."""
    fonts = folder / "fonts"
    fonts.mkdir()
    used = [one for whole in (font, also) if whole is not None for one in (whole, *whole.others)]
    for number, one in enumerate({one.path: one for one in used}.values()):
        target = fonts / f"font{number}{one.path.suffix.lower()}"
        try:
            target.hardlink_to(one.path.resolve())
        except OSError:
            shutil.copyfile(one.path, target)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{escape(str(fonts))}</dir><cachedir>{escape(str(folder / 'cache'))}</cachedir>"
        "</fontconfig>",
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(config), "FONTCONFIG_PATH": str(folder)}


def judge_log(log: str) -> None:
    """ToolFailed if libass said that it lacked a glyph or took another font (it exits with 0 even so)."""
    for line in log.splitlines():
        if any(complaint in line for complaint in _LIBASS_COMPLAINTS):
            raise ToolFailed(
                f"captions were drawn with another font or empty boxes: {line.strip()}",
                f"字幕字体不对或出现缺字方框：{line.strip()}",
            )
