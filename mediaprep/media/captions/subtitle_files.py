"""The door to subtitle files (pysubs2): read untrusted ones within limits, write SRT, VTT and our own ASS.

Only our own ASS files ever reach libass: text read from others is stripped of every tag and override.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import pysubs2

from mediaprep.errors import BadAsset
from mediaprep.media import text as texts
from mediaprep.media.captions import forms, markup, timed, ttml, typeface
from mediaprep.media.captions.timed import Block
from mediaprep.media.isolation import posix
from mediaprep.model.finishing.captions import Dropped
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue, VisibleMark

MOST_BYTES = 4 << 20
MOST_CUES = 20_000
MOST_CHARACTERS = 1000  # of one cue
_MOST_RAW = 4000  # characters of one line, and of one cue with its tags
MOST_LINES = 10  # of one cue
LATEST_MS = 24 * 3600 * 1000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_RATE_LINE: Final = re.compile(r"\A\s*\{[01]\}\{[01]\}\s*\d")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a file holds: its form (a key of forms.NAMES), its cues in order of time, those with text that end before
    they begin, or as they do, and what else was dropped; the encoding that it was read in."""

    form: str
    cues: tuple[Cue, ...]
    backwards: tuple[Cue, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    encoding: str = "UTF-8"
    encoding_guessed: bool = False


def read(path: Path) -> tuple[Cue, ...]:
    """The cues of a subtitle file in order of time, without tags, overrides or empty ones.

    Raises BadAsset for anything else, and beyond the limits of size, cues, lines and time.
    """
    return take(path).cues


def take(path: Path, fps: Fraction | None = None) -> Taken:
    """What `read` reads, and what it leaves out. `fps`: of the video, where a file counts its pictures."""
    raw = content(path, MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _bad(path, f"is larger than {MOST_BYTES >> 20} MiB", f"超过 {MOST_BYTES >> 20} MiB")
    found = texts.decode(raw, path.name)
    return parse(found.text, path, fps=fps, encoding=found.encoding, guessed=found.guessed)


def content(path: Path, most: int) -> bytes:
    """Up to `most` bytes of a regular file. Raises BadAsset, which names it."""
    try:
        with posix.open_regular(path) as file:
            return file.read(most)
    except BadAsset as error:
        if str(path) in error.en:
            raise
        raise BadAsset(f"{path} {error.en}", f"{path} {error.zh}") from error


def parse(
    text: str, path: Path, *, fps: Fraction | None = None, encoding: str = "UTF-8", guessed: bool = False
) -> Taken:
    """What `text` holds; `path` is only named in errors."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    form = forms.form_of(text)
    if form == "sami":
        raise _bad(path, "is SAMI, which is not read here", "是 SAMI，此处不支持")
    if form is None:
        raise _bad(path, "holds no captions", "不含字幕")
    if form != "ttml":  # their line ends mean nothing
        _refuse_long(text, path)
    try:
        found = list(itertools.islice(_blocks(text, form, fps, path), MOST_CUES + 1))
    except (ttml.Unreadable, ValueError, KeyError, IndexError, OverflowError, pysubs2.Pysubs2Error) as error:
        told = " ".join(str(error).split())[:120] or type(error).__name__
        raise _bad(
            path, f"is no readable {forms.NAMES[form]} ({told})", f"{forms.NAMES[form]} 无法解析（{told}）"
        ) from error
    if len(found) > MOST_CUES:
        raise _bad(path, f"has more than {MOST_CUES} cues", f"字幕超过 {MOST_CUES} 条")
    dropped = tuple(_dropped(block) for block in found if block.clock is not None)
    cues = sorted(
        (c for block in found if block.clock is None and (c := _cue(block, form, path)) is not None),
        key=lambda cue: (cue.start_ms, cue.end_ms),
    )
    shown = tuple(cue for cue in cues if cue.start_ms < cue.end_ms)
    if not shown:
        raise _bad(path, "has no cue with text", "没有任何带文字的字幕")
    return Taken(
        form=form,
        cues=shown,
        backwards=tuple(cue for cue in cues if cue.start_ms >= cue.end_ms),
        dropped=dropped,
        encoding=encoding,
        encoding_guessed=guessed,
    )


def _blocks(text: str, form: str, fps: Fraction | None, path: Path) -> Iterator[Block]:
    if form == "ttml":
        return ttml.blocks(text)
    if form == "lrc":
        return timed.lyrics(text)
    if form in {"srt", "vtt", "sbv", "subviewer"}:
        return timed.blocks(text, vtt=form == "vtt")
    if form == "microdvd" and fps is None and not _RATE_LINE.match(text):
        raise _bad(
            path,
            "counts pictures and does not say how many a second has: put {1}{1}25 on its first line",
            "按帧计时但未说明帧率：请在首行加 {1}{1}25",
        )
    return _by_pysubs2(text, form, fps)


def _by_pysubs2(text: str, form: str, fps: Fraction | None) -> Iterator[Block]:
    if form in {"ass", "ssa"}:
        text = _without_styles(text)
    rate = None if fps is None or _RATE_LINE.match(text) else float(fps)
    subs = pysubs2.SSAFile.from_string(text, format_=form, fps=rate)
    for event in subs.get_text_events():
        yield Block(line=0, start_ms=int(event.start), end_ms=int(event.end), text=event.text)


_STYLE_LINE: Final = re.compile(r"^\s*Style\s*:.*$", re.IGNORECASE | re.MULTILINE)


def _without_styles(text: str) -> str:
    """An ASS file's looks are not taken over: an odd colour in them shall break nothing."""
    return _STYLE_LINE.sub("", text)


def _dropped(block: Block) -> Dropped:
    said = " ".join(block.text.split())[:40]
    return Dropped(line=block.line, text=said, clock=(block.clock or "")[:60])


def _refuse_long(text: str, path: Path) -> None:
    """What no subtitle file holds, before it is parsed: patterns that look for an end of tag take time that
    grows with the square of a line's length, and of a cue's."""
    cue = 0
    timed = "-->" in text
    for line in text.split("\n"):
        cue = 0 if "-->" in line or not timed else cue + len(line)
        if len(line) > _MOST_RAW or cue > _MOST_RAW:
            raise _bad(
                path,
                f"has a line or cue of more than {_MOST_RAW} characters (tags counted)",
                f"有一行或一条字幕超过 {_MOST_RAW} 字符（含标签）",
            )


def _cue(block: Block, form: str, path: Path) -> Cue | None:
    text = _CONTROL.sub("", block.text if form == "ttml" else markup.plain(block.text, form))
    lines = tuple(line.strip() for line in text.split("\n") if line.strip())
    if not lines:
        return None
    where = f"at {block.start_ms / 1000:.3f} s"
    if not (0 <= block.start_ms <= LATEST_MS and 0 <= block.end_ms <= LATEST_MS):
        raise _bad(path, f"has a cue outside 0–24 h {where}", f"有字幕时间超出 0–24 小时（{where}）")
    if len(lines) > MOST_LINES or sum(map(len, lines)) > MOST_CHARACTERS:
        raise _bad(
            path,
            f"has a cue of more than {MOST_LINES} lines or {MOST_CHARACTERS} characters {where}",
            f"有字幕超过 {MOST_LINES} 行或 {MOST_CHARACTERS} 字（{where}）",
        )
    return Cue(start_ms=block.start_ms, end_ms=block.end_ms, lines=lines)


def _bad(path: Path, en: str, zh: str) -> BadAsset:
    return BadAsset(f"{path.name}: {en}; give an SRT file", f"{path.name}：{zh}；请提供 SRT 文件")


def text_of(cues: Iterable[Cue], form: str) -> str:
    """The cues as SRT or VTT text. Raises ValueError for another form."""
    if form not in {"srt", "vtt"}:
        raise ValueError(f"no subtitles are written as {form}")
    subs = pysubs2.SSAFile()
    for cue in cues:
        text = cue.text.replace("-->", "->")
        shown = html.escape(text, quote=False) if form == "vtt" else text
        subs.append(pysubs2.SSAEvent(start=cue.start_ms, end=cue.end_ms, text=shown.replace("\n", r"\N")))
    return subs.to_string(form, keep_ssa_tags=True)


def ass(
    cues: Iterable[PlacedCue],
    *,
    canvas: Canvas,
    style: CaptionStyle,
    font: CaptionFont,
    mark: VisibleMark | None = None,
) -> str:
    """An ASS script of our own for libass, the `mark` in a style of its own. A cue's times are set half a frame before
    its first picture and before the first without it, so that ASS's centiseconds never move it by a picture."""
    subs = pysubs2.SSAFile()
    subs.info = {
        "ScriptType": "v4.00+",
        "PlayResX": str(canvas.width),
        "PlayResY": str(canvas.height),
        "WrapStyle": "2",
        "ScaledBorderAndShadow": "yes",
        "YCbCr Matrix": "None",
        **({"Kerning": "yes"} if font.carried else {}),
        **({"Language": font.language} if font.language else {}),
    }
    subs.styles = {"Default": _style(style, font)}
    events = [("Default", placed, style, font) for placed in cues]
    if mark is not None:
        subs.styles["Mark"] = _style(mark.style, mark.font)
        events.append(("Mark", mark.placed, mark.style, mark.font))
    for name, placed, looks, typeface_of_it in events:
        event = pysubs2.SSAEvent(
            start=_half_before(placed.first_frame, canvas.fps),
            end=_half_before(placed.end_frame, canvas.fps),
            text=_event_text(placed, canvas, looks, typeface_of_it),
            style=name,
            layer=len(subs.styles) - 1 if name == "Mark" else 0,
        )
        subs.append(event)
    return subs.to_string("ass")


def _half_before(frame: int, fps: Fraction) -> int:
    ms = (Fraction(frame) - Fraction(1, 2)) * 1000 / fps
    return max(0, round(ms / 10) * 10)


def _event_text(placed: PlacedCue, canvas: Canvas, style: CaptionStyle, font: CaptionFont) -> str:
    """The lines, then the second language in its own size; with `spoken_ms` each character by its time."""
    cue = placed.cue
    lent = {character: font.others[number] for character, number in font.lent}
    rows: list[str] = []
    at = _half_before(placed.first_frame, canvas.fps)
    times = list(cue.spoken_ms) if style.highlight else []
    for line in cue.lines:
        here, times = times[: len(line)], times[len(line) :]
        if not here:
            rows.append(_drawn(line, style.font_px, font, lent))
            continue
        signs = [_drawn(sign, style.font_px, font, lent) for sign in line]
        after = here[1:] + (times[:1] or [cue.end_ms])
        lit = (_lit(sign, start, end) for sign, start, end in zip(signs, here, after, strict=True))
        rows.append("".join(lit))
    if cue.spoken_ms and style.highlight:
        rows[0] = _lit("", at, cue.spoken_ms[0]) + rows[0]
    if cue.second:
        size = f"{{\\fs{_size(style.second_px, font)}}}"
        rows += [size + _drawn(line, style.second_px, font, lent) for line in cue.second]
    return r"\N".join(rows)


def _lit(sign: str, start_ms: int, end_ms: int) -> str:
    """A sign of a karaoke line: it lights up where it begins, and lasts until the next one does."""
    return f"{{\\k{max(0, round(end_ms / 10) - round(start_ms / 10))}}}{sign}"


def _size(font_px: int, font: CaptionFont) -> str:
    return f"{font_px * font.line_factor:.1f}"


def _drawn(text: str, font_px: int, font: CaptionFont, lent: Mapping[str, CaptionFont]) -> str:
    """Characters as libass shows them, marks and blanks as the line's language has them; those that the captions' own
    font lacks in the other one, neighbours together, so that accents and joined letters find each other."""
    kept = [sign for sign in (_localised(text) if font.carried else text) if not _selects(sign)]
    runs = itertools.groupby(kept, key=lent.get)
    return "".join(_run("".join(map(_sign, signs)), lender, font_px, font) for lender, signs in runs)


_LATIN: Final = {ord(mark): chr(typeface.LATIN_PLANE + ord(mark)) for mark in "“”‘’—…·"}
_BETWEEN_WIDE: Final = re.compile(r"(?<=[\u2e80-\U0003ffff]) (?=[\u2e80-\U0003ffff])")


def _localised(text: str) -> str:
    """A line without any Chinese sign has its quotes and dashes in their Latin forms; between Chinese signs a blank is
    half an em wide."""
    if not any(unicodedata.east_asian_width(sign) in "WF" for sign in text):
        return text.translate(_LATIN)
    return _BETWEEN_WIDE.sub("\u2002", text)


def _run(text: str, lender: CaptionFont | None, font_px: int, font: CaptionFont) -> str:
    if lender is None:
        return text
    own, back = _size(font_px, lender), _size(font_px, font)
    return f"{{\\fn{lender.family}\\fs{own}}}{text}{{\\fn{font.family}\\fs{back}}}"


def _selects(sign: str) -> bool:
    """Whether `sign` chooses a form of the one before it, and draws nothing itself."""
    return "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef" or sign == "\u200d"


def _sign(sign: str) -> str:
    """One character without a meaning of its own in ASS: no override, no line break."""
    return {"\\": "＼", "{": r"\{", "}": r"\}"}.get(sign, sign)


_ALIGNMENTS = {
    (row, column): pysubs2.Alignment(1 + across + 3 * up)
    for up, row in enumerate(("bottom", "middle", "top"))
    for across, column in enumerate(("left", "center", "right"))
}
_BOX_OF_THE_WHOLE = 4  # libass's own border style: one plate behind all lines, `shadow` wide around them


def _style(style: CaptionStyle, font: CaptionFont) -> pysubs2.SSAStyle:
    plate = style.box is not None
    clear, faded = round(255 * (1 - style.box_opacity)), round(255 * (1 - style.opacity))
    return pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=style.font_px * font.line_factor,
        primarycolor=_color(style.highlight or style.color, faded),
        secondarycolor=_color(style.color, faded),  # what has not been spoken yet
        outlinecolor=_color(style.outline_color, faded),
        backcolor=_color(style.box or "000000", clear if plate else 0),
        borderstyle=_BOX_OF_THE_WHOLE if plate else 1,
        outline=style.outline_px,
        shadow=style.box_pad_px if plate else 0,
        alignment=_ALIGNMENTS[style.position, style.align],
        marginl=style.margin_side,
        marginr=style.margin_side,
        marginv=style.margin_top if style.position == "top" else style.margin_bottom,
        encoding=1,
    )


def _color(rrggbb: str, clear: int = 0) -> pysubs2.Color:
    red, green, blue = bytes.fromhex(rrggbb)
    return pysubs2.Color(red, green, blue, clear)
