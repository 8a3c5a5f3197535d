"""The square head-and-shoulders crop that the avatar is built from.

Placed as the crops of FFHQ and EG3D are (Karras et al. 2019, appendix A; Chan et al. 2022,
appendix): the eye line level, the side proportional to the face. Here the proportion is measured
in three dimensions, so that a turned head or an open mouth does not change the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.detect import Face
from models.portrait.resample import apply, similarity, warp

CROP_SIZE = 512
# FFHQ's side is twice the larger of 2.0 x eye distance and 1.8 x eye-mouth distance, which is
# the eye distance times about 4 on an average adult face.
_SIDE_IN_EYE_DISTANCES = 4.1
_SIDE_IN_EYE_TO_NOSE = 6.9
_RIGHT_EYE = (33, 133, 159, 145)
_LEFT_EYE = (263, 362, 386, 374)
_NOSE_BASE = 2
_MOUTH_CORNERS = (61, 291)


@dataclass(frozen=True)
class Crop:
    """A square part of the photo.

    rgb (3, S, S) sRGB 0..1, smoothly continued where the photo ends; valid (1, S, S): 1 where the
    photo has pixels; matrix (2, 3): photo pixels to crop pixels; landmarks (478, 3) in crop pixels.
    """

    rgb: NDArray[np.float32]
    valid: NDArray[np.float32]
    matrix: NDArray[np.float64]
    landmarks: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Side in pixels."""
        return int(self.rgb.shape[1])


def crop_portrait(
    rgb: NDArray[np.float32], face: Face, size: int = CROP_SIZE, margin: float = 1.12
) -> Crop:
    """Cut the head and shoulders of `face` from a (3, H, W) picture.

    `margin` 1 shows about what an FFHQ picture shows; larger values show more around it.
    """
    matrix = _placement(face, size, margin)
    source = np.ascontiguousarray(rgb.transpose(1, 2, 0))
    colour = np.clip(warp(source, matrix, size, cv2.BORDER_REFLECT_101), 0.0, 1.0)
    inside = np.ones(rgb.shape[1:], np.float32)
    valid = np.clip(warp(inside, matrix, size, cv2.BORDER_CONSTANT, 0.0), 0.0, 1.0)
    continued = _soften_outside(colour.astype(np.float32), valid.astype(np.float32))
    return Crop(
        np.ascontiguousarray(continued.transpose(2, 0, 1)),
        valid.astype(np.float32)[None],
        matrix,
        apply(matrix, face.landmarks),
    )


def _placement(face: Face, size: int, margin: float) -> NDArray[np.float64]:
    points = face.landmarks.astype(np.float64)
    right, left = points[list(_RIGHT_EYE)].mean(0), points[list(_LEFT_EYE)].mean(0)
    eyes = (right + left) / 2
    nose = points[_NOSE_BASE]
    side = max(
        _SIDE_IN_EYE_DISTANCES * float(np.linalg.norm(left - right)),
        _SIDE_IN_EYE_TO_NOSE * float(np.linalg.norm(nose - eyes)),
    )
    axis = (left - right)[:2]
    axis /= np.hypot(*axis)
    down = np.array([-axis[1], axis[0]])
    centre = eyes[:2] + down * 0.06 * side + _towards_skull(face, axis) * side
    return similarity(centre, axis, side * margin, size)


def _towards_skull(face: Face, axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift against the face's direction, in sides: the skull lies behind the eyes."""
    yaw = np.radians(face.angles[0])
    return np.asarray(-0.12 * np.sin(yaw) * axis)


def _soften_outside(
    colour: NDArray[np.float32], valid: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Melt the mirrored border into a blur that grows with the distance from the photo."""
    if valid.min() >= 0.5:
        return colour
    size = colour.shape[0]
    outside = (valid < 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / size
    result = colour
    for sigma, reach in ((0.01, 0.02), (0.03, 0.06), (0.08, 0.15)):
        blurred = cv2.GaussianBlur(result, (0, 0), sigma * size, borderType=cv2.BORDER_REFLECT_101)
        weight = np.clip(distance / reach, 0.0, 1.0)[..., None]
        result = result + (blurred - result) * weight * weight * (3.0 - 2.0 * weight)
    return np.clip(result, 0.0, 1.0).astype(np.float32)
