"""One row per demand of the docs on a file: endpoint · field · measure · bound · source · fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mediaprep.contract import endpoints, profiles
from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Between, Bound, OneOf, SizeUpTo
from mediaprep.contract.paths import bare, beside, first, general
from mediaprep.model.facts import Kind


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A test on the request: the parameter at `path` has `value` (after defaults)."""

    path: str  # VideoParam.Format, PageConfigs[].VirtualmanKey (of the same page)
    value: str  # TransparentMov
    name: str  # what stands after @ in the rule's id

    def holds(self, endpoint: str, request: Mapping[str, Any], field: str) -> bool:
        """Whether it holds for the file at `field` (concrete path) of this request."""
        found = first(request, beside(field, self.path))
        if found is None:
            found = default_of(endpoint, self.path)
        return (found or "") == self.value


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A demand on one measure of the file that one parameter names."""

    endpoint: str  # nickname: notrain, photo, ppt, basic, advanced, tts
    field: str  # the parameter that carries the file's URL, full wire path without indices
    measure: str  # an attribute of the facts
    bound: Bound
    source: str  # section and parameter row of the docs
    when: Condition | None = None
    kind: Kind | None = None  # judged only of files of this kind; None: of any
    fix: str | None = None  # a row of FIXES; None: only a person can mend it
    edition: str | None = None  # only in this edition of the docs (Profile.edition); None: in all

    @property
    def id(self) -> str:
        return f"{self.endpoint}.{self.field}.{self.measure}" + (f"@{self.when.name}" if self.when else "")


def default_of(endpoint: str, path: str) -> object:
    """What the docs say a parameter is when it is not given; None where the service decides."""
    for slot in endpoints.get(endpoint).slots:
        if slot.path == general(path) and not slot.info.is_required():
            return slot.info.default
    return None


def limits_for(
    endpoint: str, field: str, request: Mapping[str, Any] | None = None, *, profile: str = profiles.DEFAULT
) -> tuple[Limit, ...]:
    """The demands on the file of one parameter (any spelling of its path). A conditional row takes the place
    of the general one of the same measure when the request meets its condition; without a request only
    general rows apply. What the profile's edition of the docs says otherwise takes the place of either."""
    key, edition = (endpoint, bare(field)), profiles.get(profile).edition
    chosen: dict[str, Limit] = {}
    for limit in _BY_FIELD.get(key, ()):
        if limit.when is None:
            chosen.setdefault(limit.measure, limit)
        elif request is not None and limit.when.holds(endpoint, request, field):
            chosen[limit.measure] = limit
    for limit in _OTHERWISE.get((edition, *key), ()):
        if limit.when is None or (request is not None and limit.when.holds(endpoint, request, field)):
            chosen[limit.measure] = limit
    return tuple(chosen.values())


def rows_of(profile: str) -> Mapping[str, Limit]:
    """Every row that can hold under a profile, by id."""
    edition = profiles.get(profile).edition
    return {**LIMITS, **{limit.id: limit for limit in OTHER_EDITIONS if limit.edition == edition}}


def kinds_for(endpoint: str, field: str) -> tuple[Kind, ...]:
    """The kinds of file a parameter takes; empty for a parameter that takes none."""
    for limit in _BY_FIELD.get((endpoint, bare(field)), ()):
        if limit.measure == "kind" and isinstance(limit.bound, OneOf):
            return tuple(Kind(str(kind)) for kind in limit.bound.allowed)
    return ()


MB = 1_000_000
MIB = 1 << 20
GB = 1000 * MB
GIB = 1024 * MIB

OURS = "advice of ours"
"""The source of what no docs ask for. Advice on files lies in preflight.heuristics; here is what follows from docs."""
_AUDIO_FORMATS = ("wav", "mp3", "wma", "m4a", "aac", "ogg")
_PHOTO_FORMATS = ("jpg", "png", "bmp", "webp")

TRANSPARENT_MOV = Condition(path="VideoParam.Format", value="TransparentMov", name="TransparentMov")
EXCLUSIVE = Condition(path="ConcurrencyType", value="Exclusive", name="Exclusive")
NO_AVATAR = Condition(path="PageConfigs[].VirtualmanKey", value="", name="no-avatar")


