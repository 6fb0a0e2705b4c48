"""What the docs refuse of a trained avatar's request, of itself, with its files and with what the avatar is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.demand import REFUSED, REFUSED_OR_UNKNOWN, SENT_BACK, Case, Demand
from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import URL, footage, sound
from mediaprep.contract.rules.speech.inheritance import holders, speakers
from mediaprep.contract.rules.speech.speech_demands import LIST_THEM
from mediaprep.contract.script import ssml
from mediaprep.model.assets import Avatar
from mediaprep.model.facts import AudioFacts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

_ACTIONS: Final = "VideoParam.ActionParams"
MAKE: Final = "VideoParam.SmallSampleParam.MakeType"
HD: Final = Avatar(type="small_sample", width=1920, height=1080, actions=("wave",))
_AS_HD: Final = "an avatar of 1920×1080 that can wave"


def unlisted(path: str) -> Text:
    """What is said of an avatar that no list shows."""
    return Text(
        f"what the avatar of {path} is (size, type, actions) is not known here",
        f"此处无法得知 {path} 的形象信息（分辨率、类型、动作）",
    )


def _code(rule: Demand, view: View) -> Iterator[Violation]:
    for action in view.items(_ACTIONS):
        yield from rule.missing(action, "Code", Text("an action needs it", "动作必填"))


CODE: Final = Demand(
    endpoints="advanced", paths=f"{_ACTIONS}[].Code", kind="required", verdicts=REFUSED, judge=_code,
    what=Text("an action names its Code", "动作必须写明 Code"), why=SENT_BACK,
    valid=(Case({f"{_ACTIONS}[]": {"StartTime": 0, "Code": "wave"}}, by=ORIGINAL),),
    invalid=(Case({f"{_ACTIONS}[]": {"StartTime": 0}}, by=ORIGINAL),),
)  # fmt: skip


def _timed(rule: Demand, view: View) -> Iterator[Violation]:
    if view.items(_ACTIONS) and view.drive and view.drive != ORIGINAL:
        told = Text(
            f"{_ACTIONS} works with DriverType OriginalVoice only; here it is {view.drive}",
            f"{_ACTIONS} 只在 DriverType 为 OriginalVoice 时可用；现为 {view.drive}",
        )
        said = f"{_ACTIONS} requires DriverType OriginalVoice"
        yield rule.refuse(view, _ACTIONS, said, told, measured=view.drive, limit=ORIGINAL)


TIMED: Final = Demand(
    endpoints="advanced", paths=_ACTIONS, kind="drive", verdicts=REFUSED, judge=_timed, why=SENT_BACK,
    what=Text("timed actions work with DriverType OriginalVoice only", "动作时间轴仅用于 OriginalVoice"),
    fix=Text("write <insert-action> tags into the script instead", "改为在文案里写 <insert-action> 标签"),
    valid=(Case({"{path}": [{"Code": "wave"}]}, by=ORIGINAL),), invalid=(
        Case({"{path}": [{"Code": "wave"}]}),
        Case({"{path}": [{"Code": "wave"}], "DriverType": endpoints.MODULATED}, by=ORIGINAL),
    ),
)  # fmt: skip


def times(view: View) -> list[tuple[View, float]]:
    """Every timed action, in order."""
    found = ((action, action.number("StartTime")) for action in view.items(_ACTIONS))
    return [(action, time) for action, time in found if time is not None]


def _begins(rule: Demand, view: View) -> Iterator[Violation]:
    for action, time in times(view):
        if time < 0:
            place = action.at("StartTime")
            told = Text(f"{place} is {time} ms: before the start", f"{place} 为负：{time} ms")
            said = "StartTime value invalid, ranges:0-"
            yield rule.refuse(action, "StartTime", said, told, measured=time, limit="≥ 0")


_TIME: Final = f"{_ACTIONS}[].StartTime"
BEGINS: Final = Demand(
    endpoints="advanced", paths=_TIME, kind="range", verdicts=REFUSED, judge=_begins, why=SENT_BACK,
    what=Text("no action begins before the start", "动作的开始时间不得为负"),
    valid=(Case({"{path}": 0, f"{_ACTIONS}[].Code": "wave"}, by=ORIGINAL),),
    invalid=(Case({"{path}": -1, f"{_ACTIONS}[].Code": "wave"}, by=ORIGINAL),),
)  # fmt: skip


def _order(rule: Demand, view: View) -> Iterator[Violation]:
    for (_, before), (action, time) in pairwise(times(view)):
        if time <= before:
            place = action.at("StartTime")
            told = Text(
                f"{place} is {time} ms, not later than the action before it ({before} ms)",
                f"{place} 为 {time} ms，没有晚于前一个动作（{before} ms）",
            )
            said = f"{place} value invalid, must be strictly increasing"
            yield rule.refuse(action, "StartTime", said, told, measured=time, limit=f"> {before}")


def acting(*starts: int) -> dict[str, object]:
    """Timed actions, as parameters of an example."""
    return {_ACTIONS: [{"Code": "wave", "StartTime": start} for start in starts]}


ORDER: Final = Demand(
    endpoints="advanced", paths=_TIME, kind="order", verdicts=REFUSED, judge=_order, why=SENT_BACK,
    what=Text("each action begins later than the one before", "动作的开始时间须逐个递增"),
    valid=(Case(acting(0, 4000), by=ORIGINAL),), invalid=(Case(acting(4000, 4000), by=ORIGINAL),),
)  # fmt: skip


def _circle(rule: Demand, view: View) -> Iterator[Violation]:
    """A page without a MakeType of its own takes the global one."""
    told: set[str] = set()
    for holder in holders(view):
        if holder.pages or not holder.by_text:
            continue
        shared = holder.everywhere if holder.everywhere and not holder.own.nonzero(MAKE) else holder.own
        place = shared.at(MAKE)
        if shared.text(MAKE) == "Circle" and place not in told:
            told.add(place)
            said = f"{place} value invalid, Circle requires an audio driver"
            message = Text(f"{place}: Circle works with audio drive only", f"{place}：Circle 只用于声音驱动")
            limit = ORIGINAL if view.endpoint == "ppt" else f"{ORIGINAL}, {endpoints.MODULATED}"
            yield rule.refuse(shared, MAKE, said, message, measured="Circle", limit=limit)


CIRCLE: Final = tuple(
    Demand(
        endpoints=names, paths=paths, kind="drive", verdicts=REFUSED, judge=_circle, why=SENT_BACK,
        what=Text("Circle works with audio drive only", "Circle 只用于声音驱动"),
        fix=Text("use Default or Custom, or drive by audio", "改用 Default 或 Custom，或改为音频驱动"),
        valid=(Case({"{path}": "Circle"}, by=ORIGINAL), Case({"{path}": "Default"})),
        invalid=(Case({"{path}": "Circle"}),),
    )
    for names, paths in (("advanced", MAKE), ("ppt", f"PageConfigs[].{MAKE} GlobalConfig.{MAKE}"))
)  # fmt: skip

_BEHIND: Final = tuple(f"VideoParam.{name}FileUrl" for name in ("Background", "VideoHead", "VideoTail"))


def _resolution(rule: Demand, view: View) -> Iterator[Finding]:
    """Background, head and tail have the size of the video, which is the avatar's."""
    avatar = view.known.get("VirtualmanKey")
    sizes = {
        path: (found.width, found.height)
        for path in _BEHIND
        if isinstance(found := view.known.get(path), VideoFacts | PhotoFacts)
    }
    for path in filter(view.given, _BEHIND):
        if path not in sizes:
            yield rule.unmeasured(view, path, "as the avatar")
            continue
        size = _size(sizes[path])
        if isinstance(avatar, Avatar):
            if sizes[path] != (avatar.width, avatar.height):
                wanted = _size((avatar.width, avatar.height))
                told = Text(f"{path} is {size}, the video {wanted}", f"{path} 为 {size}，视频为 {wanted}")
                yield rule.tell(view, path, told, measured=size, limit=wanted, verdict=Verdict.REFUSED)
            continue
        other = next((other for other in sizes if sizes[other] != sizes[path]), None)
        if other is None:
            told = unlisted("VirtualmanKey")
            yield rule.tell(view, path, told, limit="as the avatar", verdict=Verdict.UNKNOWN)
            continue
        wanted = _size(sizes[other])
        told = Text(
            f"{path} is {size}, {other} {wanted}: both must have the video's size",
            f"{path} 为 {size}，{other} 为 {wanted}：两者都须与视频分辨率相同",
        )
        yield rule.tell(view, path, told, measured=size, limit=wanted, verdict=Verdict.REFUSED)


