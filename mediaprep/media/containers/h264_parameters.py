"""H.264 parameter sets and NAL units as bytes: read, listed in an avcC box, merged. No library, no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SPS, PPS, SLICE, IDR = 7, 8, 1, 5
_MOST_SPS, _MOST_PPS = 31, 255  # what the counts in avcC can say
_EXTENDED_ASPECT = 255
# aspect_ratio_idc → width and height of a sample, ITU-T H.264 table E-1
_ASPECTS = {
    1: (1, 1), 2: (12, 11), 3: (10, 11), 4: (16, 11), 5: (40, 33), 6: (24, 11), 7: (20, 11), 8: (32, 11), 9: (80, 33),
    10: (18, 11), 11: (15, 11), 12: (64, 33), 13: (160, 99), 14: (4, 3), 15: (3, 2), 16: (2, 1),
}  # fmt: skip
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134})


class Malformed(ValueError):
    """The bytes are not what they should be."""


@dataclass(frozen=True, kw_only=True)
class Usability:
    """What an SPS may say of how its samples are meant (VUI). `transfer` and `matrix`: ISO/IEC 23091-2."""

    aspect: tuple[int, int] | None = None  # width and height of a sample
    full_range: bool | None = None
    transfer: int | None = None
    matrix: int | None = None


@dataclass(frozen=True, kw_only=True)
class SequenceSet:
    """What an SPS says of its pictures. `width`/`height` as shown (cropped), pixels."""

    identity: int
    profile: int
    constraints: int  # constraint_set0_flag … in the bits from 0x80 down
    level: int
    chroma: int  # 1 = 4:2:0
    depth: int  # bits
    width: int
    height: int
    progressive: bool
    references: int
    usability: Usability = Usability()


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """An avcC box: parameter sets, length of a NAL's size field, and what follows the sets."""

    head: bytes  # version, profile, compatibility, level
    nal_length: int
    sequences: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    rest: bytes = b""


def nal_type(nal: bytes | memoryview) -> int:
    """One of SPS, PPS, SLICE, IDR, or another number of the standard's table."""
    return nal[0] & 31 if nal else 0


def units(data: memoryview, nal_length: int) -> Iterator[memoryview]:
    """The NAL units of a packet with size fields, in place. Malformed when the sizes do not add up."""
    at, end = 0, len(data)
    while at < end:
        size = int.from_bytes(data[at : at + nal_length], "big")
        at += nal_length
        if size == 0 or at + size > end:
            raise Malformed(f"a NAL unit of {size} byte in {end - at}")
        yield data[at : at + size]
        at += size


def read_configuration(box: bytes) -> Configuration:
    """Raises Malformed."""
    if len(box) < 7 or box[0] != 1:
        raise Malformed("no avcC")
    at = 6
    sequences, at = _sets(box, at, box[5] & 31)
    if at >= len(box):
        raise Malformed("avcC ends early")
    pictures, at = _sets(box, at + 1, box[at])
    if not sequences or not pictures:
        raise Malformed("avcC lists no parameter sets")
    return Configuration(
        head=box[:4], nal_length=(box[4] & 3) + 1, sequences=sequences, pictures=pictures, rest=box[at:]
    )


