"""Facts typed by hand: what passes for its field, to be made wrong one measure at a time."""

from __future__ import annotations

from mediaprep.model.facts import (
    AudioFacts,
    AudioTrack,
    DeckFacts,
    FaceBox,
    PhotoFacts,
    TextFacts,
    VideoFaces,
    VideoFacts,
)

VIDEO = VideoFacts(
    container="mp4",
    codec="h264",
    profile="High",
    pixel_format="yuv420p",
    width=1920,
    height=1080,
    fps=25.0,
    frames=300,
    seconds=12.0,
    size_bytes=6_000_000,
    variable_rate=False,
    interlaced=False,
    hdr=False,
    faststart=True,
    audio_tracks=1,
    audio=AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=12.0),
    faces=VideoFaces(sampled=16, with_face=16, most=1, complete=False),
)
AUDIO = AudioFacts(
    container="mp3",
    format="mp3",
    codec="mp3",
    sample_rate=44100,
    channels=1,
    seconds=30.0,
    size_bytes=480_000,
    leading_silence=0.0,
    trailing_silence=0.0,
)
PHOTO = PhotoFacts(
    format="jpg",
    mode="RGB",
    width=800,
    height=1000,
    size_bytes=300_000,
    faces=(FaceBox(x=200, y=200, width=300, height=400, score=0.95),),
)
PDF = DeckFacts(format="pdf", pages_total=2, size_bytes=100_000, encrypted=False)
TEXT = TextFacts(characters=20, spoken_characters=20, estimated_seconds=4.0)
