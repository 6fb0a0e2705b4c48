"""Whether a made file shows what its plan predicted."""

from __future__ import annotations

from mediaprep.model.facts import AudioFacts, AudioTrack, DeckFacts, Facts, PhotoFacts, TextFacts, VideoFacts

_PROVED = {
    VideoFacts: (
        "container", "codec", "profile", "pixel_format", "width", "height", "rotation", "mirrored", "pixel_aspect",
        "fps", "frames", "seconds", "undecodable_seconds", "variable_rate", "interlaced", "hdr", "faststart",
        "video_tracks", "covers", "audio_tracks", "audio", "label",
    ),
    AudioFacts: ("container", "format", "codec", "sample_rate", "channels", "seconds", "label"),
    PhotoFacts: ("format", "mode", "width", "height", "orientation", "animated", "label"),
    DeckFacts: ("format", "pages_total", "encrypted"),
    TextFacts: ("characters", "spoken_characters", "lines"),
}  # fmt: skip
_CODED_FRAME = 0.15  # seconds: encoders of sound pad to whole frames and say so only in their own header


def differences(predicted: Facts, measured: Facts) -> tuple[str, ...]:
    """What was predicted and not found, as "measure: wanted, found"; what either does not know is left out.

    Lengths may differ by one picture (or one coded block of sound), rates by one in a hundred.
    """
    if type(predicted) is not type(measured):
        return (f"kind: {predicted.kind.value}, {measured.kind.value}",)
    found = []
    for measure in _PROVED.get(type(predicted), ()):
        wanted, got = getattr(predicted, measure), getattr(measured, measure)
        if wanted is not None and got is not None and not _same(measure, wanted, got, predicted):
            found.append(f"{measure}: {wanted}, {got}")
    return tuple(found)


def _same(measure: str, wanted: object, got: object, predicted: Facts) -> bool:
    if isinstance(wanted, AudioTrack) and isinstance(got, AudioTrack):
        return (wanted.codec, wanted.sample_rate, wanted.channels) == (
            got.codec,
            got.sample_rate,
            got.channels,
        )
    if isinstance(wanted, float) and isinstance(got, (int, float)):
        return abs(wanted - got) <= (wanted / 100 if measure == "fps" else _slack(predicted))
    return wanted == got


def _slack(predicted: Facts) -> float:
    """Seconds that two lengths may differ by."""
    if isinstance(predicted, VideoFacts) and predicted.fps:
        return 1.001 / predicted.fps + 0.001
    return _CODED_FRAME