def _sets(box: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        size = int.from_bytes(box[at : at + 2], "big")
        at += 2
        if size == 0 or at + size > len(box):
            raise Malformed("a parameter set ends early")
        found.append(box[at : at + size])
        at += size
    return tuple(found), at


def merged(main: Configuration, others: Iterable[Configuration]) -> bytes:
    """One avcC that lists all sets, for `main`'s packets and those of `others`. Raises Malformed when an id
    would stand for two different sets, or the box cannot list them all."""
    sequences, pictures = list(main.sequences), list(main.pictures)
    for other in others:
        if other.nal_length != main.nal_length:
            raise Malformed("NAL sizes are written differently")
        sequences += [one for one in other.sequences if one not in sequences]
        pictures += [one for one in other.pictures if one not in pictures]
    _unique("sequence", [sequence_id(one) for one in sequences])
    _unique("picture", [picture_ids(one)[0] for one in pictures])
    if len(sequences) > _MOST_SPS or len(pictures) > _MOST_PPS:
        raise Malformed(f"{len(sequences)} sequence and {len(pictures)} picture parameter sets")
    compatible = 0xFF
    for one in sequences:
        compatible &= one[2]
    level = max(one[3] for one in sequences)
    box = bytes([1, main.head[1], compatible, level, 0xFC | (main.nal_length - 1), 0xE0 | len(sequences)])
    box += b"".join(len(one).to_bytes(2, "big") + one for one in sequences)
    box += bytes([len(pictures)])
    return box + b"".join(len(one).to_bytes(2, "big") + one for one in pictures) + main.rest


def _unique(kind: str, identities: list[int]) -> None:
    if len(set(identities)) != len(identities):
        raise Malformed(f"a {kind} parameter set's id stands for two different sets: {sorted(identities)}")


class _Bits:
    """Reads bits of a raw byte sequence payload; emulation prevention bytes taken out."""

    def __init__(self, nal: bytes) -> None:
        self.data = nal[1:].replace(b"\x00\x00\x03", b"\x00\x00")
        self.at = 0

    def take(self, count: int) -> int:
        end = self.at + count
        if end > 8 * len(self.data):
            raise Malformed("a parameter set ends early")
        value = int.from_bytes(self.data[self.at >> 3 : (end + 7) >> 3], "big")
        self.at = end
        return value >> (-end & 7) & ((1 << count) - 1)

    def unsigned(self) -> int:
        zeros = 0
        while self.take(1) == 0:
            zeros += 1
            if zeros > 32:
                raise Malformed("no Exp-Golomb code")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def sequence_id(nal: bytes) -> int:
    """The id of an SPS."""
    bits = _Bits(nal)
    bits.take(24)
    return bits.unsigned()


def picture_ids(nal: bytes) -> tuple[int, int]:
    """Its own id, and its sequence set's."""
    bits = _Bits(nal)
    return bits.unsigned(), bits.unsigned()


def read_sequence(nal: bytes) -> SequenceSet:
    """Raises Malformed."""
    bits = _Bits(nal)
    profile, constraints, level = bits.take(8), bits.take(8), bits.take(8)
    identity = bits.unsigned()
    chroma, depth = 1, 8
    if profile in _HIGH_PROFILES:
        chroma, depth = _high(bits)
    bits.unsigned()  # log2_max_frame_num_minus4
    order = bits.unsigned()
    if order == 0:
        bits.unsigned()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()
    references = bits.unsigned()
    bits.take(1)  # gaps_in_frame_num
    across, down = bits.unsigned() + 1, bits.unsigned() + 1
    progressive = bool(bits.take(1))
    if not progressive:
        bits.take(1)
    bits.take(1)  # direct_8x8
    crop = [0, 0, 0, 0]
    if bits.take(1):
        crop = [bits.unsigned() for _ in range(4)]
    tall = 1 if progressive else 2
    usability = _usability(bits) if bits.take(1) else Usability()
    step_x, step_y = (1 if chroma in {0, 3} else 2), (2 if chroma == 1 else 1) * tall
    return SequenceSet(
        identity=identity, profile=profile, constraints=constraints, level=level, chroma=chroma, depth=depth,
        width=across * 16 - step_x * (crop[0] + crop[1]), height=down * 16 * tall - step_y * (crop[2] + crop[3]),
        progressive=progressive, references=references, usability=usability,
    )  # fmt: skip


def _usability(bits: _Bits) -> Usability:
    """The first part of the VUI; timing and buffering, which follow, are of no interest here."""
    aspect = full_range = transfer = matrix = None
    if bits.take(1):
        kind = bits.take(8)
        aspect = (bits.take(16), bits.take(16)) if kind == _EXTENDED_ASPECT else _ASPECTS.get(kind)
    if bits.take(1):
        bits.take(1)  # overscan
    if bits.take(1):
        bits.take(3)  # video_format
        full_range = bool(bits.take(1))
        if bits.take(1):
            bits.take(8)  # primaries
            transfer, matrix = bits.take(8), bits.take(8)
    return Usability(aspect=aspect, full_range=full_range, transfer=transfer, matrix=matrix)


def _high(bits: _Bits) -> tuple[int, int]:
    """chroma_format_idc and bit depth; scaling lists passed over."""
    chroma = bits.unsigned()
    if chroma == 3:
        bits.take(1)
    depth = 8 + max(bits.unsigned(), bits.unsigned())
    bits.take(1)
    if bits.take(1):
        for number in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _scaling_list(bits, 16 if number < 6 else 64)
    return chroma, depth


def _scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