def _megabytes(stated: str, count: int, *, open_high: bool = False, soft: bool = False) -> SizeUpTo:
    return SizeUpTo(stated, count * MB, count * MIB, open_high=open_high, soft=soft)


def _gigabytes(stated: str, count: int, *, open_high: bool = False) -> SizeUpTo:
    return SizeUpTo(stated, count * GB, count * GIB, open_high=open_high)


@dataclass(frozen=True)
class _Field:
    """Makes the rows of one parameter."""

    endpoint: str
    field: str
    edition: str | None = None

    def row(
        self,
        measure: str,
        bound: Bound,
        *,
        fix: str | None = None,
        kind: Kind | None = None,
        when: Condition | None = None,
        source: str | None = None,
    ) -> Limit:
        told = source or f"{endpoints.get(self.endpoint).section} · {self.field}"
        return Limit(
            endpoint=self.endpoint,
            field=self.field,
            measure=measure,
            bound=bound,
            source=told,
            when=when,
            kind=kind,
            fix=fix,
            edition=self.edition,
        )

    def kinds(self, *kinds: Kind) -> Limit:
        return self.row("kind", OneOf(tuple(kind.value for kind in kinds)))

    def sides(self, bound: Bound, fix: str, kind: Kind) -> Iterator[Limit]:
        yield self.row("width", bound, fix=fix, kind=kind)
        yield self.row("height", bound, fix=fix, kind=kind)

    def audio(self, seconds: Bound, size: Bound) -> Iterator[Limit]:
        yield self.kinds(Kind.AUDIO)
        yield self.row("format", OneOf(_AUDIO_FORMATS), fix="transcode_audio", kind=Kind.AUDIO)
        yield self.row("seconds", seconds, fix="trim", kind=Kind.AUDIO)
        yield self.row("size_bytes", size, fix="transcode_audio", kind=Kind.AUDIO)

    def text(self, most: int, least: int = 0, *, one_line: bool = True) -> Iterator[Limit]:
        """Nobody says whether tags count: refused only where both counts agree, advised where they differ."""
        raw: Bound = AtMost(most, "characters", soft=True)
        spoken: Bound = AtMost(most, "characters")
        if least:
            raw = AllOf((AtLeast(least, "characters"), raw))
            spoken = AllOf((AtLeast(least, "characters", soft=True), spoken))
        yield self.kinds(Kind.TEXT)
        yield self.row("well_formed", OneOf((True,)), fix="to_ssml", kind=Kind.TEXT)
        if one_line:
            yield self.row("lines", AtMost(1, "lines"), fix="to_ssml", kind=Kind.TEXT)
        yield self.row("characters", raw, kind=Kind.TEXT)
        yield self.row("spoken_characters", spoken, kind=Kind.TEXT)


def _script_of_format(endpoint: str) -> Iterator[Limit]:
    """InputSsml and InputAudioUrl of the two endpoints that have a Format."""
    text = _Field(endpoint, "InputSsml")
    yield from text.text(20_000)
    yield text.row("characters", AtMost(2000, "characters", soft=True), kind=Kind.TEXT, when=TRANSPARENT_MOV)
    yield text.row("spoken_characters", AtMost(2000, "characters"), kind=Kind.TEXT, when=TRANSPARENT_MOV)
    # derived: sound may last six minutes, and a text that speaks longer becomes such a sound
    yield text.row(
        "estimated_seconds", AtMost(360, "s", soft=True), kind=Kind.TEXT, when=TRANSPARENT_MOV, source=OURS
    )
    audio = _Field(endpoint, "InputAudioUrl")
    yield from audio.audio(Between(0.5, 3600, "s"), _megabytes("100MB", 100, soft=True))
    yield audio.row("seconds", Between(0.5, 360, "s"), fix="trim", kind=Kind.AUDIO, when=TRANSPARENT_MOV)


def _logo(endpoint: str, field: str) -> Iterator[Limit]:
    logo = _Field(endpoint, field)
    yield logo.kinds(Kind.PHOTO)
    yield logo.row("format", OneOf(("jpg", "png")), fix="resave_photo", kind=Kind.PHOTO)


