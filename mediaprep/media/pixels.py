"""The door to OpenCV: arrays in, arrays out; no file names and no URLs ever reach it.

Pictures are uint8 arrays of shape (height, width, 3) in BGR order unless said otherwise; points are (x, y).
Importing this module fails with ImportError where OpenCV's system libraries are missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # workers run beside each other; more threads only make them wait

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
_INTERPOLATIONS = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
_CONVERSIONS = {
    "bgr>rgb": cv2.COLOR_BGR2RGB,
    "rgb>bgr": cv2.COLOR_RGB2BGR,
    "bgr>gray": cv2.COLOR_BGR2GRAY,
    "rgb>gray": cv2.COLOR_RGB2GRAY,
    "gray>bgr": cv2.COLOR_GRAY2BGR,
    "bgra>bgr": cv2.COLOR_BGRA2BGR,
    "bgr>yuv420p": cv2.COLOR_BGR2YUV_I420,
    "yuv420p>bgr": cv2.COLOR_YUV2BGR_I420,
    "bgr>ycrcb": cv2.COLOR_BGR2YCrCb,
    "ycrcb>bgr": cv2.COLOR_YCrCb2BGR,
    "bgr>hsv": cv2.COLOR_BGR2HSV,
}
Interpolation = Literal["area", "linear", "cubic"]
_T = TypeVar("_T")


def resize(picture: Picture, width: int, height: int, interpolation: Interpolation | None = None) -> Picture:
    """Scaled to `width` × `height`; by area when it shrinks, cubic when it grows, unless named."""
    if interpolation is None:
        interpolation = "area" if width * height < picture.shape[0] * picture.shape[1] else "cubic"
    return cv2.resize(picture, (width, height), interpolation=_INTERPOLATIONS[interpolation])  # type: ignore[return-value]


def convert(picture: Picture, how: str) -> Picture:
    """Another colour order or space; `how` is a row of the table above, such as "bgr>rgb"."""
    return cv2.cvtColor(picture, _CONVERSIONS[how])  # type: ignore[return-value]


def warp(picture: Picture, map_x: Floats, map_y: Floats) -> Picture:
    """Each pixel taken from (map_x, map_y) of `picture` (float32, the shape of the result); edges repeat."""
    return cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def warp_affine(
    picture: Picture, matrix: NDArray[Any], width: int, height: int, interpolation: Interpolation = "linear"
) -> Picture:
    """`picture` under a 2×3 matrix, into `width` × `height`; edges repeat."""
    return cv2.warpAffine(  # type: ignore[return-value]
        picture,
        matrix,
        (width, height),
        flags=_INTERPOLATIONS[interpolation],
        borderMode=cv2.BORDER_REPLICATE,
    )


def blur(picture: Picture, sigma: float) -> Picture:
    """Gaussian blur of `sigma` pixels."""
    return cv2.GaussianBlur(picture, (0, 0), sigma)  # type: ignore[return-value]


def blend(below: Picture, above: Picture, mask: NDArray[Any]) -> Picture:
    """`above` over `below`: mask (height, width) of 0–1 floats or 0–255 bytes."""
    weight = mask.astype(np.float32)
    if mask.dtype == np.uint8:
        weight /= 255.0
    weight = weight[..., None] if below.ndim == 3 else weight
    mixed = below.astype(np.float32) * (1 - weight) + above.astype(np.float32) * weight
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def ellipse_mask(width: int, height: int, centre: tuple[float, float], axes: tuple[float, float]) -> Picture:
    """A filled ellipse (255) on black: (height, width)."""
    mask: Picture = np.zeros((height, width), dtype=np.uint8)
    middle = (round(centre[0]), round(centre[1]))
    cv2.ellipse(mask, middle, (max(1, round(axes[0])), max(1, round(axes[1]))), 0, 0, 360, (255,), -1)
    return mask


def patches(mask: NDArray[np.bool_], *, near: int = 0) -> list[tuple[int, int, int, int]]:
    """Marked cells that touch, or have at most `near` cells between them: (x, y, width, height) of each patch."""
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((near + 1, near + 1), np.uint8)) if near else mask
    count, labels = cv2.connectedComponents(grown.astype(np.uint8))
    found = []
    for number in range(1, count):
        rows, columns = np.nonzero((labels == number) & mask)
        left, top = int(columns.min()), int(rows.min())
        found.append((left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1))
    return found


def sharpness(gray: Picture) -> float:
    """Variance of the Laplacian: below about 60 a face looks blurred."""
    return float(cv2.Laplacian(gray, cv2.CV_64F).var())


def encode(picture: Picture, suffix: Literal[".png", ".jpg"], quality: int = 92) -> bytes:
    """The picture as the bytes of a file."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix == ".jpg" else [cv2.IMWRITE_PNG_COMPRESSION, 3]
    done, data = cv2.imencode(suffix, picture, flags)
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be written as {suffix}")
    return bytes(data)


