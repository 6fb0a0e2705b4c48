"""Findings → steps. `plan_fix` plans, predicts and judges again before anything is touched.

Per stream only what must be made anew is made anew; what removes content is held back unless `unsafe`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mediaprep.contract import profiles
from mediaprep.contract.limits import Limit
from mediaprep.model.decks.page_steps import KeepPages, SaveDeck
from mediaprep.model.facts import AudioFacts, AudioTrack, Facts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.sound_steps import Denoise, Level
from mediaprep.model.steps import (
    ConvertAudio,
    CropPhoto,
    DropTracks,
    EncodePicture,
    EncodeTrack,
    Pad,
    Remux,
    SavePhoto,
    Step,
    Trim,
    predict,
)
from mediaprep.preflight.judge import Request, judge_file, rows_for
from mediaprep.preflight.mending import footage, photos, presentations, sound_files
from mediaprep.preflight.mending.footage import Unmendable

Rows = Mapping[str, Limit]
# Facts, the field's rows by measure, the format the user's output name asks for → a step, or why none can.
Planner = Callable[[Facts, Rows, str | None], Step | Unmendable]

FIXES: Mapping[str, Planner] = {
    "remux": footage.remux,
    "drop_tracks": footage.drop_tracks,
    "transcode_video": footage.encode,
    "scale": footage.encode,
    "trim": footage.shorten,
    "cut_beginning": footage.cut_beginning,
    "transcode_audio": sound_files.convert,
    "resave_photo": photos.resave,
    "resize_photo": photos.resave,
    "crop_to_face": photos.crop,
    "drop_pages": presentations.drop_pages,
    "save_deck": presentations.save,
}
"""Rows of Limit.fix. `to_ssml` is not here: it needs the text, not its facts (see `script`)."""
_FIXES_OF_OURS = {"hidden_seconds": "transcode_video"}  # measures judged by rules that are no rows


@dataclass(frozen=True, kw_only=True)
class FixWish:
    """What a user wishes of a fix. `request` decides conditional limits; `unsafe` allows what removes content;
    `faces` are looked for; `sound`: what is asked of a sound file beyond the rules; `ffmpeg`: which encoder."""

    request: Request | None = None
    unsafe: bool = False
    faces: bool = True
    sound: sound_files.SoundWish = sound_files.SoundWish()  # noqa: RUF009  (frozen)
    profile: str = profiles.DEFAULT
    ffmpeg: str | None = None


@dataclass(frozen=True, kw_only=True)
class FixPlan:
    """What is to be done. `left` = findings on the predicted facts; UNKNOWN ones may only await the probe."""

    steps: tuple[Step, ...]
    predicted: Facts
    left: tuple[Finding, ...]
    held_back: tuple[Step, ...]


_AS_IT_COMES = FixWish()


def plan_fix(
    endpoint: str,
    field: str,
    facts: Facts,
    wish: FixWish = _AS_IT_COMES,
    *,
    prefer: str | None = None,
    asked: tuple[Step, ...] = (),
) -> FixPlan:
    """Steps until nothing fixable is left, or it goes round. `prefer` is a format such as "png" or "wav",
    `asked` are steps that the user asks for whatever the rules say."""
    request, profile = wish.request, wish.profile
    rows = {row.measure: row for row in rows_for(endpoint, field, request, profile=profile)}
    # a .mov is as good as an .mp4 to the service; who names the output .mp4 wants it rewritten all the same
    blind = footage.begins_blind(facts) and not wish.unsafe
    rewrite = (Remux(),) if prefer == "mp4" and _in_other_container(facts) and not blind else ()
    steps = _complete((*asked, *rewrite), facts, rows, prefer)
    held: dict[Step, None] = {}
    reasons: dict[str, Text] = {}
    current = predict(facts, steps)
    while True:
        estimated = _sized(current, facts)
        findings = judge_file(endpoint, field, estimated, request, profile=profile)
        fresh = _propose(findings, estimated, rows, prefer, reasons)
        held |= {step: None for step in fresh if step.removes_content and not wish.unsafe}
        known = {type(step) for step in steps}
        taken = tuple(step for step in fresh if step not in held and type(step) not in known)
        if blind:
            taken, blocked = (), {finding.rule for finding in findings if finding.fix is not None}
            reasons |= {rule: _BLIND for rule in blocked if not rule.endswith(".undecodable_seconds")}
        if not taken:
            left = judge_file(endpoint, field, current, request, profile=profile)
            said = tuple(
                _with_reason(finding, reasons) for finding in left if not _surely_fits(finding, current, rows)
            )
            return FixPlan(steps=steps, predicted=current, left=said, held_back=tuple(held))
        # a cut comes alone: what is left may need no more, or a better bitrate
        cut = tuple(step for step in taken if isinstance(step, (Trim, CropPhoto)))
        steps = _complete(steps + (cut or taken), facts, rows, prefer)
        current = predict(facts, steps)


def _in_other_container(facts: Facts) -> bool:
    return isinstance(facts, VideoFacts) and facts.container != "mp4"


def _sized(current: Facts, facts: Facts) -> Facts:
    """After a cut alone the size is about its share of the original's, enough to see if more must be done."""
    if not isinstance(facts, (VideoFacts, AudioFacts)) or type(current) is not type(facts):
        return current
    assert isinstance(current, (VideoFacts, AudioFacts))
    same = current.codec == facts.codec and current.seconds != facts.seconds
    if not (same and current.size_bytes is None and facts.size_bytes and facts.seconds and current.seconds):
        return current
    return replace(current, size_bytes=round(facts.size_bytes * current.seconds / facts.seconds))


