"""The drawn presenter: a friendly figure of vector shapes, from the top of its hair (y = 0) to its soles (y = 1).

Nobody is portrayed. At rest its hands reach both edges of its picture, so that its outline shows the picture's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin

from mediaprep.emulator.render.drawing.canvas import Curve, Fill, Point, VectorCanvas, mirrored
from mediaprep.emulator.render.drawing.gestures import REST, Hands
from mediaprep.emulator.render.drawing.wardrobe import Wardrobe

WIDTH = 0.5625  # of the figure at rest, hand to hand
LEAST = 0.45  # of its height that is always in its picture, from the top
MOUTHS = 12  # steps from a closed to an open mouth
LIDS = 2  # steps from open to closed eyes
HEAD: tuple[float, float, float, float] = (-0.095, 0.07, 0.095, 0.2)  # around what moves in a face
_SHOULDER: Point = (0.092, 0.262)
_UPPER_ARM, _FOREARM = 0.132, 0.142
_HAND = 0.02675
_BENT = 1.22  # how much longer the two bones are at most than the way from shoulder to hand
_SHADE = 0.22
_INK, _WHITE, _LIPS = Fill(colour=(40, 30, 34)), Fill(colour=(255, 255, 255)), Fill(colour=(196, 92, 96))
_INSIDE, _TONGUE = Fill(colour=(92, 26, 34)), Fill(colour=(214, 104, 108))


@dataclass(frozen=True, kw_only=True)
class Pose:
    """One moment: how far the mouth is open (0–MOUTHS) and how wide (−1 round, 0, 1 spread), the lids (0–LIDS),
    the hands."""

    opening: int = 0
    width: int = 0
    lids: int = 0
    hands: Hands = REST

    @property
    def faceless(self) -> Pose:
        """The same hands with a resting face."""
        return Pose(hands=self.hands)


def draw(canvas: VectorCanvas, worn: Wardrobe, pose: Pose, degrees: int = 0) -> None:
    """The whole figure; `degrees` turn it about its upright axis, where it is a solid one."""
    _Drawing(canvas, worn, degrees if worn.solid else 0).all(pose)


class _Drawing:
    def __init__(self, canvas: VectorCanvas, worn: Wardrobe, degrees: int) -> None:
        self._canvas, self._worn = canvas, worn
        self._turn, self._front = sin(radians(degrees)), cos(radians(degrees))
        self._breadth = 0.55 + 0.45 * abs(self._front)  # of what is broader than deep

    def all(self, pose: Pose) -> None:
        hands = self._turned(pose.hands)
        behind = self._turn > 0.25, self._turn < -0.25  # the arm on the far side of a turned body
        self._hair_behind()
        for side in (0, 1):
            if behind[side]:
                self._arm(hands[side], -1 if side == 0 else 1)
        self._legs()
        self._torso()
        self._head(pose)
        for side in (0, 1):
            if not behind[side]:
                self._arm(hands[side], -1 if side == 0 else 1)

    def _fill(self, colour: tuple[int, int, int], shade: float = _SHADE) -> Fill:
        return Fill(colour=colour, shade=shade if self._worn.solid else 0.0)

    def _turned(self, hands: Hands) -> Hands:
        (left, right) = (
            hands if self._front >= 0 else ((-hands[1][0], hands[1][1]), (-hands[0][0], hands[0][1]))
        )
        share = self._breadth
        return (left[0] * share, left[1]), (right[0] * share, right[1])

    def _whole(self, start: Point, curves: list[Curve], fill: Fill) -> None:
        """A symmetrical shape, narrowed by the turn."""
        share = self._breadth
        narrowed: list[Curve] = [(a * share, b, c * share, d, e * share, f) for a, b, c, d, e, f in curves]
        self._canvas.shape(*mirrored(start, narrowed), fill)

    # --- the body ----------------------------------------------------------------------------------------------

    def _legs(self) -> None:
        worn, skin = self._worn, self._fill(self._worn.skin)
        apart = 0.047 * self._breadth
        for side in (-1, 1):
            leg = skin if worn.skirt else self._fill(worn.lower)
            top, knee, ankle = (side * apart * 0.9, 0.5), (side * apart, 0.74), (side * apart * 1.02, 0.945)
            self._canvas.limb((top, knee, ankle), (0.074, 0.068) if not worn.skirt else (0.052, 0.046), leg)
            self._shoe(side * apart * 1.05, side)
        if worn.skirt:
            hem: list[Curve] = [
                (0.07, 0.45, 0.086, 0.48, 0.098, 0.56), (0.105, 0.63, 0.11, 0.67, 0.112, 0.7),
                (0.07, 0.715, 0.03, 0.717, 0.0, 0.717),
            ]  # fmt: skip
            self._whole((0.0, 0.43), hem, self._fill(worn.lower))
        else:
            hips: list[Curve] = [
                (0.05, 0.44, 0.082, 0.45, 0.09, 0.5), (0.095, 0.56, 0.09, 0.6, 0.078, 0.62),
                (0.05, 0.6, 0.01, 0.575, 0.0, 0.565),
            ]  # fmt: skip
            self._whole((0.0, 0.43), hips, self._fill(worn.lower))

    def _shoe(self, x: float, side: int) -> None:
        worn = self._worn
        fill = self._fill(worn.shoes if worn.shoes is not None else worn.skin)
        toe = x + side * 0.012 * self._front + 0.03 * self._turn
        outline: list[Curve] = [
            (x + 0.03, 0.945, x + 0.03, 0.96, toe + 0.034, 0.975),
            (toe + 0.044, 0.99, toe + 0.036, 1.0, toe + 0.02, 1.0),
            (toe, 1.0, toe - 0.02, 1.0, toe - 0.03, 1.0), (toe - 0.046, 0.992, x - 0.032, 0.96, x - 0.024, 0.938),
        ]  # fmt: skip
        self._canvas.shape((x + 0.024, 0.938), outline, fill)

    def _torso(self) -> None:
        worn = self._worn
        trunk: list[Curve] = [
            (0.03, 0.222, 0.06, 0.228, 0.088, 0.236), (0.112, 0.244, 0.122, 0.262, 0.118, 0.3),
            (0.108, 0.35, 0.088, 0.38, 0.086, 0.42), (0.088, 0.46, 0.094, 0.48, 0.096, 0.505),
            (0.06, 0.52, 0.03, 0.522, 0.0, 0.522),
        ]  # fmt: skip
        self._whole((0.0, 0.218), trunk, self._fill(worn.shirt))
        if self._front > -0.2:
            self._neck()
        if worn.jacket is not None:
            self._jacket()
        if self._front <= -0.2:
            self._neck()
        if worn.skirt and worn.jacket is None:
            belt: list[Curve] = [
                (0.04, 0.434, 0.07, 0.434, 0.086, 0.43), (0.088, 0.44, 0.088, 0.446, 0.088, 0.452),
                (0.06, 0.458, 0.02, 0.458, 0.0, 0.458),
            ]  # fmt: skip
            self._whole((0.0, 0.434), belt, self._fill(worn.accent))

    def _neck(self) -> None:
        skin = self._fill(self._worn.skin).lighter(-0.07)
        neck: list[Curve] = [
            (0.03, 0.17, 0.03, 0.19, 0.03, 0.208), (0.034, 0.222, 0.044, 0.226, 0.05, 0.23),
            (0.03, 0.244, 0.014, 0.254, 0.0, 0.264),
        ]  # fmt: skip
        self._whole((0.0, 0.17), neck, skin)

    def _jacket(self) -> None:
        worn = self._worn
        assert worn.jacket is not None
        cloth = self._fill(worn.jacket)
        if self._front <= -0.2:  # its back
            self._whole((0.0, 0.214), _SHELL, cloth)
            return
        middle = 0.045 * self._turn
        for side in (-1, 1):
            share = self._breadth * side
            front: list[Curve] = [
                (0.06 * share, 0.226, 0.075 * share, 0.23, 0.09 * share, 0.235),
                (0.116 * share, 0.243, 0.125 * share, 0.264, 0.121 * share, 0.3),
                (0.112 * share, 0.35, 0.094 * share, 0.39, 0.094 * share, 0.43),
                (0.097 * share, 0.48, 0.102 * share, 0.51, 0.104 * share, 0.545),
                (0.07 * share, 0.56, 0.03 * share, 0.56, 0.004 * share + middle, 0.55),
                (0.002 * share + middle, 0.5, 0.0 + middle, 0.44, 0.004 * share + middle, 0.4),
                (0.016 * share + middle, 0.34, 0.034 * share, 0.28, 0.044 * share, 0.226),
            ]  # fmt: skip
            self._canvas.shape((0.044 * share, 0.224), front, cloth)
            lapel: list[Curve] = [
                (0.05 * share, 0.25, 0.062 * share, 0.272, 0.066 * share, 0.285),
                (0.06 * share, 0.29, 0.056 * share, 0.294, 0.052 * share, 0.3),
                (0.058 * share, 0.306, 0.058 * share, 0.31, 0.056 * share, 0.318),
                (0.04 * share, 0.36, 0.02 * share, 0.39, 0.004 * share + middle, 0.405),
                (0.016 * share + middle, 0.34, 0.034 * share, 0.28, 0.042 * share, 0.228),
            ]  # fmt: skip
            self._canvas.shape((0.042 * share, 0.228), lapel, cloth.lighter(-0.16))
        if worn.tie:
            self._tie(middle)
        for y in (0.43, 0.475):
            self._canvas.oval((middle + 0.012 * self._breadth, y), 0.0042, 0.0042, cloth.lighter(-0.4))

    def _tie(self, middle: float) -> None:
        fill, share = self._fill(self._worn.accent), self._breadth
        knot: list[Curve] = [
            (0.008 * share + middle, 0.262, 0.006 * share + middle, 0.268, 0.005 * share + middle, 0.276),
            (0.014 * share + middle, 0.32, 0.015 * share + middle, 0.35, 0.015 * share + middle, 0.372),
            (0.008 * share + middle, 0.385, 0.004 * share + middle, 0.39, middle, 0.396),
            (-0.004 * share + middle, 0.39, -0.008 * share + middle, 0.385, -0.015 * share + middle, 0.372),
            (-0.015 * share + middle, 0.35, -0.014 * share + middle, 0.32, -0.005 * share + middle, 0.276),
            (-0.006 * share + middle, 0.268, -0.008 * share + middle, 0.262, -0.011 * share + middle, 0.254),
        ]  # fmt: skip
        self._canvas.shape((0.011 * share + middle, 0.254), knot, fill)

    def _arm(self, hand: Point, side: int) -> None:
        """Upper arm, forearm, hand; the elbow lies outside."""
        worn = self._worn
        shoulder = (side * _SHOULDER[0] * self._breadth, _SHOULDER[1])
        elbow = _elbow(shoulder, hand, side)
        sleeve = self._fill(worn.jacket if worn.jacket is not None else worn.shirt).lighter(-0.05)
        length = hypot(hand[0] - elbow[0], hand[1] - elbow[1]) or 1.0
        along = ((hand[0] - elbow[0]) / length, (hand[1] - elbow[1]) / length)
        wrist = (hand[0] - along[0] * _HAND * 1.05, hand[1] - along[1] * _HAND * 1.05)
        self._hand(hand, along, side)
        self._canvas.limb((shoulder, elbow, wrist), (0.053, 0.046), sleeve)
        rim = (-along[1] * 0.017, along[0] * 0.017)
        start, end = (wrist[0] - rim[0], wrist[1] - rim[1]), (wrist[0] + rim[0], wrist[1] + rim[1])
        cuff = sleeve.lighter(0.55 if worn.jacket is not None else -0.12)
        self._canvas.line(start, [(*start, *end, *end)], 0.012, cuff)

    def _hand(self, hand: Point, along: Point, side: int) -> None:
        skin = self._fill(self._worn.skin, 0.1)
        across = (-along[1], along[0])
        self._canvas.oval(hand, _HAND, _HAND, skin)
        thumb = -side if along[1] >= 0 else side
        root = (hand[0] + across[0] * 0.012 * thumb, hand[1] + across[1] * 0.012 * thumb)
        tip = (
            root[0] + (across[0] * thumb + along[0] * 0.4) * 0.016,
            root[1] + (across[1] * thumb + along[1] * 0.4) * 0.016,
        )
        if abs(tip[0]) + 0.008 < WIDTH / 2:
            self._canvas.line(root, [(*root, *tip, *tip)], 0.014, skin)
        crease = skin.lighter(-0.16)
        for place in (-0.4, 0.1, 0.6):
            start = (
                hand[0] + across[0] * _HAND * place + along[0] * 0.006,
                hand[1] + across[1] * _HAND * place + along[1] * 0.006,
            )
            end = (start[0] + along[0] * 0.013, start[1] + along[1] * 0.013)
            self._canvas.line(start, [(*start, *end, *end)], 0.0025, crease)

    # --- the head ----------------------------------------------------------------------------------------------

    def _hair_behind(self) -> None:
        if self._worn.hair is None or not self._worn.long_hair:
            return
        fall: list[Curve] = [
            (0.06, 0.0, 0.094, 0.03, 0.094, 0.1), (0.096, 0.16, 0.1, 0.21, 0.088, 0.268),
            (0.06, 0.285, 0.03, 0.28, 0.0, 0.28),
        ]  # fmt: skip
        self._canvas.shape(*mirrored((0.0, 0.0), fall), self._fill(self._worn.hair).lighter(-0.18))

    def _head(self, pose: Pose) -> None:
        worn = self._worn
        skin = self._fill(worn.skin, 0.12)
        front = self._front > 0.05
        for side in (-1, 1):
            if abs(self._turn) < 0.2 or (abs(self._turn) < 0.8 and side * self._turn < 0):
                ear = (side * 0.0745 * (1 - 0.6 * abs(self._turn)), 0.118)
                self._canvas.oval(ear, 0.012, 0.018, skin.lighter(-0.06))
        face: list[Curve] = [
            (0.046, 0.022, 0.075, 0.05, 0.075, 0.1), (0.075, 0.14, 0.058, 0.172, 0.034, 0.188),
            (0.02, 0.196, 0.01, 0.198, 0.0, 0.198),
        ]  # fmt: skip
        self._canvas.shape(*mirrored((0.0, 0.022), face), skin)
        if front:
            self._face(pose)
        self._hair(front)

    def _place(self, x: float, y: float) -> Point:
        """A point of the face, carried along by its turn."""
        return x * self._front + 0.062 * self._turn, y

    def _face(self, pose: Pose) -> None:
        narrow = self._front
        shut = pose.lids / LIDS
        blush = Fill(colour=(238, 128, 120), opacity=0.28)
        for side in (-1, 1):
            eye = self._place(side * 0.0305, 0.112)
            self._canvas.oval(self._place(side * 0.046, 0.142), 0.014 * narrow, 0.009, blush)
            if shut < 1:
                tall = 0.0138 * (1 - shut)
                self._canvas.oval(eye, 0.0142 * narrow, tall, _WHITE)
                self._canvas.oval(
                    (eye[0] + 0.004 * self._turn, eye[1] + 0.001), 0.0092 * narrow, min(tall, 0.0098), _INK
                )
                self._canvas.oval(
                    (eye[0] + 0.003 * narrow, eye[1] - 0.0035), 0.0028, min(tall, 0.0028), _WHITE
                )
            lid = 0.0138 * (1 - 1.6 * shut)
            self._stroke(eye, 0.0165 * narrow, -lid, 0.0034)
            brow = self._place(side * 0.0315, 0.0865)
            self._stroke(brow, 0.017 * narrow, -0.004, 0.0042)
        tip = self._place(0.0, 0.136)
        wing = (
            tip[0] + 0.009,
            tip[1] - 0.002,
            tip[0] + 0.006,
            tip[1] + 0.003,
            tip[0] - 0.002,
            tip[1] + 0.002,
        )
        nose = self._fill(self._worn.skin).lighter(-0.25)
        self._canvas.line((tip[0] + 0.003, tip[1] - 0.012), [wing], 0.003, nose)
        self._mouth(pose)

    def _stroke(self, centre: Point, half: float, lift: float, width: float) -> None:
        """A small arc: lid, brow."""
        left, right = centre[0] - half, centre[0] + half
        self._canvas.line(
            (left, centre[1]),
            [
                (
                    left + half * 0.5,
                    centre[1] + lift * 1.3,
                    right - half * 0.5,
                    centre[1] + lift * 1.3,
                    right,
                    centre[1],
                )
            ],
            width,
            _INK,
        )

    def _mouth(self, pose: Pose) -> None:
        x, y = self._place(0.0, 0.1625)
        half = 0.024 * self._front * (1 + 0.16 * pose.width)
        if pose.opening == 0:
            self._canvas.line(
                (x - half, y - 0.002),
                [(x - half * 0.5, y + 0.008, x + half * 0.5, y + 0.008, x + half, y - 0.002)],
                0.0048,
                _LIPS,
            )
            return
        gap = 0.026 * pose.opening / MOUTHS * (1 if pose.width >= 0 else 1.1)
        half *= 1 if pose.width >= 0 else 0.72
        self._canvas.shape(*_lips(x, y, half + 0.004, gap * 0.35 + 0.004, gap * 0.8 + 0.0055), _LIPS)
        hole = _lips(x, y, half - 0.002, gap * 0.35, gap * 0.8)
        self._canvas.shape(*hole, _INSIDE)
        with self._canvas.within(*hole):
            self._canvas.oval((x, y + gap * 0.95), half * 0.7, gap * 0.42, _TONGUE)
            if pose.width >= 0:
                self._canvas.oval((x, y - gap * 0.35), half * 0.72, gap * 0.28 + 0.001, _WHITE)

    def _hair(self, front: bool) -> None:
        worn = self._worn
        if worn.hair is None:
            return
        fill = self._fill(worn.hair)
        if not front:
            back: list[Curve] = [
                (0.06, 0.0, 0.088, 0.03, 0.088, 0.1), (0.086, 0.15, 0.06, 0.178, 0.0, 0.182),
            ]  # fmt: skip
            self._canvas.shape(*mirrored((0.0, 0.0), back), fill)
            return
        part = 0.02 + 0.05 * self._turn
        if worn.long_hair:
            fringe: list[Curve] = [
                (0.062, 0.0, 0.092, 0.03, 0.09, 0.112), (0.089, 0.135, 0.086, 0.15, 0.08, 0.162),
                (0.078, 0.12, 0.074, 0.088, 0.056, 0.07), (0.044, 0.06, 0.03, 0.056, part, 0.042),
                (part - 0.03, 0.066, part - 0.06, 0.078, -0.068, 0.088), (-0.074, 0.11, -0.077, 0.13, -0.08, 0.162),
                (-0.086, 0.15, -0.089, 0.135, -0.09, 0.112), (-0.092, 0.03, -0.062, 0.0, 0.0, 0.0),
            ]  # fmt: skip
        else:
            fringe = [
                (0.056, 0.0, 0.086, 0.026, 0.082, 0.1), (0.081, 0.108, 0.079, 0.114, 0.075, 0.12),
                (0.075, 0.098, 0.07, 0.082, 0.06, 0.066), (0.046, 0.066, 0.036, 0.06, part + 0.01, 0.048),
                (part - 0.02, 0.062, part - 0.05, 0.066, -0.06, 0.066), (-0.07, 0.082, -0.075, 0.098, -0.075, 0.12),
                (-0.079, 0.114, -0.081, 0.108, -0.082, 0.1), (-0.086, 0.026, -0.056, 0.0, 0.0, 0.0),
            ]  # fmt: skip
        self._canvas.shape((0.0, 0.0), fringe, fill)
        gloss = fill.lighter(0.22)
        self._canvas.line(
            (-0.052, 0.04),
            [(-0.03, 0.022, 0.0, 0.018, 0.022, 0.022)],
            0.006,
            Fill(colour=gloss.colour, opacity=0.6),
        )


_SHELL: list[Curve] = [
    (0.05, 0.22, 0.075, 0.23, 0.09, 0.235), (0.116, 0.243, 0.125, 0.264, 0.121, 0.3),
    (0.112, 0.35, 0.094, 0.39, 0.094, 0.43), (0.097, 0.48, 0.102, 0.51, 0.104, 0.545),
    (0.07, 0.56, 0.03, 0.56, 0.0, 0.56),
]  # fmt: skip


def _lips(x: float, y: float, half: float, up: float, down: float) -> tuple[Point, list[Curve]]:
    return (x - half, y), [
        (x - half * 0.6, y - up * 1.4, x + half * 0.6, y - up * 1.4, x + half, y),
        (x + half * 0.6, y + down * 1.4, x - half * 0.6, y + down * 1.4, x - half, y),
    ]


def _elbow(shoulder: Point, hand: Point, side: int) -> Point:
    """Where two bones meet between shoulder and hand: outside of a lowered arm, below a raised one. A near hand is
    held towards us, so that both bones look shorter."""
    dx, dy = hand[0] - shoulder[0], hand[1] - shoulder[1]
    far = max(hypot(dx, dy), 1e-6)
    shorter = min(1.0, _BENT * far / (_UPPER_ARM + _FOREARM))
    upper, fore = _UPPER_ARM * shorter, _FOREARM * shorter
    reach = min(far, (upper + fore) * 0.9999)
    along = (upper**2 - fore**2 + reach**2) / (2 * reach)
    off = max(upper**2 - along**2, 0.0) ** 0.5 * (side if dy >= 0 else -side)
    ux, uy = dx / far, dy / far
    return shoulder[0] + ux * along + uy * off, shoulder[1] + uy * along - ux * off
