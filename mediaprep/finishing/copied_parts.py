"""What of the finished picture is copied from main bit for bit, what is encoded, and why. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import (
    AAC_FRAME,
    CodedPicture,
    CopiedSound,
    PartMethod,
    PicturePart,
    Unjoinable,
)
from mediaprep.model.finishing.plans import Clip, RenderPlan, why_not_as_coded

_PROFILES = (66, 77, 100)
_NAL_LENGTH = 4
_LEAST_SHARE = 0.1  # of main; where less could be copied, one pass is simpler and no slower
_MOST_PARTS = 120
_LEAST_FRAMES = 200  # of sound; where fewer could be copied, all is encoded


def decide(plan: RenderPlan, coded: CodedPicture | Unjoinable | None) -> RenderPlan:
    """The plan with its parts; without any, and with the reason, when all has to be encoded."""
    why = _why_not(plan, coded)
    if why is not None:
        return replace(plan, parts=(), coded=None, sound=None, why_encoded=why)
    assert isinstance(coded, CodedPicture)
    parts = _parts(plan, coded)
    copied = sum(part.frames for part in parts if part.way is PartMethod.COPIED)
    if copied < _LEAST_SHARE * plan.main.frames:
        return replace(plan, parts=(), coded=None, sound=None, why_encoded=_too_little(copied, plan.main))
    if len(parts) > _MOST_PARTS:
        return replace(plan, parts=(), coded=None, sound=None, why_encoded=_too_many(len(parts)))
    return replace(plan, parts=parts, coded=coded, sound=_copied_sound(plan, coded), why_encoded=None)


def _too_little(copied: int, main: Clip) -> Text:
    share = 100 * copied / main.frames
    return Text(
        f"only {share:.0f} % of main's pictures could be copied: all are encoded in one pass",
        f"主视频仅 {share:.0f}% 的画面可直接复制：全部一次编码",
    )


def _too_many(count: int) -> Text:
    return Text(
        f"main would fall into {count} parts: all are encoded in one pass",
        f"主视频会被分成 {count} 段：全部一次编码",
    )


# --- why main cannot be copied ------------------------------------------------------------------------------


def _why_not(plan: RenderPlan, coded: CodedPicture | Unjoinable | None) -> Text | None:
    found = everywhere(plan) or _unfit_facts(plan)
    if found is not None:
        return found
    if coded is None:
        return Text("main's packets were not looked at", "未查看主视频数据包")
    return _unfit_code(plan, coded)


def everywhere(plan: RenderPlan) -> Text | None:
    """What changes every picture of main, if anything does. (Whoever adds such a thing to plans adds it here.)"""
    if plan.logos:
        return Text("the logo changes every picture", "台标会改变每一帧画面")
    return plan.scenery.why_encoded if plan.scenery else None


def _unfit_facts(plan: RenderPlan) -> Text | None:
    main, canvas = plan.main, plan.canvas
    facts = main.facts
    size = (facts.width, facts.height)
    if facts.codec != "h264" or facts.pixel_format != "yuv420p":
        what = f"{facts.codec} {facts.pixel_format or ''}".strip()
        return Text(f"main is {what}, not 8-bit 4:2:0 H.264", f"主视频为 {what}，不是 8 位 4:2:0 H.264")
    if facts.variable_rate or facts.variable_rate is None:
        return Text("main's frame rate varies", "主视频帧率不恒定")
    if facts.interlaced:
        return Text("main is interlaced", "主视频为隔行扫描")
    if (shown := why_not_as_coded(facts)) is not None:
        return Text(f"main {shown.en}", f"主视频{shown.zh}")
    if size != (canvas.width, canvas.height):
        return Text(
            "main's pixels do not fill the finished picture one to one", "主视频像素与成片画面不一一对应"
        )
    if facts.frames is not None and main.frames - main.held_frames != facts.frames:
        return Text("main's sound begins before its picture", "主视频的声音早于画面开始")
    return None


def _unfit_code(plan: RenderPlan, coded: CodedPicture | Unjoinable) -> Text | None:
    if isinstance(coded, Unjoinable):
        return coded.why
    main, canvas = plan.main, plan.canvas
    reasons = (
        (coded.changes, "main's parameters change on the way", "主视频编码参数中途改变"),
        (not coded.progressive, "main is coded as fields", "主视频按场编码"),
        ((coded.depth, coded.chroma) != (8, 1), "main is not 8-bit 4:2:0", "主视频不是 8 位 4:2:0"),
        (
            coded.profile not in _PROFILES,
            f"main has H.264 profile {coded.profile}",
            "主视频 H.264 档次不支持",
        ),
        (coded.nal_length != _NAL_LENGTH, "main's packets are framed unusually", "主视频数据包封装方式特殊"),
        (coded.hidden > 0, "an edit list hides pictures of main", "主视频有编辑列表隐藏的画面"),
        (not coded.starts_clean, "main begins inside an open group of pictures", "主视频以开放 GOP 开头"),
        (not coded.even or coded.fps != canvas.fps, "main's pictures stand unevenly", "主视频画面时间不均匀"),
        (
            (coded.width, coded.height) != (canvas.width, canvas.height),
            f"main is coded as {coded.width}×{coded.height}",
            f"主视频编码尺寸为 {coded.width}×{coded.height}",
        ),
        (
            coded.frames != main.frames - main.held_frames,
            f"main holds {coded.frames} pictures where {main.frames - main.held_frames} were measured",
            f"主视频含 {coded.frames} 帧，测得 {main.frames - main.held_frames} 帧",
        ),
    )
    return next((Text(en, zh) for holds, en, zh in reasons if holds), None)


# --- the parts ----------------------------------------------------------------------------------------------


def _parts(plan: RenderPlan, coded: CodedPicture) -> tuple[PicturePart, ...]:
    """What is copied stands first; what lies between is encoded, each clip by itself where none fades into
    another (so that a brand's clip can be kept for the next time)."""
    copied = _copied(plan, coded)
    fading = [(b.first_frame, a.end_frame) for a, b in itertools.pairwise(plan.clips) if a.fades_out]
    cuts = {clip.first_frame for clip in plan.clips} - {first for first, _ in fading}
    edges = sorted({0, plan.expected_frames, *cuts, *itertools.chain(*copied)})
    edges = [edge for edge in edges if not any(first < edge < end for first, end in fading)]
    edges = [edge for edge in edges if not any(first < edge < end for first, end in copied)]
    return tuple(
        PicturePart(
            first_frame=a, end_frame=b, way=PartMethod.COPIED if (a, b) in copied else PartMethod.ENCODED
        )
        for a, b in itertools.pairwise(edges)
    )


def _copied(plan: RenderPlan, coded: CodedPicture) -> list[tuple[int, int]]:
    """Main's groups of pictures that nothing changes, from refresh to refresh; neighbours as one."""
    main, changed = plan.main, touched(plan)
    runs: list[tuple[int, int]] = []
    for first, end in zip(coded.refreshes, (*coded.refreshes[1:], coded.frames), strict=True):
        span = (main.first_frame + first, main.first_frame + end)
        if _overlaps(span, changed):
            continue
        if runs and runs[-1][1] == span[0]:
            span = (runs.pop()[0], span[1])
        runs.append(span)
    return runs


def touched(plan: RenderPlan) -> tuple[tuple[int, int], ...]:
    """Stretches (first, end) of the finished timeline whose pictures differ from main's own."""
    fading = tuple((b.first_frame, a.end_frame) for a, b in itertools.pairwise(plan.clips) if a.fades_out)
    if plan.scenery is not None:
        last = plan.expected_frames
        edges = ((0, plan.scenery.fade_in), (last - plan.scenery.fade_out, last))
        fading += tuple((first, end) for first, end in edges if first < end)
    if plan.mark is not None:
        fading += ((0, plan.mark.end_frame),)
    if plan.burn:
        return (*fading, *((cue.first_frame, cue.end_frame) for cue in plan.cues))
    return fading


def _overlaps(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(first < span[1] and span[0] < end for first, end in others)


# --- the sound ----------------------------------------------------------------------------------------------

_RATES = (96000, 88200, 64000, 48000, 44100, 32000)  # samplingFrequencyIndex, ISO/IEC 14496-3
_LOW_COMPLEXITY = 2  # audio object type


def _copied_sound(plan: RenderPlan, coded: CodedPicture) -> CopiedSound | None:
    """Main's sound as it is copied; None where something changes it, or it is coded unlike what is encoded."""
    sound, main = coded.sound, plan.main
    changed = (
        plan.target
        or plan.levelling
        or (plan.scenery and plan.scenery.sounds)
        or main.fades_in
        or main.fades_out
    )
    if sound is None or changed or not main.has_sound:
        return None
    if (sound.rate, sound.channels) != (
        plan.canvas.sample_rate,
        plan.canvas.channels,
    ) or sound.rate not in _RATES:
        return None
    plain = _LOW_COMPLEXITY << 11 | _RATES.index(sound.rate) << 7 | sound.channels << 3
    if int.from_bytes(sound.configuration[:2], "big") != plain:
        return None
    heard = main.samples - sound.first  # from its first frame to its picture's end
    trailed = plan.clips[-1] is not main or sound.frames * AAC_FRAME < heard
    copied = CopiedSound(
        coded=sound,
        starts=main.first_sample,
        usable=min(sound.frames, heard // AAC_FRAME if trailed else -(-heard // AAC_FRAME)),
        led=main.first_sample > 0 or sound.first > 0,
        trailed=trailed,
    )
    return copied if len(copied.surely) >= _LEAST_FRAMES else None


# --- what it will cost --------------------------------------------------------------------------------------

_PIXELS_A_SECOND = (
    140e6  # x264 at its faster presets on two processors of 2020; only an estimate is made of it
)
_COPIED_A_SECOND = 12_000.0  # packets
_SOUND_TIMES = 45.0  # seconds of sound encoded in one second
_DECODED_TIMES = 500.0
_PROOF_PIXELS_A_SECOND = 600e6
_TONE_MAPPED_A_SECOND, _LAID_A_SECOND, _KEYED_A_SECOND = 30e6, 90e6, 40e6  # pixels
_LOOKED_AT_A_SECOND = 240e6  # pixels walked through for faces and cuts


def encoded_frames(plan: RenderPlan) -> int:
    """How many pictures of the plan are encoded."""
    if not plan.parts:
        return plan.expected_frames
    return sum(part.frames for part in plan.parts if part.way is PartMethod.ENCODED)


def estimated_seconds(plan: RenderPlan) -> float:
    """A guess of how long the plan will take on a machine of two processors."""
    pixels = encoded_frames(plan) * plan.canvas.width * plan.canvas.height
    copied = plan.expected_frames - encoded_frames(plan)
    picture, sound = pixels / _PIXELS_A_SECOND, plan.seconds / _SOUND_TIMES
    if plan.sound is not None:
        sound = plan.seconds / _DECODED_TIMES
    making = max(picture, sound) + copied / _COPIED_A_SECOND
    measured = sound if plan.target is not None else 0.0
    return 0.5 + measured + making + _staging_seconds(plan) + pixels / _PROOF_PIXELS_A_SECOND


def _staging_seconds(plan: RenderPlan) -> float:
    """What tone mapping, backgrounds and reframing cost beside encoding: they work on main's own pixels."""
    facts, scene = plan.main.facts, plan.scenery
    works = [
        (facts.hdr, _TONE_MAPPED_A_SECOND),
        (scene is not None and scene.background is not None, _LAID_A_SECOND),
        (scene is not None and scene.background is not None and scene.background.key, _KEYED_A_SECOND),
        (scene is not None and scene.reframe is not None, _LOOKED_AT_A_SECOND),
    ]
    pixels = plan.main.frames * facts.width * facts.height
    music = 2 * plan.seconds / _SOUND_TIMES if scene is not None and scene.music is not None else 0.0
    return music + sum(pixels / pace for wished, pace in works if wished)


def said(plan: RenderPlan) -> tuple[Text, ...]:
    """What is copied and what encoded, in a few sentences."""
    if not plan.parts:
        reason = plan.why_encoded or Text("copying was not asked for", "未要求直接复制")
        return (Text(f"all pictures are encoded: {reason.en}", f"全部画面重新编码：{reason.zh}"),)
    encoded = encoded_frames(plan)
    copied = plan.expected_frames - encoded
    lines = [
        Text(
            f"{copied} of {plan.expected_frames} pictures are copied bit for bit, {encoded} are encoded",
            f"{plan.expected_frames} 帧中 {copied} 帧原样复制，{encoded} 帧重新编码",
        )
    ]
    if plan.sound is not None:
        lines.append(Text("main's sound is copied bit for bit", "主视频声音原样复制"))
    lines += [_part_said(part, plan.canvas.fps) for part in plan.parts[:_MOST_TOLD]]
    if len(plan.parts) > _MOST_TOLD:
        more = len(plan.parts) - _MOST_TOLD
        lines.append(Text(f"… and {more} more parts", f"……另有 {more} 段"))
    return tuple(lines)


_MOST_TOLD = 12


def _part_said(part: PicturePart, fps: Fraction) -> Text:
    first, end = float(part.first_frame / fps), float(part.end_frame / fps)
    zh = {PartMethod.COPIED: "复制", PartMethod.ENCODED: "编码"}[part.way]
    return Text(
        f"{first:9.2f} – {end:9.2f} s  {part.way.value} ({part.frames} pictures)",
        f"{first:9.2f} – {end:9.2f} 秒  {zh}（{part.frames} 帧）",
    )
