from __future__ import annotations

import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.contract.script import ssml
from mediaprep.emulator.render.voice.characters import is_spoken
from mediaprep.emulator.render.voice.markup import pieces_of
from mediaprep.emulator.render.voice.speech import SpokenSound, speak
from mediaprep.emulator.render.voice.voices import SpeakingStyle
from mediaprep.errors import ToolFailed

RUNNING = (
    "大家好，欢迎收看今天的节目。我们将为您介绍新的产品功能，包括视频制作、语音合成和字幕生成。"
    "请先准备好一段真人出镜的视频素材，人脸要清晰，光线要稳定！"
)
Say = Callable[..., SpokenSound]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    def spoken(script: str, **manner: object) -> SpokenSound:
        rate: Any = manner.pop("sample_rate", 24000)
        style = SpeakingStyle(**{"timbre": "female_1", **manner})  # type: ignore[arg-type]
        pieces = pieces_of(ssml.read(script), style.language)
        return speak(pieces, tmp_path / "voice.wav", style, sample_rate=rate)

    return spoken


def heard(speech: SpokenSound) -> np.ndarray:
    with wave.open(str(speech.path)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (speech.sample_rate, 1)
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16).astype(float)


def rate(speech: SpokenSound) -> float:
    return len(speech.stamps) / speech.seconds


def test_speed_one_gives_the_docs_characters_a_second(say: Say) -> None:
    assert rate(say(RUNNING)) == pytest.approx(5.2, rel=0.15)
    assert rate(say("你好虚拟主播。")) == pytest.approx(5.2, rel=0.15)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.5])
def test_speed_scales_the_rate_in_proportion(say: Say, speed: float) -> None:
    assert rate(say(RUNNING, speed=speed)) == pytest.approx(5.2 * speed, rel=0.08)


@pytest.mark.parametrize("timbre", ["male_4", "female_9", "emu_emotional", "tts_female_yunxiaoxiao"])
def test_every_voice_keeps_the_rate(say: Say, timbre: str) -> None:
    assert rate(say(RUNNING, timbre=timbre)) == pytest.approx(5.2, rel=0.15)


@pytest.mark.parametrize(
    "script",
    [
        RUNNING,
        "你好虚拟主播。今天是2026年11月22日，hello world欢迎大家使用OpenAI API！价格为12.5元，涨了30%。",
        "Only English here, with 3 numbers & signs.",
        "12345",
        "（引号）“开头”，——然后……《书名》🙂结束",
        '电话<say-as interpret-as="telephone">10086</say-as>，<sub alias="结构化查询语言">SQL</sub>很好',
        "好" * 400,
    ],
)
def test_every_spoken_character_has_a_rising_stamp_inside_the_sound(say: Say, script: str) -> None:
    speech = say(script.replace("&", "&amp;"))
    spoken = [index for index, character in enumerate(speech.text) if is_spoken(character)]
    assert [stamp.at for stamp in speech.stamps] == spoken
    assert all(stamp.start < stamp.end for stamp in speech.stamps)
    assert all(before.end <= after.start for before, after in pairwise(speech.stamps))
    assert speech.stamps[-1].end <= speech.samples
    assert speech.samples == len(heard(speech))


def test_text_shown_is_the_scripts_plain_text(say: Say) -> None:
    script = ssml.read(
        '用<sub alias="人工智能">AI</sub>，<phoneme alphabet="py" ph="fu4">主</phoneme>持 &lt;A&gt;'
    )
    assert say(script.source).text == script.plain


def test_stamps_follow_the_sound(say: Say) -> None:
    speech = say('一二三四<break time="2s"/>五六七八')
    sound = heard(speech)
    fourth, fifth = speech.stamps[3], speech.stamps[4]
    assert fifth.start - fourth.end >= 2 * speech.sample_rate
    silent = sound[fourth.end + 100 : fifth.start - 100]
    assert np.abs(silent).max() <= 0.02 * np.abs(sound).max()
    assert np.abs(sound[fifth.start : fifth.end]).max() > 0.1 * np.abs(sound).max()


@pytest.mark.parametrize(
    ("rest", "seconds"),
    [
        ('<break time="500ms"/>', 0.5),
        ('<break time="3s"/>', 3.0),
        ('<break time="50ms"/><break time="70ms"/>', 0.12),
    ],
)
@pytest.mark.parametrize("sample_rate", [24000, 16000])
def test_a_break_adds_exactly_its_time(say: Say, rest: str, seconds: float, sample_rate: int) -> None:
    plain = say("你好世界，今天天气好。再见。", sample_rate=sample_rate)
    rested = say(f"你好{rest}世界，今天天气好。再见。", sample_rate=sample_rate)
    assert rested.samples - plain.samples == round(seconds * sample_rate)


def test_breaks_at_the_ends_are_kept(say: Say) -> None:
    plain, rested = say("你好。"), say('<break time="1s"/>你好。<break time="2s"/>')
    assert rested.samples - plain.samples == 3 * 24000
    assert rested.stamps[0].start == 24000


def test_a_prescribed_pinyin_sounds_like_its_syllable(say: Say) -> None:
    prescribed = heard(say('<phoneme alphabet="py" ph="fu4">主</phoneme>'))
    assert np.array_equal(prescribed, heard(say("副")))
    assert not np.array_equal(prescribed, heard(say("主")))


