"""Colours of closed lids: the smooth skin round the eye, a soft crease and a line of lashes."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

from models.head.assemble import HeadMesh
from models.head.photo_samples import LUMA
from models.reconstruct.canvas import Canvas
from models.reconstruct.closed_lids import LidVeil

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_SPREAD = 0.018
"""Canonical units over which the skin's tone is averaged."""
_HELD = 0.5
"""How firmly the photo's skin holds that tone, over what neighbours do."""
_LESS_BELOW = 0.5
"""The lower lid, redder and with bags, tells little of the upper one."""
_MARGIN = 0.008
_CLEAN = (0.53, 0.82)
"""Brightness over that of the skin near by between which skin is clean: below are lashes, brow
and crease."""
_HUE = 0.10
"""Distance of colours, over their brightness, within which others are skin."""
_FADE = (0.04, 0.60)
"""Shares of the margin's travel between which the upper lid's veil fades in."""
_FADE_BELOW, _FADE_BESIDE = (0.0025, 0.008), (0.002, 0.010)
_ROUNDED = (0.008, 0.020)
"""Distances beyond the corners, and inside them, between which it fades in."""
_BROWS = ((276, 283, 282, 295, 285), (46, 53, 52, 65, 55))
"""Landmarks of the lower edges of the left and the right eyebrow."""
_FADE_AT_BROW = (0.02, 0.14)
"""Distances below it, over the width of the eye, between which the veil fades in."""
_CREASE = (0.55, 0.30, 0.05)
"""Share of the travel at the crease, its width, and how much darker it is."""
_CREST, _ROUND = 0.012, 0.05
"""Height at which the lid bulges most and how much brighter it is there."""
_LASHES_WIDE, _LASHES_LONG = 0.0018, 0.0050
"""Height of the line on the upper lid and how far lashes hang over the lower one."""
_STRAND = 0.0028
_DARKEST = 12
"""Percent of the pixels at the upper margin that tell the colour of lashes."""
_LASH_LUMA = (0.12, 0.50)
"""Luma of lashes over that of the lid."""


def lid_samples(
    veil: LidVeil,
    corners: NDArray[np.integer],
    weights: Floats,
    tone: Floats,
    lash: Floats,
    cover: Floats,
) -> tuple[FloatArray, FloatArray]:
    """Colours (N, 3) and opacities (N,) of points on a veil.

    Args:
        veil: closed lids of one eye.
        corners: (N, 3) vertices of the veil; weights: (N, 3) barycentric.
        tone: (K, 3) clean skin at its vertices; lash: (3,) colour of lashes.
        cover: (K,) how much of the upper lid's skin the veil may hide.
    """

    def at(values: NDArray[np.generic]) -> Floats:
        return np.asarray(np.einsum("nc,nc->n", weights, values[corners].astype(np.float64)))

    height, along, motion = at(veil.height), at(veil.along), at(veil.motion)
    upper = at(veil.upper) > 0.5
    rgb = np.einsum("nc,ncd->nd", weights, tone[corners])
    long = float(np.ptp(veil.place[:, 0]) / np.ptp(veil.along))
    place, width, depth = _CREASE
    crease = np.exp(-(((motion - place) / width) ** 2)) * upper
    crease *= _smooth((np.minimum(along, 1 - along) - 0.05) / 0.25)
    round_lid = np.clip(1 - ((height - _CREST) / _CREST) ** 2, 0, 1) * upper
    rgb *= (1 - depth * crease + _ROUND * round_lid)[:, None]
    within = np.minimum(along, 1 - along) * long
    outside, inside = _FADE_BESIDE
    beside = _smooth((within + outside) / (outside + inside))
    # Round towards the corners, as a lid is; both ways wide, for its border is nowhere a line.
    low, high = _FADE
    up = np.clip((high - motion) / (high - low), 0, 1)
    outside, inside = _ROUNDED
    out = np.clip((inside - within) / (outside + inside), 0, 1)
    lid = np.where(upper, _smooth(1 - np.hypot(up, out)) * at(cover), 0)
    low, high = _FADE_BELOW
    lid = np.maximum(lid, _smooth((high - np.abs(height)) / (high - low))) * beside
    line = _lashes(height, along, long) * beside
    rgb += line[:, None] * (lash - rgb)
    return rgb.astype(np.float32), np.maximum(lid, line).astype(np.float32)


def _lashes(height: Floats, along: Floats, long: float) -> Floats:
    """Share (N,) of lashes: a line on the upper margin, strands over the lower lid."""
    # Lashes are thin at the inner corner and longest before the outer one.
    full = np.interp(along, (0.0, 0.12, 0.35, 0.75, 1.0, 1.1), (0.0, 0.35, 0.8, 1.0, 0.8, 0.0))
    line = _smooth(1.25 - height / (_LASHES_WIDE * (0.5 + full)))
    nodes = np.arange(-0.3, 1.3, _STRAND / long)
    strand = np.random.default_rng(3).random(len(nodes))
    # They fan out from the middle of the eye.
    across = along + np.maximum(-height, 0) * 0.9 * (0.45 - along) / long
    hanging = np.interp(across, nodes, strand)
    reach = _LASHES_LONG * full * (0.7 + 0.3 * hanging)
    below = _smooth(1 + height / np.maximum(reach, 1e-5)) * (0.7 + 0.3 * hanging)
    return np.asarray(full * np.where(height > 0, 0.8 * line, 0.75 * below))


