"""Captions of a main video: read, timed or estimated from the best source there is, and written beside it."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.finishing import (
    align,
    bilingual,
    captions,
    given_cues,
    karaoke,
    layout,
    readable,
    spoken,
    styles,
    timeline,
)
from mediaprep.finishing.spoken import Narration
from mediaprep.finishing.typesetting import kinsoku, languages
from mediaprep.media import fonts
from mediaprep.media import text as texts
from mediaprep.media.captions import chinese, subtitle_files
from mediaprep.media.files import atomic
from mediaprep.media.probing import probe
from mediaprep.media.sound import pauses
from mediaprep.model.facts import FaceBox, Facts, VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.finishing.captions import BEST, CaptionsAs, CaptionWish, Dropped
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, RenderPlan, shown_size
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finishing import output_claims

_MOST_JSON_BYTES = 32 << 20
_MOST_SCRIPT_BYTES = 4 << 20
_ROUNDED = 0.02  # of a side: what even numbers change of a picture's shape
_NUMBERED = re.compile(
    r"(\d{1,5})[.、．)）:：\t]\s*(.*)"
)  # as `foreseeing` writes them, and translators keep them
_READING = re.compile(r"\t|[:：]\s")
_LEAST_FACE = 0.06  # of the picture's height; smaller ones are in the background


@dataclass(frozen=True, kw_only=True)
class Caption:
    """Captions of the main video, set; `source`: where they came from (cues, srt, timestamps, script)."""

    cues: tuple[Cue, ...]
    source: str
    places: tuple[tuple[int, int], ...] = ()  # of the given cues, or of the sentences: start, end ms
    spoken: tuple[spoken.Spoken, ...] = ()  # where the time of each character is known
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SpeechSources:
    """What may tell the words of main and when they are spoken."""

    main: Path
    facts: VideoFacts
    style: CaptionStyle
    known: Narration
    drawn: bool = True  # into the picture

    def of(self, given: Given | None) -> Caption:
        """What is given, else captions from the best source there is. Raises BadAsset when there is none."""
        if given is not None:
            return self._given(given)
        known = self.known
        if known.spoken is not None:
            return self._set(known.spoken, source="timestamps")
        stamps = known.timestamps or self.main.with_suffix(".timestamps.json")
        if known.timestamps is not None or (isinstance(stamps, Path) and stamps.is_file()):
            said = self._set(spoken.from_timestamps(_sentences(stamps)), source="timestamps")
            return replace(said, notes=_from(stamps)) if known.timestamps is None else said
        if known.script is not None:
            return self._estimated(known.script)
        srt, stamped = (self.main.with_suffix(end).name for end in (".srt", ".timestamps.json"))
        raise BadAsset(
            f"no captions to burn: give a subtitle file or the script, or put {srt} or the tts task's timestamps "
            f"({stamped}) beside the video",
            f"没有字幕来源：请提供字幕文件或脚本，或在视频旁放置 {srt} 或 tts 任务的时间戳 {stamped}",
        )

    @property
    def _limits(self) -> dict[str, Any]:
        return {"fps": timeline.exact_rate(self.facts), "total_ms": timeline.length_ms(self.facts)}

    def _given(self, given: Given) -> Caption:
        again = given_cues.set_again(given.cues, self.style, drawn=self.drawn, **self._limits)
        return Caption(
            cues=again.cues,
            source=given.source,
            places=tuple((cue.start_ms, cue.end_ms) for cue in given.cues),
            findings=(
                *map(readable.dropped, given.dropped),
                *map(readable.backwards, given.backwards),
                *again.findings,
            ),
            notes=given.notes,
        )

    def _set(self, timed: Sequence[spoken.Spoken], *, source: str) -> Caption:
        typeset = captions.typeset(timed, self.style, **self._limits)
        return Caption(
            cues=typeset.cues,
            source=source,
            places=tuple(bilingual.sentences(timed)),
            spoken=tuple(timed),
            findings=typeset.findings,
        )

    def _estimated(self, script: str) -> Caption:
        if not self.facts.audio_tracks:
            raise BadAsset(
                f"{self.main.name} has no sound: a script cannot be aligned to it; give an SRT file",
                f"{self.main.name} 没有声音，无法对齐脚本；请提供 SRT 文件",
            )
        aligned = align.align(script, pauses.silence_map(self.main))
        note = Text(
            f"caption times are estimated: {aligned.paired} of the script's {aligned.places} pauses were heard",
            f"字幕时间为估算：脚本 {aligned.places} 处停顿中听到 {aligned.paired} 处",
        )
        return replace(self._set(aligned.spoken, source="script"), estimated=True, notes=(note,))


@dataclass(frozen=True, kw_only=True)
class Given:
    """Captions that come with their times: from a caller (source cues) or a file (srt). `second`: those of the
    other language, where a file holds two."""

    cues: tuple[Cue, ...]
    source: str
    second: tuple[Cue, ...] = ()
    backwards: tuple[Cue, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[Text, ...] = ()

    def parted(self) -> Given:
        """The two languages apart, where it holds both."""
        both = bilingual.parted(self.cues) if self.source != "cues" else None
        if both is None:
            return self
        note = Text(
            "two languages were found in one file: the lower one is smaller",
            "字幕文件为双语：下行以小字号显示",
        )
        return replace(self, cues=both[0], second=both[1], notes=(*self.notes, note))


def given_in(
    wanted: str | Path | Sequence[Cue],
    main: Path,
    spoken_text: Sequence[spoken.Spoken] | None = None,
    *,
    sung: bool = False,
    fps: Fraction | None = None,
) -> Given | None:
    """The captions that are there with their times: as `wanted`, or the SRT beside main where nothing better is
    (what is `sung` needs the time of every character); `fps` is main's. None: they are to be set from what is
    spoken."""
    if not isinstance(wanted, str | Path):
        return Given(cues=tuple(wanted), source="cues")
    if wanted not in BEST:
        return _read(Path(wanted), fps)
    beside = main.with_suffix(".srt")
    if spoken_text is None and not sung and beside.is_file():
        found = _read(beside, fps)
        return replace(found, notes=(*_from(beside), *found.notes))
    return None


def _read(path: Path, fps: Fraction | None) -> Given:
    taken = subtitle_files.take(path, fps)
    read_as = Text(
        f"{path.name} was read as {taken.encoding}, by a guess: if the captions look wrong, save it as UTF-8",
        f"{path.name} 按 {taken.encoding} 读取（猜测）：若字幕显示异常，请另存为 UTF-8",
    )
    styled = Text(
        "the ASS file's own styles and positions are not taken over: captions look as the caption options say",
        "未沿用 ASS 文件自带的样式与位置：字幕外观由字幕选项决定",
    )
    return Given(
        cues=taken.cues,
        source="srt",
        backwards=taken.backwards,
        dropped=taken.dropped,
        notes=(
            *((read_as,) if taken.encoding_guessed else ()),
            *((styled,) if taken.form in {"ass", "ssa"} else ()),
        ),
    )


def _from(path: object) -> tuple[Text, ...]:
    """Which file captions were taken from, where nobody named it."""
    name = path.name if isinstance(path, Path) else ""
    return (Text(f"captions come from {name}", f"字幕来自 {name}"),) if name else ()


def _sentences(timestamps: Path | Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """TextTimestampResult as it is, or from a JSON file that is or holds it."""
    if not isinstance(timestamps, Path):
        return timestamps
    try:
        found = json.loads(_bytes(timestamps, _MOST_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise BadAsset(f"{timestamps.name}: no JSON", f"{timestamps.name}：不是 JSON") from error
    if isinstance(found, dict):
        found = found.get("TextTimestampResult")
    if not isinstance(found, list):
        raise BadAsset(
            f"{timestamps.name}: holds no TextTimestampResult", f"{timestamps.name}：缺少 TextTimestampResult"
        )
    return found


def read_text(path: Path) -> str:
    """The text of a script or translation, whatever its encoding. Raises BadAsset."""
    return texts.decode(_bytes(path, _MOST_SCRIPT_BYTES), path.name).text


def _bytes(path: Path, most: int) -> bytes:
    raw = subtitle_files.content(path, most + 1)
    if len(raw) > most:
        raise BadAsset(f"{path.name}: larger than {most >> 20} MiB", f"{path.name}：超过 {most >> 20} MiB")
    return raw


# --- ready to be shown --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Dressed:
    """Captions with their looks: what a plan needs of them."""

    caption: Caption
    style: CaptionStyle
    font: CaptionFont
    wish: CaptionWish

    @property
    def burn(self) -> bool:
        return self.wish.way is CaptionsAs.BURN

    @property
    def soft(self) -> str | None:
        return self.wish.language if self.wish.way is CaptionsAs.SOFT else None


def dress(
    wishes: Finishing,
    known: Narration,
    *,
    main: Path,
    facts: VideoFacts,
    canvas: Canvas,
    looked: Callable[[], Facts] | None = None,
) -> Dressed | None:
    """The captions of main as they are wished (None: none are): set, with a second language, timed by character, off
    faces, in a font that draws them. `looked`: main's facts with its faces, where somebody looks already. Raises
    BadAsset or BadConfig before anything is encoded."""
    wanted, wish = wishes.captions if known.cues is None else known.cues, wishes.looks
    if wanted is None:
        return None
    if wishes.script is not None:
        known = replace(known, script=read_text(wishes.script))
    stamps = known.timestamps or main.with_suffix(".timestamps.json")
    timed = known.script is not None or not isinstance(stamps, Path) or stamps.is_file()
    given = given_in(wanted, main, known.spoken, sung=wish.karaoke and timed, fps=timeline.exact_rate(facts))
    if given is not None and wish.second is None:
        given = given.parted()
    style = styles.styled(canvas, wish, two=bool(given and given.second))
    style = replace(style, names=names_in(wish.words) if wish.words else style.names)
    burn = wish.way is CaptionsAs.BURN
    said = SpeechSources(main=main, facts=facts, style=style, known=known, drawn=burn).of(given)
    style = replace(style, max_lines=max([style.max_lines, *(len(cue.lines) for cue in said.cues)]))
    if wish.second is not None:
        said = _with_second(said, _second(wish.second, said), style)
    elif given is not None and given.second:
        said = _with_second(said, given.second, style)
    if wish.karaoke:
        said = _sung(said, main)
    said = _in_chinese(said, style, wish)
    chosen = fonts.choose(
        (cue.text for cue in said.cues),
        wish.fonts,
        check=wish.way is CaptionsAs.BURN,  # players have fonts of their own
        traditional=languages.language_of("".join(cue.text for cue in said.cues)) == languages.TRADITIONAL,
    )
    if chosen.carried and chosen.lent:
        said = replace(said, notes=(*said.notes, _lent(chosen)))
    if wish.way is CaptionsAs.BURN:
        styles.refuse_too_high(style, canvas, said.cues, line_factor=chosen.line_factor)
    if looks_at_faces(wish):
        shown = looked() if looked else probe.measured(main, faces=True)
        said, style = _off_faces(said, style, canvas, chosen, shown)
    return Dressed(caption=said, style=style, font=chosen, wish=wish)


def _in_chinese(said: Caption, style: CaptionStyle, wish: CaptionWish) -> Caption:
    """The captions in the script that is wished; where Taiwan's word is too long for the line, by characters."""
    if wish.chinese is None:
        return said
    whole, plain = (
        chinese.converted(said.cues, wish.chinese, characters_only=only) for only in (False, True)
    )
    fits = (given_cues.why_not_drawn(cue, style) is None for cue in whole)
    return replace(said, cues=tuple(a if fit else b for a, b, fit in zip(whole, plain, fits, strict=True)))