def _size(sides: tuple[int, int]) -> str:
    return f"{sides[0]}x{sides[1]}"


RESOLUTION: Final = Demand(
    endpoints="advanced", paths=" ".join(_BEHIND), kind="resolution", verdicts=REFUSED_OR_UNKNOWN, files=True,
    what=Text("the size of the video, which is the avatar's", "与视频（即形象）分辨率相同"), judge=_resolution,
    why=Text("the task fails", "任务失败"),
    valid=tuple(
        Case({"{path}": URL}, known={path: footage(), "VirtualmanKey": HD}, beside=f"1920×1080, {_AS_HD}", of=path)
        for path in _BEHIND
    ),
    invalid=tuple(
        Case({"{path}": URL}, known={path: footage(size=(1280, 720)), "VirtualmanKey": HD},
             beside=f"1280×720, {_AS_HD}", of=path)
        for path in _BEHIND
    ),
)  # fmt: skip


def _in_audio(rule: Demand, view: View) -> Iterator[Finding]:
    if not view.by_audio:
        return
    audio = view.known.get("InputAudioUrl")
    seconds = audio.seconds if isinstance(audio, AudioFacts | VideoFacts) else None
    for action, time in times(view):
        place = action.at("StartTime")
        if seconds is None:
            yield rule.unmeasured(action, "StartTime", "within the audio", of="InputAudioUrl")
            return
        if time > seconds * 1000:
            end = f"{seconds * 1000:.0f}"
            told = Text(
                f"{place} is {time:g} ms, the audio ends at {end} ms",
                f"{place} 为 {time:g} ms，音频止于 {end} ms",
            )
            limit = f"≤ {end}"
            yield rule.tell(action, "StartTime", told, measured=time, limit=limit, verdict=Verdict.REFUSED)


