"""Colours of the eyes measured in a photo, for painting what it hides of them.

The measurement samples the photo on a polar grid around the iris, leave out lids, lashes and
catch-lights, and complete what is hidden from the rest of the same ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head.eyeball import PUPIL_RATIO
from models.head.paint import IRIS_RGB, SCLERA_RGB
from models.head.photo_samples import LUMA, bilinear, inside_polygon, openness

Floats = NDArray[np.float64]
FloatArray = NDArray[np.float32]

# Indices of MediaPipe's 478 face landmarks; right and left are the subject's.
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
RIGHT_IRIS = (468, 469, 470, 471, 472)
LEFT_IRIS = (473, 474, 475, 476, 477)

_TURNS, _RADII = 48, 14
_MIN_IRIS_PIXELS = 2.0
_SHUT = 0.10


@dataclass(frozen=True)
class EyeColours:
    """What a photo shows of one eye.

    Attributes:
        iris_rgb: (3,) main colour of the iris.
        sclera_rgb: (3,) colour of the sclera beside the iris.
        pupil: pupil radius over iris radius.
        iris_texture: (A, R, 3) polar texture of the disc as ``paint.sample_polar`` reads it,
            hidden parts completed; None when the eye is too small, shut or hidden.
        measured: whether the colours come from the photo rather than from defaults.
    """

    iris_rgb: FloatArray
    sclera_rgb: FloatArray
    pupil: float
    iris_texture: FloatArray | None
    measured: bool


def _surroundings(crop: FloatArray, contour: Floats) -> Floats:
    """Median colour (3,) of the skin around an eye, the measure of local light."""
    low, high = contour.min(0), contour.max(0)
    centre, half = (low + high) / 2, (high - low) / 2
    width = max(float(half[0]), 2.0)
    steps = np.linspace(-1, 1, 15)
    below = np.stack([centre[0] + width * steps, np.full(15, high[1] + 0.7 * width)], 1)
    return np.asarray(np.median(bilinear(crop, below), axis=0))


def fallback_eye_colours(skin_rgb: NDArray[np.floating]) -> EyeColours:
    """Plausible colours for an eye that cannot be measured, lit like the given skin (3,)."""
    light = float(np.clip(float(np.asarray(skin_rgb) @ LUMA) / 0.62, 0.18, 1.05))
    return EyeColours(
        (np.asarray(IRIS_RGB) * light).astype(np.float32),
        (np.asarray(SCLERA_RGB) * 0.92 * light).astype(np.float32),
        PUPIL_RATIO,
        None,
        measured=False,
    )


def _polar_points(centre: Floats, radius: float) -> tuple[Floats, Floats]:
    """Pixel positions (A * R, 2) of the polar grid and its radii (R,) in 0..1; y is up."""
    turn = 2 * np.pi * np.arange(_TURNS) / _TURNS
    rings = (np.arange(_RADII) + 0.5) / _RADII
    across = np.stack([np.cos(turn), -np.sin(turn)], 1)
    points = centre + radius * across[:, None] * rings[None, :, None]
    return points.reshape(-1, 2), rings


def _without_catch_lights(colour: Floats, visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Visible samples (A, R) without reflections: those far brighter than the iris usually is."""
    luma = colour @ LUMA
    place = np.arange(_RADII)[None] / _RADII
    middle = luma[visible & (place > 0.4) & (place < 0.85)]
    if not len(middle):
        return visible
    usual = float(np.median(middle))
    spread = float(np.median(np.abs(middle - usual))) * 1.4826
    bright = (luma > usual + max(2.5 * spread, 0.12)) & (place < 0.85)
    for _ in range(2):
        grown = bright | np.roll(bright, 1, 0) | np.roll(bright, -1, 0)
        grown[:, 1:] |= bright[:, :-1]
        grown[:, :-1] |= bright[:, 1:]
        bright = grown
    return np.asarray(visible & ~bright)