def _ppt() -> Iterator[Limit]:
    deck = _Field("ppt", "PPTFileUrl")
    yield deck.kinds(Kind.DECK)
    yield deck.row("format", OneOf(("ppt", "pptx", "pdf")), fix="save_deck", kind=Kind.DECK)
    yield deck.row("size_bytes", _megabytes("100MB", 100), kind=Kind.DECK)
    yield deck.row("pages_total", Between(1, 50, "pages"), fix="drop_pages", kind=Kind.DECK)
    yield from _logo("ppt", "GlobalConfig.LogoParams.LogoFileUrl")
    audio = _Field("ppt", "PageConfigs.InputAudioUrl")
    yield from audio.audio(Between(0.5, 3600, "s"), _megabytes("100MB", 100, soft=True))
    yield audio.row("seconds", Between(0.5, 1800, "s"), fix="trim", kind=Kind.AUDIO, when=NO_AVATAR)
    yield from _Field("ppt", "PageConfigs.InputSsml").text(20_000)


def _advanced() -> Iterator[Limit]:
    yield from _script_of_format("advanced")
    background = _Field("advanced", "VideoParam.BackgroundFileUrl")
    yield background.kinds(Kind.PHOTO, Kind.VIDEO)
    yield background.row("format", OneOf(("jpg", "png")), fix="resave_photo", kind=Kind.PHOTO)
    yield background.row("container", OneOf(("mp4",)), fix="remux", kind=Kind.VIDEO)
    yield background.row("size_bytes", _megabytes("500MB", 500))
    for name in ("VideoParam.VideoHeadFileUrl", "VideoParam.VideoTailFileUrl"):
        clip = _Field("advanced", name)
        yield clip.kinds(Kind.VIDEO)
        yield clip.row("container", OneOf(("mp4",)), fix="remux", kind=Kind.VIDEO)
        yield clip.row("size_bytes", _megabytes("500MB", 500), fix="transcode_video", kind=Kind.VIDEO)
    yield from _logo("advanced", "VideoParam.LogoParams.LogoFileUrl")


def _notrain() -> Iterator[Limit]:
    video = _Field("notrain", "RefVideoUrl")
    remake = "transcode_video"
    yield video.kinds(Kind.VIDEO)
    yield video.row("container", OneOf(("mp4", "mov", "avi")), fix="remux", kind=Kind.VIDEO)
    yield video.row("codec", OneOf(("h264",)), fix=remake, kind=Kind.VIDEO)
    yield video.row("size_bytes", _gigabytes("5G", 5), fix=remake, kind=Kind.VIDEO)
    yield from video.sides(Between(360, 4096, "px"), "scale", Kind.VIDEO)
    yield video.row("seconds", Between(1, 1200, "s"), fix="trim", kind=Kind.VIDEO)
    letter = _Field("notrain", "IdentityWrittenUrl")
    yield letter.kinds(Kind.DECK)
    yield letter.row("format", OneOf(("pdf",)), kind=Kind.DECK)
    yield letter.row("size_bytes", _megabytes("10M", 10, open_high=True), kind=Kind.DECK)
    consent = _Field("notrain", "IdentityVideoUrl")
    yield consent.kinds(Kind.VIDEO)
    yield consent.row("container", OneOf(("mp4",)), fix="remux", kind=Kind.VIDEO)
    yield consent.row("size_bytes", _gigabytes("5G", 5, open_high=True), fix=remake, kind=Kind.VIDEO)
    yield from _Field("notrain", "InputAudioUrl").audio(Between(1, 1200, "s"), _megabytes("100MB", 100))
    yield from _Field("notrain", "InputSsml").text(2000, 4)
    for name in ("VideoParam.RefPhotoUrl", "VideoParam.RefPhotoUrls"):
        photo = _Field("notrain", name)
        yield photo.kinds(Kind.PHOTO)
        yield photo.row("format", OneOf(_PHOTO_FORMATS), fix="resave_photo", kind=Kind.PHOTO)
        yield photo.row("size_bytes", _megabytes("10MB", 10), fix="resave_photo", kind=Kind.PHOTO)
        yield from photo.sides(Between(192, 4096, "px"), "resize_photo", Kind.PHOTO)
        # Of several, some may show other angles, which no detector counts surely.
        yield photo.row(
            "face_count", OneOf((1,), soft=name.endswith("s")), fix="crop_to_face", kind=Kind.PHOTO
        )


