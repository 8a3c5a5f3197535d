"""The square head-and-shoulders crop that the avatar is built from.

Placed as the crops of FFHQ and EG3D are (Karras et al. 2019, appendix A; Chan et al. 2022,
appendix): the eye line level, the side proportional to the face. Here the proportion is measured
in three dimensions, so that a turned head or an open mouth does not change the scale, and the
square grows when the hair or hat needs it. It is a little smaller where a photo is tight: what
lies beyond its borders could only be invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.detect import Face
from models.portrait.resample import apply, invert, similarity, warp, wide_blur

CROP_SIZE = 512
_LEAST_MARGIN, _USUAL_MARGIN, _MOST_MARGIN = 0.97, 1.12, 1.5
_ROOM_ABOVE = 0.035  # of the side, between the hair and the upper border
_RIGHT_EYE = (33, 133, 159, 145)
_LEFT_EYE = (263, 362, 386, 374)
# The side of an FFHQ picture in distances that neither expression nor pose changes much.
_SIDE_IN_EYE_DISTANCES = 4.85
_SIDE_IN_TEMPLE_WIDTHS = 2.21
_SIDE_IN_FOREHEAD_TO_NOSE = 3.3
_TEMPLES = (127, 356)
_FOREHEAD_AND_NOSE_BASE = (10, 2)


@dataclass(frozen=True)
class Crop:
    """A square part of the photo.

    rgb (3, S, S) sRGB 0..1, smoothly continued where the photo ends; valid (1, S, S): 1 where the
    photo has pixels; matrix (2, 3): photo pixels to crop pixels; landmarks (478, 3) in crop pixels.
    Pixel coordinates put the centre of the first pixel at 0.5.
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
    rgb: NDArray[np.float32], face: Face, size: int = CROP_SIZE, margin: float | None = None
) -> Crop:
    """Cut the head and shoulders of `face` from a (3, H, W) picture.

    `margin` 1 shows about what an FFHQ picture shows, larger values more; None takes 1.12, less in
    a tight photo, and up to 1.5 where the hair needs it.
    """
    matrix = _placement(face, size, margin, (rgb.shape[2], rgb.shape[1]))
    colour = np.clip(warp(rgb.transpose(1, 2, 0), matrix, size, cv2.BORDER_REPLICATE), 0.0, 1.0)
    valid = _inside(matrix, size, rgb.shape[2], rgb.shape[1])
    continued = _soften_outside(colour.astype(np.float32), valid)
    return Crop(
        np.ascontiguousarray(continued.transpose(2, 0, 1)),
        valid[None],
        matrix,
        apply(matrix, face.landmarks),
    )


def _placement(
    face: Face, size: int, margin: float | None, photo: tuple[int, int]
) -> NDArray[np.float64]:
    centre, axis, side = head_square(face.landmarks, face.angles[0])
    if margin is not None:
        return similarity(centre, axis, side * margin, size)
    down = np.array([-axis[1], axis[0]])
    hair = _hair_height(face, centre, down)
    below = _room(centre, down, photo)
    least = min(below, _room(centre, axis, photo), _room(centre, -axis, photo))
    usual = max(min(_USUAL_MARGIN, 2 * least / side), _LEAST_MARGIN)
    side *= float(np.clip(hair / ((0.5 - _ROOM_ABOVE) * side), usual, _MOST_MARGIN))
    # Room above the hair is of less use than a body that the photo shows.
    raised = max(min(side / 2 - below, (0.5 - _ROOM_ABOVE) * side - hair), 0.0)
    return similarity(centre - raised * down, axis, side, size)


def _room(centre: NDArray[np.float64], way: NDArray[np.float64], photo: tuple[int, int]) -> float:
    """Distance in pixels from ``centre`` to the photo's border in the direction ``way`` (2,)."""
    distances = [
        ((end if along > 0 else 0) - at) / along
        for at, along, end in zip(centre, way, photo, strict=True)
        if abs(along) > 1e-6
    ]
    return float(max(min(distances), 0.0))


