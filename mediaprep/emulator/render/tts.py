"""tts: the script as a sound file, and when each of its characters is spoken."""

from __future__ import annotations

from mediaprep.emulator.render.encode import encode_sound
from mediaprep.emulator.render.voice.sentences import Layout, timestamps
from mediaprep.emulator.render.voice.voiced import speech_of, style_of
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.errors import ToolFailed
from mediaprep.media.ffmpeg import Binary

_CODECS, _UNENCODED = ("mp3", "wav"), 801405
_SAMPLE_RATE = 24000


def render(work: Work, binary: Binary) -> RenderedProduct:
    """Raises Spoiled(801404) when nothing can be spoken, Spoiled(801405) when it cannot be encoded."""
    request = work.request
    codec = str(request.get("Codec") or _CODECS[0])
    speech = speech_of(
        str(request.get("InputSsml") or ""),
        style_of(request, str(request.get("VirtualmanKey") or ""), work.catalogue, work.seed),
        work.folder / "voice.wav",
        sample_rate=int(request.get("SampleRate") or _SAMPLE_RATE),
    )
    try:
        target = encode_sound(binary, speech.path, speech.seconds, work.folder / f"{work.task_id}.{codec}")
    except ToolFailed as error:
        raise Spoiled(_UNENCODED, f"{error.zh} ({error.en})") from error
    return RenderedProduct(
        media=target, seconds=speech.seconds, timestamps=timestamps(speech, Layout.of(request))
    )
