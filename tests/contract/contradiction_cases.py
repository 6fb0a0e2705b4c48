"""Where the docs contradict themselves: on which side the contract stands, each with what shows it."""

from __future__ import annotations

import json
from typing import Any

from mediaprep.contract import codes, endpoints, limits, placement, profiles, progress, semantics
from mediaprep.contract.bounds import SizeUpTo
from mediaprep.contract.rules import requests
from mediaprep.model.findings import Verdict
from mediaprep.submission.gate import callbacks
from tests.contract.cross_cases import Advises, Case, Fact, Limits, Refuses, done_when, no_train, page
from tests.contract.payloads import AUDIO, GONE, TEXT, changed

_PLAYS = ("Custom", "Circle", "CustomOnlyStart")
_RESTS = no_train(MakeType="Default", StartTime=5.0)


def _small_sample(**values: Any) -> dict[str, Any]:
    return changed(AUDIO["advanced"], VideoParam__SmallSampleParam=values)


def _unknown(endpoint: str, parameter: str) -> bool:
    """The endpoint has no such parameter."""
    found = requests.unknown_findings(endpoint, changed(TEXT[endpoint], **{parameter: "Shared"}))
    return [finding.rule for finding in found] == [f"{endpoint}.{parameter}.unknown"]


def _plain(endpoint: str, payload: dict[str, Any]) -> bool:
    """Neither refused nor advised upon."""
    return not list(requests.violations(endpoint, payload)) and not list(requests.advice(endpoint, payload))