def lid_tone(veil: LidVeil, colours: FloatArray, seen: FloatArray, cover: Floats) -> Floats:
    """Smooth skin (K, 3) at the vertices of a veil: that of its border, carried on inside.

    The least change between neighbours (Perez, Gangnet and Blake, "Poisson image editing", 2003,
    eq. 2 with no guidance field), held by the skin that the photo shows beside the lid. So a dark
    socket stays dark, and no outline shows where the veil ends.

    Args:
        veil: closed lids of one eye.
        colours: (V, 3) of the skin; seen: (V,) how well the photo shows it.
        cover: (K,) as in ``lid_samples``; what it does not reach may be brow.
    """
    skin = colours[veil.skin].astype(np.float64)
    trust = _trust(veil, seen[veil.skin], cover)
    luma = np.maximum(skin @ LUMA, 1e-3)
    usual = _near(veil.place, veil.place, _SPREAD, trust + 1e-6) @ luma
    low, high = _CLEAN
    trust *= _smooth((luma / usual - low) / (high - low))
    # Sclera and dyes are as bright, but of another hue.
    hue = skin / luma[:, None]
    usual_hue = (trust + 1e-6) @ hue / (trust + 1e-6).sum()
    trust *= np.exp(-(((hue - usual_hue) / _HUE) ** 2).sum(1))
    sides = np.concatenate([veil.faces[:, [0, 1]], veil.faces[:, [1, 2]], veil.faces[:, [2, 0]]])
    count = len(skin)
    links = sp.coo_matrix((np.ones(len(sides)), (sides[:, 0], sides[:, 1])), (count, count))
    links = ((links + links.T) > 0).astype(np.float64)
    held = _HELD * trust + 1e-6
    system = sp.diags(np.asarray(links.sum(1)).ravel() + held) - links
    return np.column_stack([spsolve(system.tocsc(), held * channel) for channel in skin.T])


def _trust(veil: LidVeil, seen: FloatArray, cover: Floats) -> Floats:
    """(K,) how far the photo shows a veil's skin as it is on a shut lid; ``seen`` (K,)."""
    # What moves with the blink shows lashes and crease, what is near the margins the eyeball.
    on_lid = np.where(veil.upper, _smooth((veil.motion - 0.10) / 0.32), _LESS_BELOW)
    at_margin = _smooth((_MARGIN - np.abs(veil.height)) / (0.5 * _MARGIN))
    return np.asarray((1 - on_lid) * (1 - at_margin) * cover * seen)


def below_brow(
    canvas: Canvas, veil: LidVeil, photo: FloatArray, landmarks: FloatArray, eye: int
) -> Floats:
    """(K,) 0 where a veil's skin bears the eyebrow in the photo, 1 some way below it.

    Args:
        canvas: the photo; veil: closed lids of one eye.
        photo: (V, 3) skin as the photo shows it.
        landmarks: (L, 3) in pixels of the crop.
        eye: 0 left, 1 right.
    """
    where, _ = canvas.project(photo[veil.skin])
    brow = landmarks[list(_BROWS[eye]), :2] + canvas.pad
    brow = brow[np.argsort(brow[:, 0])]
    edge = np.interp(where[:, 0], brow[:, 0], brow[:, 1])
    inside = (veil.along > 0) & (veil.along < 1)
    low, high = np.asarray(_FADE_AT_BROW) * float(np.ptp(where[inside, 0]))
    return _smooth((where[:, 1] - edge - low) / (high - low))


def _near(places: Floats, others: Floats, spread: float, trust: NDArray[np.floating]) -> Floats:
    """(N, M) shares of others (M, 2) in what is averaged at places (N, 2)."""
    away = ((places[:, None] - others[None]) ** 2).sum(2)
    weight = (np.exp(-away / (2 * spread**2)) + 1e-9) * trust
    return np.asarray(weight / weight.sum(1, keepdims=True))


def lash_colour(
    canvas: Canvas, head: HeadMesh, photo: FloatArray, eye: int, tone: Floats
) -> Floats:
    """Colour (3,) of lashes: the darkest the photo (V, 3) has at the margin of the upper lid."""
    corners, weights = head.lid_margins
    margin = np.einsum("nc,ncd->nd", weights[eye, 0], photo[corners[eye, 0]]).astype(np.float32)
    where, _ = canvas.project(margin)
    steps = np.linspace(0, len(where) - 1, 60)
    line = np.stack([np.interp(steps, np.arange(len(where)), w) for w in where.T], 1)
    wide = float(np.ptp(where[:, 0]))
    grid = np.concatenate([line - (0, up * wide) for up in np.linspace(-0.01, 0.10, 8)])
    rgb = canvas.sample(canvas.rgb, grid.astype(np.float32)).astype(np.float64)
    luma = rgb @ LUMA
    dark = rgb[luma <= np.percentile(luma, _DARKEST)].mean(0)
    skin = float((tone @ LUMA).mean())
    target = np.clip(dark @ LUMA, _LASH_LUMA[0] * skin, _LASH_LUMA[1] * skin)
    return np.asarray(np.clip(dark * target / max(float(dark @ LUMA), 1e-3), 0, 1))


def _smooth(x: Floats) -> Floats:
    clipped = np.clip(x, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
