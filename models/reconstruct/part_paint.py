"""Painted colours of eyeballs, mouth and throat, in the light of the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.head.eye_colours import EyeColours, estimate_both_eyes
from models.head.lip_line import true_inner_lips
from models.head.paint import paint_eye, paint_mouth, paint_throat
from models.head.photo_samples import LUMA
from models.head.teeth_colour import estimate_teeth_colour
from models.portrait.portrait import Portrait
from models.reconstruct.surface import Surface

FloatArray = NDArray[np.float32]

_GREY = 0.03
"""Least chroma of the lips in a colour photo."""
_LIPS = (61, 291, 0, 17, 37, 267)
_THROAT = 0.13
"""Depth behind the lips, canonical units, at which the throat has its own colour."""


def paint_parts(portrait: Portrait, surface: Surface, iris_ratio: float) -> FloatArray:
    """(V, 3) colours of eyeballs, mouth and the sack behind the lips; zero elsewhere.

    They take the photo's own eyes, teeth and light.
    """
    crop, head = portrait.crop.rgb, surface.head
    rgb = np.zeros((len(surface.proxy.canonical), 3), np.float32)
    for (start, mesh), eye in zip(
        head.eyes, estimate_both_eyes(crop, portrait.landmarks), strict=True
    ):
        rgb[start : start + len(mesh.vertices)] = _painted_eye(mesh.uv, eye, iris_ratio)
    lips = np.clip(portrait.landmarks[list(_LIPS), :2], 0, crop.shape[-1] - 1)
    tone = np.median([crop[:, int(y), int(x)] for x, y in lips], 0)
    teeth = estimate_teeth_colour(crop, true_inner_lips(crop, portrait.landmarks))
    # Dark lips are not dark light: white teeth tell it better.
    shine = 0.0 if teeth is None else float(teeth @ LUMA) / 0.72
    light = float(np.clip(max((tone @ LUMA) / 0.45, shine), 0.4, 1.2))
    start, stop = head.mouth_start, head.mouth_start + len(head.mouth.vertices)
    rgb[start:stop] = paint_mouth(head.mouth, tone_rgb=tone, teeth_rgb=teeth, light=light)
    sack = _sack(surface)
    if len(sack):
        z = head.rig.rest[sack, 2]
        rgb[sack] = paint_throat((z.max() - z) / _THROAT, tone_rgb=tone, light=light)
    if float(np.ptp(tone)) < _GREY:
        # A photo without colour gets a mouth without colour.
        inside = np.concatenate([np.arange(start, stop), sack])
        rgb[inside] = (rgb[inside] @ LUMA)[:, None]
    return rgb


def _sack(surface: Surface) -> NDArray[np.intp]:
    """Skin vertices behind the lips."""
    head = surface.head
    own = (head.part == Part.MOUTH) & (head.faces[:, 0] < head.skin_count)
    return np.unique(head.faces[own]).astype(np.intp)


def _painted_eye(uv: FloatArray, eye: EyeColours, iris_ratio: float) -> NDArray[np.floating]:
    return paint_eye(
        uv,
        iris_rgb=eye.iris_rgb,
        iris_texture=eye.iris_texture,
        sclera_rgb=eye.sclera_rgb,
        pupil=eye.pupil,
        iris_radius=iris_ratio,
        light=1.0,
    )
