"""Every cross-field rule of the catalogue → where the contract keeps it, with a case that breaks it and one
that does not. What cannot be judged before submitting stands here too, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mediaprep.contract import limits, quotas, semantics
from mediaprep.contract.progress import Progress, Status, status_of
from mediaprep.contract.rules import requests
from mediaprep.contract.rules.demands import DEMANDS, judge
from mediaprep.model.assets import Avatar
from mediaprep.model.facts import AudioFacts, DeckFacts, Facts, VideoFacts
from mediaprep.model.findings import Verdict
from tests.contract.payloads import AUDIO, SCRIPT, TEXT, URL, changed

Payload = dict[str, Any]


@dataclass(frozen=True)
class Refuses:
    """The JSON alone breaks `rule`."""

    rule: str
    bad: Payload
    good: Payload

    def hold(self) -> None:
        endpoint = self.rule.partition(".")[0]
        assert self.rule in {found.rule for found in requests.violations(endpoint, self.bad)}, self.rule
        assert not requests.violations(endpoint, self.good), self.rule


@dataclass(frozen=True)
class Advises:
    """The JSON alone earns the advice `rule`, and is not refused for it."""

    rule: str
    bad: Payload
    good: Payload

    def hold(self) -> None:
        endpoint = self.rule.partition(".")[0]
        assert self.rule in {found.rule for found in requests.advice(endpoint, self.bad)}, self.rule
        assert self.rule not in {found.rule for found in requests.advice(endpoint, self.good)}, self.rule
        assert self.rule not in {found.rule for found in requests.violations(endpoint, self.bad)}, self.rule


@dataclass(frozen=True)
class Demands:
    """The request and its files together break `rule`."""

    rule: str
    request: Payload
    bad: Mapping[str, object]
    good: Mapping[str, object]
    verdict: Verdict = Verdict.REFUSED
    unknown: Mapping[str, object] = field(default_factory=dict)

    def hold(self) -> None:
        endpoint = self.rule.partition(".")[0]
        found = {f.rule: f.verdict for f in judge(endpoint, self.request, self.bad)}
        assert found.get(self.rule) is self.verdict, f"{self.rule}: {found}"
        assert self.rule not in {f.rule for f in judge(endpoint, self.request, self.good)}, self.rule
        if self.verdict is Verdict.REFUSED:
            nothing = {f.rule: f.verdict for f in judge(endpoint, self.request, self.unknown)}
            assert nothing.get(self.rule) is Verdict.UNKNOWN, f"{self.rule} without facts: {nothing}"


@dataclass(frozen=True)
class Limits:
    """One row judges one measure of one file."""

    rule: str
    bad: tuple[object, ...]
    good: tuple[object, ...]
    verdict: Verdict = Verdict.REFUSED

    def hold(self) -> None:
        bound = limits.LIMITS[self.rule].bound
        assert {bound.verdict(value) for value in self.bad} == {self.verdict}, self.rule
        assert {bound.verdict(value) for value in self.good} == {Verdict.PASS}, self.rule


@dataclass(frozen=True)
class Fact:
    """Nothing to refuse: the contract knows what it means. `holds` shows it."""

    what: str
    holds: Callable[[], bool]

    def hold(self) -> None:
        assert self.holds(), self.what


@dataclass(frozen=True)
class Ruled:
    """A Demand judges it; its own examples are its cases (rules/test_examples)."""

    rule: str

    @property
    def verdict(self) -> Verdict:
        return RULED[self.rule].verdicts[0]

    def hold(self) -> None:
        assert self.rule in RULED, f"{self.rule}: no Demand"


RULED = {demand.id_at(*place): demand for demand in DEMANDS for place in demand.places()}
Case = Refuses | Advises | Demands | Limits | Fact | Ruled
JUDGED = (Demands, Limits, Ruled)

# ── facts of made-up files ─────────────────────────────────────────────────────────────────────────


def video(seconds: float = 10.0, width: int = 1920, height: int = 1080) -> Facts:
    return VideoFacts(
        container="mp4", codec="h264", width=width, height=height, seconds=seconds, size_bytes=1
    )


def audio(seconds: float) -> Facts:
    return AudioFacts(
        container="mp3",
        format="mp3",
        codec="mp3",
        sample_rate=16000,
        channels=1,
        seconds=seconds,
        size_bytes=1,
    )


def deck(pages: int) -> Facts:
    return DeckFacts(format="pdf", pages_total=pages, size_bytes=1)


HD = Avatar(type="small_sample", width=1920, height=1080, actions=("action1",))
TALL = Avatar(type="small_sample", width=1080, height=1920)
SMALL = Avatar(type="small_sample", width=1280, height=720)
SOLID = Avatar(type="real_man_3d", width=1920, height=1080)

LONG = "字" * 2001
MOV = {"VideoParam__Format": "TransparentMov"}
CIRCLE = {"VideoParam__SmallSampleParam": {"MakeType": "Circle"}}
ACTING = changed(AUDIO["advanced"], VideoParam__ActionParams=[{"Code": "action1", "StartTime": 5000}])


def page(drive: str, **values: Any) -> Payload:
    base = TEXT["ppt"] if drive == "Text" else AUDIO["ppt"]
    return changed(base, **{f"PageConfigs[]__{name}": value for name, value in values.items()})


def no_train(**values: Any) -> Payload:
    return changed(TEXT["notrain"], **{f"VideoParam__{name}": value for name, value in values.items()})


def intervals(*pairs: tuple[float, float]) -> Payload:
    return no_train(DisableIntervals=[{"StartTime": a, "EndTime": b} for a, b in pairs])


def two_pages(first: str, second: str) -> Payload:
    made = changed(TEXT["ppt"])
    made["PageConfigs"] = [{"VirtualmanKey": key, "InputSsml": SCRIPT} for key in (first, second)]
    return made


def _over(quota: str, running: int, word: str, exclusive: int = 0) -> bool:
    """One more is refused with the documented message; one fewer running is not."""
    account = quotas.BoughtCapacity(exclusive=exclusive)
    endpoint = {"tts": "tts", "ppt": "ppt"}.get(quota, "basic")
    full = quotas.decide(endpoint, "", account, running=running, quota=quota)
    room = quotas.decide(endpoint, "", account, running=running - 1, quota=quota)
    said = f"超过配额限制：提交{word}制作数量超过限制：{running}"
    return full == quotas.Refusal(code=100008, message=said) and isinstance(room, quotas.Grant)


def _seven_days() -> bool:
    finished = datetime(2026, 4, 1, tzinfo=UTC)
    return quotas.expires_at(finished) - finished == timedelta(days=7)


def _no_subtitles_by_audio(endpoint: str) -> bool:
    return semantics.subtitles_expected(endpoint, TEXT[endpoint]) and not semantics.subtitles_expected(
        endpoint, AUDIO[endpoint]
    )


def _modulated_voice() -> bool:
    request = changed(AUDIO["basic"], DriverType="ModulatedVoice", SpeechParam__TimbreKey="voice")
    own = changed(AUDIO["basic"], DriverType="ModulatedVoice")
    return (
        semantics.voice_of("basic", request) == "voice"
        and semantics.voice_of("basic", own) == ""
        and semantics.voice_of("basic", AUDIO["basic"]) is None
    )


def done_when() -> bool:
    said = [{"Status": "SUCCESS"}, {"Progress": 100}, {"Status": "MAKING", "Progress": 100}]
    ends = [status_of(answer) for answer in said]
    failed = [
        status_of({"Status": "FAIL", "Progress": 100}),
        Progress.model_validate({"Progress": -1}).status,
    ]
    return ends == [Status.SUCCESS, Status.SUCCESS, Status.MAKING] and failed == [Status.FAIL, Status.FAIL]


def _consistency_costs() -> bool:
    costs = [semantics.cost_of_consistency(fps) for fps in (25, 40, 60)]
    return costs[0] == 1.1 and costs == sorted(costs) and abs(costs[2] - 1.1 * 1.3) < 1e-9


def _unknown_in_basic() -> bool:
    request = changed(TEXT["basic"], VideoParam__AnchorParam={"Scale": 1.0})
    (found,) = requests.unknown_findings("basic", request)
    return found.verdict is Verdict.REFUSED and found.fix is not None and "advanced" in found.fix.en


_BEHIND = "VideoParam.{}FileUrl"


CASES: dict[str, tuple[Case, ...]] = {
    "TTS-X01": (Ruled("tts.TimbreKey.required"),),
    "TTS-X02": (Fact("one audio task at a time", lambda: _over("tts", 1, "音频")),),
    "PPT-X01": (Limits("ppt.PPTFileUrl.pages_total", bad=(51, 0), good=(1, 50)),),
    "PPT-X02": (
        Demands(
            "ppt.PageConfigs.pages",
            two_pages("a", "a"),
            bad={"PPTFileUrl": deck(1)},
            good={"PPTFileUrl": deck(2)},
        ),
    ),
    "PPT-X03": (
        Demands(
            "ppt.PageConfigs.pages",
            two_pages("a", "a"),
            bad={"PPTFileUrl": deck(3)},
            good={"PPTFileUrl": deck(2)},
            verdict=Verdict.ADVISED,
        ),
    ),
    "PPT-X04": (
        Demands(
            "ppt.PageConfigs.VirtualmanKey.avatar",
            two_pages("a", "b"),
            bad={"PageConfigs[0].VirtualmanKey": HD, "PageConfigs[1].VirtualmanKey": TALL},
            good={"PageConfigs[0].VirtualmanKey": HD, "PageConfigs[1].VirtualmanKey": HD},
        ),
        Demands(
            "ppt.PageConfigs.VirtualmanKey.avatar",
            two_pages("a", "b"),
            bad={"PageConfigs[0].VirtualmanKey": HD, "PageConfigs[1].VirtualmanKey": SOLID},
            good={"PageConfigs[0].VirtualmanKey": SOLID, "PageConfigs[1].VirtualmanKey": SOLID},
        ),
    ),
    "PPT-X05": (Ruled("ppt.PageConfigs.VirtualmanKey.avatar"),),
    "PPT-X06": (
        Limits("ppt.PageConfigs.InputAudioUrl.seconds@no-avatar", bad=(1800.1, 0.4), good=(1800, 0.5)),
    ),
    "PPT-X07": (Ruled("ppt.PageConfigs.InputAudioUrl.required"),),
    "PPT-X08": (Ruled("ppt.PageConfigs.InputSsml.required"),),
    "PPT-X09": (
        Ruled("ppt.PageConfigs.VideoParam.SmallSampleParam.MakeType.drive"),
        Ruled("ppt.GlobalConfig.VideoParam.SmallSampleParam.MakeType.drive"),
    ),
    "PPT-X10": (Ruled("ppt.GlobalConfig.ShowSubtitles.voices"),),
    "PPT-X11": (Ruled("ppt.GlobalConfig.ShowSubtitles.effect"),),
    "PPT-X12": (Fact("one presentation at a time", lambda: _over("ppt", 1, "视频")),),
    "PPT-X13": (Fact("a failed presentation is free", lambda: quotas.CHARGED_ON_FAILURE["ppt"] is False),),
    "VMB-X01": (Ruled("basic.InputSsml.required"),),
    "VMB-X02": (Ruled("basic.InputAudioUrl.required"),),
    "VMB-X03": (
        Refuses(
            "basic.InputSsml.spoken_characters@TransparentMov",
            changed(TEXT["basic"], InputSsml=LONG, **MOV),
            changed(TEXT["basic"], InputSsml=LONG),
        ),
    ),
    "VMB-X04": (Limits("basic.InputAudioUrl.seconds@TransparentMov", bad=(0.49, 360.1), good=(0.5, 360)),),
    "VMB-X05": (Fact("whose voice is heard", _modulated_voice),),
    "VMB-X06": (
        Fact("five videos of one type at a time", lambda: _over("video", 5, "视频")),
        Fact("a bought channel adds one", lambda: _over("video", 6, "视频", exclusive=1)),
    ),
    "VMB-X07": (Fact("no subtitles with audio drive", lambda: _no_subtitles_by_audio("basic")),),
    "VMB-X08": (Fact("editing belongs to advanced", _unknown_in_basic),),
    "VMA-X01": (Ruled("advanced.InputSsml.required"),),
    "VMA-X02": (Ruled("advanced.InputAudioUrl.required"),),
    "VMA-X03": (
        Refuses(
            "advanced.InputSsml.spoken_characters@TransparentMov",
            changed(TEXT["advanced"], InputSsml=LONG, **MOV),
            changed(TEXT["advanced"], InputSsml=LONG),
        ),
    ),
    "VMA-X04": (Limits("advanced.InputAudioUrl.seconds@TransparentMov", bad=(0.49, 360.1), good=(0.5, 360)),),
    "VMA-X05": (
        Ruled("advanced.VideoParam.ActionParams.StartTime.order"),
        Ruled("advanced.VideoParam.ActionParams.StartTime.audio"),
    ),
    "VMA-X06": (Ruled("advanced.VideoParam.ActionParams.drive"),),
    "VMA-X07": (Ruled("advanced.VideoParam.ActionParams.Code.avatar"),),
    "VMA-X08": (Ruled("advanced.VideoParam.ActionParams.StartTime.gap"),),
    "VMA-X09": (Ruled("advanced.VideoParam.SmallSampleParam.MakeType.drive"),),
    "VMA-X10": (
        Ruled("advanced.VideoParam.BackgroundFileUrl.editing"),
        Ruled("advanced.VideoParam.VideoHeadFileUrl.editing"),
        Ruled("advanced.VideoParam.VideoTailFileUrl.editing"),
        Ruled("advanced.VideoParam.LogoParams.editing"),
        Ruled("advanced.VideoParam.ShowSubtitles.editing"),
    ),
    "VMA-X11": (Ruled("advanced.VideoParam.BackgroundFileUrl.resolution"),),
    "VMA-X12": (Ruled("advanced.VideoParam.VideoHeadFileUrl.resolution"),),
    "VMA-X13": (Ruled("advanced.VideoParam.VideoTailFileUrl.resolution"),),
    "VMA-X14": (
        Ruled("advanced.InputSsml.action_room"),
        Ruled("basic.InputSsml.action_room"),
    ),
    "VMA-X15": (Fact("five videos of one type at a time", lambda: _over("video", 5, "视频")),),
    "VMA-X16": (Fact("no subtitles with audio drive", lambda: _no_subtitles_by_audio("advanced")),),
    "VNT-X01": (Limits("notrain.RefVideoUrl.codec", bad=("hevc", "mpeg4", "prores"), good=("h264",)),),
    "VNT-X02": (
        Limits("notrain.RefVideoUrl.width", bad=(359, 4097), good=(360, 4096)),
        Limits("notrain.RefVideoUrl.height", bad=(359, 4097), good=(360, 4096)),
    ),
    "VNT-X03": (Limits("notrain.RefVideoUrl.seconds", bad=(0.99, 1200.01), good=(1, 1200)),),
    "VNT-X04": (Ruled("notrain.RefVideoUrl.resolution@Shared"),),
    "VNT-X05": (
        Fact(
            "Exclusive keeps every side up to 4096",
            lambda: semantics.fits(4096, 4096, "Exclusive") and not semantics.fits(2561, 1440, "Shared"),
        ),
    ),
    "VNT-X06": (
        Ruled("notrain.InputSsml.required"),
        Ruled("notrain.SpeechParam.required"),
        Ruled("notrain.SpeechParam.Speed.required"),
        Ruled("notrain.SpeechParam.TimbreKey.required"),
    ),
    "VNT-X07": (Ruled("notrain.InputAudioUrl.required"),),
    "VNT-X08": (
        Ruled("notrain.VideoParam.StartTime.effect"),
        Ruled("notrain.VideoParam.EndTime.effect"),
    ),
    "VNT-X09": (
        Refuses(
            "notrain.VideoParam.EndTime.segment",
            no_train(MakeType="Custom", StartTime=2.2, EndTime=3.2),
            no_train(MakeType="Custom", StartTime=2.2, EndTime=3.201),
        ),
        Demands(
            "notrain.VideoParam.EndTime.video",
            no_train(MakeType="Custom", StartTime=1.0, EndTime=10.5),
            bad={"RefVideoUrl": video(10.0)},
            good={"RefVideoUrl": video(10.5)},
        ),
        Demands(
            "notrain.VideoParam.StartTime.video",
            no_train(MakeType="Custom", StartTime=9.0),
            bad={"RefVideoUrl": video(10.0)},
            good={"RefVideoUrl": video(10.1)},
        ),
    ),
    "VNT-X10": (
        Ruled("notrain.VideoParam.EndTime.effect"),
        Ruled("notrain.VideoLoop.effect"),
    ),
    "VNT-X11": (
        Ruled("notrain.VideoParam.EndTime.effect"),
        Ruled("notrain.VideoLoop.effect"),
    ),
    "VNT-X12": (
        Refuses(
            "notrain.VideoParam.DisableIntervals.count",
            intervals(*((n, n + 0.5) for n in range(6))),
            intervals(*((n, n + 0.5) for n in range(5))),
        ),
    ),
    "VNT-X13": (
        Refuses(
            "notrain.VideoParam.DisableIntervals.order", intervals((3, 4), (1, 2)), intervals((1, 2), (2, 4))
        ),
        Refuses("notrain.VideoParam.DisableIntervals.order", intervals((2, 2)), intervals((2, 2.1))),
        Refuses(
            "notrain.VideoParam.DisableIntervals.order", intervals((1, 3), (2, 4)), intervals((1, 3), (3, 4))
        ),
    ),
    "VNT-X14": (Ruled("notrain.VideoParam.RefPhotoUrl.ignored"),),
    "VNT-X15": (
        Refuses(
            "notrain.VideoParam.RefPhotoUrls.count",
            no_train(RefPhotoUrls=[URL] * 11),
            no_train(RefPhotoUrls=[URL] * 10),
        ),
    ),
    "VNT-X16": (Ruled("notrain.VideoParam.RefPhotoUrls.advised_count"),),
    "VNT-X17": (
        Ruled("notrain.VideoParam.RefPhotoUrl.effect"),
        Ruled("notrain.VideoParam.RefPhotoUrls.effect"),
    ),
    "VNT-X18": (
        Fact(
            "the result is as long as the longer sound", lambda: semantics.output_seconds(5.0, 12.5) == 12.5
        ),
    ),
    "VNT-X19": (
        Fact(
            "VideoLoop 1 repeats forward, 0 back and forth",
            lambda: (
                semantics.footage({"VideoLoop": 1}).splice == "forward"
                and semantics.footage({}).splice == "back_and_forth"
            ),
        ),
    ),
    "VNT-X20": (Fact("what VideoParametersConsistent costs", _consistency_costs),),
    "VNT-X21": (Fact("results are kept 7 days", _seven_days),),
    "VNT-X22": (Fact("five at a time", lambda: _over("video", 5, "视频")),),
    "PNT-X01": (
        Ruled("photo.InputSsml.required"),
        Ruled("photo.SpeechParam.Speed.required"),
        Ruled("photo.SpeechParam.TimbreKey.required"),
    ),
    "PNT-X02": (Ruled("photo.InputAudioUrl.required"),),
    "PNT-X03": (
        Advises(
            "photo.InputSsml.estimated_seconds",
            changed(TEXT["photo"], InputSsml="字" * 200, SpeechParam__Speed=0.5),
            changed(TEXT["photo"], InputSsml="字" * 200),
        ),
    ),
    "PNT-X04": (Limits("photo.RefPhotoUrl.face_count", bad=(0, 2), good=(1,), verdict=Verdict.ADVISED),),
    "PNT-X05": (
        Limits("photo.RefPhotoUrl.width", bad=(191, 4097), good=(192, 4096), verdict=Verdict.ADVISED),
        Limits("photo.RefPhotoUrl.height", bad=(191, 4097), good=(192, 4096), verdict=Verdict.ADVISED),
        Limits("photo.RefPhotoUrl.aspect", bad=(0.49, 2.01), good=(0.5, 2.0), verdict=Verdict.ADVISED),
    ),
    "PNT-X06": (Limits("photo.RefPhotoUrl.face_count", bad=(0,), good=(1,), verdict=Verdict.ADVISED),),
    "PNT-X07": (Fact("results are kept 7 days", _seven_days),),
    "GPR-X01": (Fact("when a task is done", done_when),),
    "GPR-X02": (Fact("results are kept 7 days", _seven_days),),
    "PGP-X01": (Fact("results are kept 7 days", _seven_days),),
}

NOT_BEFORE_SUBMITTING: dict[str, str] = {
    "TTS-X02": "how many tasks are in flight is known to the service; the client counts only its own",
    "PPT-X10": "whether a voice has subtitles is in no list: advised whenever ShowSubtitles is on",
    "PPT-X12": "how many tasks are in flight is known to the service; the client counts only its own",
    "PPT-X04": "type and size of an avatar are in the account's asset list: UNKNOWN until it is given",
    "PPT-X05": "the size of an avatar is in the account's asset list: UNKNOWN until it is given",
    "VMB-X06": "how many tasks are in flight is known to the service; the client counts only its own",
    "VMA-X07": "the actions of an avatar are in the account's asset list: UNKNOWN until it is given",
    "VMA-X08": "how long an action takes is documented nowhere: advised below a guess of ours",
    "VMA-X11": "the avatar's size is in the account's asset list: UNKNOWN until it is given",
    "VMA-X12": "the avatar's size is in the account's asset list: UNKNOWN until it is given",
    "VMA-X13": "the avatar's size is in the account's asset list: UNKNOWN until it is given",
    "VMA-X15": "how many tasks are in flight is known to the service; the client counts only its own",
    "VNT-X22": "how many tasks are in flight is known to the service; the client counts only its own",
    "PNT-X03": "the length of speech is known only once it is spoken: estimated, or measured by tts first",
    "PNT-X04": "no detector counts the faces of cartoons and animals surely: advised",
}
"""What only the service, or a list of the account, can decide: each with what is done instead."""
