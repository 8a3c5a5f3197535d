"""Lids that meet: the blink of the average head, corrected so that it just closes each person's.

One displacement field shuts every eye too much or too little, depending on how far the person's
are open. Along each lid margin the field is scaled, and what scaling leaves over is added near
the margin, so that at coefficient 1 the upper margin rests on the lower one from corner to
corner. The lower lid comes up a little to meet it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from models.head.landmarks import LID_LEFT, LID_RIGHT
from models.head.open_head import OpenHeadData
from models.pose import ARKIT_INDEX

FloatArray = NDArray[np.float32]
FloatLine = NDArray[np.float64]

BLINKS = (ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"])
_MARGINS = tuple(
    ((ring[8], *ring[6::-1]), (ring[8], *ring[10:], ring[0])) for ring in (LID_LEFT, LID_RIGHT)
)
"""Landmarks of the upper and the lower margin of each eye, from the inner to the outer corner.

The pair next to the inner corner is left out: it lies behind the lids, on the caruncle."""
_COUNT = 8
_LOWER_SHARE = 0.08
"""Part of the opening that the lower lid covers."""
_PRESSED = 0.0004
"""Canonical units by which the soft margins overlap in a closed eye."""
_CORNER_SHARES = np.array([1.0, 0.4])
"""Part of the average head's motion that the corners keep; all of it dents the outer one."""
_SCALE_RANGE = (0.2, 1.2)
_NEAR_MARGIN = 0.014
"""Reach of what scaling leaves over."""


@dataclass(frozen=True)
class LidMap:
    """How the skin around one eye follows its margins; the same for everybody.

    Attributes:
        blink: index of the blink among the coefficients.
        upper, lower: the eight landmarks of each margin, inner to outer corner.
        motion: (16, 3) the average head's blink at the upper, then the lower landmarks.
        moved: (M,) skin vertices that the correction may move.
        delta: (M, 3) the average head's blink there.
        share: (M, 16) weights of the upper, then the lower landmarks at each vertex.
        near: (M,) 1 at the margins, 0 beyond ``_NEAR_MARGIN``.
    """

    blink: int
    upper: tuple[int, ...]
    lower: tuple[int, ...]
    motion: FloatLine
    moved: NDArray[np.intp]
    delta: FloatLine
    share: FloatLine
    near: FloatLine

    @property
    def margins(self) -> list[int]:
        """The sixteen landmarks, upper margin first."""
        return [*self.upper, *self.lower]

    def correction(self, margins: FloatLine) -> FloatLine:
        """Displacement (M, 3) to add to ``delta``.

        Args:
            margins: (16, 3) upper, then lower landmarks on the person's neutral skin.
        """
        motion, inside = self.motion, slice(1, _COUNT - 1)
        upper, lower = np.split(margins, 2)
        upper_motion, lower_motion = np.split(motion, 2)
        closed = lower + _LOWER_SHARE * np.maximum(upper - lower, (-np.inf, 0, -np.inf))
        closed[[0, -1]] += _CORNER_SHARES[:, None] * lower_motion[[0, -1]]
        line = _closing_line(closed)
        scale = np.ones(2 * _COUNT)
        scale[[0, _COUNT - 1]] = scale[[_COUNT, -1]] = _CORNER_SHARES
        for _ in range(3):
            landed = upper[:, 0] + scale[:_COUNT] * upper_motion[:, 0]
            way = line(landed) - (_PRESSED, 0.0) - upper[:, 1:]
            share = way[:, 0] / np.minimum(upper_motion[:, 1], -1e-3)
            scale[inside] = np.clip(share, *_SCALE_RANGE)[inside]
        above = way - scale[:_COUNT, None] * upper_motion[:, 1:]
        left_over = np.zeros((2 * _COUNT, 3))
        left_over[inside, 1:] = above[inside]
        left_over[_COUNT:][inside] = (closed - lower - lower_motion)[inside]
        scaled = ((self.share @ scale) - 1.0)[:, None] * self.delta
        return np.asarray(scaled + self.near[:, None] * (self.share @ left_over))


def _closing_line(closed: FloatLine) -> PchipInterpolator:
    """Height and depth of the margins (8, 3) in a closed eye as functions of x."""
    order = np.argsort(closed[:, 0])
    across = np.maximum.accumulate(closed[order, 0] + 1e-6 * np.arange(len(closed)))
    return PchipInterpolator(across, closed[order, 1:], extrapolate=True)


def blink_shapes(
    head: OpenHeadData, landmarks: NDArray[np.floating]
) -> dict[int, tuple[NDArray[np.intp], FloatArray]]:
    """Blinks that just close one person's eyes.

    Args:
        head: the open head.
        landmarks: (468, 3) on the person's neutral skin.

    Returns:
        For the index of each blink the skin vertices (M,) that it moves and by how much (M, 3).
    """
    shapes = {}
    for one in lid_maps(head):
        margins = np.asarray(landmarks, np.float64)[one.margins]
        shapes[one.blink] = one.moved, (one.delta + one.correction(margins)).astype(np.float32)
    return shapes


@lru_cache(maxsize=4)
def lid_maps(head: OpenHeadData) -> tuple[LidMap, LidMap]:
    """Left and right eye of ``head``, computed once."""
    control = head.template[: head.control_count]
    skin = np.asarray(head.subdivision @ control, np.float64)
    landmarks = np.asarray(head.landmark_map @ control, np.float64)
    left, right = (
        _lid_map(head, blink, margins, skin, landmarks)
        for blink, margins in zip(BLINKS, _MARGINS, strict=True)
    )
    return left, right


def _lid_map(
    head: OpenHeadData,
    blink: int,
    margins: tuple[tuple[int, ...], tuple[int, ...]],
    skin: FloatLine,
    landmarks: FloatLine,
) -> LidMap:
    """Weights on the average skin (V, 3), so that they do not depend on how open eyes are."""
    upper, lower = (landmarks[list(margin)] for margin in margins)
    shares, distances = [], []
    for line in (upper, lower):
        share = _along(line[:, 0], skin[:, 0])
        here = share @ line
        beyond = skin[:, 0] - np.clip(skin[:, 0], line[:, 0].min(), line[:, 0].max())
        away = (skin - here) * (0.0, 1.0, 0.5)
        shares.append(share)
        distances.append(np.sqrt((away**2).sum(1) + beyond**2))
    middle = 0.5 * (shares[0] @ upper + shares[1] @ lower)[:, 1]
    above = skin[:, 1] > middle
    distance = np.where(above, *distances)
    close = np.clip(1.0 - distance / _NEAR_MARGIN, 0.0, 1.0)
    near = close * close * (3.0 - 2.0 * close)
    control = head.blendshapes[blink, : head.control_count]
    motion = np.asarray(head.subdivision @ control, np.float64)
    moved = np.nonzero((np.abs(motion).max(1) > 2e-5) | (near > 0.0))[0]
    share = np.concatenate([shares[0] * above[:, None], shares[1] * ~above[:, None]], 1)
    return LidMap(
        blink,
        *margins,
        np.asarray(head.landmark_map @ control, np.float64)[list(margins[0] + margins[1])],
        moved,
        motion[moved],
        share[moved],
        near[moved],
    )


def _along(nodes: FloatLine, x: FloatLine) -> FloatLine:
    """(N, 8) weights that interpolate values at ``nodes`` (8,) linearly at ``x`` (N,)."""
    order = np.argsort(nodes)
    weights = np.empty((len(x), len(nodes)))
    for node, value in zip(order, np.eye(len(nodes)), strict=True):
        weights[:, node] = np.interp(x, nodes[order], value)
    return weights
