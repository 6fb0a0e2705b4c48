"""What finishing will need of a result, judged on its files and texts before the result is paid for."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mediaprep.contract import endpoints
from mediaprep.contract.judging import View
from mediaprep.contract.script import ssml
from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.finishing import bilingual
from mediaprep.finishing.spoken import Spoken
from mediaprep.media import ffmpeg, fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.media.compose import loudness
from mediaprep.media.containers import packets
from mediaprep.model.facts import AudioFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.captions import BEST, CaptionsAs
from mediaprep.model.finishing.plans import STILL_SECONDS
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight import finishing_limits
from mediaprep.preflight.scripts.estimate import script_seconds
from mediaprep.verbs.check import measure
from mediaprep.verbs.finishing import captioning

_TO_TRANSLATE: Final = "{stem}.sentences{number}.txt"
_LISTED: Final = 3  # sentences in a message


def judged(
    job: Job,
    facts: Mapping[str, object],
    *,
    script: Sequence[str] = (),
    seconds: float | None = None,
    writing: bool = True,
) -> tuple[Finding, ...]:
    """Findings on what the finishing of `job` will meet: `facts` are those of its inputs by parameter; a deck gives
    its pages' `script`s and estimated `seconds`. When `writing` it may leave a file to translate from. Raises
    BadAsset for fonts that lack a sign, and for clips and music that hold nothing."""
    wish = job.finish
    if not wish.wanted:
        return ()
    _audible(job)
    lines = _sentences(job, script) if wish.captions is not None else ()
    found = finishing_limits.judge(job, _expected(job, facts, seconds), tuple(_clips(job)))
    captions = wish.looks
    second = _translated(captions.second)
    if wish.captions is not None and captions.way is CaptionsAs.BURN:
        fonts.choose((*lines, *second), captions.fonts or None)
    if wish.captions is not None and captions.second is not None and captions.second.suffix.lower() == ".txt":
        found += tuple(_second(job, lines, second, writing=writing))
    return found


def _expected(
    job: Job, facts: Mapping[str, object], seconds: float | None
) -> finishing_limits.Expected | None:
    """How long the result becomes; None where nothing tells."""
    if seconds is not None:
        return finishing_limits.Expected(seconds=seconds, exact=False)
    view = View(job.endpoint, job.request)
    sound = facts.get("InputAudioUrl")
    if isinstance(sound, AudioFacts) and sound.seconds is not None and not view.given("InputSsml"):
        return finishing_limits.Expected(seconds=sound.seconds, exact=True)
    spoken = script_seconds(job.request)
    return None if spoken is None else finishing_limits.Expected(seconds=spoken, exact=False)


def _clips(job: Job) -> Iterator[finishing_limits.Beside]:
    wish = job.finish
    still = STILL_SECONDS if wish.still_seconds is None else wish.still_seconds
    for role, path in (*(("head", path) for path in wish.head), *(("tail", path) for path in wish.tail)):
        facts = measure(path, faces=False)
        seconds = facts.seconds if isinstance(facts, VideoFacts) else still
        if isinstance(facts, VideoFacts):
            _refuse_undecodable(role, path, facts.seconds or 0.0)
        elif isinstance(facts, UnknownFacts) and not facts.machine_fault and path.exists():
            raise _undecodable(role, path, Text(facts.problem_en, facts.problem_zh))
        if seconds is not None:
            yield finishing_limits.Beside(role=role, name=path.name, seconds=seconds)


def _refuse_undecodable(role: str, path: Path, seconds: float) -> None:
    """Raises BadAsset for a clip whose first or middle pictures cannot be had: a whole index says little."""
    for moment in (0.0, seconds / 2):
        try:
            picture = next(iter(packets.decode_frames(path, pixel_format="rgb24", start=moment)), None)
        except MediaprepError as error:
            why = Text(error.en, error.zh)
        else:
            why = Text(f"no picture from {moment:.1f} s on", f"{moment:.1f} 秒起没有画面")
            if picture is not None:
                continue
        raise _undecodable(role, path, why)


def _undecodable(role: str, path: Path, why: Text) -> BadAsset:
    return BadAsset(
        f"finish.{role}: {path.name} cannot be decoded: {why.en}; export it again",
        f"finish.{role}：{path.name} 无法解码：{why.zh}；请重新导出",
    )


def _audible(job: Job) -> None:
    """Raises BadAsset for music without a sound."""
    music = job.finish.scenery.music if job.finish.scenery else None
    if music is not None and loudness.measure_file(music, binary=ffmpeg.find(None)).lufs is None:
        raise BadAsset(f"music {music.name} is silent", f"音乐 {music.name} 无声")


def _sentences(job: Job, script: Sequence[str]) -> tuple[str, ...]:
    """The captions as far as they are known: the cues of a file, else the sentences of what is spoken."""
    wish = job.finish
    if isinstance(wish.captions, Path):
        return tuple(cue.text for cue in subtitle_files.read(wish.captions))
    texts = list(script)
    if wish.script is not None:
        texts = [captioning.read_text(wish.script)]
    elif not texts and isinstance(text := job.request.get("InputSsml"), str):
        texts = [text]
    return tuple(line for text in texts for line in sentences_in(text))


def sentences_in(script: str) -> Iterator[str]:
    """The sentences of a script, as captions count them."""
    plain = ssml.read(script).plain
    signs = [
        Spoken(text=sign, start_ms=1000.0 * at, end_ms=1000.0 * at + 999) for at, sign in enumerate(plain)
    ]
    starts = [start // 1000 for start, _ in bilingual.sentences(signs)]
    for start, end in itertools.pairwise([*starts, len(plain)]):
        yield " ".join(plain[start:end].split())


def _translated(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    if path.suffix.lower() != ".txt":
        return tuple(cue.text for cue in subtitle_files.read(path))
    return captioning.lines_of(path)


def _second(job: Job, lines: Sequence[str], second: Sequence[str], *, writing: bool) -> Iterator[Finding]:
    if not lines or len(lines) == len(second):
        return
    target = _numbered(job, lines) if writing else None
    to_translate = (
        Text(
            f"they stand numbered in {target.name}, translate from there",
            f"已编号写入 {target.name}，请据此翻译",
        )
        if target
        else Text("one line for each is needed", "须逐句对应")
    )
    shown = " / ".join(lines[:_LISTED]) + (" …" if len(lines) > _LISTED else "")
    yield Finding(
        rule=finishing_limits.rule_of(job, "second"),
        verdict=Verdict.ADVISED if _cut_by_the_service(job) else Verdict.REFUSED,
        measured=len(second),
        limit=str(len(lines)),
        message=Text(
            f"the second language has {len(second)} lines for {len(lines)} sentences ({shown}): "
            f"{to_translate.en}",
            f"第二语言有 {len(second)} 行，而句子有 {len(lines)} 条（{shown}）：{to_translate.zh}",
        ),
        fix=finishing_limits.SECOND,
    )


def _cut_by_the_service(job: Job) -> bool:
    """Whether the captions are those of the service's subtitle file, which may count otherwise."""
    view = View(job.endpoint, job.request)
    known = job.endpoint in endpoints.ENDPOINTS and endpoints.get(job.endpoint).subtitles
    return bool(known and view.by_text and not job.voice_first and job.finish.captions in BEST)


def _numbered(job: Job, lines: Sequence[str]) -> Path:
    """The sentences numbered, in a file beside the output: one that says the same, else a new one. What somebody
    has written there stays. Raises BadAsset where nothing can be written."""
    text = "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1))
    for again in itertools.count(1):
        name = _TO_TRANSLATE.format(stem=job.output.stem, number="" if again == 1 else f"-{again}")
        target = job.output.with_name(name)
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if target.read_text(encoding="utf-8") == text:
                return target
        try:
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise BadAsset(
                f"{target}: cannot be written: {error.strerror}", f"{target}：无法写入：{error.strerror}"
            ) from error
        return target
    raise AssertionError


def lesson_seconds(pages: Sequence[Any]) -> float | None:
    """How long a deck's video becomes; None where a page's length is unknown."""
    known = [page.seconds for page in pages]
    return None if not known or None in known else float(sum(known))