def _lent(font: CaptionFont) -> Text:
    signs, lender = "".join(sign for sign, _ in font.lent[:12]), font.others[0].family
    return Text(
        f"{font.family} has no {signs}: {lender} draws them, in another hand",
        f"{font.family} 缺少 {signs}：由 {lender} 代为显示，字形略有不同",
    )


def looks_at_faces(wish: CaptionWish) -> bool:
    """Whether captions like that need to know where faces are."""
    return wish.way is CaptionsAs.BURN and wish.off_faces


def names_in(path: Path) -> frozenset[str]:
    """The words of a list, one a line; of a lexicon those before the reading. Raises BadAsset."""
    rows = (line.partition("#")[0] for line in read_text(path).splitlines())
    return frozenset(word for row in rows if (word := _READING.split(row, maxsplit=1)[0].strip(" \"'-")))


def refuse(wish: CaptionWish) -> None:
    """What is wrong with a wish whatever the video is: values, fonts, a second language that cannot be read.
    Raises BadAsset or BadConfig."""
    styles.refuse(wish)
    chinese.refuse(wish.chinese)
    if wish.fonts:
        fonts.choose((), wish.fonts)
    if wish.words is not None:
        names_in(wish.words)
    if wish.second is not None:
        if wish.second.suffix.lower() == ".txt":
            read_text(wish.second)
        else:
            subtitle_files.read(wish.second)


