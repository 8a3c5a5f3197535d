"""The matte: how much of each crop pixel belongs to the chosen person, with soft hair.

The carried path refines the 6-class network's person probability with guided filters inside the
unknown band. Where the MODNet weights are installed, they supply the soft edge and the classes
only say who the person is. Other people and stray parts are removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.assets import find_asset
from models.portrait.crop import Crop
from models.portrait.extend import close_head, continue_outside
from models.portrait.guided import GuidedFilter
from models.portrait.parse import BACKGROUND, HAIR, segment

Floats = NDArray[np.float32]
_MODNET_SIDE = 512
_THREADS = 2


def matte(
    crop: Crop,
    raw: Floats | None = None,
    others: Sequence[Floats] = (),
    use_modnet: bool = True,
) -> Floats:
    """Alpha (1, S, S) of the person whose landmarks `crop` carries.

    `raw` (6, S, S): the result of `segment`, when at hand. `others`: landmarks (478, 3) in crop
    pixels of the other faces in the photo, which are cut away. `use_modnet` False keeps to the
    carried weights.
    """
    raw = segment(crop) if raw is None else raw
    person = 1.0 - raw[BACKGROUND]
    person = np.asarray(person * _mine(crop, person, others), np.float32)
    guide = np.ascontiguousarray(crop.rgb.transpose(1, 2, 0))
    weights = find_asset("modnet") if use_modnet else None
    if weights is None:
        alpha = _refine(guide, person)
    else:
        alpha = _choose(_modnet(crop, str(weights)), _refine(guide, person), raw)
    alpha = _fill_holes(_only_component(crop, alpha))
    alpha = close_head(crop, continue_outside(alpha[None], crop.valid)[0])
    return np.ascontiguousarray(np.clip(alpha, 0.0, 1.0)[None], np.float32)


def _refine(guide: Floats, person: Floats) -> Floats:
    """Follow the picture's edges within the band where the network hesitates."""
    size = guide.shape[0]
    band = _unknown_band(person, size)
    certain = np.clip((person - 0.2) / 0.6, 0.0, 1.0).astype(np.float32)
    coarse = GuidedFilter(guide, max(4, size // 42), 1e-4)(certain)
    fine = GuidedFilter(guide, max(2, size // 128), 1e-5)(
        np.clip((coarse - 0.1) / 0.8, 0.0, 1.0).astype(np.float32)
    )
    soft = np.clip((fine - 0.06) / 0.88, 0.0, 1.0)
    return np.asarray(certain + (soft - certain) * band, np.float32)


def _unknown_band(person: Floats, size: int) -> Floats:
    """(S, S) weight of the refinement: 1 around the contour, 0 far inside and outside."""
    solid = (person > 0.5).astype(np.uint8)
    reach = size / 22
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - solid, cv2.DIST_L2, 5)
    distance = np.maximum(inside, outside)
    return np.clip(2.0 - distance / reach, 0.0, 1.0).astype(np.float32)


def _mine(crop: Crop, person: Floats, others: Sequence[Floats]) -> Floats:
    """(S, S) in 0..1: which pixels are nearer to this face than to another one."""
    own = _seed(crop.landmarks)
    grid = np.stack(np.meshgrid(*[np.arange(crop.size) + 0.5] * 2), -1).astype(np.float32)
    nearest = np.full(person.shape, np.inf, np.float32)
    for other in others:
        nearest = np.minimum(nearest, _reach(grid, _seed(other)))
    if not np.isfinite(nearest).any():
        return np.ones(person.shape, np.float32)
    return np.clip((nearest / np.maximum(_reach(grid, own), 1e-3) - 0.95) / 0.1, 0, 1)


def _seed(landmarks: Floats) -> tuple[Floats, float]:
    """Centre and radius of a face, pixels."""
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    return (low + high) / 2, float((high - low).max()) / 2


def _reach(grid: Floats, seed: tuple[Floats, float]) -> Floats:
    """Distance from a face in its own radii; downwards counts less, bodies hang below heads."""
    offset = (grid - seed[0]) / seed[1]
    offset[..., 1] = np.where(offset[..., 1] > 0, offset[..., 1] * 0.6, offset[..., 1])
    return np.asarray(np.hypot(offset[..., 0], offset[..., 1]), np.float32)


def _choose(detailed: Floats, person: Floats, raw: Floats) -> Floats:
    """MODNet's soft edge near the person's contour, the classes elsewhere.

    Hair may stray far from where the classes see it; clothes and skin may not.
    """
    size = person.shape[0]
    hair = _widened(raw[HAIR] > 0.3, size // 14) * _widened(person > 0.2, size // 14)
    near = np.maximum(hair, _widened(person > 0.3, size // 100))
    core = _narrowed(person > 0.8, size // 64) * (1 - _widened(raw[HAIR] > 0.4, size // 50))
    core = np.maximum(core, _narrowed(person > 0.9, size // 24))
    allowed = np.clip(2.0 * cv2.GaussianBlur(near, (0, 0), size / 128) - 0.5, 0.0, 1.0)
    return np.asarray(
        np.maximum(detailed * allowed, cv2.GaussianBlur(core, (0, 0), size / 170)), np.float32
    )


def _widened(mask: NDArray[np.bool_], radius: int) -> Floats:
    return np.asarray(cv2.dilate(mask.astype(np.float32), _disc(radius)), np.float32)


def _narrowed(mask: NDArray[np.bool_], radius: int) -> Floats:
    return np.asarray(cv2.erode(mask.astype(np.float32), _disc(radius)), np.float32)


def _only_component(crop: Crop, alpha: Floats) -> Floats:
    """Remove everything that does not hang together with the face."""
    count, labels = cv2.connectedComponents((alpha > 0.2).astype(np.uint8))
    if count <= 2:
        return alpha
    at = np.clip(crop.landmarks[:, :2].astype(int), 0, crop.size - 1)
    votes = np.bincount(labels[at[:, 1], at[:, 0]], minlength=count)
    votes[0] = 0
    mine = (labels == int(votes.argmax())).astype(np.uint8)
    near = cv2.dilate(mine, _disc(max(3, crop.size // 100))).astype(np.float32)
    return np.asarray(alpha * cv2.GaussianBlur(near, (0, 0), 1.5), np.float32)


def _fill_holes(alpha: Floats) -> Floats:
    """Close gaps that are surrounded by the person and small."""
    empty = (alpha < 0.6).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(empty)
    small = np.zeros(count, np.float32)
    small[1:] = stats[1:, cv2.CC_STAT_AREA] < 0.002 * alpha.size
    return np.asarray(
        np.maximum(alpha, cv2.GaussianBlur(small[labels], (0, 0), 1.0) * (small[labels] > 0)),
        np.float32,
    )


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2), np.uint8)


@cache
def _session(weights: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _modnet(crop: Crop, weights: str) -> Floats:
    """MODNet's matte (S, S) (Ke et al. 2022); input RGB in -1..1 at 512 pixels."""
    session = _session(str(Path(weights)))
    image = _resized(crop.rgb.transpose(1, 2, 0), _MODNET_SIDE)
    tensor = np.ascontiguousarray(image.transpose(2, 0, 1)[None] * 2.0 - 1.0, np.float32)
    (result,) = session.run(None, {session.get_inputs()[0].name: tensor})
    alpha = np.asarray(result, np.float32).reshape(_MODNET_SIDE, _MODNET_SIDE)
    return np.clip(_resized(alpha, crop.size), 0.0, 1.0)


def _resized(image: Floats, side: int) -> Floats:
    """(H, W[, C]) at side x side; unchanged when it has that size."""
    if image.shape[0] == side:
        return image
    method = cv2.INTER_AREA if image.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (side, side), interpolation=method), np.float32)
