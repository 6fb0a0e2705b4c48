"""Every silent entry of the catalogue (effective_when, ignored_when, note, risk) → the rule that speaks up, with
a request it speaks up about and one it does not."""

from __future__ import annotations

from tests.contract.cross_cases import Advises, Payload, Refuses, no_train
from tests.contract.payloads import AUDIO, TEXT, URL, changed

ACTION = "你好" * 6 + '<insert-action type="a"/>' + "你好" * 6


def voice(endpoint: str, prefix: str) -> Advises:
    base = TEXT[endpoint]
    loud = {f"{prefix}Volume".replace(".", "__"): 5}
    key = f"{prefix}TimbreKey".replace(".", "__")
    return Advises(
        f"{endpoint}.{prefix}Volume.voice",
        changed(base, **loud, **{key: "female_23"}),
        changed(base, **loud, **{key: "female_24"}),
    )


def intensity(endpoint: str, prefix: str) -> Advises:
    strong = {f"{prefix}EmotionIntensity".replace(".", "__"): 100}
    category = {f"{prefix}EmotionCategory".replace(".", "__"): "happy"}
    return Advises(
        f"{endpoint}.{prefix}EmotionIntensity.effect",
        changed(TEXT[endpoint], **strong),
        changed(TEXT[endpoint], **strong, **category),
    )


def speed(endpoint: str, prefix: str = "SpeechParam.") -> Advises:
    fast = {f"{prefix}Speed".replace(".", "__"): 1.2}
    return Advises(
        f"{endpoint}.{prefix}Speed.effect", changed(AUDIO[endpoint], **fast), changed(TEXT[endpoint], **fast)
    )


def everywhere(**values: object) -> dict[str, object]:
    return {f"GlobalConfig__{name}": value for name, value in values.items()}


def frames(endpoint: str, prefix: str, name: str, without: str, using: str) -> Advises:
    path = f"{prefix}VideoParam.SmallSampleParam"
    flat = path.replace(".", "__")

    def request(make_type: str) -> Payload:
        return changed(AUDIO[endpoint], **{flat: {"MakeType": make_type, name: 7}})

    return Advises(f"{endpoint}.{path}.{name}.effect", request(without), request(using))


def turned(endpoint: str, prefix: str) -> Advises:
    path = f"{prefix}VideoParam.AnchorParam.Angle"
    flat = path.replace(".", "__")
    return Advises(
        f"{endpoint}.{path}.effect",
        changed(TEXT[endpoint], **{flat: 30}),
        changed(TEXT[endpoint], **{flat: 0}),
    )


def gestures(endpoint: str, prefix: str, script: str) -> tuple[Advises, Advises]:
    path = f"{prefix}VideoParam.SmartActionEnabled"
    on = {path.replace(".", "__"): True}
    rule = f"{endpoint}.{path}.effect"
    return (
        Advises(rule, changed(AUDIO[endpoint], **on), changed(TEXT[endpoint], **on)),
        Advises(rule, changed(TEXT[endpoint], **on, **{script: ACTION}), changed(TEXT[endpoint], **on)),
    )


