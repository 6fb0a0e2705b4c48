"""A video's facts: header and index first, every packet only where there is no index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mediaprep.media import boxes, claims
from mediaprep.media.containers import composition_times, packets, streams, timing
from mediaprep.media.isolation import posix
from mediaprep.media.labels import tags
from mediaprep.media.orientation import Orientation
from mediaprep.media.probing import first_gop, listening
from mediaprep.model.facts import ABSENT, Absent, AudioFacts, AudioTrack, VideoFacts

_INDEXED = frozenset({"mov", "avi"})  # their demuxers hold an entry for every packet once the header is read
_ANY_CLOCK = frozenset(
    {"ts", "m2ts", "mpg"}
)  # their stamps begin at any time; in all others 0 is the beginning
_HDR = frozenset({16, 18})  # PQ and HLG, ISO/IEC 23091-2

Measured = tuple[VideoFacts | AudioFacts, list[float]]


def measure(path: Path, name: str, demuxer: str, thorough: bool) -> Measured:
    """Facts of a file in a container (without faces), and the seconds of its keyframes; AudioFacts (without
    silence and peak) when no track moves. `name` is sniff's. Raises BadAsset."""
    with posix.open_regular(path) as file:
        size = file.seek(0, 2)
        movie = boxes.read_movie(file, size) if demuxer == "mov" else boxes.Movie()
    if movie.samples > size:  # libavformat would make an entry for each before it reads the first
        raise packets.broken(path, ValueError(f"{movie.samples:,} pictures or sounds in {size:,} bytes"))
    indexed = demuxer in _INDEXED and not movie.fragmented and not thorough
    with packets.described(path, demuxer, brief=indexed and demuxer == "mov") as (container, found):
        picture, sound = found.first("video"), found.first("audio")
        numbers = tuple(s.index for s in (picture, sound) if s is not None)
        tables = _tables(container, numbers, size, indexed)
        until: float | None = None
        heard: listening.HeardShare = (1.0, None)
        if picture is not None and not picture.picture:
            stored = (
                tables[picture.index] if indexed and tables[picture.index].positions is not None else None
            )
            until = first_gop.first_decodable(path, container, picture, stored)
            if sound is not None:
                heard = listening.listen(path, container, sound, tables[sound.index])
        if indexed and picture is not None and demuxer == "mov":
            tables[picture.index] = _as_shown(path, container, movie, picture, tables[picture.index])
    if picture is None:
        return _sound_only(path, name, size, found, tables), []
    table = tables[picture.index]
    if not table.shown:
        raise packets.broken(path, ValueError("no picture packets"))
    seconds = table.seconds(1 / picture.rate if picture.rate else None)
    turn, interlaced = _display(path, demuxer, movie, picture)
    width, height = picture.width, picture.height
    if turn.rotation in {90, 270}:
        width, height = height, width
    audio = _audio_track(sound, tables)
    length = max(seconds, audio.seconds or 0.0) if isinstance(audio, AudioTrack) else seconds
    facts = VideoFacts(
        container=name,
        codec=picture.codec,
        profile=picture.profile,
        pixel_format=picture.pixel_format,
        width=width,
        height=height,
        rotation=turn.rotation,
        mirrored=turn.mirrored,
        fps=table.rate(picture.rate),
        frames=table.shown,
        seconds=round(seconds, 6),
        claimed_seconds=found.claimed_seconds,
        hidden_seconds=round(table.hidden_seconds(), 6),
        size_bytes=size,
        bitrate=round(size * 8 / length) if length > 0 else None,
        variable_rate=table.uneven(),
        usual_fps=table.usual_rate() if table.uneven() else None,
        interlaced=interlaced,
        hdr=picture.transfer in _HDR,
        alpha=picture.alpha,
        faststart=movie.faststart if demuxer == "mov" else None,
        video_tracks=sum(s.kind == "video" and not s.picture for s in found.streams),
        covers=sum(s.kind == "video" and s.picture for s in found.streams),
        audio_tracks=sum(s.kind == "audio" for s in found.streams),
        audio=audio,
        picture_starts=picture.starts,
        pixel_aspect=picture.pixel_aspect,
        decodes_from=until,
        undecodable_seconds=_after_start(until, name, found),
        cut_short=any(t.cut_short for t in tables.values()),
        decoded_share=heard[0],
        silent=heard[1],
        label=tags.measure(path),
    )
    return facts, table.keyframes()


