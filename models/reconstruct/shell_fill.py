"""Colours of hair, neck and clothes all round the shell.

Where the photo sees the shell straight on, its pixels are taken.  Towards the outline, where a
few pixels would be smeared over the whole side, and on the back, the picture is folded back at
the outline: a point's distance along the surface decides how far inside the outline it looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.portrait.pyramid import push_pull
from models.reconstruct.canvas import Canvas, bilinear
from models.reconstruct.relief import BACK, FRINGE
from models.reconstruct.surface import Surface
from models.render.zbuffer import Hits

FloatArray = NDArray[np.float32]

TRUSTED = 9.0
"""Canvas pixels inside the outline from which the photo is taken as it is."""
_LONGEST_RUN = 70.0
_SOFT = 4.0
"""Canvas pixels over which detail is averaged where the picture is folded."""
_SHARP = 25.0
"""Canvas pixels: what is folded from farther off is as soft as it gets."""
_BLURRED = 0.85
_TONE = 90.0
"""Canvas pixels behind the outline over which its tone gives way."""


@dataclass(frozen=True)
class ShellPicture:
    """The photo without the face, and the maps that fold it.

    Attributes:
        rgb: (S, S, 3) hair, neck and clothes; the face is filled from around it.
        soft: (S, S, 3) the same without fine detail.
        distance: (S, S) pixels to the outline.
        inward: (S, S, 2) unit direction away from the outline.
        run: (S, S) how many pixels one can go inward before the face begins.
    """

    rgb: FloatArray
    soft: FloatArray
    distance: FloatArray
    inward: FloatArray
    run: FloatArray


def shell_picture(surface: Surface, canvas: Canvas, hits: Hits) -> ShellPicture:
    """Prepare the photo for ``shell_colours``."""
    solid_faces = surface.proxy.faces[~surface.proxy.soft]
    on_shell = (hits.triangle >= 0) & (solid_faces[hits.triangle, 0] >= surface.shell_start)
    inside = canvas.alpha > 0.85
    skin = canvas.classes["face_skin"]
    keep = inside & on_shell & (skin < 0.4)
    keep = cv2.erode(keep.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    distance = _floats(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5))
    smooth = cv2.GaussianBlur(distance, (0, 0), 6.0)
    slope = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)], -1)
    inward = _floats(slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-4))
    to_face = cv2.distanceTransform(((skin < 0.4) | ~inside).astype(np.uint8), cv2.DIST_L2, 5)
    run = np.clip(distance + to_face - 4.0, TRUSTED + 6.0, _LONGEST_RUN + TRUSTED)
    rgb = push_pull(np.moveaxis(canvas.rgb, 0, -1), keep.astype(np.float32))
    return ShellPicture(
        rgb,
        _floats(cv2.GaussianBlur(rgb, (0, 0), _SOFT)),
        distance,
        inward,
        _floats(cv2.GaussianBlur(_floats(run), (0, 0), 3.0)),
    )


def shell_colours(
    picture: ShellPicture, pixels: FloatArray, arc: FloatArray, sheet: NDArray[np.uint8]
) -> tuple[FloatArray, FloatArray]:
    """Colours (N, 3) of shell points and how directly the photo shows each (N,), 0..1.

    Args:
        picture: of ``shell_picture``.
        pixels: (N, 2) canvas pixels.
        arc: (N,) distance along the surface from the outline, canvas pixels.
        sheet: (N,) front, back or fringe.
    """
    back = sheet == BACK
    target, blur = folded_looks(picture, pixels, arc, sheet)
    soft = bilinear(picture.soft, target)
    colour = bilinear(picture.rgb, target) * (1 - blur)[:, None] + blur[:, None] * soft
    # Only detail is folded: the tone is that of the nearest place which the photo shows.
    near = (1 - np.clip(arc / _TONE, 0, 1) * back) * (sheet != FRINGE)
    colour += near[:, None] * (bilinear(picture.soft, pixels) - soft)
    distance = bilinear(picture.distance, pixels)
    direct = np.clip((distance - TRUSTED) / 4, 0, 1) * ~back
    return np.clip(colour, 0, 1).astype(np.float32), direct.astype(np.float32)


def folded_looks(
    picture: ShellPicture, pixels: FloatArray, arc: FloatArray, sheet: NDArray[np.uint8]
) -> tuple[FloatArray, FloatArray]:
    """Canvas pixels (N, 2) where shell points take their detail, and how soft it is (N,), 0..1."""
    distance = bilinear(picture.distance, pixels)
    inward = bilinear(picture.inward, pixels)
    run = bilinear(picture.run, pixels)
    back = sheet == BACK
    rim_arc = _rim_arc(distance, arc, back)
    folded = np.where(back, TRUSTED + rim_arc + arc, TRUSTED + np.maximum(rim_arc - arc, 0))
    deep = np.clip(_fold(folded, TRUSTED, run), TRUSTED, None)
    look = np.where(back | (distance < TRUSTED), deep, distance)
    look = np.where(sheet == FRINGE, distance, look)
    target = pixels + inward * (look - distance)[:, None]
    # Deep inside the back there is no outline nearby: look straight through.
    through = np.clip((distance - 40) / 25, 0, 1) * back
    target = target * (1 - through)[:, None] + through[:, None] * pixels
    # Neighbours on the surface may look at far places: what is folded shows no fine detail.
    shift = np.abs(look - distance) * (1 - through)
    blur = np.clip(np.maximum(shift / _SHARP, through), 0, _BLURRED)
    return target.astype(np.float32), blur.astype(np.float32)


def _rim_arc(distance: FloatArray, arc: FloatArray, back: NDArray[np.bool_]) -> FloatArray:
    """Arc length from the outline to where the photo is trusted, about the same all along it."""
    rim = ~back & (np.abs(distance - TRUSTED) < 2)
    typical = float(np.median(arc[rim])) if rim.any() else 2 * TRUSTED
    return np.full(len(arc), max(typical, TRUSTED), np.float32)


def _fold(value: FloatArray, low: float, high: FloatArray) -> FloatArray:
    """Reflect ``value`` into ``low .. high`` like a ball between two walls."""
    span = np.maximum(high - low, 1.0)
    phase = np.mod(value - low, 2 * span)
    return np.asarray(low + np.where(phase > span, 2 * span - phase, phase), np.float32)


def _floats(image: ArrayLike) -> FloatArray:
    return np.asarray(image, np.float32)