_FIVE: Final = {"InputAudioUrl": sound(5.0)}
IN_AUDIO: Final = Demand(
    endpoints="advanced", paths=_TIME, kind="audio", files=True, verdicts=REFUSED_OR_UNKNOWN, judge=_in_audio,
    what=Text("actions begin within the audio", "动作须在音频时长内开始"), why=SENT_BACK,
    valid=(Case(acting(4000), by=ORIGINAL, known=_FIVE, beside="5 s of audio"),),
    invalid=(Case(acting(6000), by=ORIGINAL, known=_FIVE, beside="5 s of audio"),),
)  # fmt: skip


def _known_codes(rule: Demand, view: View) -> Iterator[Finding]:
    for action in view.items(_ACTIONS):
        code, avatar = action.text("Code"), view.known.get("VirtualmanKey")
        if not code:
            continue
        if not isinstance(avatar, Avatar) or avatar.actions is None:
            told = unlisted("VirtualmanKey")
            yield rule.tell(action, "Code", told, limit="an action of the avatar", verdict=Verdict.UNKNOWN)
            return
        if code not in avatar.actions:
            told = Text(f"{code} is no action of this avatar", f"{code} 不是该形象的动作")
            limit = ", ".join(avatar.actions) or "none"
            yield rule.tell(action, "Code", told, measured=code, limit=limit, verdict=Verdict.REFUSED)


KNOWN_CODES: Final = Demand(
    endpoints="advanced", paths=f"{_ACTIONS}[].Code", kind="avatar", files=True, verdicts=REFUSED_OR_UNKNOWN,
    what=Text("an action of this avatar", "该形象具有的动作"), why=SENT_BACK, judge=_known_codes,
    valid=(Case({"{path}": "wave"}, by=ORIGINAL, known={"VirtualmanKey": HD}, beside=_AS_HD),),
    invalid=(Case({"{path}": "bow"}, by=ORIGINAL, known={"VirtualmanKey": HD}, beside=_AS_HD),),
)  # fmt: skip


def _tags(rule: Demand, view: View) -> Iterator[Finding]:
    """Nobody says that other actions are refused: they are not made."""
    for speaker in speakers(view):
        script = ssml.read(speaker.text("InputSsml")) if speaker.by_text else None
        codes = dict.fromkeys(mark.attributes.get("type", "") for mark in script.actions) if script else {}
        place, key = speaker.at("InputSsml"), speaker.at("VirtualmanKey")
        avatar = view.known.get(key)
        if not any(codes) or not speaker.given("VirtualmanKey"):
            continue
        if not isinstance(avatar, Avatar) or avatar.actions is None:
            limit = "an action of the avatar"
            yield rule.tell(speaker, "InputSsml", unlisted(key), limit=limit, verdict=Verdict.UNKNOWN)
            continue
        has = ", ".join(avatar.actions)
        for code in codes:
            if code and code not in avatar.actions:
                told = Text(
                    f"{place}: {code} is no action of this avatar ({has or 'it has none'}): nothing will happen",
                    f"{place}：{code} 不是该形象的动作（{has or '该形象没有动作'}），不会生效",
                )
                yield rule.tell(speaker, "InputSsml", told, measured=code, limit=has or "none")


def _acts(code: str) -> str:
    return "字" * 10 + f'<insert-action type="{code}"/>' + "字" * 10


TAGS: Final = tuple(
    Demand(
        endpoints=names, paths=f"{page}InputSsml", kind="action", files=True, judge=_tags, lookup=LIST_THEM,
        verdicts=(Verdict.ADVISED, Verdict.UNKNOWN),
        what=Text("action tags name actions of the avatar", "动作标签须为该形象的动作"),
        why=Text("other actions are not made; 2D avatars have none", "其他动作不会生效；2D 形象没有动作"),
        valid=(Case({"{path}": _acts("wave")}, known={f"{at}VirtualmanKey": HD}, beside=_AS_HD),),
        invalid=(Case({"{path}": _acts("bow")}, known={f"{at}VirtualmanKey": HD}, beside=_AS_HD),),
    )
    for names, page, at in (("basic advanced", "", ""), ("ppt", "PageConfigs[].", "PageConfigs[0]."))
)  # fmt: skip

DEMANDS: Final = (CODE, TIMED, BEGINS, ORDER, *CIRCLE, RESOLUTION, IN_AUDIO, KNOWN_CODES, *TAGS)
