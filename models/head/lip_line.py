"""Where the lips end in a photo: landmarks of the inner lip line, corrected by colour.

Landmarks run through the lower teeth of a laugh, and leave closed lips a little ajar. What lies
inside the line is taken for mouth and what lies outside for skin, so that teeth beyond it would
become part of the lip.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from models.head.photo_samples import LUMA, bilinear, openness
from models.head.teeth_colour import INNER_LIPS, tooth_pixels

Floats = NDArray[np.float64]

UPPER, LOWER = slice(1, 10), slice(19, 10, -1)
"""Places in ``INNER_LIPS`` of the nine upper and lower points, from the same corner."""
_OUTER_UPPER = (185, 40, 39, 37, 0, 267, 269, 270, 409)
_OUTER_LOWER = (146, 91, 181, 84, 17, 314, 405, 321, 375)
_STEP = 0.5
"""Pixels between the samples of a profile across a lip."""
_OPEN = 0.045
"""Opening over width (areas) from which lips are apart for sure."""
_FARTHEST = 0.6
"""Most of a lip's thickness that may turn out to be teeth."""
_LIP = (0.55, 0.9)
"""Part of the way from the inner to the outer line whose colour is the lip's."""
_GAP = 2
"""Samples that are no teeth (the dark between two rows) which a run of teeth may skip."""
_BARELY = 0.11
"""Opening over width (lengths) up to which a mouth that shows no teeth counts as closed."""
_TEETH_SHOW = 0.02


def with_true_lips(
    crop: NDArray[np.floating], landmarks: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Landmarks (478, 3) of a crop (3, H, W) with the inner lip line where its colours end."""
    corrected = np.array(landmarks, np.float32)
    corrected[list(INNER_LIPS), :2] = true_inner_lips(crop, landmarks)
    return corrected


def true_inner_lips(crop: NDArray[np.floating], landmarks: NDArray[np.floating]) -> Floats:
    """Inner lip line (20, 2) in pixels, in the order of ``INNER_LIPS``.

    Of an open mouth each lip gives way to the teeth that are seen beyond its landmarks; lips
    that are hardly apart meet at the darkest line between them, but where teeth show.

    Args:
        crop: (3, H, W) sRGB in 0..1.
        landmarks: (478, 2 or more) MediaPipe landmarks in pixels.
    """
    image, points = np.asarray(crop, np.float32), np.asarray(landmarks, np.float64)[:, :2]
    ring = points[list(INNER_LIPS)]
    upper, lower = ring[UPPER], ring[LOWER]
    result = ring.copy()
    width = max(float(np.linalg.norm(ring[10] - ring[0])), 1.0)
    if width < 8:
        return result
    teeth = _teeth_share(image, points, upper, lower)
    gap = np.linalg.norm(upper - lower, axis=1)
    if float(gap.max()) < _BARELY * width:
        meeting = _dark_line(image, upper, lower)
        result[UPPER] = result[LOWER] = meeting
        if teeth >= _TEETH_SHOW:
            lip = _lip_colour(image, lower, points[list(_OUTER_LOWER)])
            result[UPPER] = _to_teeth(image, meeting, upper, lip)
            result[LOWER] = _to_teeth(image, meeting, lower, lip)
    elif openness(ring) > _OPEN:
        middle = (upper + lower) / 2
        result[UPPER] = _beyond_teeth(image, middle, upper, points[list(_OUTER_UPPER)])
        result[LOWER] = _beyond_teeth(image, middle, lower, points[list(_OUTER_LOWER)])
    return result


def _lip_colour(image: NDArray[np.float32], inner: Floats, outer: Floats) -> Floats:
    """Colour (3,) of the lip between its lines (9, 2)."""
    share = np.linspace(*_LIP, 8)[:, None, None]
    middle = slice(1, -1)
    samples = bilinear(image, (inner + share * (outer - inner))[:, middle].reshape(-1, 2))
    return np.asarray(np.median(samples, 0), np.float64)


def _teeth_share(image: NDArray[np.float32], points: Floats, upper: Floats, lower: Floats) -> float:
    """Share of teeth in the opening."""
    share = np.linspace(0.1, 0.9, 9)[:, None, None]
    inside = bilinear(image, (upper + share * (lower - upper)).reshape(-1, 2))
    lips = [
        _lip_colour(image, line, points[list(outer)])
        for line, outer in ((upper, _OUTER_UPPER), (lower, _OUTER_LOWER))
    ]
    return float(tooth_pixels(inside, np.mean(lips, 0)).mean())


def _dark_line(image: NDArray[np.float32], upper: Floats, lower: Floats) -> Floats:
    """The darkest place (9, 2) between two lines, without jumps."""
    share = np.linspace(-0.15, 1.15, 27)
    across = upper + share[:, None, None] * (lower - upper)
    luma = (bilinear(image, across.reshape(-1, 2)) @ LUMA).reshape(len(share), -1)
    # Neighbours vote: the line is dark over a stretch, not at one point.
    luma = gaussian_filter1d(luma, 1.0, axis=1, mode="nearest")
    at = gaussian_filter1d(share[luma.argmin(0)], 1.0, mode="nearest")
    return np.asarray(upper + at[:, None] * (lower - upper))


def _beyond_teeth(
    image: NDArray[np.float32], middle: Floats, inner: Floats, outer: Floats
) -> Floats:
    """The inner line (9, 2), moved outwards past teeth that reach beyond it."""
    lip = _lip_colour(image, inner, outer)
    moved = np.zeros(len(inner))
    for column, (start, line, end) in enumerate(zip(middle, inner, outer, strict=True)):
        way, thick = line - start, end - line
        inside, beyond = float(np.linalg.norm(way)), float(np.linalg.norm(thick))
        if beyond < 2 or inside < 1:
            continue
        along = np.arange(-min(inside, 0.4 * beyond), _FARTHEST * beyond, _STEP)
        before = line + along[:, None] * way / inside
        after = line + along[:, None] * thick / beyond
        teeth = tooth_pixels(bilinear(image, np.where(along[:, None] < 0, before, after)), lip)
        moved[column] = _end_of_run(along, teeth) / beyond
    # One column alone is a highlight.
    moved = gaussian_filter1d(median_filter(moved, 3, mode="nearest"), 0.7, mode="nearest")
    return np.asarray(inner + moved[:, None] * (outer - inner))


def _to_teeth(image: NDArray[np.float32], start: Floats, end: Floats, lip: Floats) -> Floats:
    """Line (9, 2) from ``start`` as far towards ``end`` as teeth show in a slit."""
    share = np.linspace(0, 1, 17)
    across = start + share[:, None, None] * (end - start)
    teeth = tooth_pixels(bilinear(image, across.reshape(-1, 2)), lip).reshape(len(share), -1)
    reach = gaussian_filter1d((teeth * share[:, None]).max(0), 0.7, mode="nearest")
    return np.asarray(start + reach[:, None] * (end - start))


def _end_of_run(along: Floats, teeth: NDArray[np.bool_]) -> float:
    """How far teeth reach from inside the line (``along`` < 0) past it without a break; >= 0."""
    last, missed = None, 0
    for place, tooth in zip(along, teeth, strict=True):
        if tooth:
            last, missed = place + _STEP, 0
        elif place >= 0:
            missed += 1
            if missed > _GAP:
                break
    return max(float(last), 0.0) if last is not None else 0.0