def head_square(
    landmarks: NDArray[np.float32], yaw: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The FFHQ-like square of a head turned by ``yaw`` degrees to the viewer's right.

    Returns its centre (2,), the direction (2,) of its x axis, and its side, in the pixels of
    ``landmarks`` (478, 3).
    """
    points = landmarks.astype(np.float64)
    right, left = points[list(_RIGHT_EYE)].mean(0), points[list(_LEFT_EYE)].mean(0)
    side = _side(points, float(np.linalg.norm(left - right)))
    axis = (left - right)[:2]
    axis /= np.hypot(*axis)
    down = np.array([-axis[1], axis[0]])
    # The skull lies behind the eyes, against the face's direction.
    behind = -0.12 * np.sin(np.radians(yaw)) * axis
    return ((left + right) / 2)[:2] + (0.06 * down + behind) * side, axis, side


def _side(points: NDArray[np.float64], eye_distance: float) -> float:
    """Side of the FFHQ-like square, pixels: the mean of three estimates."""
    temples = np.linalg.norm(points[_TEMPLES[0]] - points[_TEMPLES[1]])
    forehead, nose = _FOREHEAD_AND_NOSE_BASE
    height = np.linalg.norm(points[forehead] - points[nose])
    estimates = (
        _SIDE_IN_EYE_DISTANCES * eye_distance,
        _SIDE_IN_TEMPLE_WIDTHS * float(temples),
        _SIDE_IN_FOREHEAD_TO_NOSE * float(height),
    )
    return sum(estimates) / len(estimates)


def _hair_height(face: Face, centre: NDArray[np.float64], down: NDArray[np.float64]) -> float:
    """How far hair or hat reach above `centre`, in photo pixels, as the regions show it."""
    person = (face.around.classes[0] < 0.5).astype(np.uint8)
    size = person.shape[0]
    points = apply(face.around.matrix, face.landmarks[:, :2])
    middle, half = float(points[:, 0].mean()), 0.75 * float(np.ptp(points[:, 0]))
    columns = np.abs(np.arange(size) - middle) < half
    above = person * columns[None, :]
    count, labels = cv2.connectedComponents(above)
    at = np.clip(points.astype(int), 0, size - 1)
    votes = np.bincount(labels[at[:, 1], at[:, 0]], minlength=count)
    votes[0] = 0
    if not votes.any():
        return 0.0
    rows = np.flatnonzero((labels == int(votes.argmax())).any(1))
    top = apply(invert(face.around.matrix), np.array([[middle, rows[0]]], np.float32))[0]
    return float((centre - top) @ down)


def _inside(matrix: NDArray[np.float64], size: int, width: int, height: int) -> NDArray[np.float32]:
    """(size, size): 1 where the crop pixel's centre lies within the photo."""
    axis = np.arange(size, dtype=np.float32) + 0.5
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    at = apply(invert(matrix), grid).reshape(size, size, 2)
    within = (at >= 0.0) & (at <= np.array([width, height], np.float32))
    return np.asarray(within.all(-1), np.float32)


def _soften_outside(colour: NDArray[np.float32], valid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Melt the border that was carried outwards into a blur that grows with the distance."""
    if valid.min() >= 0.5:
        return colour
    size = colour.shape[0]
    distance = cv2.distanceTransform((valid < 0.5).astype(np.uint8), cv2.DIST_L2, 5) / size
    result = colour
    for sigma, reach in ((0.008, 0.02), (0.02, 0.06), (0.05, 0.15)):
        weight = np.clip(distance / reach, 0.0, 1.0)[..., None]
        blurred = wide_blur(result, sigma * size)
        result = result + (blurred - result) * weight * weight * (3.0 - 2.0 * weight)
    return np.asarray(np.clip(result, 0.0, 1.0), np.float32)
