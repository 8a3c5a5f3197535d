"""Where hair or a hat covers the back of a person, which the photo does not show.

Whoever has hair above the ears has it all over the back of the head, down to the nape.  Further
down, hair that hangs beside the neck on the photo hangs behind it too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_BAND = 6
"""Cells inside the outline, and beside the neck, that tell what covers a person there."""
_SCALP = (0.25, 0.5)
_LONG = (0.2, 0.5)
_SEARCH = 10
"""Cells below the ear lobes within which hair that an ear interrupts goes on."""
_REGAIN = 0.02
"""By how much hair may become more again from one row to the next below: it hangs from above."""
_NAPE = 0.35
"""Share of the way from the ear lobes to the chin at which short hair ends."""
_WIDE = 9
_INWARD = 0.2
"""Slope by which hanging hair comes nearer to the neck."""


def long_hair(hair: FloatArray, alpha: FloatArray, on_head: Mask, lobes: float) -> FloatArray:
    """Share (N, N) of hair that hangs down behind the neck, 0..1.

    Args:
        hair: (N, N) share of hair or hat among what the photo shows.
        alpha: (N, N) matte; on_head: (N, N) where the fitted head is.
        lobes: row of the ear lobes.
    """
    return _ramp(_hanging(hair * alpha, on_head, lobes), _LONG)


def scalp_hair(
    hair: FloatArray, alpha: FloatArray, on_head: Mask, lobes: float, chin: float
) -> FloatArray:
    """Share (N, N) of hair that grows on the back of the head, 0..1; as in ``long_hair``."""
    rows = np.arange(len(hair), dtype=np.float32)[:, None]
    inside = np.asarray(cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5))
    top = float(np.argmax(on_head.any(1)))
    rim = (inside > 1) & (inside < _BAND) & (rows < top + 0.6 * (lobes - top))
    scalp = _ramp(hair[rim].mean() if rim.any() else 0.0, _SCALP)
    fall = np.clip(1 - (rows - lobes) / max(_NAPE * (chin - lobes), 2.0), 0, 1)
    return np.array(np.broadcast_to(scalp * fall, hair.shape), np.float32)


def hung_depth(depth: FloatArray, known: Mask, long: FloatArray, unit: float) -> FloatArray:
    """Depth (N, N) of the back, which does not follow the neck where hair hangs behind it.

    Args:
        depth: (N, N) farthest depth of the head with its hair on; known: (N, N) where it is.
        long: (N, N) of ``long_hair``.
        unit: canonical units of one cell.

    Returns:
        Depth, 0 where nothing is known.
    """
    plain = np.where(known, depth, 0).astype(np.float32)
    hangs = np.flatnonzero((long > 0.05).any(1))
    if not len(hangs):
        return plain
    hung = plain.copy()
    for row in range(hangs[0] + 1, hangs[-1] + 1):
        hung[row] = np.maximum(hung[row], hung[row - 1] - _INWARD * unit * (hung[row - 1] > 0))
    smooth = cv2.blur(hung, (_WIDE, 3)) / np.maximum(
        cv2.blur((hung > 0).astype(np.float32), (_WIDE, 3)), 1e-3
    )
    bent = np.where(plain > 0, plain + long * (np.maximum(smooth, hung) - plain), smooth)
    return np.where((plain > 0) | (long > 0.5), bent, 0).astype(np.float32)


def _hanging(hair: FloatArray, on_head: Mask, lobes: float) -> FloatArray:
    """(N, N) hair beside the neck, from side to side."""
    first, count = int(np.clip(lobes, 0, len(hair) - 1)), len(hair)
    columns = np.arange(count, dtype=np.float32)
    beside, ends = np.zeros((count, 2)), np.zeros((count, 2))
    left, right = 0, count - 1
    for row in range(first, count):
        members = np.flatnonzero(on_head[row])
        if len(members):
            left, right = int(members[0]), int(members[-1])
        ends[row] = left, right
        for side, part in enumerate(
            (hair[row, max(left - _BAND, 0) : left], hair[row, right + 1 : right + 1 + _BAND])
        ):
            beside[row, side] = part.mean() if part.size else 0.0
    beside[first:] = gaussian_filter1d(beside[first:], 2.0, axis=0)
    share = np.zeros_like(hair)
    hanging = beside[first : first + _SEARCH].max(0)
    for row in range(first, count):
        hanging = np.minimum(
            np.maximum(beside[row], hanging * (row < first + _SEARCH)), hanging + _REGAIN
        )
        left, right = ends[row]
        across = np.clip((columns - left) / max(right - left, 1), 0, 1)
        share[row] = hanging[0] * (1 - across) + hanging[1] * across
    # What hangs there has come down the back of the head.
    share[:first] = share[first]
    return share


def _ramp(value: ArrayLike, limits: tuple[float, float]) -> FloatArray:
    return np.asarray(np.clip((np.asarray(value) - limits[0]) / (limits[1] - limits[0]), 0, 1))
