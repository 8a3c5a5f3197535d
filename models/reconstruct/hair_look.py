"""How hair looks where the photo does not show it: the tone of the nearest hair, and strands.

The tone is spread over the picture from what surely is hair.  Strands run from the crown down;
their contrast is what the photo's hair shows about its own tone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from models.portrait.pyramid import push_pull
from models.reconstruct.canvas import Canvas, bilinear

FloatArray = NDArray[np.float32]

_CELL = 4
"""Canvas pixels a cell of the map of tones."""
_SURE, _LEAST = 0.85, 0.002
"""Probability from which a pixel is hair; share of the picture below which there is none."""
_INSIDE = (5.0, 25.0)
"""Canvas pixels from the outline, and from skin, between which less and less of the scene, and
of skin, shines through."""
_NEAR = 80.0
"""Canvas pixels from visible hair over which its tone gives way to that of all hair."""
_LOCAL = 0.35
"""Share of the nearest hair's tone far away from it."""
_OUTLIER = 2.5
_DARKER = 0.4
"""Differences of brightness weigh less than those of colour; hair has lights and shadows."""
_DETAIL = 5.0
"""Canvas pixels; what is finer are strands."""
_CONTRAST = (0.03, 0.22)
_AROUND, _ALONG = 768, 96
_LENGTH = 0.7
"""Canonical height of the strands' picture."""
_STRANDS = ((1.6, 9.0, 0.6), (4.0, 14.0, 0.6), (12.0, 20.0, 0.5))
"""Widths and lengths, texels, and weights of strands and locks."""
_WAVE = 0.05
_CROWN = 0.035
"""Canonical distance from the crown within which strands would be too dense."""


@dataclass(frozen=True)
class HairLook:
    """Tone and strands of hair.

    Attributes:
        tone: (N, N, 3) sRGB, a map over the canvas; cell: its pixels.
        contrast: relative deviation of strands from the tone.
        crown: (3,) canonical, where strands begin.
        strands: (_ALONG, _AROUND) brightness about 0 with deviation 1, periodic around.
    """

    tone: FloatArray
    cell: int
    contrast: float
    crown: FloatArray
    strands: FloatArray

    def colours(self, pixels: FloatArray, points: FloatArray) -> FloatArray:
        """Colours (N, 3) at canvas ``pixels`` (N, 2), canonical ``points`` (N, 3)."""
        tone = bilinear(self.tone, pixels / self.cell)
        return np.clip(tone * (1 + self.contrast * self.strands_at(points))[:, None], 0, 1)

    def strands_at(self, points: FloatArray) -> FloatArray:
        """Brightness (N,) of the strands at canonical points (N, 3), about 0 with deviation 1."""
        away = points - self.crown
        turn = np.arctan2(away[:, 0], -away[:, 2]) / (2 * np.pi)
        down = -away[:, 1] / _LENGTH
        turn = turn + _WAVE * np.sin(9 * down + 12 * turn) * np.clip(4 * down, 0, 1) / 4
        where = np.stack([(0.08 + down) * _ALONG, turn * _AROUND])
        value = map_coordinates(self.strands, where, order=1, mode="grid-wrap")
        dense = np.clip(np.hypot(away[:, 0], away[:, 2]) / _CROWN - 0.2, 0, 1)
        return np.asarray(value * dense, np.float32)


def hair_look(
    canvas: Canvas, hair: FloatArray, shows: NDArray[np.bool_], skin: FloatArray
) -> HairLook | None:
    """Learn the look of a person's hair; None if the photo shows next to none.

    Args:
        canvas: the photo.
        hair: (S, S) share of hair or hat.
        shows: (S, S) which pixels see hair that is not hidden by the face.
        skin: (V, 3) canonical skin, for the crown.
    """
    inside = cv2.distanceTransform((canvas.alpha > 0.9).astype(np.uint8), cv2.DIST_L2, 5)
    sure = (hair > _SURE) & shows & (inside > _INSIDE[0])
    if sure.mean() < _LEAST:
        return None
    rgb = np.moveaxis(canvas.rgb, 0, -1)
    smooth = cv2.GaussianBlur(rgb, (0, 0), _DETAIL)
    size = canvas.size // _CELL
    low, high = _INSIDE
    to_skin = cv2.distanceTransform((hair > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    least = np.minimum(inside, to_skin)
    deep = (sure * np.clip((least - low) / (high - low), 0.02, 1)).astype(np.float32)
    detail = (rgb - smooth).mean(-1) / np.maximum(smooth.mean(-1), 0.03)
    contrast = 1.48 * float(np.median(np.abs(detail[deep >= np.median(deep[sure])])))
    small = cv2.resize(rgb * deep[..., None], (size, size), interpolation=cv2.INTER_AREA)
    weight = np.asarray(cv2.resize(deep, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    small = small / np.maximum(weight, 1e-3)[..., None]
    weight = weight * _typical(small, weight)
    usual = np.median(small[weight >= np.quantile(weight[weight > 0], 0.5)], axis=0)
    spread = cv2.GaussianBlur(push_pull(small.astype(np.float32), weight), (0, 0), 3.0)
    away = cv2.distanceTransform((weight < 0.2).astype(np.uint8), cv2.DIST_L2, 5) * _CELL
    local = _LOCAL + (1 - _LOCAL) * np.exp(-away / _NEAR)
    tone = usual + (spread - usual) * local[..., None]
    top = int(skin[:, 1].argmax())
    crown = np.array([skin[:, 0].mean(), skin[top, 1], skin[:, 2].min() * 0.55])
    return HairLook(
        np.asarray(tone, np.float32),
        _CELL,
        float(np.clip(contrast, *_CONTRAST)),
        crown.astype(np.float32),
        _strand_picture(),
    )


def _typical(rgb: NDArray[np.floating], weight: FloatArray) -> FloatArray:
    """(N, N) 0..1: not a clip, an earring or the scene's light, judged by all cells (N, N, 3)."""
    light = rgb.mean(-1, keepdims=True)
    looks = np.concatenate([_DARKER * light, rgb - light], -1)
    members = looks[weight > 0.3]
    if len(members) < 8:
        return np.ones_like(weight)
    middle = np.median(members, 0)
    spread = 1.48 * np.median(np.abs(members - middle), 0) + 0.015
    apart = np.linalg.norm((looks - middle) / (_OUTLIER * spread), axis=-1)
    return np.asarray(np.exp(-(apart**2) / 3), np.float32)


def _strand_picture() -> FloatArray:
    rng = np.random.default_rng(11)
    total = np.zeros((_ALONG, _AROUND))
    for width, length, weight in _STRANDS:
        layer = gaussian_filter(rng.normal(size=total.shape), (length, width), mode="wrap")
        total += weight * layer / layer.std()
    return np.asarray(total / total.std(), np.float32)