CASES: dict[tuple[str, str], tuple[Advises | Refuses, ...]] = {
    ("TTS-P11", "note"): (voice("tts", ""),),
    ("TTS-P13", "effective_when"): (intensity("tts", ""),),
    ("PPT-P04", "effective_when"): (
        Advises(
            "ppt.GlobalConfig.BackgroundColor.effect",
            changed(TEXT["ppt"], **everywhere(BackgroundColor="#000000")),
            changed(TEXT["ppt"], **everywhere(BackgroundColor="#000000", AdaptationType=1)),
        ),
    ),
    ("PPT-P05", "effective_when"): (
        Advises(
            "ppt.GlobalConfig.ShowSubtitles.effect",
            changed(AUDIO["ppt"], **everywhere(ShowSubtitles=True)),
            changed(TEXT["ppt"], **everywhere(ShowSubtitles=True)),
        ),
    ),
    ("PPT-P05", "risk"): (
        Advises(
            "ppt.GlobalConfig.ShowSubtitles.voices",
            changed(TEXT["ppt"], **everywhere(ShowSubtitles=True)),
            TEXT["ppt"],
        ),
    ),
    ("PPT-P12", "ignored_when"): (speed("ppt", "GlobalConfig.SpeechParam."),),
    ("PPT-P14", "note"): (voice("ppt", "GlobalConfig.SpeechParam."),),
    ("PPT-P16", "effective_when"): (intensity("ppt", "GlobalConfig.SpeechParam."),),
    ("PPT-P23", "effective_when"): (turned("ppt", "GlobalConfig."),),
    ("PPT-P27", "effective_when"): (frames("ppt", "GlobalConfig.", "StartIdx", "Default", "Circle"),),
    ("PPT-P28", "effective_when"): (frames("ppt", "GlobalConfig.", "EndIdx", "Circle", "Custom"),),
    ("PPT-P29", "effective_when"): gestures("ppt", "GlobalConfig.", "PageConfigs[]__InputSsml"),
    ("VMB-P04", "ignored_when"): (speed("basic"),),
    ("VMB-P06", "note"): (voice("basic", "SpeechParam."),),
    ("VMB-P08", "effective_when"): (intensity("basic", "SpeechParam."),),
    ("VMA-P04", "ignored_when"): (speed("advanced"),),
    ("VMA-P06", "note"): (voice("advanced", "SpeechParam."),),
    ("VMA-P08", "effective_when"): (intensity("advanced", "SpeechParam."),),
    ("VMA-P25", "effective_when"): gestures("advanced", "", "InputSsml"),
    ("VMA-P26", "effective_when"): (
        Refuses(
            "advanced.VideoParam.ActionParams.drive",
            changed(TEXT["advanced"], VideoParam__ActionParams=[{"Code": "a", "StartTime": 1}]),
            changed(AUDIO["advanced"], VideoParam__ActionParams=[{"Code": "a", "StartTime": 1}]),
        ),
    ),
    ("VMA-P33", "effective_when"): (turned("advanced", ""),),
    ("VMA-P37", "effective_when"): (
        frames("advanced", "", "StartIdx", "Default", "Custom"),
        frames("advanced", "", "StartIdx", "Default", "CustomOnlyStart"),
    ),
    ("VMA-P38", "effective_when"): (frames("advanced", "", "EndIdx", "CustomOnlyStart", "Custom"),),
    ("VNT-P08", "ignored_when"): (speed("notrain"),),
    ("VNT-P10", "note"): (voice("notrain", "SpeechParam."),),
    ("VNT-P12", "effective_when"): (intensity("notrain", "SpeechParam."),),
    ("VNT-P15", "ignored_when"): tuple(
        Advises(
            "notrain.VideoLoop.effect",
            changed(no_train(MakeType=kind), VideoLoop=1),
            changed(TEXT["notrain"], VideoLoop=1),
        )
        for kind in ("Circle", "CustomOnlyStart")
    ),
    ("VNT-P20", "effective_when"): (
        Advises(
            "notrain.VideoParam.RefPhotoUrl.effect",
            no_train(RefPhotoUrl=URL, DisabledDetect=1),
            no_train(RefPhotoUrl=URL, DisabledDetect=0),
        ),
    ),
    ("VNT-P20", "ignored_when"): (
        Advises(
            "notrain.VideoParam.RefPhotoUrl.ignored",
            no_train(RefPhotoUrl=URL, RefPhotoUrls=[URL, URL]),
            no_train(RefPhotoUrl=URL, RefPhotoUrls=[]),
        ),
    ),
    ("VNT-P21", "effective_when"): (
        Advises(
            "notrain.VideoParam.RefPhotoUrls.effect",
            no_train(RefPhotoUrls=[URL, URL], DisabledDetect=1),
            no_train(RefPhotoUrls=[URL, URL]),
        ),
    ),
    ("VNT-P28", "effective_when"): tuple(
        Advises(
            "notrain.VideoParam.StartTime.effect",
            no_train(StartTime=2.0),
            no_train(StartTime=2.0, MakeType=kind),
        )
        for kind in ("Custom", "Circle", "CustomOnlyStart")
    ),
    ("VNT-P29", "effective_when"): tuple(
        Advises(
            "notrain.VideoParam.EndTime.effect",
            no_train(EndTime=4.0, MakeType=kind),
            no_train(EndTime=4.0, MakeType="Custom"),
        )
        for kind in ("Default", "Circle", "CustomOnlyStart")
    ),
    ("VNT-P33", "effective_when"): (
        Advises(
            "notrain.VideoParam.FaceMatchMode.effect",
            no_train(FaceMatchMode="Strict"),
            no_train(FaceMatchMode="Strict", RefPhotoUrl=URL),
        ),
        Advises(
            "notrain.VideoParam.FaceMatchMode.effect",
            no_train(FaceMatchMode="Strict", RefPhotoUrls=[URL, URL], DisabledDetect=1),
            no_train(FaceMatchMode="Strict", RefPhotoUrls=[URL, URL]),
        ),
    ),
    ("PNT-P06", "ignored_when"): (speed("photo"),),
    ("PNT-P08", "note"): (voice("photo", "SpeechParam."),),
    ("PNT-P10", "effective_when"): (intensity("photo", "SpeechParam."),),
}
