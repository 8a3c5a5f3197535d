"""What of a photo belongs to the inside of the mouth, and what to the lips round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.lip_line import true_inner_lips
from models.head.mouth import MouthRegion
from models.head.photo_samples import LUMA
from models.head.teeth_colour import redness, tooth_pixels
from models.portrait.portrait import Portrait
from models.reconstruct.canvas import Canvas
from models.reconstruct.pixel_samples import PixelSamples
from models.reconstruct.surface import Surface

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

_THROAT = 0.045
"""Depth behind the lips, canonical units, from which their inner side is throat."""
_SHUT = 3
"""Canvas pixels of height from which the opening is one."""
_RIM = 1.0
"""Canvas pixels round the opening in which lips and mouth blend."""
_LIP = 5
"""Canvas pixels round the opening that are lip."""
_ASTRAY = 2
"""Canvas pixels beyond the lips' inner line where teeth may still be found."""
_LIP_LUMA, _LIP_REDNESS = (0.6, 1.5), 0.7
"""Brightness and redness of what may be lip, over those of the lips nearby."""
_SHADE = 0.45
"""Brightness over that of the lips, below which it is dark between the teeth."""
_TONGUE_FROM = 0.6
"""Distance to the lips from which nothing is taken for teeth, over the greatest one."""
_GAPING = 0.2
"""Half the opening over the mouth's width from which the tongue may shine in its middle."""
_GAP_LUMA = (0.15, 0.42)
"""Brightness of the photo over that of the paint: a gap below, a tooth or its gum above."""
_CALM = (0.06, 0.012)
"""Width and height over which colours of tongue and throat are averaged, over the mouth's width:
what lies above what is kept."""
_TRUST = 3.0
"""Trust in that average over the share of the surroundings that shows them."""
_BITS = 4


@dataclass(frozen=True)
class PhotoMouth:
    """The mouth in a photo, as canvas pixels (S, S); all empty where the lips touch.

    Attributes:
        inside: between the lips, with the rim of blended pixels.
        teeth: of the colour of teeth, in the opening or connected with it.
        no_skin: what must not colour skin: teeth, and what is no lip within the lips' line.
        depths: (4, S, S) colours of what lies behind the teeth, and trust in them, both without
            edges: a gap's shape on tongue and palate would be shreds as soon as the jaw moves.
    """

    inside: Mask
    teeth: Mask
    no_skin: Mask
    depths: FloatArray


def photo_mouth(portrait: Portrait, canvas: Canvas) -> PhotoMouth:
    """Find the open mouth in the photo."""
    line = true_inner_lips(portrait.crop.rgb, portrait.landmarks) + canvas.pad
    opening: Any = np.zeros((canvas.size, canvas.size), np.uint8)
    # cv2 counts from the centre of the first pixel.
    corners = np.rint((line - 0.5) * 2**_BITS).astype(np.int32)
    cv2.fillPoly(opening, [corners], 1, shift=_BITS)
    opening = cv2.morphologyEx(opening, cv2.MORPH_OPEN, np.ones((_SHUT, 1), np.uint8))
    if not opening.any():
        empty = np.zeros((4, canvas.size, canvas.size), np.float32)
        return PhotoMouth(opening > 0, opening > 0, opening > 0, empty)
    rim = cv2.dilate(opening, _disc(_RIM))
    near = cv2.dilate(opening, _disc(_ASTRAY)) > 0
    beside = (cv2.dilate(opening, _disc(_LIP)) > 0) & (rim == 0)
    colours = np.moveaxis(canvas.rgb, 0, -1)
    lip = np.median(colours[beside], 0)
    teeth = np.zeros_like(opening)
    teeth[near] = tooth_pixels(colours[near], lip)
    # Only teeth that the opening touches; a highlight on the lip is an island.
    _, islands = cv2.connectedComponents(np.maximum(rim, teeth))
    teeth &= np.isin(islands, np.unique(islands[opening > 0])).astype(np.uint8)
    strange = (opening > 0) & ~_like_lip(colours, lip)
    no_skin = strange | (cv2.dilate(teeth, _disc(1.0)) > 0)
    depth = cv2.distanceTransform(opening, cv2.DIST_L2, 5)
    # Bright spots far from both lips are the wet tongue's.
    if depth.max() > _GAPING * float(np.linalg.norm(line[10] - line[0])):
        teeth &= (depth < _TONGUE_FROM * depth.max()).astype(np.uint8)
    free = (cv2.erode(opening, _disc(1.0)) > 0) & (cv2.dilate(teeth, _disc(1.0)) == 0)
    free &= _like_flesh(colours, lip)
    depths = _averaged(colours, free, float(np.linalg.norm(line[10] - line[0])))
    return PhotoMouth(rim > 0, teeth > 0, no_skin, depths)


def _averaged(rgb: FloatArray, free: Mask, wide: float) -> FloatArray:
    """(4, S, S) mean of colours (S, S, 3) about where ``free``, and its share; ``wide`` mouth."""
    share = free.astype(np.float32)[..., None]
    total: Any = cv2.GaussianBlur(
        np.concatenate([rgb * share, share], 2), (0, 0), _CALM[0] * wide, None, _CALM[1] * wide
    )
    about = np.asarray(total[..., 3:], np.float32)
    mean = total[..., :3] / np.maximum(about, 1e-6)
    both = np.concatenate([mean, np.clip(_TRUST * about, 0, 1)], 2)
    return np.ascontiguousarray(np.moveaxis(both, -1, 0), np.float32)


