"""What the rules about faces (`contract.faces`, `contract.person`) ask, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.rules.faces import CUT_OUT, FOOTAGE, PHOTO, PHOTOS
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule

_PASS, _ADVISED, _REFUSED, _UNKNOWN = Verdict.PASS, Verdict.ADVISED, Verdict.REFUSED, Verdict.UNKNOWN
_SOURCE: Final = "advice of ours"
_NOTRAIN: Final = endpoints.get("notrain").section
_DRIVEN: Final = f"{_NOTRAIN} · {FOOTAGE}"
_BETTER: Final = Text("faces shown well are followed and driven better", "拍得清楚的人脸，跟踪与驱动效果更好")

_VIDEO: Final = (
    Rule(
        id=f"notrain.{FOOTAGE}.faces", family=Family.FILE, verdicts=(_REFUSED, _ADVISED, _UNKNOWN),
        limit="≥ 1", unit="frame", what=Text("a face is seen in the footage", "视频中能看到人脸"),
        why=Text(
            "the service fails footage without one (802003); refused once every keyframe was walked",
            "无人脸的视频会制作失败（802003）；看完全部关键帧仍无人脸即拒绝",
        ),
        source=_DRIVEN, examples=(Example("1", _PASS), Example("0", _REFUSED)),
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.face_gaps", family=Family.FILE, verdicts=(_ADVISED,), limit="0", unit="s",
        what=Text("a face is seen throughout", "全程可见人脸"),
        why=Text("the service may lose the face (802003)", "服务可能丢失人脸（802003）"),
        source="task code 802003", examples=(Example("0", _PASS), Example("1.5", _ADVISED)), fix=CUT_OUT,
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.face_yaw", family=Family.FILE, verdicts=(_ADVISED,), limit="[-45, 45]", unit="°",
        what=Text("the head turns by at most 45° to a side", "头部水平转动不超过 45°"), why=_BETTER,
        source=_DRIVEN, examples=(Example("45", _PASS), Example("-46", _ADVISED)),
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.face_pitch", family=Family.FILE, verdicts=(_ADVISED, _UNKNOWN),
        limit="[-15, 15]", unit="°", what=Text("the head nods by at most 15°", "头部俯仰不超过 15°"),
        why=Text(
            "an opening mouth looks like a nod, so that 15° to 25° cannot be told",
            "张嘴会被读作低头，因此 15° 至 25° 之间无法判定",
        ),
        source=_DRIVEN, examples=(Example("15", _PASS), Example("20", _UNKNOWN), Example("26", _ADVISED)),
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.face_light", family=Family.FILE, verdicts=(_ADVISED,), limit="0", unit="frame",
        what=Text("the face is not dark (mean grey 50 and more)", "面部不过暗（平均灰度不低于 50）"), why=_BETTER,
        source=_DRIVEN, examples=(Example("0 of 16", _PASS), Example("8 of 16", _ADVISED)),
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.face_blur", family=Family.FILE, verdicts=(_ADVISED,), limit="0", unit="frame",
        what=Text("the face is sharp (variance of the Laplacian 60 and more)", "面部清晰（拉普拉斯方差不低于 60）"),
        why=_BETTER, source=_SOURCE, examples=(Example("0 of 16", _PASS), Example("8 of 16", _ADVISED)),
    ),
    Rule(
        id=f"notrain.{FOOTAGE}.people", family=Family.FILE, verdicts=(_ADVISED,), limit="1", unit="people",
        what=Text("one person is seen, or a photo says who speaks", "只出现一人，或用照片指定说话人"),
        why=Text(
            "without a photo the largest face of the first picture with one is driven",
            "未提供照片时，驱动首个有人脸画面中最大的那张脸",
        ),
        source=f"{_NOTRAIN} · {PHOTO}",
        fix=Text("say who speaks with VideoParam.RefPhotoUrl", "用 VideoParam.RefPhotoUrl 指定说话人"),
        examples=(Example("1", _PASS), Example("2", _ADVISED)),
    ),
)  # fmt: skip


def _photos() -> Iterator[Rule]:
    for place in (f"notrain.{PHOTO}", f"notrain.{PHOTOS}", "photo.RefPhotoUrl"):
        endpoint, _, path = place.partition(".")
        source = f"{endpoints.get(endpoint).section} · {path}"
        for kind, limit, unit, what, good, bad in (
            (
                "face_size",
                "≥ 60",
                "px",
                Text("the face is large enough to be clear", "人脸足够大"),
                "60",
                "59",
            ),
            ("face_light", "≥ 50", "", Text("the face is not dark", "面部不过暗"), "50", "49"),
            ("face_blur", "≥ 60", "", Text("the face is sharp", "面部清晰"), "60", "59"),
        ):
            yield Rule(
                id=f"{place}.{kind}", family=Family.FILE, verdicts=(_ADVISED,), limit=limit, unit=unit,
                what=what, why=_BETTER, source=source,
                examples=(Example(good, _PASS), Example(bad, _ADVISED)),
            )  # fmt: skip
    yield Rule(
        id=f"notrain.{PHOTO}.face_yaw", family=Family.FILE, verdicts=(_ADVISED,), limit="[-35, 35]", unit="°",
        what=Text("the photo shows the face from the front", "照片为正脸"),
        why=Text("profiles are told apart badly; RefPhotoUrls may show them", "侧脸难以区分；RefPhotoUrls 可含侧脸"),
        source=f"{_NOTRAIN} · {PHOTO}", examples=(Example("35", _PASS), Example("36", _ADVISED)),
    )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = (*_VIDEO, *_photos())