def decode(data: bytes) -> Picture:
    """Bytes that we wrote ourselves, as BGR. Users' pictures come through `pictures`."""
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("no picture in these bytes")
    return picture  # type: ignore[return-value]


def face_finder(model: bytes, threshold: float) -> Callable[[Picture], NDArray[np.float32]]:
    """A YuNet detector from its ONNX bytes: picture → (n, 15): x, y, width, height, five points, score. For any
    number of threads."""
    none, bytes_ = np.zeros(0, dtype=np.uint8), np.frombuffer(model, dtype=np.uint8)
    detector_of_thread = _one_a_thread(
        lambda: cv2.FaceDetectorYN.create("onnx", bytes_, none, (320, 320), threshold, 0.3, 200)
    )

    def find(picture: Picture) -> NDArray[np.float32]:
        detector = detector_of_thread()
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        found = detector.detect(picture)[1]
        return np.zeros((0, 15), dtype=np.float32) if found is None else found  # type: ignore[return-value]

    return find


def face_embedder(model: bytes) -> Callable[[Picture], Floats]:
    """An SFace network from its ONNX bytes: upright face (112, 112, 3) → 128 floats of length 1. For any number of
    threads."""
    none, bytes_ = np.zeros(0, dtype=np.uint8), np.frombuffer(model, dtype=np.uint8)
    network_of_thread = _one_a_thread(lambda: cv2.FaceRecognizerSF.create("onnx", bytes_, none))

    def embed(face: Picture) -> Floats:
        found = network_of_thread().feature(face)[0].astype(np.float32)
        return found / np.float32(max(float(np.linalg.norm(found)), 1e-6))  # type: ignore[no-any-return]

    return embed


def face_mesher(model: bytes) -> Callable[[Picture], tuple[Floats, float]]:
    """MediaPipe's face mesh from its TFLite bytes: a square picture (192, 192, 3) of a face with its surroundings →
    468 points (468, 3) in its pixels, and how sure it is that there is a face (a logit). For any number of threads."""
    bytes_ = np.frombuffer(model, dtype=np.uint8)
    network_of_thread = _one_a_thread(lambda: cv2.dnn.readNetFromTFLite(bytes_))

    def mesh(square: Picture) -> tuple[Floats, float]:
        network = network_of_thread()
        network.setInput(cv2.dnn.blobFromImage(square, 1 / 255.0, swapRB=True))
        outputs = network.forward(network.getUnconnectedOutLayersNames())
        points, sure = (pick(outputs, key=lambda output: output.size) for pick in (max, min))
        return points.reshape(-1, 3).astype(np.float32), float(sure.ravel()[0])

    return mesh


_loading = threading.Lock()


def _one_a_thread(load: Callable[[], _T]) -> Callable[[], _T]:
    """Gives each thread a network of its own: one that two threads use at once mixes their pictures up, or takes
    the process down. The first is loaded here, so that one that does not load is told at once."""
    kept = threading.local()

    def own() -> _T:
        if not hasattr(kept, "network"):
            with _loading:  # OpenCV's loaders share tables of their own
                kept.network = load()
        return kept.network  # type: ignore[no-any-return]

    own()
    return own
