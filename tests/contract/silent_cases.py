"""Every silent entry of the catalogue (effective_when, ignored_when, note, risk) → the rules that speak up. What they
speak up about, and what they do not, are their own examples: rules/test_examples."""

from __future__ import annotations

from typing import Final

_SEGMENT: Final = "VideoParam.SmallSampleParam"

CASES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("TTS-P11", "note"): ("tts.Volume.voice",),
    ("TTS-P13", "effective_when"): ("tts.EmotionIntensity.effect",),
    ("PPT-P04", "effective_when"): ("ppt.GlobalConfig.BackgroundColor.effect",),
    ("PPT-P05", "effective_when"): ("ppt.GlobalConfig.ShowSubtitles.effect",),
    ("PPT-P05", "risk"): ("ppt.GlobalConfig.ShowSubtitles.voices",),
    ("PPT-P12", "ignored_when"): ("ppt.GlobalConfig.SpeechParam.Speed.effect",),
    ("PPT-P14", "note"): ("ppt.GlobalConfig.SpeechParam.Volume.voice",),
    ("PPT-P16", "effective_when"): ("ppt.GlobalConfig.SpeechParam.EmotionIntensity.effect",),
    ("PPT-P23", "effective_when"): ("ppt.GlobalConfig.VideoParam.AnchorParam.Angle.effect",),
    ("PPT-P27", "effective_when"): (f"ppt.GlobalConfig.{_SEGMENT}.StartIdx.effect",),
    ("PPT-P28", "effective_when"): (f"ppt.GlobalConfig.{_SEGMENT}.EndIdx.effect",),
    ("PPT-P29", "effective_when"): ("ppt.GlobalConfig.VideoParam.SmartActionEnabled.effect",),
    ("VMB-P04", "ignored_when"): ("basic.SpeechParam.Speed.effect",),
    ("VMB-P06", "note"): ("basic.SpeechParam.Volume.voice",),
    ("VMB-P08", "effective_when"): ("basic.SpeechParam.EmotionIntensity.effect",),
    ("VMA-P04", "ignored_when"): ("advanced.SpeechParam.Speed.effect",),
    ("VMA-P06", "note"): ("advanced.SpeechParam.Volume.voice",),
    ("VMA-P08", "effective_when"): ("advanced.SpeechParam.EmotionIntensity.effect",),
    ("VMA-P25", "effective_when"): ("advanced.VideoParam.SmartActionEnabled.effect",),
    ("VMA-P26", "effective_when"): ("advanced.VideoParam.ActionParams.drive",),
    ("VMA-P33", "effective_when"): ("advanced.VideoParam.AnchorParam.Angle.effect",),
    ("VMA-P37", "effective_when"): (f"advanced.{_SEGMENT}.StartIdx.effect",),
    ("VMA-P38", "effective_when"): (f"advanced.{_SEGMENT}.EndIdx.effect",),
    ("VNT-P08", "ignored_when"): ("notrain.SpeechParam.Speed.effect",),
    ("VNT-P10", "note"): ("notrain.SpeechParam.Volume.voice",),
    ("VNT-P12", "effective_when"): ("notrain.SpeechParam.EmotionIntensity.effect",),
    ("VNT-P15", "ignored_when"): ("notrain.VideoLoop.effect",),
    ("VNT-P20", "effective_when"): ("notrain.VideoParam.RefPhotoUrl.effect",),
    ("VNT-P20", "ignored_when"): ("notrain.VideoParam.RefPhotoUrl.ignored",),
    ("VNT-P21", "effective_when"): ("notrain.VideoParam.RefPhotoUrls.effect",),
    ("VNT-P28", "effective_when"): ("notrain.VideoParam.StartTime.effect",),
    ("VNT-P29", "effective_when"): ("notrain.VideoParam.EndTime.effect",),
    ("VNT-P33", "effective_when"): ("notrain.VideoParam.FaceMatchMode.effect",),
    ("PNT-P06", "ignored_when"): ("photo.SpeechParam.Speed.effect",),
    ("PNT-P08", "note"): ("photo.SpeechParam.Volume.voice",),
    ("PNT-P10", "effective_when"): ("photo.SpeechParam.EmotionIntensity.effect",),
}
