"""Which test measures each parameter's effect in the result. Every parameter of the docs stands here, or in ELSEWHERE
with what it acts on instead of picture and sound; where the effect is not the service's, deviations.py says how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_STYLE: Final = "test_speaking_style.py::test_what_is_said_of_a_voice_reaches_it"
_SPEED = "voice/test_speech.py::test_speed_scales_the_rate_in_proportion"
_VOICE = "voice/test_speech.py::test_one_key_is_one_voice_and_keys_differ"
_VOLUME = "voice/test_speech.py::test_volume_makes_louder_except_for_the_numbered_voices"
_EMOTION = "voice/test_speech.py::test_an_emotion_changes_pitch_pace_and_level_the_more_the_stronger_it_is"
_LANGUAGE = "voice/test_speech.py::test_a_chosen_language_reads_numbers_its_own_way"
_MANNER: Final = {
    "Speed": _SPEED, "TimbreKey": _VOICE, "Volume": _VOLUME, "EmotionCategory": _EMOTION, "EmotionIntensity": _EMOTION,
    "TimbreLanguage": _LANGUAGE,
}  # fmt: skip
_SPOKEN = "voice/test_speech.py::test_stamps_follow_the_sound"
_LOGO = "test_editing.py::test_logos_lie_at_their_corner_in_their_scale"
_PAGE_LOGO = "test_pages.py::test_logos_lie_at_their_corner_in_their_scale"
_PLACE = (
    "test_editing.py::test_the_avatar_stands_where_the_formulas_say_in_origin_zoom_times_pose_times_scale"
)
_PAGE_PLACE = "test_pages.py::test_a_presenter_stands_inside_its_place_and_moves_its_mouth"
_PAGE_LOOKS = "test_page_avatars.py::test_colours_and_angle_of_a_page_or_of_all"
_SAMPLE = "test_editing.py::test_the_segment_of_a_small_sample_is_what_is_shown"
_PAGE_SAMPLE = "test_page_avatars.py::test_a_small_sample_shows_its_segment_on_a_page"
_SUBTITLES = "test_editing.py::test_subtitles_are_cut_and_shown_as_asked_in_the_file"
_ACTIONS = "test_editing.py::test_actions_are_done_at_their_times_with_a_given_sound"
_ENDS = "test_presenter.py::test_head_and_tail_are_shown_and_heard_and_counted"
_FORMAT = "test_presenter.py::test_the_format_decides_what_comes_out"
_MOUTH = "test_presenter.py::test_the_mouth_moves_with_the_sound_and_the_eyes_blink"
_ORDER = "test_notrain.py::test_make_types_decide_part_and_manner"
_CUSTOM = "test_notrain.py::test_custom_swings_inside_its_segment"
_REST = "test_notrain.py::test_disabled_intervals_of_the_footage_are_left_alone"
_PAGES = "test_pages.py::test_pages_follow_each_other_for_as_long_as_their_voices"


def _in(prefix: str, rows: Mapping[str, str]) -> dict[str, str]:
    return {prefix + name: test for name, test in rows.items()}


MEASURED: Final[Mapping[str, Mapping[str, str]]] = {
    "tts": {
        **_MANNER, "VirtualmanKey": "test_tts.py::test_an_avatar_brings_its_own_voice", "InputSsml": _SPOKEN,
        "SampleRate": "test_tts.py::test_codec_and_rate_are_the_wanted_ones",
        "Codec": "test_tts.py::test_codec_and_rate_are_the_wanted_ones",
        "SentenceMaxWords": "voice/test_sentences.py::test_long_sentences_are_cut_behind_a_comma_or_at_the_limit",
        "SentenceDisplayPunctuation": "voice/test_sentences.py::test_only_the_wanted_marks_are_shown",
        "SentenceSplitPunctuation": "voice/test_sentences.py::test_sentences_end_at_the_splitting_marks_of_both_widths",
    },
    "ppt": {
        "PPTFileUrl": "test_pages.py::test_pages_are_fitted_to_the_pixel_and_keep_their_colours",
        **_in("GlobalConfig.", {
            "AdaptationType": "test_pages.py::test_pages_are_fitted_to_the_pixel_and_keep_their_colours",
            "BackgroundColor": "test_pages.py::test_the_border_of_a_letterboxed_page_stands_at_its_exact_row",
            "ShowSubtitles": "test_pages.py::test_subtitles_are_burnt_on_text_driven_pages_only",
            "LogoParams": _PAGE_LOGO, **_in("LogoParams[].", dict.fromkeys(
                ("LogoFileUrl", "PositionX", "PositionY", "Scale"), _PAGE_LOGO)),
            "SpeechParam": _STYLE, **_in("SpeechParam.", _MANNER),
            "VideoParam.AnchorParam": "test_pages.py::test_a_page_takes_what_it_does_not_say_from_the_global_config",
            **_in("VideoParam.AnchorParam.", {
                "HorizontalPosition": _PAGE_PLACE, "VerticalPosition": _PAGE_PLACE, "Scale": _PAGE_PLACE,
                "Angle": _PAGE_LOOKS, "AnchorExtraParam": _PAGE_LOOKS,
            }),
            "VideoParam.SmallSampleParam": _PAGE_SAMPLE,
            **_in("VideoParam.SmallSampleParam.", dict.fromkeys(("MakeType", "StartIdx", "EndIdx"), _PAGE_SAMPLE)),
            "VideoParam.SmartActionEnabled":
                "test_page_avatars.py::test_tags_and_smart_actions_move_the_hands_of_a_page",
        }),
        "PageConfigs": "test_pages.py::test_only_the_first_pages_are_shown_when_there_are_fewer_configs",
        **_in("PageConfigs[].", {
            "VirtualmanKey": _PAGE_PLACE, "InputAudioUrl": _PAGES, "DriverType": _PAGES, "InputSsml": _PAGES,
            "SpeechParam": _STYLE, "VideoParam": _PAGE_LOOKS,
        }),
    },
    "basic": {
        "VirtualmanKey": "test_presenter.py::test_nothing_but_the_figure_and_the_mark_is_seen", "InputSsml": _SPOKEN,
        **_in("SpeechParam.", _MANNER), "VideoParam.Format": _FORMAT, "InputAudioUrl": _MOUTH,
        "DriverType": "test_presenter.py::test_a_modulated_voice_sounds_otherwise_than_the_given_one",
    },
    "advanced": {
        "VirtualmanKey": _PLACE,
        "InputSsml": "test_editing.py::test_a_tag_in_the_script_moves_the_hands_where_it_stands",
        **_in("SpeechParam.", _MANNER), "InputAudioUrl": _MOUTH,
        "DriverType": "test_presenter.py::test_a_modulated_voice_sounds_otherwise_than_the_given_one",
        **_in("VideoParam.", {
            "Format": _FORMAT,
            "BackgroundFileUrl": "test_presenter.py::test_a_background_picture_and_a_background_video_lie_behind",
            "VideoHeadFileUrl": _ENDS, "VideoTailFileUrl": _ENDS,
            "ShowSubtitles": "test_editing.py::test_subtitles_are_burnt_in_only_where_they_are_shown_and_page_by_page",
            "SubtitlesParam": _SUBTITLES, **_in("SubtitlesParam.", dict.fromkeys(
                ("MaxWords", "DisplayPunctuation", "SplitPunctuation"), _SUBTITLES)),
            "LogoParams": _LOGO, **_in("LogoParams[].", dict.fromkeys(
                ("LogoFileUrl", "PositionX", "PositionY", "Scale"), _LOGO)),
            "SmartActionEnabled":
                "test_editing.py::test_smart_actions_move_the_hands_unless_the_script_has_tags_or_a_sound_drives",
            "ActionParams": _ACTIONS, "ActionParams[].Code": _ACTIONS, "ActionParams[].StartTime": _ACTIONS,
            "AnchorParam": _PLACE, "AnchorParam.HorizontalPosition": _PLACE, "AnchorParam.VerticalPosition": _PLACE,
            "AnchorParam.Scale": _PLACE,
            "AnchorParam.Angle": "test_editing.py::test_an_angle_turns_solid_avatars_and_no_others",
            "AnchorParam.AnchorExtraParam":
                "test_editing.py::test_clothes_take_the_colours_of_anchor_extra_param_on_solid_avatars_only",
            "SmallSampleParam": _SAMPLE, **_in("SmallSampleParam.", dict.fromkeys(
                ("MakeType", "StartIdx", "EndIdx"), _SAMPLE)),
        }),
    },
    "notrain": {
        "RefVideoUrl": "test_notrain.py::test_a_longer_voice_plays_the_footage_there_and_back", "InputSsml": _SPOKEN,
        "InputAudioUrl": "test_notrain.py::test_it_moves_with_the_voice_and_rests_in_silence",
        "DriverType": "test_notrain.py::test_the_result_is_as_long_as_the_speech_and_is_marked",
        **_in("SpeechParam.", _MANNER), "ConcurrencyType": "test_notrain.py::test_sizes_follow_the_concurrency",
        "VideoLoop": "test_notrain.py::test_forward_splicing_starts_again",
        "VideoParametersConsistent": "test_notrain.py::test_consistent_rate_is_kept_in_the_file",
        **_in("VideoParam.", {
            "RefPhotoUrl": "drawing/test_lips.py::test_the_largest_face_speaks_unless_photos_say_who",
            "RefPhotoUrls": "drawing/test_lips.py::test_the_largest_face_speaks_unless_photos_say_who",
            "DisabledDetect": "test_notrain.py::test_both_names_of_the_face_switch_drive_everyone",
            "DisableOcclusionDetect":
                "test_driven_mouth.py::test_a_covered_mouth_is_driven_only_where_occlusion_is_not_looked_for",
            "EnableFakeTeeth": "test_driven_mouth.py::test_new_teeth_are_seen_in_an_open_mouth",
            "EnableMusicMode":
                "test_driven_mouth.py::test_a_mouth_that_sings_opens_wider_at_soft_notes_and_closes_slower",
            "MakeType": _ORDER, "StartTime": _CUSTOM, "EndTime": _CUSTOM,
            "MouthMode": "test_notrain.py::test_exaggerated_opens_wider",
            "DisableIntervals": _REST, "DisableIntervals[].StartTime": _REST, "DisableIntervals[].EndTime": _REST,
            "FaceMatchMode":
                "test_driven_mouth.py::test_a_likeness_between_the_thresholds_passes_loose_and_not_strict",
        }),
    },
    "photo": {
        "RefPhotoUrl": "test_photo.py::test_the_photo_speaks", "DriverType": "test_photo.py::test_the_photo_speaks",
        "InputAudioUrl": "test_photo.py::test_the_photo_speaks", "InputSsml": _SPOKEN, **_in("SpeechParam.", _MANNER),
        "VideoParam.Resolution": "test_photo.py::test_photos_are_fitted_with_their_proportions",
        "VideoParam.Prompt": "test_photo.py::test_a_prompt_decides_whether_there_are_gestures",
    },
}  # fmt: skip

ELSEWHERE: Final[Mapping[str, str]] = {
    "CallbackUrl": "a POST of the result",
    "AudioStorageS3Url": "an upload of the result",
    "VideoStorageS3Url": "an upload of the result",
    "SubtitleStorageS3Url": "an upload of the subtitles",
    "ConcurrencyType": "quota and hours",
    "IdentityWrittenUrl": "fetched and judged",
    "IdentityVideoUrl": "fetched and judged",
    "GlobalConfig": "holds what stands here one by one",
    "GlobalConfig.VideoParam": "holds what stands here one by one",
    "SpeechParam": "holds what stands here one by one",
    "VideoParam": "holds what stands here one by one",
}