def _surely_fits(finding: Finding, predicted: Facts, rows: Rows) -> bool:
    """What a file will weigh is known once it is made; where even the most that it can weigh is allowed, nothing is
    left to find out."""
    row = rows.get("size_bytes")
    if row is None or finding.rule != row.id or finding.verdict is not Verdict.UNKNOWN:
        return False
    most = _most_bytes(predicted)
    return most is not None and most <= footage.highest(row.bound)


def _most_bytes(facts: Facts) -> float | None:
    """More than any encoding of ours makes of a picture or sound; None where its length is not known."""
    if isinstance(facts, PhotoFacts):
        return _BYTES_OF_A_FILE + facts.width * facts.height * _BYTES_A_PIXEL
    if not isinstance(facts, (VideoFacts, AudioFacts)) or facts.seconds is None:
        return None
    bytes_a_second: float = _BYTES_OF_SOUND
    if isinstance(facts, VideoFacts):
        bytes_a_second += facts.width * facts.height * (facts.fps or _MOST_FPS) * _BITS_A_PIXEL / 8
    return _BYTES_OF_A_FILE + facts.seconds * bytes_a_second


_BYTES_OF_A_FILE = 1 << 20
_BYTES_A_PIXEL = 4  # not compressed at all
_BITS_A_PIXEL = 2  # H.264 at the qualities we encode with; noise alone takes one
_MOST_FPS = 60
_BYTES_OF_SOUND = 400_000  # PCM, 48 kHz, stereo, 32 bits


def _propose(
    findings: tuple[Finding, ...],
    facts: Facts,
    rows: Rows,
    prefer: str | None,
    reasons: dict[str, Text],
) -> tuple[Step, ...]:
    """The steps that findings ask for, each once; why not goes into `reasons` by rule."""
    by_rule = {row.id: row for row in rows.values()}
    proposed: dict[Step, None] = {}
    for finding in findings:
        row = by_rule.get(finding.rule)
        measure = finding.rule.rpartition(".")[2] if row is None else row.measure
        planner = FIXES.get((row.fix if row else _FIXES_OF_OURS.get(measure)) or "")
        if planner is None or finding.verdict is Verdict.UNKNOWN:
            continue
        answer = planner(facts, rows, prefer)
        if isinstance(answer, Step):
            proposed[answer] = None
        elif measure in answer.measures:
            reasons[finding.rule] = answer.why
    return tuple(proposed)


_BLIND = Text(
    "its beginning does not decode, and a copy or a new picture would stand still there: --unsafe cuts it off",
    "开头无法解码，复制或重新编码都会使该处画面静止：加 --unsafe 可截去开头",
)


def _complete(steps: tuple[Step, ...], facts: Facts, rows: Rows, prefer: str | None) -> tuple[Step, ...]:
    """Add what follows, in the order of the work. A changed video is written as mp4, and whatever is in it
    must belong there; new samples and cropped pixels must be saved."""
    kinds = {type(step): step for step in steps}
    if not kinds:
        return ()
    if isinstance(facts, VideoFacts):
        _complete_video(kinds, facts, rows)
    elif isinstance(facts, AudioFacts) and kinds.keys() & {Pad, Level, Denoise} and ConvertAudio not in kinds:
        kept = replace(facts, seconds=predict(facts, steps).seconds)  # type: ignore[union-attr]
        _add(kinds, sound_files.convert(kept, rows, prefer or facts.format))
    elif isinstance(facts, PhotoFacts) and CropPhoto in kinds and SavePhoto not in kinds:
        _add(kinds, photos.resave(kinds[CropPhoto].predict(facts), rows, prefer))
    return tuple(kinds[kind] for kind in _ORDER if kind in kinds)


_ORDER = (
    Remux, DropTracks, Trim, EncodePicture, EncodeTrack, Pad, Denoise, Level, ConvertAudio, CropPhoto, SavePhoto,
    KeepPages, SaveDeck,
)  # fmt: skip


def _complete_video(kinds: dict[type[Step], Step], facts: VideoFacts, rows: Rows) -> None:
    cut = kinds.get(Trim)
    if EncodePicture not in kinds and (not footage.copyable(facts) or (isinstance(cut, Trim) and cut.start)):
        _add(kinds, footage.encode(facts, rows, None))
    if isinstance(facts.audio, AudioTrack) and facts.audio.codec not in footage.COPIED_SOUND:
        kinds.setdefault(EncodeTrack, EncodeTrack())
    kinds.setdefault(Remux, Remux())


def _add(kinds: dict[type[Step], Step], answer: Step | Unmendable) -> None:
    if isinstance(answer, Step):
        kinds[type(answer)] = answer


def _with_reason(finding: Finding, reasons: Mapping[str, Text]) -> Finding:
    why = reasons.get(finding.rule)
    if why is None:
        return finding
    said = Text(f"{finding.message.en}; {why.en}", f"{finding.message.zh}；{why.zh}")
    return replace(finding, message=said, fix=None)