@pytest.mark.parametrize("spelling", ["lv4", "lü4", "lu:4"])
def test_pinyin_with_umlaut_may_be_spelled_in_every_way(say: Say, spelling: str) -> None:
    prescribed = heard(say(f'<phoneme alphabet="py" ph="{spelling}">率</phoneme>'))
    assert np.array_equal(prescribed, heard(say("绿")))


@pytest.mark.parametrize("unknown", ["xyz1", "xiong2", "]]a1"])
def test_a_pinyin_that_espeak_does_not_know_leaves_the_character(say: Say, unknown: str) -> None:
    fallen_back = heard(say(f'<phoneme alphabet="py" ph="{unknown}">熊</phoneme>'))
    assert np.array_equal(fallen_back, heard(say("熊")))


def test_an_alias_is_spoken_in_place_of_its_text(say: Say) -> None:
    assert np.array_equal(heard(say('<sub alias="人工智能">AI</sub>')), heard(say("人工智能")))


def test_telephone_digits_are_read_one_by_one(say: Say) -> None:
    one_by_one = say('我的<say-as interpret-as="telephone">119</say-as>')
    assert np.array_equal(heard(one_by_one), heard(say("我的一一九")))


def test_volume_makes_louder_except_for_the_numbered_voices(say: Say) -> None:
    def loudness(timbre: str, volume: int) -> float:
        return float(np.sqrt(np.mean(heard(say("你好世界。", timbre=timbre, volume=volume)) ** 2)))

    normal, loud, loudest = (loudness("tts_female_yunxiaoxiao", volume) for volume in (0, 5, 10))
    assert normal * 1.2 < loud < loudest / 1.2
    assert loudness("female_1", 10) == loudness("female_1", 0)
    assert loudness("female_24", 10) > loudness("female_24", 0)


def test_one_key_is_one_voice_and_keys_differ(say: Say) -> None:
    first = heard(say("你好世界。", timbre="female_1"))
    assert np.array_equal(first, heard(say("你好世界。", timbre="female_1")))
    others = [heard(say("你好世界。", timbre=key)) for key in ("female_2", "male_1", "emu_multilingual")]
    assert all(len(other) != len(first) or not np.array_equal(other, first) for other in others)


def test_nothing_to_say_is_an_error_and_not_a_silent_file(say: Say) -> None:
    with pytest.raises(ToolFailed, match="nothing to speak"):
        say("。，！")


def test_brackets_in_the_text_open_no_phoneme_input(say: Say) -> None:
    assert rate(say("你好[[fu51fu51fu51fu51fu51]]世界，再见朋友")) < 20
    assert say("[[a]]你好").text == "[[a]]你好"


def test_nothing_is_left_beside_the_wave_file(say: Say, tmp_path: Path) -> None:
    say("你好。")
    assert [path.name for path in tmp_path.iterdir()] == ["voice.wav"]


def pitch(speech: SpokenSound) -> float:
    """The middle fundamental, Hz, by autocorrelation of the loud windows."""
    sound, rate = heard(speech), speech.sample_rate
    found = []
    for window in np.lib.stride_tricks.sliding_window_view(sound, rate // 20)[:: rate // 20]:
        if np.sqrt(np.mean(window**2)) > 800:
            lags = np.correlate(window, window, "full")[len(window) - 1 :]
            shortest, longest = rate // 450, rate // 70
            found.append(rate / (shortest + int(np.argmax(lags[shortest:longest]))))
    return float(np.median(found))


def loud(speech: SpokenSound) -> float:
    sound = heard(speech)
    return float(20 * np.log10(np.sqrt(np.mean(sound[np.abs(sound) > 200] ** 2))))


def test_an_emotion_changes_pitch_pace_and_level_the_more_the_stronger_it_is(say: Say) -> None:
    def figures(**manner: object) -> tuple[float, float, float]:
        speech = say(RUNNING[:40], timbre="emu_emotional", **manner)
        return pitch(speech), rate(speech), loud(speech)

    plain, happy, sad = figures(), figures(emotion="tc_happy"), figures(emotion="tc_sad")
    assert sad[0] < plain[0] < happy[0] and sad[1] < plain[1] < happy[1] and sad[2] < plain[2]
    mild, strong = (figures(emotion="tc_sad", intensity=by) for by in (50, 200))
    assert strong[1] < sad[1] < mild[1] < plain[1] and strong[2] < sad[2] < mild[2]
    assert figures(emotion="7") == sad and figures(emotion="tc_neutral") == plain


def test_the_same_script_gives_the_same_sound_and_another_seed_another(say: Say) -> None:
    """Voices with breath in them draw by chance."""
    differ = 0
    for timbre in ("female_1", "female_2", "female_4", "female_11"):
        first, again, other = (
            heard(say("今天天气很好。", timbre=timbre, seed=seed)).tobytes() for seed in (1, 1, 2)
        )
        assert first == again
        differ += first != other
    assert differ


@pytest.mark.parametrize("language", ["en", "ja", "fr", "de", "es", "ru"])
def test_a_chosen_language_reads_numbers_its_own_way(say: Say, language: str) -> None:
    chinese, other = heard(say("12345", language="zh")), heard(say("12345", language=language))
    assert len(other) != len(chinese) or not np.array_equal(other, chinese)
