"""One file → its facts. Whatever the file holds, the answer is a value; only a missing file is an error.

What libraries read, they read in guarded children; here only bytes are sniffed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, MediaprepError, ToolError
from mediaprep.media import claims, sniff, text
from mediaprep.media.files.facts_cache import Identity, Remembered, identity, of_this_user
from mediaprep.media.isolation import guard, posix
from mediaprep.model.facts import (
    AudioFacts,
    CaptionFacts,
    DeckFacts,
    Facts,
    Kind,
    PhotoFacts,
    TextFacts,
    UnknownFacts,
    Unmeasured,
    VideoFaces,
    VideoFacts,
)

# a text under one of these names is a mistake or a trap, never a script
_MEDIA_SUFFIXES = frozenset({
    ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".flv", ".wmv", ".ts", ".mpg", ".mpeg", ".3gp",
    ".wav", ".mp3", ".wma", ".m4a", ".aac", ".ogg", ".flac", ".amr",
    ".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".heic", ".ppt", ".pptx", ".pdf",
})  # fmt: skip
_HEADER_SECONDS = 30.0
_READ_RATE = 20e6  # bytes a second that the slowest disk worth waiting for gives
_DECODE_RATE = 1e6  # bytes a second at which sound is decoded at worst
_FACES_SECONDS = 60.0
_THOROUGH_SECONDS = 1800.0


def probe(path: Path, *, faces: bool = True, thorough: bool = False) -> Facts:
    """Facts of one file. `faces=False` leaves faces (None) out, which is much faster for videos; `thorough`
    reads every packet instead of trusting the index, decodes all of it, and looks for faces on every keyframe.

    Content that cannot be read gives UnknownFacts with the reason. Raises BadAsset only when `path` does not
    exist, ToolError when this machine cannot read it.
    """
    sign = sniff.identify(path)
    size = _size(path) or 0
    if sign.problem is not None:
        return UnknownFacts(size_bytes=size, problem_en=sign.problem.en, problem_zh=sign.problem.zh)
    if sign.kind in {Kind.TEXT, Kind.CAPTIONS}:
        return _text(path, size, sign.kind)
    if sign.kind is Kind.PHOTO:
        found = guard.ask("pictures", "photo", path, faces, wall_seconds=_HEADER_SECONDS)
        return found if isinstance(found, PhotoFacts) else _unread(found, size)
    if sign.kind is Kind.DECK:
        found = guard.ask("decks", "deck", path, sign.name, wall_seconds=_HEADER_SECONDS)
        if isinstance(found, DeckFacts) and found.format == "ppt" and path.suffix.lower() == ".pps":
            return dataclasses.replace(found, format="pps")  # the bytes are the same: only the name says it
        return found if isinstance(found, DeckFacts) else _unread(found, size)
    return _media(path, sign, faces=faces, thorough=thorough, size=size)


def measured(
    path: Path,
    *,
    faces: bool = True,
    thorough: bool = False,
    remembered: Callable[[], Remembered | None] = of_this_user,
) -> Facts:
    """`probe`, or what it gave before for the same file at the same state. Raises as `probe` does."""
    memory = remembered()
    if memory is None:
        return probe(path, faces=faces, thorough=thorough)
    known = _looked_for(path, faces, thorough)
    with memory.turn(known):
        found = memory.find(known) if known else None
        if found is None and not faces and (more := _looked_for(path, True, thorough)):
            found = without_faces(memory.find(more))
        if found is None:
            found = probe(path, faces=faces, thorough=thorough)
            if known and known == _looked_for(path, faces, thorough):
                memory.keep(known, found)  # else written while it was read: it may be neither state
    return found


def learn(path: Path, facts: Facts) -> None:
    """What is known of a file that was just made: it need not be measured."""
    if known := _looked_for(path, getattr(facts, "faces", None) is not None, False):
        of_this_user().keep(known, facts)


def _looked_for(path: Path, faces: bool, thorough: bool) -> Identity | None:
    return identity(path, faces, thorough, path.suffix.lower())


def without_faces(facts: Facts | None) -> Facts | None:
    """The facts as `faces=False` gives them."""
    return dataclasses.replace(facts, faces=None) if isinstance(facts, (PhotoFacts, VideoFacts)) else facts


def _size(path: Path) -> int | None:
    try:
        return posix.refuse_irregular(path).st_size
    except BadAsset:
        return None


def _unread(stopped: object, size: int) -> UnknownFacts:
    if not isinstance(stopped, guard.Stopped):
        stopped = guard.Stopped(en="gave no readable answer", zh="没有可用的结果")
    return UnknownFacts(size_bytes=size, problem_en=stopped.en, problem_zh=stopped.zh)


def _text(path: Path, size: int, kind: Kind) -> TextFacts | CaptionFacts | UnknownFacts:
    suffix = path.suffix.lower()
    if suffix in _MEDIA_SUFFIXES:
        return UnknownFacts(
            size_bytes=size,
            problem_en=f"is plain text in a file named {suffix}; it was not opened: give the real file",
            problem_zh=f"是名为 {suffix} 的纯文本，未按媒体打开：请提供真正的文件",
        )
    try:
        return _captions(path, size) if kind is Kind.CAPTIONS else text.measure(path)
    except MediaprepError as error:
        return UnknownFacts(size_bytes=size, problem_en=error.en, problem_zh=error.zh)


def _captions(path: Path, size: int) -> CaptionFacts:
    from mediaprep.media.captions import subtitle_files  # it loads a library that other files do not need

    taken = subtitle_files.take(path)
    return CaptionFacts(
        form=taken.form,
        cues=len(taken.cues),
        dropped=len(taken.dropped) + len(taken.backwards),
        starts=taken.cues[0].start_ms / 1000,
        ends=max(cue.end_ms for cue in taken.cues) / 1000,
        encoding=taken.encoding,
        encoding_guessed=taken.encoding_guessed,
        size_bytes=size,
    )


def _media(path: Path, sign: sniff.Sign, *, faces: bool, thorough: bool, size: int) -> Facts:
    looking = faces and sign.kind is Kind.VIDEO
    patience = _HEADER_SECONDS + size / _READ_RATE
    # where faces are looked for too, one child does both: a second one would load the same libraries again
    room = "pictures" if looking else "packets"
    found = guard.ask(room, "video", path, sign.name, sign.demuxer, thorough, wall_seconds=patience)
    if not isinstance(found, tuple):
        return _unread(found, size)
    facts, moments = found
    if isinstance(facts, AudioFacts):
        return _heard(path, facts, size)
    if thorough and isinstance(facts, VideoFacts):
        facts = _decoded(path, facts)
    if looking and isinstance(facts, VideoFacts):
        return _looked_at(path, facts, moments, thorough)
    return facts  # type: ignore[no-any-return]


def _asked(room: str, task: str, *arguments: object, wall_seconds: float) -> Any:
    """One more look at a file that was read already: what keeps it back, whatever it is, leaves measures open."""
    try:
        return guard.ask(room, task, *arguments, wall_seconds=wall_seconds)
    except ToolError as error:
        return guard.Stopped(en=error.en, zh=error.zh)


def _heard(path: Path, facts: AudioFacts, size: int) -> AudioFacts | UnknownFacts:
    """With what decoding shows: exact length, silence, peak."""
    patience = _HEADER_SECONDS + size / _DECODE_RATE
    found = _asked("packets", "audio", path, wall_seconds=patience)
    if isinstance(found, Unmeasured):
        return UnknownFacts(size_bytes=size, problem_en=found.en, problem_zh=found.zh)
    if isinstance(found, guard.Stopped):
        names = ("leading_silence", "trailing_silence", "peak_dbfs", "decoded_share")
        reasons = tuple(Unmeasured(measure=name, en=found.en, zh=found.zh) for name in names)
        return dataclasses.replace(facts, decoded_share=None, unmeasured=reasons)
    seconds, leading, trailing, peak, clipped, above, background = found
    cut_short = facts.cut_short
    if cut_short and facts.claimed_seconds is not None:  # of a lone packet nobody says how long it lasts
        cut_short = claims.lacks(seconds, facts.claimed_seconds)
    return dataclasses.replace(
        facts,
        seconds=round(seconds, 6),
        leading_silence=leading,
        trailing_silence=trailing,
        peak_dbfs=peak,
        clipped_share=clipped,
        above_background=above,
        background_dbfs=background,
        cut_short=cut_short,
        decoded_share=round(min(1.0, seconds / facts.seconds), 3) if facts.seconds else 1.0,
        bitrate=round(size * 8 / seconds) if seconds else None,
    )


def _decoded(path: Path, facts: VideoFacts) -> VideoFacts:
    """With what does not decode of it, or the reason why that is not known."""
    found = guard.ask("packets", "errors", path, wall_seconds=_THOROUGH_SECONDS)
    if isinstance(found, tuple):
        return dataclasses.replace(facts, decode_errors=found[0], first_error=found[1])
    if not isinstance(found, guard.Stopped):
        found = guard.Stopped(en="gave no readable answer", zh="没有可用的结果")
    reason = Unmeasured(measure="decode_errors", en=found.en, zh=found.zh)
    return dataclasses.replace(facts, unmeasured=(*facts.unmeasured, reason))


def _looked_at(path: Path, facts: VideoFacts, moments: list[float], thorough: bool) -> VideoFacts:
    """With faces, or the reason why not."""
    budget = _THOROUGH_SECONDS if thorough else _FACES_SECONDS
    found = _asked("pictures", "faces", path, moments, facts, thorough, budget, wall_seconds=budget + 30)
    if isinstance(found, VideoFaces):
        return dataclasses.replace(facts, faces=found)
    if not isinstance(found, guard.Stopped):
        found = guard.Stopped(en="no picture of it decodes", zh="没有画面可以解码")
    reason = Unmeasured(measure="faces", en=found.en, zh=found.zh)
    return dataclasses.replace(facts, unmeasured=(*facts.unmeasured, reason))