def lines_of(path: Path) -> tuple[str, ...]:
    """The lines of a translation; numbers before them, where all have one, are those of a list of sentences."""
    lines = [kept for line in read_text(path).splitlines() if (kept := kinsoku.clean(line).strip())]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if all(found and int(found[1]) == number for number, found in enumerate(numbered, 1)):
        return tuple(found[2].strip() for found in numbered if found)
    return tuple(lines)


def _second(path: Path, said: Caption) -> tuple[Cue, ...]:
    """The second language at the times of the captions, or of the sentences that they hold."""
    if path.suffix.lower() != ".txt":
        return subtitle_files.read(path)
    lines, places = lines_of(path), said.places
    if len(lines) != len(places):
        whole = bilingual.sentences([sign for cue in said.cues for sign in spoken.from_cue(cue)])
        places = tuple(whole) if len(whole) == len(lines) else places
    return bilingual.from_lines(lines, places)


def _with_second(said: Caption, second: Sequence[Cue], style: CaptionStyle) -> Caption:
    cues, findings = bilingual.under(said.cues, second, style)
    return replace(said, cues=cues, findings=(*said.findings, *findings))


def _sung(said: Caption, main: Path) -> Caption:
    if not said.spoken:
        stamps = main.with_suffix(".timestamps.json").name
        raise BadAsset(
            f"karaoke needs the time of every character, captions from {said.source} have none: give the timestamps "
            f"of the tts task ({stamps} beside the video), or the script",
            f"卡拉 OK 字幕需要逐字时间，来自 {said.source} 的字幕没有："
            f"请在视频旁放置 tts 任务的时间戳 {stamps}，或提供脚本",
        )
    return replace(said, cues=karaoke.timed(said.cues, said.spoken))