def _sizes() -> bool:
    sizes = [row.bound for row in limits.LIMITS.values() if isinstance(row.bound, SizeUpTo)]
    firm = [size for size in sizes if not size.soft]
    between = {size.verdict((size.decimal + size.binary) // 2) for size in sizes}
    above = {size.verdict(size.binary + 1) for size in firm}
    return len(firm) > 5 and between == {Verdict.ADVISED} and above == {Verdict.REFUSED}


def _no_mark_of_ours() -> bool:
    sent = requests.wire("tts", TEXT["tts"], profiles.get())
    return "SentenceSplitPunctuation" not in sent


def _two_namespaces() -> bool:
    both = set(codes.INTERFACE) & set(codes.TASK)
    return {801000, 801002, 801004} <= both and all(
        codes.INTERFACE[number].meaning != codes.TASK[number].meaning for number in (801000, 801002, 801004)
    )


class _Heard:
    """A ledger that notes which tasks called back."""

    def __init__(self) -> None:
        self.tasks: list[str] = []

    def callback_came(self, _job: str, _n: int, _token: str, task_id: str) -> bool:
        self.tasks.append(task_id)
        return True


def _callback_forms() -> bool:
    heard, told = _Heard(), {"TaskId": "0123456789abcdef0123456789abcdef", "Status": "SUCCESS"}
    for body in (told, {"Payload": told}):
        callbacks.receive(heard, "j", 1, "t", json.dumps(body).encode())  # type: ignore[arg-type]
    sent = progress.callback_body(told["TaskId"], progress.Status.SUCCESS)
    return heard.tasks == [told["TaskId"]] * 2 and list(sent) == ["Payload"]


def _scaling_keeps_x_and_y() -> bool:
    canvas, pose = placement.Size(width=1920, height=1080), placement.Size(width=600, height=900)
    small, large = (placement.scaled(pose, 1.0, scale) for scale in (0.5, 1.0))
    at = [placement.position(canvas, avatar, 100, 50) for avatar in (small, large)]
    there = [placement.corner(canvas, *pair) for pair in zip((small, large), at, strict=True)]
    return at[0].horizontal != at[1].horizontal and there == [(100, 50), (100, 50)]


CASES: dict[str, tuple[Case, ...]] = {
    "C01": tuple(
        Refuses(
            f"{endpoint}.VideoParam.Format.choice",
            changed(TEXT[endpoint], VideoParam__Format="GreenScreenMp4"),
            changed(TEXT[endpoint], VideoParam__Format="Mp4"),
        )
        for endpoint in ("basic", "advanced")
    ),
    "C02": tuple(
        Advises("notrain.VideoParam.StartTime.effect", _RESTS, no_train(MakeType=play, StartTime=5.0))
        for play in _PLAYS
    ),
    "C03": tuple(
        Advises(
            "advanced.VideoParam.SmallSampleParam.StartIdx.effect",
            _small_sample(MakeType="Default", StartIdx=5),
            _small_sample(MakeType=play, StartIdx=5),
        )
        for play in _PLAYS
    ),
    "C04": (
        Refuses(
            "ppt.PageConfigs.VideoParam.SmallSampleParam.MakeType.choice",
            page("OriginalVoice", VideoParam__SmallSampleParam={"MakeType": "CustomOnlyStart"}),
            page("OriginalVoice", VideoParam__SmallSampleParam={"MakeType": "Custom"}),
        ),
    ),
    "C05": (
        Limits("notrain.VideoParam.RefPhotoUrl.size_bytes", bad=(10_485_761,), good=(10_000_000,)),
        Limits("photo.RefPhotoUrl.size_bytes", bad=(6_291_457,), good=(6_000_000,)),
    ),
    "C06": (
        Limits("notrain.VideoParam.RefPhotoUrl.width", bad=(191, 4097), good=(192, 4096)),
        Limits("photo.RefPhotoUrl.width", bad=(191, 4097), good=(192, 4096), verdict=Verdict.ADVISED),
    ),
    "C07": (
        Refuses("basic.InputSsml.required", changed(TEXT["basic"], InputSsml=GONE), AUDIO["basic"]),
        Refuses(
            "basic.InputSsml.required", changed(TEXT["basic"], InputSsml=GONE, DriverType=""), TEXT["basic"]
        ),
    ),
    "C08": (
        Refuses(
            "advanced.SpeechParam.required", changed(TEXT["advanced"], SpeechParam=GONE), AUDIO["advanced"]
        ),
        Advises(
            "advanced.SpeechParam.audio", changed(AUDIO["advanced"], SpeechParam=GONE), AUDIO["advanced"]
        ),
    ),
    "C09": tuple(
        Refuses(f"{endpoint}.DriverType.required", changed(TEXT[endpoint], DriverType=drive), TEXT[endpoint])
        for endpoint in ("notrain", "photo")
        for drive in ("", GONE)
    ),
    "C10": (
        Refuses(
            "ppt.PageConfigs.DriverType.choice",
            page("OriginalVoice", DriverType="ModulatedVoice"),
            page("OriginalVoice"),
        ),
        Fact("the page's own sound is heard", lambda: semantics.voice_of("basic", AUDIO["basic"]) is None),
    ),
    "C11": (
        Fact(
            "0 is unset there",
            lambda: _plain("ppt", changed(TEXT["ppt"], GlobalConfig__SpeechParam__Speed=0)),
        ),
        Refuses("tts.Speed.range", changed(TEXT["tts"], Speed=0), TEXT["tts"]),
        Refuses("basic.SpeechParam.Speed.range", changed(TEXT["basic"], SpeechParam__Speed=0), TEXT["basic"]),
    ),
    "C12": (Fact("Status decides, Progress where there is none", done_when),),
    "C13": (Fact("an answer without Status is read", done_when),),
    "C14": (
        Fact(
            "all but presentations are asked about at getprogress",
            lambda: (
                {n for n, row in endpoints.ENDPOINTS.items() if row.progress == "ppt_progress"} == {"ppt"}
            ),
        ),
    ),
    "C15": (
        Advises(
            "advanced.VideoParam.ShowSubtitles.effect",
            changed(AUDIO["advanced"], VideoParam__ShowSubtitles=True),
            changed(TEXT["advanced"], VideoParam__ShowSubtitles=True),
        ),
    ),
    "C16": (
        Refuses(
            "notrain.VideoParam.DisableIntervals.type",
            no_train(DisableIntervals=[[1, 2]]),
            no_train(DisableIntervals=[{"StartTime": 1, "EndTime": 2}]),
        ),
    ),
    "C17": (Fact("told between the decimal and the binary size, refused above", _sizes),),
    "C18": (
        *(
            Limits(f"{path}.size_bytes", bad=(104_857_601,), good=(99_999_999,), verdict=Verdict.ADVISED)
            for path in ("basic.InputAudioUrl", "advanced.InputAudioUrl", "ppt.PageConfigs.InputAudioUrl")
        ),
        Limits("notrain.InputAudioUrl.size_bytes", bad=(104_857_601,), good=(99_999_999,)),
        Limits("photo.InputAudioUrl.size_bytes", bad=(10_485_761,), good=(9_999_999,)),
    ),
    "C19": (Fact("no mark is sent by itself", _no_mark_of_ours),),
    "C20": tuple(
        Fact(f"{name} is known", lambda name=name: _plain("notrain", no_train(**{name: 1})))  # type: ignore[misc]
        for name in ("DisabledDetect", "DisableIdDetect")
    ),
    "C21": (Fact("the public host", lambda: profiles.get().base_url == "https://gw.tvs.qq.com"),),
    "C22": (
        Fact(
            "the code speaks of storage, not of two parameters",
            lambda: "AudioStorageS3Url" in endpoints.ENDPOINTS["tts"].storage_fields and 801015 in codes.TASK,
        ),
    ),
    "C23": (
        Fact(
            "pages have a place too",
            lambda: _plain("ppt", page("Text", VideoParam__AnchorParam={"HorizontalPosition": 0.1})),
        ),
    ),
    "C24": tuple(
        Fact(
            f"{form} is a format",
            lambda form=form: _plain("basic", changed(TEXT["basic"], VideoParam__Format=form)),
        )  # type: ignore[misc]
        for form in ("TransparentWebm", "TransparentMov")
    ),
    "C25": (Limits("photo.RefPhotoUrl.face_count", bad=(0, 2), good=(1,), verdict=Verdict.ADVISED),),
    "C26": (
        Fact(
            "no background is asked for", lambda: _plain("advanced", changed(TEXT["advanced"], VideoParam={}))
        ),
    ),
    "C27": (Fact("one number, two meanings", _two_namespaces),),
    "C28": (
        Limits("advanced.InputSsml.spoken_characters@TransparentMov", bad=(2001,), good=(2000,)),
        Limits("advanced.InputAudioUrl.seconds@TransparentMov", bad=(360.1,), good=(360,)),
    ),
    "C29": (
        Fact("both know Default", lambda: _plain("notrain", no_train(MakeType="Default"))),
        Fact("both know Default", lambda: _plain("advanced", _small_sample(MakeType="Default"))),
    ),
    "C30": tuple(
        Fact(f"{name} has none", lambda name=name: _unknown(name, "ConcurrencyType"))  # type: ignore[misc]
        for name in ("tts", "ppt", "photo")
    ),
    "C31": (
        Advises(
            "notrain.VideoLoop.custom",
            changed(no_train(MakeType="Custom"), VideoLoop=1),
            changed(no_train(MakeType="Custom"), VideoLoop=0),
        ),
    ),
    "C32": (
        Advises(
            "ppt.PageConfigs.SpeechParam.TimbreKey.no_avatar",
            page("Text", VirtualmanKey=""),
            page("Text", VirtualmanKey="", SpeechParam={"TimbreKey": "v"}),
        ),
    ),
    "C33": (
        Limits("photo.InputSsml.spoken_characters", bad=(301,), good=(300,)),
        Limits("photo.InputSsml.estimated_seconds", bad=(61,), good=(60,), verdict=Verdict.ADVISED),
    ),
    "C34": (Fact("flat or wrapped, one body", _callback_forms),),
    "C35": (Fact("x and y stay, the position changes", _scaling_keeps_x_and_y),),
}