def errors(path: Path) -> tuple[int, float | None]:
    """How many places of a file do not decode, all of it decoded, and where the first of them is (seconds on the
    file's timeline, where a packet or picture tells). Raises BadAsset."""
    report = packets.decode_report(path)
    moments = [one.first_error for one in report.streams if one.first_error is not None]
    return report.errors, min(moments, default=None)


def _tables(container: Any, numbers: tuple[int, ...], size: int, indexed: bool) -> dict[int, timing.Index]:
    if indexed:
        tables = {number: streams.index_of(container, number, size) for number in numbers}
        if all(len(table.times) for table in tables.values()):
            return tables
    return streams.walk(container, numbers, packets.AV_ERRORS)


def _after_start(moment: float | None, name: str, found: streams.Opened) -> float:
    """Seconds from when the file begins; 0 for None."""
    begins = [one.starts for one in found.streams if one.starts is not None and one.kind != "other"]
    origin = min(begins, default=0.0) if name in _ANY_CLOCK else 0.0
    return 0.0 if moment is None else round(moment - origin, 6)


def _as_shown(
    path: Path, container: Any, movie: boxes.Movie, picture: streams.StreamInfo, table: timing.Index
) -> timing.Index:
    """The picture's packets in order of showing, by the file's tables where they tell."""
    track = movie.track(picture.track_id)
    found = None
    if track is not None and table.positions is not None:
        with posix.open_regular(path) as file:
            found = composition_times.presented(file, track, table)
    return found or streams.walk(container, (picture.index,), packets.AV_ERRORS)[picture.index]


def _display(
    path: Path, demuxer: str, movie: boxes.Movie, picture: streams.StreamInfo
) -> tuple[Orientation, bool | None]:
    """How it is turned, and whether fields are interleaved: from the header, else the first picture."""
    turn = movie.orientation(picture.track_id)
    interlaced = None if picture.field_order == 0 else picture.field_order != 1
    if interlaced is None or demuxer == "matroska":
        frame = packets.first_frame(path)
        if frame is not None:
            interlaced = bool(frame.interlaced_frame) if interlaced is None else interlaced
            turn = packets.orientation_of_frame(frame) if demuxer == "matroska" else turn
    return turn, interlaced


def _audio_track(sound: streams.StreamInfo | None, tables: dict[int, timing.Index]) -> AudioTrack | Absent:
    if sound is None:
        return ABSENT
    return AudioTrack(
        codec=sound.codec,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        seconds=sound_seconds(sound, tables[sound.index]),
        starts=sound.starts,
    )


def sound_seconds(sound: streams.StreamInfo, table: timing.Index) -> float:
    """Length of a sound track from its packets; what an edit list cuts off the first one is taken away."""
    first = table.first()
    cut = max(0.0, (sound.starts or 0.0) - first) if first is not None else 0.0
    return round(max(0.0, table.seconds() - cut), 6)


def _sound_only(
    path: Path, name: str, size: int, found: streams.Opened, tables: dict[int, timing.Index]
) -> AudioFacts:
    sound = found.first("audio")
    if sound is None or not tables[sound.index].shown:
        raise packets.broken(path, ValueError("neither pictures nor sound in it"))
    from mediaprep.media.probing.audio import docs_format

    seconds = sound_seconds(sound, tables[sound.index])
    claimed = claims.seconds(path, name, seconds, found.claimed_seconds)
    return AudioFacts(
        container=name,
        format=docs_format(name, sound.codec),
        codec=sound.codec,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        seconds=seconds,
        claimed_seconds=claimed,
        cut_short=claims.cut_short(path, name, seconds, claimed),
        size_bytes=size,
        bitrate=round(size * 8 / seconds) if seconds else None,
        label=tags.measure(path),
    )