def _off_faces(
    said: Caption, style: CaptionStyle, canvas: Canvas, font: CaptionFont, facts: Facts
) -> tuple[Caption, CaptionStyle]:
    seen = facts.faces if isinstance(facts, VideoFacts) else None
    if seen is None:
        missed = next((u for u in getattr(facts, "unmeasured", ()) if u.measure == "faces"), None)
        why = (missed.en, missed.zh) if missed else ("no picture was looked at", "未查看画面")
        note = Text(f"captions may cover a face: {why[0]}", f"字幕可能遮挡人脸：{why[1]}")
        return replace(said, notes=(*said.notes, note)), style
    assert isinstance(facts, VideoFacts)
    scaled = [face for picture in seen.pictures for face in _on_canvas(picture.faces, facts, canvas)]
    cleared = styles.off_faces(style, canvas, said.cues, scaled, line_factor=font.line_factor)
    found = () if cleared.finding is None else (cleared.finding,)
    notes = () if cleared.note is None else (cleared.note,)
    said = replace(said, findings=(*said.findings, *found), notes=(*said.notes, *notes))
    return said, cleared.style


def _on_canvas(faces: Sequence[FaceBox], facts: VideoFacts, canvas: Canvas) -> list[FaceBox]:
    """The faces of one picture in pixels of the canvas, which is main's picture or a window of it; without those in
    the background."""
    source = shown_size(facts)
    windowed = (
        abs(source[1] * canvas.width - canvas.height * source[0]) > _ROUNDED * canvas.height * source[0]
    )
    placed = layout.shown_in(faces, source=source, canvas=canvas, windowed=windowed)
    large = [face.height >= _LEAST_FACE * canvas.height for face in placed]
    return list(itertools.compress(placed, large))


# --- beside the video ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def sidecars(made: RenderPlan, main: Path, wishes: Finishing) -> Iterator[tuple[Path, ...]]:
    """Write the captions of `made` beside its output, in every form that is wished. They are written before
    the video is made and get their names after it has its own: both are there, or neither."""
    written = []
    with contextlib.ExitStack() as landings:
        read = [main.with_suffix(".srt"), *output_claims.caption_files(wishes)]
        beside = output_claims.sidecars(made.output, read, wishes.looks) if made.cues else {}
        for form, path in beside.items():
            part = landings.enter_context(atomic.landing(path))
            part.write_text(_text_in(form, made), encoding="utf-8")
            written.append(path)
        yield tuple(written)


def _text_in(form: str, made: RenderPlan) -> str:
    if form != "ass":
        return subtitle_files.text_of((placed.cue for placed in made.cues), form)
    if made.style is None or made.font is None:
        raise ValueError("captions as ASS need a style and a font")
    return subtitle_files.ass(made.cues, canvas=made.canvas, style=made.style, font=made.font)