def _completed(colour: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Polar texture (A, R, 3) whose hidden samples are the mean of their own ring.

    Rings that are wholly hidden take the nearest ring; seams are softened around the circle.
    """
    weight = keep.astype(np.float64)
    count = weight.sum(0)
    ring = (colour * weight[..., None]).sum(0) / np.maximum(count, 1e-9)[:, None]
    known = np.flatnonzero(count >= 3)
    places = np.arange(colour.shape[1])
    ring = np.stack([np.interp(places, known, ring[known, c]) for c in range(3)], 1)
    soft = weight.copy()
    for _ in range(6):
        soft = np.minimum(weight, (np.roll(soft, 1, 0) + soft + np.roll(soft, -1, 0)) / 3)
    return ring[None] * (1 - soft[..., None]) + colour * soft[..., None]


def _dark_limbus(texture: Floats, rings: Floats) -> Floats:
    """Texture (A, R, 3) whose outer rings are no brighter than the iris within.

    A landmark circle a little too large takes in some sclera, which would show as a halo.
    """
    inner = texture[:, (rings > 0.66) & (rings < 0.82)].mean(axis=(0, 1))
    ceiling = float(inner @ LUMA) * np.interp(rings, [0.80, 1.0], [1.25, 0.85])
    luma = texture @ LUMA
    excess = np.clip((luma / ceiling[None] - 1.0) / 0.25, 0, 1) * (rings > 0.80)
    replacement = inner * (ceiling / max(float(inner @ LUMA), 1e-6))[:, None]
    return np.asarray(texture + (replacement[None] - texture) * excess[..., None])


def _pupil_ratio(ring_luma: Floats, rings: Floats) -> float:
    """Pupil size from the ring brightness: where it climbs half-way to the iris's level.

    Falls back to the usual size when pupil and iris are equally dark.
    """
    dark, level = float(ring_luma[:2].mean()), float(np.median(ring_luma[rings > 0.5]))
    if level - dark < 0.06:
        return PUPIL_RATIO
    above = np.flatnonzero(ring_luma > (dark + level) / 2)
    return float(np.clip(rings[above[0]] if len(above) else PUPIL_RATIO, 0.25, 0.48))


def _iris_rgb(colour: Floats, keep: NDArray[np.bool_], rings: Floats, pupil: float) -> Floats:
    """Median colour (3,) of the kept samples between pupil and limbus, both tails cut off."""
    band = keep & ((rings > min(pupil + 0.08, 0.6)) & (rings < 0.86))[None]
    samples = colour[band] if band.sum() >= 8 else colour[keep]
    luma = samples @ LUMA
    low, high = np.percentile(luma, [20, 85])
    return np.asarray(np.median(samples[(luma >= low) & (luma <= high)], axis=0))


def _is_skin(rgb: Floats, skin: Floats) -> bool:
    """Whether an iris colour is that of the skin around it: a shut or a carved eye."""
    return bool(rgb @ LUMA > 0.9 * (skin @ LUMA) and np.abs(rgb - skin).max() < 0.08)


def _sclera_rgb(
    crop: FloatArray, contour: Floats, centre: Floats, radius: float, skin: Floats
) -> Floats | None:
    """Colour (3,) of the white beside the iris, or None when too little of it shows."""
    low, high = contour.min(0), contour.max(0)
    step = max(float(high[0] - low[0]) / 60, 0.25)
    x, y = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step))
    points = np.stack([x.ravel(), y.ravel()], 1)
    away = np.linalg.norm(points - centre, axis=1)
    margin = 0.16 * radius
    chosen = (inside_polygon(points, contour) > margin) & (away > 1.15 * radius)
    chosen &= away < 2.1 * radius
    if chosen.sum() < 12:
        return None
    samples = bilinear(crop, points[chosen])
    luma = samples @ LUMA
    low_luma, high_luma = np.percentile(luma, [58, 95])
    white = np.median(samples[(luma >= low_luma) & (luma <= high_luma)], axis=0)
    # A sclera darker than half of the skin is shadow or lashes.
    return np.asarray(white) if white @ LUMA > 0.5 * (skin @ LUMA) else None


def _natural_sclera(rgb: Floats) -> Floats:
    """Keep a measured sclera below white and no more coloured than a real one."""
    luma = float(rgb @ LUMA)
    muted = luma + np.clip(rgb - luma, -0.10, 0.10)
    return np.clip(muted * min(1.0, 0.88 / max(float(muted.max()), 1e-6)), 0.02, 0.88)


def estimate_eye_colours(
    crop: NDArray[np.floating], iris: NDArray[np.floating], contour: NDArray[np.floating]
) -> EyeColours:
    """Measure one eye in a photo.

    Args:
        crop: (3, H, W) sRGB in 0..1.
        iris: (5, 2) pixel positions (x, y) of the iris: centre and four points of its edge, in
            the order of ``RIGHT_IRIS`` or ``LEFT_IRIS``.
        contour: (M, 2) pixel positions of the lid line, in the order of ``RIGHT_EYE`` or
            ``LEFT_EYE``.

    Returns:
        Colours as they are in the photo, its light included; defaults lit like the skin
        around the eye when it is shut, tiny or hidden.

    Raises:
        ValueError: arrays of the wrong shape.
    """
    image = np.asarray(crop, np.float32)
    points, lids = np.asarray(iris, np.float64), np.asarray(contour, np.float64)
    if image.ndim != 3 or image.shape[0] != 3 or points.shape != (5, 2) or lids.shape[1:] != (2,):
        raise ValueError("expected a crop (3, H, W), an iris (5, 2) and a contour (M, 2)")
    skin = _surroundings(image, lids)
    usual = fallback_eye_colours(skin)
    centre = points[0]
    radius = float(np.linalg.norm(points[1:] - centre, axis=1).mean())
    if radius < _MIN_IRIS_PIXELS or openness(lids) < _SHUT:
        return usual
    grid, rings = _polar_points(centre, radius)
    colour = bilinear(image, grid).reshape(_TURNS, _RADII, 3)
    margin = max(0.15 * radius, 0.4)
    visible = (inside_polygon(grid, lids) > margin).reshape(_TURNS, _RADII)
    if visible.mean() < 0.2:
        return usual
    keep = _without_catch_lights(colour, visible)
    if keep.mean() < 0.12:
        return usual
    texture = _dark_limbus(_completed(colour, keep), rings)
    pupil = _pupil_ratio(texture.mean(0) @ LUMA, rings)
    main = _iris_rgb(colour, keep, rings, pupil)
    if _is_skin(main, skin):
        return usual
    white = _sclera_rgb(image, lids, centre, radius, skin)
    sclera = np.asarray(usual.sclera_rgb, np.float64) if white is None else white
    return EyeColours(
        main.astype(np.float32),
        _natural_sclera(sclera).astype(np.float32),
        pupil,
        np.clip(texture, 0, 1).astype(np.float32),
        measured=True,
    )


def estimate_both_eyes(
    crop: NDArray[np.floating], landmarks: NDArray[np.floating]
) -> tuple[EyeColours, EyeColours]:
    """Colours of the subject's left and right eye from 478 landmarks in pixels (478, 2+).

    An eye that cannot be measured takes the colours of the other one.
    """
    points = np.asarray(landmarks, np.float64)[:, :2]
    left = estimate_eye_colours(crop, points[list(LEFT_IRIS)], points[list(LEFT_EYE)])
    right = estimate_eye_colours(crop, points[list(RIGHT_IRIS)], points[list(RIGHT_EYE)])
    if left.measured and not right.measured:
        return left, left
    if right.measured and not left.measured:
        return right, right
    return left, right
