"""Advice on what the docs leave open and the contract has no row for: all of it soft.

Decoders disagree on EXIF flags, CMYK and 16-bit pictures, on which picture or track of several is meant, and
on everything that is not plain progressive 8-bit SDR; an index at the end keeps whoever streams a file waiting.
"""

from __future__ import annotations

from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Between, Bound, OneOf
from mediaprep.contract.limits import OURS, Limit, kinds_for
from mediaprep.contract.paths import bare
from mediaprep.model.facts import Kind
from mediaprep.preflight.mending.footage import MOST_UNDECODABLE

_ANY = ""
_ROWS: tuple[tuple[str, Kind, str, Bound, str | None], ...] = (
    (_ANY, Kind.TEXT, "encoding_guessed", OneOf((False,), soft=True), "to_ssml"),
    (_ANY, Kind.PHOTO, "mode", OneOf(("RGB", "RGBA", "L", "LA", "P", "1"), soft=True), "resave_photo"),
    (_ANY, Kind.PHOTO, "orientation", OneOf((1,), soft=True), "resave_photo"),
    (_ANY, Kind.PHOTO, "animated", OneOf((False,), soft=True), "resave_photo"),
    (_ANY, Kind.DECK, "encrypted", OneOf((False,), soft=True), None),
    (_ANY, Kind.AUDIO, "decoded_share", AllOf((AtLeast(0.5), AtLeast(0.9, soft=True))), None),
    (_ANY, Kind.AUDIO, "silent", OneOf((False,), soft=True), None),
    (_ANY, Kind.AUDIO, "cut_short", OneOf((False,), soft=True), None),
    (_ANY, Kind.AUDIO, "clipped_share", AtMost(0.001, soft=True), None),
    (_ANY, Kind.AUDIO, "above_background", AtLeast(11, "dB", soft=True), None),
    (_ANY, Kind.VIDEO, "decoded_share", AllOf((AtLeast(0.1), AtLeast(0.9, soft=True))), None),
    (_ANY, Kind.VIDEO, "silent", OneOf((False,), soft=True), None),
    (_ANY, Kind.VIDEO, "pixel_format", OneOf(("yuv420p", "yuvj420p"), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "rotation", OneOf((0,), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "mirrored", OneOf((False,), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "pixel_aspect", Between(0.999, 1.001, soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "undecodable_seconds", AtMost(MOST_UNDECODABLE, "s", soft=True), "cut_beginning"),
    (_ANY, Kind.VIDEO, "decode_errors", AtMost(0, soft=True), None),
    (_ANY, Kind.VIDEO, "variable_rate", OneOf((False,), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "interlaced", OneOf((False,), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "hdr", OneOf((False,), soft=True), "transcode_video"),
    (_ANY, Kind.VIDEO, "faststart", OneOf((True,), soft=True), "remux"),
    (_ANY, Kind.VIDEO, "covers", AtMost(0, soft=True), "remux"),
    (_ANY, Kind.VIDEO, "video_tracks", AtMost(1, soft=True), "drop_tracks"),
    (_ANY, Kind.VIDEO, "audio_tracks", AtMost(1, soft=True), "drop_tracks"),
)
"""(coordinates of a field or any of the kind, kind, measure, bound, row of FIXES)."""
WHERE_IT_EXISTS = frozenset(
    {"faststart", "decode_errors", "silent", "cut_short", "clipped_share", "above_background"}
)
"""Measures that some containers do not have, or that only who asks for them gets: None says so, and is no check that
could not run."""


def rows(endpoint: str, field: str) -> tuple[Limit, ...]:
    """The advice for one field; a row of the contract on the same measure comes before it."""
    kinds = kinds_for(endpoint, field)
    return tuple(
        Limit(
            endpoint=endpoint,
            field=bare(field),
            measure=measure,
            bound=bound,
            source=OURS,
            kind=kind,
            fix=fix,
        )
        for where, kind, measure, bound, fix in _ROWS
        if kind in kinds and where in (_ANY, f"{endpoint}.{bare(field)}")
    )
