"""propose: the parameters of a no-train request, from its footage and what is to be said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings
from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.rules.faces import FRONTAL_YAW
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media.files import atomic
from mediaprep.media.isolation import guard
from mediaprep.media.probing.probe import probe
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.results.proposals import Proposal, ProposedValue
from mediaprep.preflight import proposing
from mediaprep.preflight.judge import judge_request
from mediaprep.preflight.proposing import FaceSample
from mediaprep.preflight.scripts.drafting import to_ssml
from mediaprep.preflight.scripts.estimate import script_seconds
from mediaprep.verbs.finishing import output_claims

_PATIENCE: Final = 120.0  # seconds, and
_PER_SECOND: Final = 2.0  # for each of footage
_LONGEST: Final = 1800.0
_VOICE: Final = "female_1"
_PHOTOS: Final = "VideoParam.RefPhotoUrls"


def propose(
    footage: AnyPath,
    *,
    output: AnyPath | None = None,
    audio: AnyPath | None = None,
    text: str | None = None,
    overwrite: bool = False,
    settings: Settings | None = None,
) -> Proposal:
    """What to ask for with `footage`, driven by `audio` or by `text` (or by neither yet). With an `output` the request
    is written there, and photos of the speaker beside it where several people are seen. Raises BadAsset for what is no
    video or sound, BadConfig for both of audio and text or an output that is not ours."""
    footage, sound = Path(footage), None if audio is None else Path(audio)
    target = None if output is None else Path(output)
    if sound is not None and text is not None:
        raise BadConfig("give --audio or --text, not both", "--audio 与 --text 只能给出一个")
    facts = probe(footage, faces=False)
    if not isinstance(facts, VideoFacts):
        raise BadAsset(f"{footage}: is no video that can be looked at", f"{footage}：不是可查看的视频")
    request: dict[str, Any] = {"RefVideoUrl": str(footage.absolute())}
    needed, driving = _driven(request, sound, text)
    if target is not None:
        output_claims.claim([target], reads=[footage, *([sound] if sound else [])], overwrite=overwrite)
    rows = _rows(footage, facts)
    samples = [FaceSample(seconds=row[0], yaw=row[5], pitch=row[6], openness=row[1]) for row in rows]
    people = max((row[7] for row in rows), default=0)
    chosen = list(proposing.choices(facts, samples, needed, people=people))
    photos = _photos(footage, samples, chosen, target) if people > 1 and target is not None else ()
    chosen += _said(photos, text)
    for one in chosen:
        _put(request, one)
    if target is not None:
        with atomic.landing(target) as part:
            part.write_text(json.dumps(request, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    profile = (settings or Settings.load()).profile
    known = {"RefVideoUrl": facts, **({"InputAudioUrl": driving} if driving is not None else {})}
    bad = proposing.timeline(samples)
    return Proposal(
        footage=footage, request=request, choices=tuple(chosen), timeline=bad,
        cuts=proposing.cuts(bad, chosen), photos=photos, output=target,
        findings=judge_request("notrain", request, known, profile) if needed is not None else (),
    )  # fmt: skip


def _said(photos: Sequence[Path], text: str | None) -> Iterator[ProposedValue]:
    if photos:
        why = Text(
            "the one who speaks, cut from the footage at several angles", "从素材中截取的说话人，含多个角度"
        )
        yield ProposedValue(parameter=_PHOTOS, value=[str(path) for path in photos], why=why)
    if text is not None:
        why = Text("one of the usual voices; name your own", "常用音色之一，请按需更换")
        yield ProposedValue(parameter="SpeechParam.TimbreKey", value=_VOICE, why=why)


def _driven(
    request: dict[str, Any], audio: Path | None, text: str | None
) -> tuple[float | None, AudioFacts | None]:
    """How long is spoken; the request says by what."""
    if text is not None:
        request |= {
            "DriverType": "Text",
            "InputSsml": to_ssml(text),
            "SpeechParam": {"Speed": 1.0},
        }
        return script_seconds(request), None
    if audio is None:
        return None, None
    facts = probe(audio, faces=False)
    if not isinstance(facts, AudioFacts) or facts.seconds is None:
        raise BadAsset(f"{audio}: is no sound that can be measured", f"{audio}：不是可测量的音频")
    request |= {"DriverType": ORIGINAL, "InputAudioUrl": str(audio.absolute())}
    return facts.seconds, facts


def _put(request: dict[str, Any], one: ProposedValue) -> None:
    *above, name = one.parameter.split(".")
    table = request
    for step in above:
        table = table.setdefault(step, {})
    table[name] = one.value


def _rows(footage: Path, facts: VideoFacts) -> Sequence[tuple[Any, ...]]:
    patience = min(_LONGEST, _PATIENCE + _PER_SECOND * (facts.seconds or 0.0))
    rows, whole = _asked(footage, "mouths", footage, patience, seconds=patience + 30)
    if not whole:
        raise BadAsset(
            f"{footage.name}: was not looked through in {patience:.0f} s: cut it, or propose by hand",
            f"{footage.name}：{patience:.0f} 秒内未能看完：请先剪短，或手动填写",
        )
    starts = facts.picture_starts or 0.0
    return [(row[0] - starts, *row[1:]) for row in rows if row[0] >= starts - 1e-6]


def _photos(
    footage: Path, samples: Sequence[FaceSample], chosen: Sequence[ProposedValue], request: Path
) -> tuple[Path, ...]:
    """Three looks of the speaker at most: from the front, and from both sides, mouth as closed as it gets."""
    begin, end = proposing.part_of(chosen)
    seen = [
        one
        for one in samples
        if one.yaw is not None and abs(one.yaw) <= FRONTAL_YAW and begin <= one.seconds < end
    ]
    if not seen:
        return ()

    def nearest(yaw: float) -> FaceSample:
        return min(seen, key=lambda one: abs((one.yaw or 0.0) - yaw) + 20 * (one.openness or 0.0))

    yaws = [one.yaw or 0.0 for one in seen]
    moments = list(dict.fromkeys(nearest(yaw).seconds for yaw in (0.0, min(yaws), max(yaws))))
    made = []
    for number, jpeg in enumerate(_asked(footage, "portraits", footage, moments, seconds=_PATIENCE), 1):
        if jpeg is None:
            continue
        path = request.with_name(f"{request.stem}.face-{number}.jpg").absolute()
        with atomic.landing(path) as part:
            part.write_bytes(jpeg)
        made.append(path)
    return tuple(made)


def _asked(path: Path, task: str, *arguments: object, seconds: float) -> Any:
    found = guard.ask("pictures", task, *arguments, wall_seconds=seconds)
    if isinstance(found, guard.Stopped):
        raise BadAsset(f"{path.name}: {found.en}", f"{path.name}：{found.zh}")
    return found
