"""finish: everything in one call, from the best captions there are, or a plain error and nothing left behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset, BadConfig, MediaprepError
from mediaprep.media import ffmpeg as door
from mediaprep.media import fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import Finished, RenderOptions, finish, finish_video
from mediaprep.verbs.verify import verify
from tests.defects import make_voice
from tests.making import entries, ffmpeg, make_audio, make_photo, make_video

FAST = Encoding(preset="ultrafast", crf=23)
SRT = "1\n00:00:00,400 --> 00:00:01,800\n大家好，欢迎收看。\n"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_video(tmp_path / "main.mp4", seconds=2.4, width=320, height=180)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "finished.mp4"


def run(main: Path, out: Path, **more: Any) -> Finished:
    return finish_video(main, output=out, encoding=FAST, **more)


def held(done: Finished) -> dict[str, bool | None]:
    return {check.name: check.held for check in done.checks}


def stamps(text: str, start_ms: int = 300, each_ms: int = 190) -> list[dict[str, Any]]:
    at = [(start_ms + number * each_ms) * 10_000 for number in range(len(text) + 1)]
    words = [
        {"Word": character, "StartTimestamp": at[number], "EndTimestamp": at[number + 1]}
        for number, character in enumerate(text)
    ]
    return [{"Sentence": text, "Words": words}]


def test_head_main_tail_captions_logo_and_loudness_in_one_call(tmp_path: Path, main: Path, out: Path) -> None:
    head = make_video(tmp_path / "head.mp4", seconds=0.6, width=200, height=200, fps="30", audio=False)
    tail = make_video(tmp_path / "tail.mov", seconds=0.8, width=180, height=320, fps="24", sample_rate=44100)
    logo = make_photo(tmp_path / "logo.png", width=64, height=32)
    srt = tmp_path / "captions.srt"
    srt.write_text(SRT, encoding="utf-8")
    stages: list[str] = []
    wishes = Finishing(head=(head,), tail=(tail,), captions=srt, logo=(logo,), loudness="web")
    done = finish(
        main, out, wishes, options=RenderOptions(encoding=FAST),
        on_progress=lambda stage, share: stages.append(stage) or None,
    )  # fmt: skip
    assert False not in held(done).values()
    assert {"frames", "av_offset", "captions_inside", "captions_outside", "loudness", "true_peak"} <= set(
        held(done)
    )
    assert list(dict.fromkeys(stages)) == ["look", "measure", "encode", "prove"]
    assert done.source == "srt" and not done.estimated
    assert done.cues[0].start_ms == 1000  # after 0.6 s of head
    assert done.sidecar == out.with_suffix(".srt")
    assert subtitle_files.read(done.sidecar) == done.cues
    assert {path.name for path in entries(out.parent)} == {
        "finished.mp4",
        "finished.mp4.receipt.json",
        "finished.srt",
    }
    assert "no sound" in " ".join(note.en for note in done.notes)


def test_without_wishes_main_is_only_put_into_its_final_form(main: Path, out: Path) -> None:
    done = run(main, out)
    assert done.cues == () and done.sidecar is None and done.source is None
    assert done.plan.expected_frames == 60


# --- captions: the order of sources -------------------------------------------------------------------------


def test_burn_takes_an_srt_beside_main_first(main: Path, out: Path) -> None:
    main.with_suffix(".srt").write_text(SRT, encoding="utf-8")
    done = run(main, out, captions="burn", timestamps=stamps("不用这个"), script="也不用这个")
    assert done.source == "srt" and done.cues[0].text == "大家好，欢迎收看。"


def test_burn_takes_timestamps_before_the_script(tmp_path: Path, main: Path, out: Path) -> None:
    path = tmp_path / "voice.timestamps.json"
    path.write_text(json.dumps({"TextTimestampResult": stamps("时间戳的字幕")}), encoding="utf-8")
    done = run(main, out, captions="burn", timestamps=path, script="不用这个")
    assert done.source == "timestamps" and not done.estimated
    assert done.cues[0].text == "时间戳的字幕" and done.cues[0].start_ms == 300


def test_timestamps_beside_main_are_found(main: Path, out: Path) -> None:
    beside = main.with_suffix(".timestamps.json")
    beside.write_text(json.dumps({"TextTimestampResult": stamps("旁边的时间戳")}), encoding="utf-8")
    assert run(main, out, captions="burn").source == "timestamps"


def test_a_script_is_aligned_by_pauses_and_marked_as_estimated(tmp_path: Path, out: Path) -> None:
    """Two tones with a pause: the second sentence must begin with the second tone."""
    main = tmp_path / "main.mp4"
    voice = "0.4*sin(2*PI*300*t)*(between(t,0.3,1.3)+between(t,1.9,3.1))"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=3.4", "-f", "lavfi", "-i", f"aevalsrc='{voice}':d=3.4",
           "-preset", "ultrafast", "-pix_fmt", "yuv420p", main)  # fmt: skip
    done = run(main, out, captions="burn", script="<speak>大家好啊。欢迎收看！</speak>")
    assert done.source == "script" and done.estimated
    assert "1 of the script's 1 pauses" in done.notes[-1].en
    assert [cue.text for cue in done.cues] == ["大家好啊", "欢迎收看！"]  # 。 goes at a line's end
    assert abs(done.cues[0].start_ms - 300) < 60 and abs(done.cues[1].start_ms - 1900) < 60
    assert held(done)["captions_inside"]


def test_burn_without_any_source_says_what_to_give(main: Path, out: Path) -> None:
    with pytest.raises(BadAsset, match=r"main\.srt") as caught:
        run(main, out, captions="burn")
    assert "没有字幕来源" in caught.value.zh
    assert not list(entries(out.parent))


def test_cues_may_be_given_as_values(main: Path, out: Path) -> None:
    done = run(main, out, captions=[Cue(start_ms=0, end_ms=1000, lines=("第一条",))])
    assert done.source == "cues" and done.cues[0].text == "第一条"


def test_the_captions_that_were_given_are_not_overwritten_by_the_sidecar(main: Path, out: Path) -> None:
    mine = out.with_suffix(".srt")
    mine.write_text(SRT, encoding="utf-8")
    done = run(main, out, captions=mine)
    assert mine.read_text(encoding="utf-8") == SRT
    assert done.sidecar is not None and done.sidecar != mine


def test_a_glyph_no_font_has_is_refused_before_encoding(
    main: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "run", lambda *a, **k: pytest.fail("nothing may be encoded or measured"))
    with pytest.raises(BadAsset, match=r"😀 \(U\+1F600\)"):
        run(main, out, captions=[Cue(start_ms=0, end_ms=1000, lines=("你好😀",))], loudness="web")
    assert not list(entries(out.parent))


def test_what_cannot_be_met_is_reported(main: Path, out: Path) -> None:
    cues = [Cue(start_ms=0, end_ms=400, lines=("这一条实在太短太快了",))]
    done = run(main, out, captions=cues)
    assert {"captions.cue.milliseconds", "captions.cue.speed"} <= {finding.rule for finding in done.findings}


# --- refusals -----------------------------------------------------------------------------------------------


def test_inputs_that_are_not_what_they_should_be_are_named(tmp_path: Path, main: Path, out: Path) -> None:
    sound = make_audio(tmp_path / "sound.mp3", seconds=0.5)
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    for wrong, said in (
        ({"head": sound}, r"head sound\.mp3"), ({"tail": text}, r"tail text\.mp4"),
        ({"logo": sound}, r"logo sound\.mp3"),
        ({"head": tmp_path / "absent.mp4"}, "absent"), ({"captions": text}, r"text\.mp4"),
    ):  # fmt: skip
        with pytest.raises(BadAsset, match=said) as caught:
            run(main, out, **wrong)
        assert "\n" not in str(caught.value)
    with pytest.raises(BadAsset, match="main"):
        run(sound, out)
    assert not list(entries(out.parent))


def test_what_is_of_another_kind_is_said_in_both_languages(tmp_path: Path, main: Path, out: Path) -> None:
    sound, photo = make_audio(tmp_path / "sound.mp3", seconds=0.5), make_photo(tmp_path / "photo.png")
    for wrong, en, zh in (
        (
            {"head": sound},
            "head sound.mp3: is a sound without pictures; give a video",
            "片头 sound.mp3：是音频",
        ),
        ({"tail": sound}, "tail sound.mp3: is a sound", "片尾 sound.mp3：是音频，没有画面；请提供视频"),
    ):
        with pytest.raises(BadAsset) as caught:
            run(main, out, **wrong)
        assert caught.value.en.startswith(en) and caught.value.zh.startswith(zh)
    with pytest.raises(BadAsset) as caught:
        run(photo, out)
    assert caught.value.en == "main photo.png: is a picture; give a video"
    assert caught.value.zh == "主视频 photo.png：是图片；请提供视频"


def test_no_file_that_is_read_is_written_over(tmp_path: Path, main: Path, out: Path) -> None:
    tail, music = (Path(shutil.copy(main, tmp_path / f"{name}.mp4")) for name in ("tail", "music"))
    before = music.read_bytes()
    with pytest.raises(BadConfig, match="original"):
        run(main, tail, tail=tail)
    with pytest.raises(BadConfig, match="original"):
        run(main, music, scenery=SceneryWish(music=music))
    assert music.read_bytes() == tail.read_bytes() == before


def test_of_a_silent_programme_no_loudness_is_promised(tmp_path: Path, out: Path) -> None:
    done = run(
        make_video(tmp_path / "mute.mp4", seconds=1, width=160, height=90, audio=False), out, loudness="web"
    )
    assert any("silent" in note.en for note in done.notes)
    assert not any("LUFS" in said.en for said in done.summary)


def test_the_receipt_of_what_stood_there_before_is_gone_with_it(main: Path, out: Path) -> None:
    first = run(main, out)
    assert first.receipt_path is not None and first.receipt_path.is_file()
    run(main, out, write_receipt=False)
    assert not first.receipt_path.exists()


def test_a_sound_with_gaps_stays_in_its_place(tmp_path: Path, main: Path, out: Path) -> None:
    """As screen recorders write it: nothing at all where nobody spoke."""
    long, gappy = make_video(tmp_path / "long.mp4", seconds=6, width=160, height=90), tmp_path / "gappy.mp4"
    voice = make_voice(tmp_path / "voice.wav", 6.0, 5)
    ffmpeg("-i", long, "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af",
           "aselect='lt(t,2)+gt(t,4)'", "-c:a", "aac", gappy)  # fmt: skip
    done = run(gappy, out, head=main)
    assert False not in held(done).values()
    assert done.receipt_path is not None and verify(done.receipt_path).exit_code == 0


def test_a_corrupted_main_is_a_clear_error(main: Path, out: Path) -> None:
    raw = bytearray(main.read_bytes())
    start = raw.find(b"mdat") + 3000
    raw[start : start + 20_000] = b"\x5a" * 20_000
    main.write_bytes(raw)
    with pytest.raises(BadAsset, match=r"main main\.mp4"):
        run(main, out)
    main.write_bytes(raw[: len(raw) // 3])
    with pytest.raises(MediaprepError):
        run(main, out)
    assert not list(entries(out.parent))


def test_wrong_wishes_are_usage_errors(main: Path, out: Path) -> None:
    for more in ({"loudness": "loud"},):
        with pytest.raises(BadConfig, match="web, streaming, ebu"):
            run(main, out, **more)
    with pytest.raises(BadConfig, match=r"\.mp4"):
        run(main, out.with_suffix(".webm"))
    with pytest.raises(BadConfig):
        run(main, out.parent / "absent" / "x.mp4")
    with pytest.raises(MediaprepError, match="original"):
        run(main, main)


def test_an_odd_name_is_no_trouble(tmp_path: Path, out: Path) -> None:
    odd = tmp_path / "-a b'c\"d%03d[x]:;,=名字.mp4"
    make_video(tmp_path / "plain.mp4", seconds=0.6, width=160, height=90).rename(odd)
    target = out.parent / "成片 'x' %d,:=.mp4"
    done = run(odd, target, head=odd, captions=[Cue(start_ms=0, end_ms=500, lines=("你好",))], loudness="ebu")
    assert done.output == target and target.is_file()


def test_an_upright_video_is_captioned_in_its_own_safe_area(tmp_path: Path, out: Path) -> None:
    main = make_video(tmp_path / "tall.mp4", seconds=1.2, width=216, height=384)
    done = run(
        main, out, captions=[Cue(start_ms=100, end_ms=1100, lines=("大家好，欢迎使用腾讯云智能服务",))]
    )
    assert held(done)["captions_inside"] and held(done)["captions_within_picture"]
    assert all(fonts and len(line) <= 13 for cue in done.cues for line in cue.lines)


def test_the_first_releases_keywords_are_still_taken_and_a_wrong_one_is_told(main: Path, out: Path) -> None:
    cue = Cue(start_ms=200, end_ms=1200, lines=("大家好",))
    with pytest.raises(TypeError, match="hed"):
        finish_video(main, output=out, hed=main)
    done = finish_video(
        main, output=out, captions=[cue], script="大家好", logo=None, encoding=FAST, write_receipt=False
    )
    assert (done.source, done.receipt_path) == ("cues", None)