def _photo() -> Iterator[Limit]:
    photo = _Field("photo", "RefPhotoUrl")
    yield photo.kinds(Kind.PHOTO)
    yield photo.row("format", OneOf(_PHOTO_FORMATS), fix="resave_photo", kind=Kind.PHOTO)
    yield photo.row("size_bytes", _megabytes("6MB", 6), fix="resave_photo", kind=Kind.PHOTO)
    yield from photo.sides(Between(192, 4096, "px", soft=True), "resize_photo", Kind.PHOTO)
    yield photo.row("aspect", Between(0.5, 2.0, soft=True), fix="crop_to_face", kind=Kind.PHOTO)
    # Cartoons and animals are allowed here and no detector counts them surely: never refused.
    yield photo.row("face_count", OneOf((1,), soft=True), fix="crop_to_face", kind=Kind.PHOTO)
    yield from _Field("photo", "InputAudioUrl").audio(Between(2, 60, "s"), _megabytes("10M", 10))
    yield from _Field("photo", "InputSsml").text(300, 4)
    yield _Field("photo", "InputSsml").row("estimated_seconds", AtMost(60, "s", soft=True), kind=Kind.TEXT)


def _intl_2025_10() -> Iterator[Limit]:
    """What the international site's copies of October 2025 say otherwise."""
    notrain, photo_page = "intl 1211/73472 · RefVideoUrl", "intl 1211/73473"
    video = _Field("notrain", "RefVideoUrl", profiles.INTL_2025_10)
    short, long = Between(1, 600, "s"), Between(1, 1200, "s")
    yield video.row("seconds", short, fix="trim", kind=Kind.VIDEO, source=notrain)
    yield video.row("seconds", long, fix="trim", kind=Kind.VIDEO, when=EXCLUSIVE, source=notrain)
    photo = _Field("photo", "RefPhotoUrl", profiles.INTL_2025_10)
    told = f"{photo_page} · RefPhotoUrl"
    size, sides = _megabytes("10M", 10), Between(192, 4096, "px")
    yield photo.row("size_bytes", size, fix="resave_photo", kind=Kind.PHOTO, source=told)
    for side in ("width", "height"):
        yield photo.row(side, sides, fix="resize_photo", kind=Kind.PHOTO, source=told)
    yield photo.row("aspect", Between(0.5, 2.0), fix="crop_to_face", kind=Kind.PHOTO, source=told)
    sound = _Field("photo", "InputAudioUrl", profiles.INTL_2025_10)
    size, told = _megabytes("20M", 20), f"{photo_page} · InputAudioUrl"
    yield sound.row("size_bytes", size, fix="transcode_audio", kind=Kind.AUDIO, source=told)


ROWS: tuple[Limit, ...] = (
    *_Field("tts", "InputSsml").text(20_000, one_line=False),
    *_ppt(),
    *_script_of_format("basic"),
    *_advanced(),
    *_notrain(),
    *_photo(),
)
LIMITS: Mapping[str, Limit] = {limit.id: limit for limit in ROWS}
_BY_FIELD: dict[tuple[str, str], list[Limit]] = {}
for _limit in ROWS:
    _BY_FIELD.setdefault((_limit.endpoint, _limit.field), []).append(_limit)

OTHER_EDITIONS: tuple[Limit, ...] = (*_intl_2025_10(),)
_OTHERWISE: dict[tuple[str, str, str], list[Limit]] = {}
for _limit in OTHER_EDITIONS:
    _OTHERWISE.setdefault((_limit.edition or "", _limit.endpoint, _limit.field), []).append(_limit)

FIELDS: tuple[str, ...] = tuple(f"{endpoint}.{field}" for endpoint, field in _BY_FIELD)
"""Coordinates of every parameter that takes a file or a script: notrain.RefVideoUrl, …"""