def _like_flesh(rgb: FloatArray, lip: NDArray[np.floating]) -> Mask:
    """Which pixels (S, S, 3) are dark or red: teeth in the shade are neither."""
    dark = (rgb @ LUMA) < _SHADE * float(lip @ LUMA)
    red = redness(rgb) > _LIP_REDNESS * redness(lip)
    return np.asarray(dark | red)


def _like_lip(rgb: FloatArray, lip: NDArray[np.floating]) -> Mask:
    """Which pixels (S, S, 3) might be lip."""
    bright = (rgb @ LUMA) / max(float(lip @ LUMA), 1e-3)
    low, high = _LIP_LUMA
    red = redness(rgb) > _LIP_REDNESS * redness(lip)
    return np.asarray((bright > low) & (bright < high) & red)


def _disc(radius: float) -> NDArray[np.uint8]:
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.hypot(x, y) <= radius + 0.3, np.uint8)


def belongs(surface: Surface, pixels: PixelSamples, mouth: PhotoMouth) -> Mask:
    """Pixels (N,) that may colour the eye or the part of the mouth they fall on.

    Generated teeth never lie exactly over the real ones. Teeth with their gum are rigid and may
    show what the photo does; but teeth do not stick to what lies behind them, or a third row would
    show when the jaw opens: that takes the photo's ``depths`` instead. Nothing but the lips' own
    inner side takes colours from outside the opening.
    """
    corner = surface.proxy.faces[pixels.triangle, 0]
    region, sack = material(surface, corner)
    sack &= surface.proxy.part[pixels.triangle] == Part.MOUTH
    generated = region >= 0
    column, row = np.clip(pixels.pixels.astype(np.int64), 0, len(mouth.inside) - 1).T
    inside, tooth = mouth.inside[row, column], mouth.teeth[row, column]
    own = np.where(generated, inside | tooth, True) & ~(sack & tooth)
    return np.asarray(own & ~(inside & lies_deep(surface, corner)))


def material(surface: Surface, corner: NDArray[np.integer]) -> tuple[NDArray[np.integer], Mask]:
    """``MouthRegion`` (N,) of vertices, -1 outside the generated mouth; and which are skin."""
    local = corner - surface.head.mouth_start
    regions = surface.head.mouth.region
    generated = (local >= 0) & (local < len(regions))
    region = np.where(generated, regions[np.clip(local, 0, len(regions) - 1)].astype(int), -1)
    return region, np.asarray(corner < surface.head.skin_count)


def lies_deep(surface: Surface, corner: NDArray[np.integer]) -> Mask:
    """Which vertices (N,) of the mouth lie behind the teeth: tongue, palate and throat."""
    head = surface.head
    own = (head.part == Part.MOUTH) & (head.faces[:, 0] < head.skin_count)
    region, sack = material(surface, corner)
    deep = np.isin(region, (MouthRegion.TONGUE, MouthRegion.PALATE))
    if own.any():
        lips = float(head.rig.rest[head.faces[own], 2].max())
        place = np.where(sack, corner, head.faces[own][0, 0])
        deep |= sack & (head.rig.rest[place, 2] < lips - _THROAT)
    return np.asarray(deep)


def with_depths(
    paint: NDArray[np.floating], mouth: PhotoMouth, canvas: Canvas, places: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Paint (N, 3) of what lies deep at ``places`` (N, 3) of the photo, in the photo's colours."""
    photo = canvas.sample(mouth.depths, canvas.project(places)[0])
    return np.asarray(paint + photo[:, 3:] * (photo[:, :3] - paint))


def without_gaps(
    photo: NDArray[np.floating], paint: NDArray[np.floating], rigid: Mask
) -> NDArray[np.floating]:
    """Colours (N, 3) of the photo, which give way to paint where teeth and gums look dark.

    The dark beside a real tooth would be a patch on the generated one. ``rigid`` (N,) are the
    teeth and gums.
    """
    low, high = _GAP_LUMA
    bright = (photo @ LUMA) / np.maximum(paint @ LUMA, 1e-3)
    trust = np.where(rigid, np.clip((bright - low) / (high - low), 0, 1), 1.0)[:, None]
    return np.asarray(trust * photo + (1 - trust) * paint)


def light_of_photo(
    paint: NDArray[np.floating],
    photo: FloatArray,
    share: FloatArray,
    limits: tuple[float, float],
) -> NDArray[np.floating]:
    """Gain (3,) within ``limits`` that takes paint to the photo where both are known and bright.

    ``paint`` and ``photo`` (N, 3) are the colours of one material, ``share`` (N,) says how well
    the photo shows it.
    """
    bright = (share > 0.6) & (paint @ LUMA > 0.6 * float(np.max(paint @ LUMA, initial=0.0)))
    if bright.sum() < 30:
        return np.ones(3)
    gain = np.median(photo[bright], 0) / np.maximum(np.median(paint[bright], 0), 0.02)
    return np.asarray(np.clip(gain, *limits))
