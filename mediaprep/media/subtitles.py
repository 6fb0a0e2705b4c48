"""The door to subtitle files (pysubs2): read untrusted ones within limits, write SRT, VTT and our own ASS.

Only our own ASS files ever reach libass: text read from others is stripped of every tag and override.
"""

from __future__ import annotations

import codecs
import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pysubs2

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.model.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue

MOST_BYTES = 4 << 20
MOST_CUES = 20_000
MOST_CHARACTERS = 1000  # of one cue
_MOST_RAW = 4000  # characters of one line, and of one cue with its tags
MOST_LINES = 10  # of one cue
LATEST_MS = 24 * 3600 * 1000
_FORMATS = ("srt", "vtt", "ass", "ssa")
_OVERRIDE = re.compile(r"\{[^{}]*\}")  # of ASS; in the others braces are text
_STRAY_OVERRIDE = re.compile(r"\{(?:\\|[A-Za-z]:)[^{}]*\}")
_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|small|font|span|div|p|a|c|v|lang|ruby|rt|script|style|html|body|img)"
    r"(?:[\s.][^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_VTT_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")  # there a "<" in the text is written &lt;
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_VTT_CLOCK = re.compile(r"<[0-9:.]{5,16}>")
_READING = re.compile(r"<rt\b[^<>]{0,200}>[^<]*(?:</rt>)?", re.IGNORECASE)  # beside the characters it is of
_BLANK_LINE = re.compile(r"\n(?:[ \t]*\n)+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a file holds: its form (srt, vtt, ass or ssa), its cues in order of time, and those with text that end
    before they begin, or as they do."""

    form: str
    cues: tuple[Cue, ...]
    backwards: tuple[Cue, ...] = ()


def read(path: Path) -> tuple[Cue, ...]:
    """The cues of an SRT, VTT or ASS file in order of time, without tags, overrides or empty ones.

    Raises BadAsset for anything else, and beyond the limits of size, cues, lines and time.
    """
    return take(path).cues


def take(path: Path) -> Taken:
    """What `read` reads, and what it leaves out."""
    raw = content(path, MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _bad(path, f"is larger than {MOST_BYTES >> 20} MiB", f"超过 {MOST_BYTES >> 20} MiB")
    return parse(decode(raw, path), path)


def content(path: Path, most: int) -> bytes:
    """Up to `most` bytes of a regular file. Raises BadAsset, which names it."""
    try:
        with posix.open_regular(path) as file:
            return file.read(most)
    except BadAsset as error:
        if str(path) in error.en:
            raise
        raise BadAsset(f"{path} {error.en}", f"{path} {error.zh}") from error


def decode(raw: bytes, path: Path) -> str:
    """The text of a subtitle file in UTF-8, UTF-16, GB18030 or Big5, with or without a byte order mark."""
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, encoding in marks.items():
        if raw.startswith(mark):
            return _decoded(raw, (encoding,), path)
    if raw[:200].count(0) >= len(raw[:200]) // 4 > 0:
        return _decoded(raw, ("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be",), path)
    text = _decoded(raw, ("utf-8", "gb18030"), path)
    return _decoded(raw, ("big5hkscs", "gb18030"), path) if _assigns_nothing(text) else text


def _assigns_nothing(text: str) -> bool:
    """Whether `text` has characters that mean nothing: what Big5 gives when it is read as GB18030."""
    return any(unicodedata.category(character) in {"Co", "Cn"} for character in set(text))


def _decoded(raw: bytes, encodings: Sequence[str], path: Path) -> str:
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _bad(path, "is no UTF-8, UTF-16, GB18030 or Big5 text", "不是 UTF-8、UTF-16、GB18030 或 Big5 文本")


def parse(text: str, path: Path) -> Taken:
    """What `text` holds; `path` is only named in errors."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_long(text, path)
    try:
        found = pysubs2.formats.autodetect_format(text)
        if found not in _FORMATS:
            raise _bad(path, f"is {found}, not SRT, VTT or ASS", f"是 {found}，不是 SRT、VTT 或 ASS")
        events = _events(text, found)
    except pysubs2.Pysubs2Error as error:
        raise _bad(path, "holds no SRT, VTT or ASS cues", "没有 SRT、VTT 或 ASS 字幕") from error
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise _bad(path, f"is a broken subtitle file ({error})", f"字幕文件损坏（{error}）") from error
    if len(events) > MOST_CUES:
        raise _bad(path, f"has more than {MOST_CUES} cues", f"字幕超过 {MOST_CUES} 条")
    cues = sorted(
        (cue for event in events if (cue := _cue(event, found, path)) is not None),
        key=lambda cue: (cue.start_ms, cue.end_ms),
    )
    shown = tuple(cue for cue in cues if cue.start_ms < cue.end_ms)
    if not shown:
        raise _bad(path, "has no cue with text", "没有任何带文字的字幕")
    return Taken(form=found, cues=shown, backwards=tuple(cue for cue in cues if cue.start_ms >= cue.end_ms))


def _events(text: str, form: str) -> list[pysubs2.SSAEvent]:
    if form not in {"srt", "vtt"}:
        return pysubs2.SSAFile.from_string(text, format_=form).get_text_events()
    blocks = _vtt_cues(text) if form == "vtt" else text
    closed = f"{blocks}\n\n0\n"  # keeps a last line that is a number
    return pysubs2.SSAFile.from_string(closed, format_=form, keep_html_tags=True).get_text_events()


def _vtt_cues(text: str) -> str:
    """A VTT file's cues alone: without notes, style sheets, regions, the cues' names, and the times inside texts,
    all of which pysubs2 takes for text or for cues."""
    kept: list[str] = []
    for block in _BLANK_LINE.split(text):
        lines = block.split("\n")
        timed = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if timed is not None:
            said = [line if "-->" in line else _VTT_CLOCK.sub("", line) for line in lines[timed:]]
            kept.append("\n".join(said))
    return "\n\n".join(kept)


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


def _cue(event: pysubs2.SSAEvent, form: str, path: Path) -> Cue | None:
    text = _CONTROL.sub("", _bare(event.text, form))
    lines = tuple(line.strip() for line in text.split("\n") if line.strip())
    if not lines:
        return None
    where = f"at {event.start / 1000:.3f} s"
    if not (0 <= event.start <= LATEST_MS and 0 <= event.end <= LATEST_MS):
        raise _bad(path, f"has a cue outside 0–24 h {where}", f"有字幕时间超出 0–24 小时（{where}）")
    if len(lines) > MOST_LINES or sum(map(len, lines)) > MOST_CHARACTERS:
        raise _bad(
            path,
            f"has a cue of more than {MOST_LINES} lines or {MOST_CHARACTERS} characters {where}",
            f"有字幕超过 {MOST_LINES} 行或 {MOST_CHARACTERS} 字（{where}）",
        )
    return Cue(start_ms=int(event.start), end_ms=int(event.end), lines=lines)


def _bare(text: str, form: str) -> str:
    """The text of one cue without what its form means by tags; each line break becomes one."""
    text = re.sub(r"\\[Nn]", "\n", text).replace(r"\h", " ")
    if form in {"ass", "ssa"}:
        return _TAG.sub("", _OVERRIDE.sub("", text))
    text = _BREAK.sub("\n", _STRAY_OVERRIDE.sub("", text))
    if form == "vtt":
        return html.unescape(_VTT_TAG.sub("", _READING.sub("", text)))
    return _TAG.sub("", text)


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


def ass(cues: Iterable[PlacedCue], *, canvas: Canvas, style: CaptionStyle, font: CaptionFont) -> str:
    """An ASS script of our own for libass. A cue's times are set half a frame before its first picture and
    before the first without it, so that ASS's centiseconds never move it by a picture."""
    subs = pysubs2.SSAFile()
    subs.info = {
        "ScriptType": "v4.00+",
        "PlayResX": str(canvas.width),
        "PlayResY": str(canvas.height),
        "WrapStyle": "2",
        "ScaledBorderAndShadow": "yes",
        "YCbCr Matrix": "None",
    }
    subs.styles = {"Default": _style(style, font)}
    for placed in cues:
        event = pysubs2.SSAEvent(
            start=_half_before(placed.first_frame, canvas.fps),
            end=_half_before(placed.end_frame, canvas.fps),
            text=_event_text(placed, canvas, style, font),
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
    """Characters as libass shows them; those that the captions' own font lacks in the other one, neighbours
    together, so that accents and joined letters find each other."""
    kept = [sign for sign in text if not _selects(sign)]
    runs = itertools.groupby(kept, key=lent.get)
    return "".join(_run("".join(map(_sign, signs)), lender, font_px, font) for lender, signs in runs)


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
    "bottom": pysubs2.Alignment.BOTTOM_CENTER,
    "middle": pysubs2.Alignment.MIDDLE_CENTER,
    "top": pysubs2.Alignment.TOP_CENTER,
}
_BOX_OF_THE_WHOLE = 4  # libass's own border style: one plate behind all lines, `shadow` wide around them


def _style(style: CaptionStyle, font: CaptionFont) -> pysubs2.SSAStyle:
    plate = style.box is not None
    clear = round(255 * (1 - style.box_opacity))
    return pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=style.font_px * font.line_factor,
        primarycolor=_color(style.highlight or style.color),
        secondarycolor=_color(style.color),  # what has not been spoken yet
        outlinecolor=_color(style.outline_color),
        backcolor=_color(style.box or "000000", clear if plate else 0),
        borderstyle=_BOX_OF_THE_WHOLE if plate else 1,
        outline=style.outline_px,
        shadow=style.box_pad_px if plate else 0,
        alignment=_ALIGNMENTS[style.position],
        marginl=style.margin_side,
        marginr=style.margin_side,
        marginv=style.margin_top if style.position == "top" else style.margin_bottom,
        encoding=1,
    )


def _color(rrggbb: str, clear: int = 0) -> pysubs2.Color:
    red, green, blue = bytes.fromhex(rrggbb)
    return pysubs2.Color(red, green, blue, clear)
