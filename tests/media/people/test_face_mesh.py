"""468 points of a face, on the public-domain portrait."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.errors import ToolFailed
from mediaprep.media import faces, pictures, pixels
from mediaprep.media.people import face_mesh, mouths
from tests.making import ffmpeg

PORTRAIT = Path(__file__).resolve().parents[3] / "fixtures" / "faces" / "astronaut.png"


@pytest.fixture(scope="module")
def portrait() -> faces.Picture:
    return np.ascontiguousarray(pictures.read_pixels(PORTRAIT, longer_side=512)[1][:, :, ::-1])


def meshed(picture: faces.Picture) -> face_mesh.MeshedFace:
    (box, *_) = faces.detector().find(picture)
    mesher = face_mesh.mesher()
    return mesher.again(picture, mesher.of_box(picture, box))


def test_the_points_lie_on_the_face(portrait: faces.Picture) -> None:
    face, (box, *_) = meshed(portrait), faces.detector().find(portrait)
    assert face.points.shape == (468, 3) and face.sure > 5
    across, down = face.points[:, 0], face.points[:, 1]
    assert box.x - box.width * 0.2 < across.min() and across.max() < box.x + box.width * 1.2
    eyes, nose, mouth, chin = (down[list(of)].mean() for of in ((33, 263), (2,), (13, 14), (152,)))
    assert eyes < nose < mouth < chin <= down.max() + 1
    assert 0.1 < face.openness < 0.6 and face.eyes > 0.15  # she smiles with her teeth, eyes open


@pytest.mark.parametrize("turn", [-25, -10, 10, 25])
def test_a_tilted_head_has_the_same_mouth(portrait: faces.Picture, turn: int) -> None:
    middle = np.array([portrait.shape[1] / 2, portrait.shape[0] / 2])
    angle = np.deg2rad(turn)
    matrix = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    tilted = pixels.warp_affine(
        portrait, np.column_stack([matrix, middle - matrix @ middle]), portrait.shape[1], portrait.shape[0]
    )
    straight, face = meshed(portrait), meshed(tilted)
    assert face.openness == pytest.approx(straight.openness, abs=0.06)
    assert face.mouth_width == pytest.approx(straight.mouth_width, abs=0.04)


def test_where_there_is_no_face_it_is_not_sure(portrait: faces.Picture) -> None:
    (box, *_) = faces.detector().find(portrait)
    assert face_mesh.mesher().of_box(np.full_like(portrait, 90), box).sure < 0


def test_weights_that_were_changed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_mesh, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ToolFailed, match=r"face_landmark\.tflite"):
        face_mesh.mesher.__wrapped__()


def test_a_face_is_followed_through_a_cut_and_missed_where_it_is_gone(tmp_path: Path) -> None:
    grey = "color=gray:s=400x400:r=25:d=0.6,format=yuv420p"
    still = (
        "[0:v]scale=400:400,format=yuv420p,split[a][b];[a]trim=duration=0.6[x];[b]trim=duration=0.6,hflip[y];"
    )
    still += f"{grey}[g];"
    ffmpeg(
        "-loop", "1", "-framerate", "25", "-t", "0.6", "-i", PORTRAIT, "-filter_complex",
        f"{still}[x][g][y]concat=3[v]", "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", tmp_path / "v.mp4",
    )  # fmt: skip
    rows, whole = mouths.follow(tmp_path / "v.mp4", 60.0)
    seen = [seconds for seconds, openness, *_ in rows if openness is not None]
    assert whole and len(rows) == 45
    assert min(seen) == 0 and max(seen) > 1.7 and not [at for at in seen if 0.65 < at < 1.15]
    assert np.std([row[1] for row in rows[:15]]) < 0.01
    assert not mouths.follow(tmp_path / "v.mp4", 0.0)[1]
