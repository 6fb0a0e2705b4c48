"""The visible mark put into a plan: whoever is seen in the clips that it stands over is looked for first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mediaprep.finishing import layout, marking
from mediaprep.media import fonts
from mediaprep.media.probing import probe
from mediaprep.model.facts import FaceBox, PhotoFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Canvas, Clip, RenderPlan, Role, shown_size

_SAME_SHAPE = 0.02  # of a side: what even numbers change


def with_mark(plan: RenderPlan, wish: MarkWish | None) -> tuple[RenderPlan, tuple[Text, ...]]:
    """`plan` with its mark, and what is to be said of it; captions, logos and scenery are in the plan already. Raises
    BadAsset for a text that no font here draws, BadConfig for a clip."""
    if wish is None or wish.text is None:
        return plan, ()
    marking.refuse_heard(wish)
    font = fonts.choose([wish.words])
    fade = plan.scenery.fade_in if plan.scenery else 0
    over = [clip for clip in plan.clips if clip.first_frame < wish.seconds * plan.canvas.fps + fade]
    faces = [face for clip in over for face in _faces(clip, plan.canvas)]
    mark, clear = marking.placed(
        plan, wish, font, [(face.x, face.y, face.x + face.width, face.y + face.height) for face in faces]
    )
    seconds, where = float(mark.end_frame / plan.canvas.fps), f"{mark.box[0]},{mark.box[1]}"
    notes = [
        Text(
            f"“{wish.words}” stands at {where} for {seconds:.2g} s, whose {mark.end_frame} pictures are encoded",
            f"“{wish.words}”标注于 {where}，开头 {seconds:.2g} 秒（{mark.end_frame} 帧，重新编码）",
        )
    ]
    if not clear:
        notes.append(
            Text(
                "no place for the mark is clear of faces, logos and captions: it covers one of them; choose its corner",
                "没有能同时避开人脸、台标与字幕的位置，标识会遮挡其一：请指定所在的角",
            )
        )
    return replace(plan, mark=mark), tuple(notes)


def _faces(clip: Clip, canvas: Canvas) -> Iterator[FaceBox]:
    """All faces of the clip that were seen at any time, in pixels of the canvas."""
    facts = probe.measured(clip.path, faces=True)
    if isinstance(facts, PhotoFacts):
        seen, source = [facts.faces or ()], (facts.width, facts.height)
    elif isinstance(facts, VideoFacts) and facts.faces is not None:
        seen, source = [picture.faces for picture in facts.faces.pictures], shown_size(facts)
    else:
        return
    same = abs(canvas.width * source[1] - canvas.height * source[0]) < _SAME_SHAPE * canvas.width * source[1]
    windowed = not same and clip.role is Role.MAIN
    for faces in seen:
        yield from layout.shown_in(list(faces), source=source, canvas=canvas, windowed=windowed)
