"""Plans: which steps, predicted how, and what is said where none helps."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.bounds import Bound
from mediaprep.contract.limits import FIELDS, Limit, kinds_for
from mediaprep.model.facts import (
    AudioFacts,
    AudioTrack,
    DeckFacts,
    FaceBox,
    Facts,
    Kind,
    PhotoFacts,
    VideoFacts,
)
from mediaprep.model.findings import Verdict
from mediaprep.model.sound_steps import Level
from mediaprep.model.steps import (
    ConvertAudio,
    CropPhoto,
    DropTracks,
    EncodePicture,
    EncodeTrack,
    Pad,
    Remux,
    SavePhoto,
    Step,
    Trim,
)
from mediaprep.preflight.fixes import FIXES, FixPlan, FixWish, plan_fix
from mediaprep.preflight.judge import rows_for
from mediaprep.preflight.mending import photos, sound_files
from mediaprep.preflight.mending.footage import constant_rate, fit, highest, lowest
from mediaprep.preflight.rulebook.examples import neighbours
from mediaprep.preflight.words import REMEDIES
from tests.preflight.samples import AUDIO, PHOTO, TEXT, VIDEO


def plan(
    facts: Facts, *, field: str = "notrain.RefVideoUrl", unsafe: bool = False, prefer: str = ""
) -> FixPlan:
    endpoint, _, path = field.partition(".")
    return plan_fix(endpoint, path, facts, FixWish(unsafe=unsafe), prefer=prefer or None)


def refused(settlement: FixPlan) -> list[str]:
    return [f.rule.rpartition(".")[2] for f in settlement.left if f.verdict is Verdict.REFUSED]


def test_a_good_file_needs_nothing() -> None:
    done = plan(VIDEO)
    assert (done.steps, done.left, done.held_back, done.predicted) == ((), (), (), VIDEO)


def test_hevc_with_ten_bits_and_a_rotation_becomes_one_encode_with_the_sound_copied() -> None:
    phone = replace(
        VIDEO, container="mov", codec="hevc", pixel_format="yuv420p10le", rotation=90, width=606, height=1078
    )
    done = plan(phone)
    assert done.steps == (Remux(), EncodePicture(width=606, height=1078, rate="25", max_bytes=5_000_000_000))
    assert isinstance(done.predicted, VideoFacts)
    assert (done.predicted.codec, done.predicted.pixel_format, done.predicted.rotation) == (
        "h264",
        "yuv420p",
        0,
    )
    assert done.predicted.size_bytes is None
    assert refused(done) == []


@pytest.mark.parametrize(
    ("seconds", "width", "height", "known"),
    [(5.0, 450, 800, True), (60.0, 1920, 1080, True), (1200.0, 640, 360, True), (1200.0, 1920, 1080, False),
     (900.0, 4096, 2160, False)],
)  # fmt: skip
def test_a_size_is_unknown_only_where_the_most_it_can_be_is_not_allowed(
    seconds: float, width: int, height: int, known: bool
) -> None:
    done = plan(replace(VIDEO, codec="hevc", seconds=seconds, width=width, height=height, size_bytes=10**9))
    unknown = [it.rule for it in done.left if it.verdict is Verdict.UNKNOWN]
    assert unknown == ([] if known else ["notrain.RefVideoUrl.size_bytes"])


def test_another_container_alone_copies_every_stream() -> None:
    assert plan(replace(VIDEO, container="mkv")).steps == (Remux(),)


def test_sound_that_does_not_belong_into_mp4_is_the_only_thing_encoded() -> None:
    opus = AudioTrack(codec="opus", sample_rate=48000, channels=2, seconds=12.0)
    assert plan(replace(VIDEO, container="mkv", audio=opus)).steps == (Remux(), EncodeTrack())


def test_a_picture_in_avi_is_never_copied_out_of_it() -> None:
    done = plan(replace(VIDEO, container="avi"), field="notrain.IdentityVideoUrl")
    assert [type(step) for step in done.steps] == [Remux, EncodePicture]


def test_interlaced_hdr_and_variable_rate_are_mended_in_the_same_encode() -> None:
    done = plan(replace(VIDEO, interlaced=True, hdr=True, variable_rate=True, fps=29.4))
    picture = next(step for step in done.steps if isinstance(step, EncodePicture))
    assert (picture.deinterlace, picture.tone_map, picture.rate) == (True, True, "30")


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (300, 300, (360, 360)),
        (300, 400, (360, 480)),
        (640, 359, (642, 360)),
        (5000, 2500, (4096, 2048)),
        (4097, 4097, (4096, 4096)),
    ],
)
def test_sides_out_of_bounds_are_scaled_into_them(width: int, height: int, expected: tuple[int, int]) -> None:
    done = plan(replace(VIDEO, width=width, height=height))
    assert isinstance(done.predicted, VideoFacts)
    assert (done.predicted.width, done.predicted.height) == expected
    assert refused(done) == []


def test_what_no_scaling_can_help_is_said_and_nothing_is_planned() -> None:
    done = plan(replace(VIDEO, width=5000, height=400))
    assert done.steps == ()
    (finding,) = done.left
    assert "327" in finding.message.en and "327" in finding.message.zh
    assert finding.fix is None


@given(st.integers(2, 9000), st.integers(2, 9000))
def test_fitted_sides_are_even_in_bounds_and_keep_their_ratio(width: int, height: int) -> None:
    fitted = fit(width, height, 360, 4096, even=True)
    if fitted is None:
        longer, shorter = max(width, height), min(width, height)
        assert longer * 360 / shorter > 4096 * 0.98 or shorter * 4096 / longer < 360 * 1.02
        return
    assert all(side % 2 == 0 and 360 <= side <= 4096 for side in fitted)
    assert abs(fitted[0] / fitted[1] / (width / height) - 1) < 0.015


def test_too_short_footage_is_left_as_it_is() -> None:
    done = plan(replace(VIDEO, seconds=0.5))
    assert (done.steps, done.held_back, refused(done)) == ((), (), ["seconds"])


def test_too_long_footage_is_cut_only_when_unsafe() -> None:
    long = replace(VIDEO, seconds=1260.0)
    safe = plan(long)
    assert (safe.steps, refused(safe)) == ((), ["seconds"])
    assert [type(step) for step in safe.held_back] == [Trim]
    unsafe = plan(long, unsafe=True)
    assert [type(step) for step in unsafe.steps] == [Remux, Trim]
    assert isinstance(unsafe.predicted, VideoFacts)
    assert unsafe.predicted.seconds is not None and 1199 < unsafe.predicted.seconds <= 1200
    assert (unsafe.held_back, refused(unsafe)) == ((), [])


def test_a_file_over_the_size_limit_gets_the_bitrate_that_fits() -> None:
    done = plan(replace(VIDEO, size_bytes=8_000_000_000, seconds=1000.0))
    picture = next(step for step in done.steps if isinstance(step, EncodePicture))
    assert picture.max_bitrate is not None
    assert 0.9 * 5e9 < (picture.max_bitrate + 128_000) * 1000 / 8 < 5e9


def test_a_cut_that_brings_the_size_down_needs_no_encode() -> None:
    done = plan(replace(VIDEO, size_bytes=5_400_000_000, seconds=2400.0), unsafe=True)
    assert [type(step) for step in done.steps] == [Remux, Trim]


@pytest.mark.parametrize("format", ["flac", "amr", "aiff", "caf"])
def test_other_sound_formats_become_mp3(format: str) -> None:
    done = plan(replace(AUDIO, format=format, container=format, codec=format), field="notrain.InputAudioUrl")
    (step,) = done.steps
    assert isinstance(step, ConvertAudio) and step.format == "mp3"
    assert refused(done) == []


def test_the_output_name_chooses_the_sound_format() -> None:
    flac = replace(AUDIO, format="flac", container="flac", codec="flac")
    for wanted in ("wav", "m4a", "mp3"):
        (step,) = plan(flac, field="notrain.InputAudioUrl", prefer=wanted).steps
        assert isinstance(step, ConvertAudio) and step.format == wanted


def test_wav_that_would_pass_the_size_limit_is_not_promised() -> None:
    flac = replace(AUDIO, format="flac", container="flac", codec="flac", seconds=1100.0, channels=2)
    done = plan(flac, field="notrain.InputAudioUrl", prefer="wav")
    assert done.steps == () and "mp3" in done.left[0].message.en


def test_a_big_wav_is_compressed_under_the_limit() -> None:
    wav = replace(
        AUDIO, format="wav", container="wav", codec="pcm_s16le", size_bytes=150_000_000, seconds=800.0
    )
    (step,) = plan(wav, field="notrain.InputAudioUrl").steps
    assert isinstance(step, ConvertAudio) and step.bitrate is not None
    assert step.bitrate * 800 / 8 < 100_000_000


def test_silent_edges_are_trimmed_without_asking_when_that_is_enough() -> None:
    long = replace(AUDIO, seconds=63.0, leading_silence=3.0, trailing_silence=2.5)
    done = plan(long, field="photo.InputAudioUrl")
    assert done.steps == (Trim(start=2.85, seconds=57.8, silence=True),)
    assert not done.steps[0].removes_content


def test_speech_is_cut_only_when_unsafe() -> None:
    long = replace(AUDIO, seconds=80.0, leading_silence=3.0)
    safe = plan(long, field="photo.InputAudioUrl")
    assert (safe.steps, refused(safe)) == ((), ["seconds"])
    assert safe.held_back == (Trim(start=2.85, seconds=59.9),)
    assert plan(long, field="photo.InputAudioUrl", unsafe=True).steps == safe.held_back


def test_cut_and_conversion_come_in_one_plan_and_the_bitrate_counts_what_is_left() -> None:
    long = replace(AUDIO, format="flac", container="flac", codec="flac", seconds=3000.0)
    done = plan(long, field="photo.InputAudioUrl", unsafe=True)
    cut, convert = done.steps
    assert isinstance(cut, Trim) and isinstance(convert, ConvertAudio)
    assert convert.bitrate == 96_000


def test_silence_inside_the_limits_is_left_alone() -> None:
    assert plan(replace(AUDIO, leading_silence=5.0), field="notrain.InputAudioUrl").steps == ()


def test_photos_are_saved_upright_in_bounds_and_below_the_limit() -> None:
    photo = replace(PHOTO, format="tiff", mode="CMYK", orientation=6, width=6000, height=4000)
    done = plan(photo, field="notrain.VideoParam.RefPhotoUrl")
    assert done.steps == (
        SavePhoto(format="jpg", width=4096, height=2731, max_bytes=10_000_000, least_side=192),
    )
    assert refused(done) == []


def test_a_png_stays_lossless_unless_it_is_too_big() -> None:
    field = "notrain.VideoParam.RefPhotoUrl"
    (small,) = plan(replace(PHOTO, format="png", mode="I;16"), field=field).steps
    (big,) = plan(replace(PHOTO, format="png", size_bytes=30_000_000), field=field).steps
    assert isinstance(small, SavePhoto) and small.format == "png"
    assert isinstance(big, SavePhoto) and big.format == "jpg"


def test_heic_becomes_a_jpg() -> None:
    (step,) = plan(replace(PHOTO, format="heic", mode=None), field="notrain.VideoParam.RefPhotoUrl").steps
    assert isinstance(step, SavePhoto) and step.format == "jpg"


def test_a_wrong_kind_has_no_plan() -> None:
    assert plan(TEXT).steps == ()


@pytest.mark.parametrize(
    ("fps", "variable", "rate"),
    [
        (25.0, False, "25"),
        (29.97, False, "30000/1001"),
        (29.975, False, "30000/1001"),
        (24.19, False, "25"),
        (23.5, False, "24000/1001"),
        (12.5, False, "25/2"),
        (20.0, True, "30"),
        (29.4, True, "30"),
        (47.0, True, "60"),
        (None, False, "None"),
    ],
)
def test_the_rate_written_is_one_that_players_know(fps: float | None, variable: bool, rate: str) -> None:
    assert str(constant_rate(fps, variable=variable)) == rate


def test_footage_that_nearly_keeps_to_a_rate_is_written_at_that_rate() -> None:
    dropped = replace(VIDEO, fps=24.994, variable_rate=True, usual_fps=25.0)
    phone = replace(VIDEO, fps=27.3, variable_rate=True)
    rates = [
        step.rate
        for facts in (dropped, phone)
        for step in plan(facts).steps
        if isinstance(step, EncodePicture)
    ]
    assert rates == ["25", "30"]


def test_every_remedy_the_contract_names_exists_and_is_told() -> None:
    named = {row.fix for field in FIELDS for row in rows_for(*field.split(".", 1)) if row.fix}
    assert not (lost := named - set(FIXES) - {"to_ssml"}), (
        f"no row of FIXES in mediaprep/preflight/fixes.py: {lost}"
    )
    assert not (lost := named - set(REMEDIES)), f"no row of REMEDIES in mediaprep/preflight/words.py: {lost}"


GOOD: dict[Kind, Facts] = {
    Kind.VIDEO: VIDEO,
    Kind.AUDIO: AUDIO,
    Kind.PHOTO: PHOTO,
    Kind.DECK: DeckFacts(format="pptx", pages_total=3, pages_visible=3, encrypted=False, size_bytes=1000),
}


def tried(bound: Bound) -> set[Any]:
    """What lies next to the ends of a bound, and far beyond them."""
    far = {lowest(bound) / 2, highest(bound) * 2} - {0, math.inf}
    return {*neighbours(bound), *(round(value) if bound.unit != "s" else value for value in far)}


PROMISES = [
    pytest.param(field, row, value, id=f"{row.id}-{value}")
    for field in FIELDS
    for row in rows_for(*field.split(".", 1))
    if row.fix not in (None, "to_ssml")
    and row.measure not in ("aspect", "face_count")  # made of other measures
    for value in sorted(tried(row.bound), key=str)
    if row.bound.verdict(value) is not Verdict.PASS
]


@pytest.mark.parametrize(("field", "row", "value"), PROMISES)
def test_what_a_row_says_is_mended_is_mended_or_it_says_why_not(field: str, row: Limit, value: Any) -> None:
    """`mediaprep fix` is not named for what it leaves as it was."""
    kind = row.kind or kinds_for(row.endpoint, row.field)[0]
    done = plan(replace(GOOD[kind], **{row.measure: value}), field=field, unsafe=True)  # type: ignore[arg-type]
    left = [
        finding.fix
        for finding in done.left
        if finding.rule == row.id and finding.verdict is not Verdict.UNKNOWN
    ]
    planner = FIXES[row.fix or ""].__module__.replace(".", "/")
    assert left in ([], [None]), f"the planner of {row.fix} in {planner}.py leaves {row.measure} {value}"


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (30.0, "30"),
        (29.97, "30000/1001"),
        (23.976, "24000/1001"),
        (24.0, "24"),
        (59.94, "60000/1001"),
        (24.5, "25"),
    ],
)
def test_a_constant_rate_is_kept_as_it_is_or_becomes_the_next_usual_one(fps: float, rate: str) -> None:
    assert str(constant_rate(fps, variable=False)) == rate


def test_an_mp4_name_asks_for_an_mp4_and_copies_the_streams() -> None:
    settled = plan(replace(VIDEO, container="mov"), prefer="mp4")
    assert settled.steps == (Remux(),)
    assert plan(replace(VIDEO, container="mov")).steps == ()
    assert plan(replace(VIDEO, container="mp4"), prefer="mp4").steps == ()


# ---- what the user wishes, what only --unsafe does ---------------------------------------------------------------


def test_a_second_track_is_dropped_only_when_unsafe() -> None:
    two = replace(VIDEO, audio_tracks=2)
    safe = plan(two)
    assert (safe.steps, safe.held_back) == ((), (DropTracks(),))
    assert plan(two, unsafe=True).steps == (Remux(), DropTracks())


def test_a_late_index_and_a_cover_are_mended_by_copying() -> None:
    assert plan(replace(VIDEO, faststart=False)).steps == (Remux(),)
    assert plan(replace(VIDEO, covers=1)).steps == (Remux(),)
    assert plan(replace(VIDEO, container="avi", faststart=None)).steps == ()


def two_faces(**changes: int) -> PhotoFacts:
    main = FaceBox(x=100, y=200, width=200, height=260, score=0.9)
    other = FaceBox(**{"x": 600, "y": 220, "width": 100, "height": 130, **changes}, score=0.9)
    return replace(PHOTO, width=1000, height=800, faces=(other, main))


def test_of_two_faces_the_larger_one_is_kept_when_unsafe() -> None:
    field = "notrain.VideoParam.RefPhotoUrl"
    safe = plan(two_faces(), field=field)
    assert [type(step) for step in safe.held_back] == [CropPhoto]
    done = plan(two_faces(), field=field, unsafe=True)
    crop, save = done.steps
    assert crop == CropPhoto(x=0, y=0, width=560, height=800)
    assert isinstance(save, SavePhoto) and (save.width, save.height) == (560, 800)
    assert isinstance(done.predicted, PhotoFacts) and done.predicted.faces is not None
    assert [(f.x, f.y) for f in done.predicted.faces] == [(100, 200)]
    assert refused(done) == []


def test_faces_that_overlap_are_said_to_be_beyond_a_crop() -> None:
    done = plan(two_faces(x=250, y=300), field="notrain.VideoParam.RefPhotoUrl", unsafe=True)
    assert done.steps == ()
    assert any("touch" in finding.message.en for finding in done.left)


def test_a_panorama_is_cropped_around_its_face_for_the_photo_endpoint() -> None:
    wide = replace(
        PHOTO, width=3000, height=1000, faces=(FaceBox(x=2600, y=300, width=200, height=250, score=0.9),)
    )
    crop, save = plan(wide, field="photo.RefPhotoUrl", unsafe=True).steps
    assert crop == CropPhoto(x=1000, y=0, width=2000, height=1000)
    assert isinstance(save, SavePhoto)
    none = plan(replace(wide, faces=()), field="photo.RefPhotoUrl", unsafe=True)
    assert none.steps == () and any("no face was found" in f.message.en for f in none.left)


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 700), st.integers(20, 100), st.integers(20, 100)),
        min_size=1,
        max_size=5,
    )
)
def test_a_crop_holds_the_largest_face_whole_and_no_other(boxes: list[tuple[int, int, int, int]]) -> None:
    faces = tuple(FaceBox(x=x, y=y, width=w, height=h, score=0.9) for x, y, w, h in boxes)
    photo = replace(PHOTO, width=1000, height=800, faces=faces)
    answer = photos.crop(photo, {})
    if not isinstance(answer, CropPhoto):
        return
    kept = answer.predict(photo)
    assert isinstance(kept, PhotoFacts) and kept.faces is not None
    largest = max(faces, key=lambda face: face.width * face.height)
    assert answer.holds(largest)
    assert all(f.x >= 0 and f.x + f.width <= kept.width for f in kept.faces)
    assert len(kept.faces) == 1


def wish(facts: AudioFacts, field: str = "photo.InputAudioUrl", **more: object) -> tuple[Step, ...]:
    endpoint, _, path = field.partition(".")
    rows = {row.measure: row for row in rows_for(endpoint, path)}
    steps = sound_files.wished(facts, sound_files.SoundWish(**more), rows, -30.0, -12.0)  # type: ignore[arg-type]
    return plan_fix(endpoint, path, facts, asked=steps).steps


def test_wishes_for_a_sound_come_in_one_plan() -> None:
    quiet = replace(AUDIO, leading_silence=2.0, trailing_silence=1.0)
    assert wish(quiet, trim_silence=True) == (Trim(start=1.85, seconds=27.3, silence=True),)
    trim, level, convert = wish(quiet, trim_silence=True, level=True)
    assert level == Level(gain_db=10.5, lufs=-19.5), "its peak allows no more"
    assert isinstance(convert, ConvertAudio) and convert.format == "mp3"
    assert isinstance(trim, Trim)


def test_what_is_too_short_is_padded_when_asked_and_never_trimmed_below_the_limit() -> None:
    short = replace(AUDIO, seconds=1.2)
    assert plan(short, field="photo.InputAudioUrl").steps == ()
    pad, convert = wish(short, pad=True)
    assert pad == Pad(seconds=2.1) and isinstance(convert, ConvertAudio)
    edges = replace(AUDIO, seconds=3.0, leading_silence=1.5, trailing_silence=1.0)
    (trim,) = wish(edges, trim_silence=True)
    assert isinstance(trim, Trim) and trim.seconds == pytest.approx(2.0)
    silent = replace(AUDIO, seconds=3.0, leading_silence=3.0, trailing_silence=0.0)
    assert wish(silent, trim_silence=True) == ()


def test_silence_has_no_loudness_to_level() -> None:
    assert sound_files.levelled(None, None) is None
    assert sound_files.levelled(-16.1, -3.0) is None
