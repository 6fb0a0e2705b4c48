"""An MP4 described by its tables and H.264's parameter sets alone, with no packet looked into.

To name a pixel format libavformat decodes the first picture, which takes longer than all the rest of opening a
file. Where the parameter sets say it as surely they are asked; None where they do not, or leave room for doubt.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from mediaprep.media.containers import h264_parameters, streams
from mediaprep.media.containers.h264_parameters import Malformed, SequenceSet
from mediaprep.media.containers.streams import Opened, StreamInfo

# libavformat then reads no packet before it has opened the file, and starts no decoder
OPTIONS = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0", "codec_whitelist": "none"}
NO_CODEC = "not on whitelist 'none'"
"""What libavcodec logs of each stream that is opened with OPTIONS."""
_PROFILES = {66: "Baseline", 77: "Main", 100: "High", 110: "High 10"}
_CONSTRAINED_BASELINE, _INTRA_ONLY = 0x40, 0x10  # constraint_set1_flag of 66, constraint_set3_flag of 110
_PIXEL_FORMATS = {(1, 8): "yuv420p", (1, 10): "yuv420p10le"}  # by chroma_format_idc and depth
_PROGRESSIVE = 1
_FULL_RANGE = 2
_LOW_COMPLEXITY = 2  # audio object type, ISO/IEC 14496-3
_MOST_IMPLICIT = 24_000  # Hz: below, AAC may hold a doubled rate that only its packets tell


def describe_brief(container: Any) -> Opened | None:
    """All streams of a container opened with OPTIONS, as `streams.describe_open` would tell them after reading
    packets; None where only packets can tell."""
    found = streams.describe_open(container)
    told = [_told(info, container.streams[info.index]) for info in found.streams]
    infos = tuple(info for info in told if info is not None)
    return dataclasses.replace(found, streams=infos) if len(infos) == len(told) else None


def _told(info: StreamInfo, stream: Any) -> StreamInfo | None:
    if info.kind == "video":
        return _picture(info, stream) if info.codec == "h264" and not info.picture else None
    if info.kind == "audio":
        return _sound(info, bytes(stream.codec_context.extradata or b"")) if info.codec == "aac" else None
    return info


def _sound(info: StreamInfo, configuration: bytes) -> StreamInfo | None:
    """AAC-LC by its AudioSpecificConfig, which begins with the audio object type in five bits."""
    plain = configuration[:1] and configuration[0] >> 3 == _LOW_COMPLEXITY
    sure = plain and info.sample_rate > _MOST_IMPLICIT and info.channels
    return dataclasses.replace(info, profile="LC") if sure else None


def _picture(info: StreamInfo, stream: Any) -> StreamInfo | None:
    context = stream.codec_context
    try:
        listed = h264_parameters.read_configuration(bytes(context.extradata or b"")).sequences
        sequence = h264_parameters.read_sequence(listed[0])
    except Malformed:
        return None
    profile, usable = _profile(sequence), sequence.usability
    pixel_format = _PIXEL_FORMATS.get((sequence.chroma, sequence.depth))
    full = usable.full_range or context.color_range == _FULL_RANGE
    plain = len(listed) == 1 and sequence.progressive and not full and info.rate
    if not plain or profile is None or pixel_format is None or 0 in (usable.aspect or ()):
        return None
    return dataclasses.replace(
        info,
        profile=profile,
        pixel_format=pixel_format,
        width=sequence.width,
        height=sequence.height,
        # what the container says comes before what the codec says
        pixel_aspect=float(stream.sample_aspect_ratio or Fraction(*(usable.aspect or (1, 1)))),
        field_order=_PROGRESSIVE,
        transfer=info.transfer if usable.transfer is None else usable.transfer,
        matrix=info.matrix if usable.matrix is None else usable.matrix,
    )


def _profile(sequence: SequenceSet) -> str | None:
    """The profile's name as libavcodec has it, of the usual ones."""
    if sequence.profile == 66 and sequence.constraints & _CONSTRAINED_BASELINE:
        return "Constrained Baseline"
    if sequence.profile == 110 and sequence.constraints & _INTRA_ONLY:
        return "High 10 Intra"
    return _PROFILES.get(sequence.profile)
