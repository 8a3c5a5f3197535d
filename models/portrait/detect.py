"""Find every face in a photo: 478 landmarks, blendshapes, head pose, largest face first.

The detector inside MediaPipe's landmarker sees a 128-pixel copy of what it is given, so faces
below about a tenth of the picture, and heads that fill the frame, are missed. The search
therefore covers the whole picture, the picture with a border, and overlapping tiles. Each find is
then measured again on tight, upright crops, whose average is steadier than one reading.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.portrait.plausible import Surroundings, is_human_face, look_around
from models.portrait.resample import apply, invert, similarity, to_bytes, warp
from models.portrait.tasks import detect_landmarks

OUTER_EYE_CORNERS = (33, 263)  # the subject's right and left
_SEARCH_SIDE = 512
_REFINE_SIZE = 384
_CROPS = ((2.1, 0.0), (2.35, 6.0), (1.9, -6.0))  # side in face sizes, extra roll in degrees
_PROFILE_YAW = 50.0


@dataclass(frozen=True)
class Face:
    """One face, in pixels of the photo.

    landmarks (478, 3): x right, y down, z away from the viewer in the same scale, 0 at the
    head's centre; blendshapes (52,) 0..1 in the order of `models.pose.ARKIT_NAMES`; transform
    (4, 4): MediaPipe's canonical face (centimetres, y up, z to the viewer) to the camera of a
    tight crop, with the photo's roll; box (4,): left, top, right, bottom of the landmarks; around:
    the regions in its neighbourhood.
    """

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    transform: NDArray[np.float32]
    box: NDArray[np.float32]
    around: Surroundings

    @property
    def size(self) -> float:
        """Side of the square that holds the face, pixels."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))

    @property
    def angles(self) -> tuple[float, float, float]:
        """Head yaw, pitch, roll in degrees.

        Yaw is positive when the face turns to the viewer's right, pitch when it looks up, roll
        when the head leans to the viewer's left (counter-clockwise in the picture).
        """
        turn = self.transform[:3, :3].astype(np.float64)
        turn = turn / np.linalg.norm(turn, axis=0, keepdims=True)
        yaw = np.arctan2(turn[0, 2], turn[2, 2])
        pitch = np.arcsin(np.clip(turn[1, 2], -1.0, 1.0))
        roll = np.arctan2(turn[1, 0], turn[1, 1])
        return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))

    @property
    def is_profile(self) -> bool:
        """Whether the far half of the face is hidden."""
        return abs(self.angles[0]) > _PROFILE_YAW


def detect_faces(rgb: NDArray[np.float32]) -> list[Face]:
    """Every human face of a (3, H, W) picture in 0..1, largest first; possibly none."""
    image = to_bytes(rgb)
    return _measured(image, _search(image)) or _measured(image, _search_turned(image))


def choose_face(faces: list[Face], index: int | None, name: str) -> Face:
    """The largest face, or face number `index` (from 0, largest first) of the file `name`."""
    if not faces:
        raise BadInput(f"no face found in {name}; try a larger or more frontal photo")
    if index is None:
        return faces[0]
    if not 0 <= index < len(faces):
        last = len(faces) - 1
        count = "1 face: use 0" if last == 0 else f"{last + 1} faces: use 0 to {last}"
        raise BadInput(f"there is no face {index} in {name}, it shows {count}")
    return faces[index]


def _search(image: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Rough landmarks (478, 3) of everything the landmarker takes for a face."""
    longest = max(image.shape[:2])
    found = _look(image, 0, 0, *image.shape[1::-1])
    found += _look(image, *_bordered(image, 0.3))
    found = _merge(found)
    for level in (2, 4, 8):
        largest = max((_extent(points) for points in found), default=0.0)
        # Finer tiles matter only while every face so far is small against the picture.
        if longest / level < 96 or largest > 0.3 * longest / level:
            break
        for window in _tiles(image, longest / level):
            found += _look(image, *window)
        found = _merge(found)
    return found


def _bordered(image: NDArray[np.uint8], share: float) -> tuple[float, float, float, float]:
    height, width = image.shape[:2]
    extra = share * max(height, width)
    return -extra, -extra, width + extra, height + extra


def _tiles(image: NDArray[np.uint8], side: float) -> list[tuple[float, float, float, float]]:
    """Square windows of `side`, overlapping by half, that cover the picture."""
    height, width = image.shape[:2]
    columns = max(1, int(np.ceil(2 * width / side)) - 1)
    rows = max(1, int(np.ceil(2 * height / side)) - 1)
    return [
        (x, y, x + side, y + side)
        for y in np.linspace(0, max(0.0, height - side), rows)
        for x in np.linspace(0, max(0.0, width - side), columns)
    ]


def _look(
    image: NDArray[np.uint8], left: float, top: float, right: float, bottom: float
) -> list[NDArray[np.float32]]:
    """Faces inside one window, which may reach beyond the picture."""
    side = max(right - left, bottom - top)
    centre = np.array([(left + right) / 2, (top + bottom) / 2])
    return _look_square(image, similarity(centre, np.array([1.0, 0.0]), side, _SEARCH_SIDE))


def _look_square(
    image: NDArray[np.uint8], matrix: NDArray[np.float64]
) -> list[NDArray[np.float32]]:
    view = warp(image, matrix, _SEARCH_SIDE, cv2.BORDER_CONSTANT, 127.0)
    result = detect_landmarks(view.astype(np.uint8, copy=False))
    back = invert(matrix)
    return [apply(back, _points(face, _SEARCH_SIDE)) for face in result.face_landmarks]


def _search_turned(image: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Sideways and upside-down pictures, tried when nothing else was found."""
    height, width = image.shape[:2]
    centre = np.array([width / 2, height / 2])
    found: list[NDArray[np.float32]] = []
    for angle in (90.0, 270.0, 180.0, 45.0, 315.0):
        right = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        found += _look_square(
            image, similarity(centre, right, 1.3 * max(height, width), _SEARCH_SIDE)
        )
    return _merge(found)


def _points(face: list[object], size: int) -> NDArray[np.float32]:
    """MediaPipe's normalised landmarks as (478, 3) pixels of a square picture."""
    return np.array([(p.x, p.y, p.z) for p in face], np.float32) * np.float32(size)  # type: ignore[attr-defined]


def _extent(points: NDArray[np.float32]) -> float:
    return float(np.ptp(points[:, :2], axis=0).max())


def _merge(found: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Drop finds that overlap an earlier, larger one."""
    kept: list[NDArray[np.float32]] = []
    for points in sorted(found, key=_extent, reverse=True):
        if all(_overlap(_box(points), _box(other)) < 0.3 for other in kept):
            kept.append(points)
    return kept


def _measured(image: NDArray[np.uint8], found: list[NDArray[np.float32]]) -> list[Face]:
    """The human faces among rough finds, largest first, each once."""
    faces = [face for face in (_measure(image, landmarks) for landmarks in found) if face]
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.size):
        if all(_overlap(face.box, other.box) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _box(points: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([points[:, :2].min(0), points[:, :2].max(0)]).astype(np.float32)


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over the smaller box: nested finds count as the same face."""
    inside = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    smaller = min(float((a[2:] - a[:2]).prod()), float((b[2:] - b[:2]).prod()))
    return float(inside) / max(smaller, 1e-6)


def _measure(image: NDArray[np.uint8], rough: NDArray[np.float32]) -> Face | None:
    """Measure one face on tight upright crops; None when it is no human face."""
    first = _read_crop(image, rough, *_CROPS[0])
    if first is None:
        return None
    readings = [_read_crop(image, first.landmarks, *crop) for crop in _CROPS]
    sure = [reading for reading in readings if reading is not None]
    if len(sure) < len(_CROPS):
        return None
    landmarks = np.stack([reading.landmarks for reading in sure])
    mean = landmarks.mean(0).astype(np.float32)
    around = look_around(image, mean)
    if not is_human_face(landmarks, around):
        return None
    blendshapes = np.mean([reading.blendshapes for reading in sure], axis=0).astype(np.float32)
    return Face(mean, blendshapes, sure[0].transform, _box(mean), around)


@dataclass(frozen=True)
class _Reading:
    """What one run of the landmarker says, in photo pixels."""

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    transform: NDArray[np.float32]


def _read_crop(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], side: float, roll: float
) -> _Reading | None:
    """One reading of the face on a crop of `side` face sizes, turned by `roll` degrees."""
    matrix = _upright(landmarks, side, roll)
    view = warp(image, matrix, _REFINE_SIZE, cv2.BORDER_REPLICATE)
    result = detect_landmarks(view.astype(np.uint8, copy=False), faces=1)
    if not result.face_landmarks:
        return None
    points = apply(invert(matrix), _points(result.face_landmarks[0], _REFINE_SIZE))
    names = {c.category_name: c.score for c in result.face_blendshapes[0]}
    names.pop("_neutral", None)
    blendshapes = np.array([*names.values(), 0.0], np.float32)  # tongueOut is not estimated
    transform = _rolled(np.asarray(result.facial_transformation_matrixes[0], np.float64), matrix)
    return _Reading(points, blendshapes, transform.astype(np.float32))


def _upright(landmarks: NDArray[np.float32], side: float, roll: float) -> NDArray[np.float64]:
    box = _box(landmarks).astype(np.float64)
    right, left = OUTER_EYE_CORNERS
    axis = (landmarks[left] - landmarks[right])[:2].astype(np.float64)
    turn = np.arctan2(axis[1], axis[0]) + np.radians(roll)
    size = _extent(landmarks) * side
    centre = (box[:2] + box[2:]) / 2
    return similarity(centre, np.array([np.cos(turn), np.sin(turn)]), size, _REFINE_SIZE)


def _rolled(transform: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The head transform with the crop's turn undone, so that roll is the photo's."""
    angle = np.arctan2(matrix[0, 1], matrix[0, 0])  # crop x axis in the photo, y down
    cosine, sine = np.cos(-angle), np.sin(-angle)  # the same turn seen with y up
    turn = np.eye(4)
    turn[:2, :2] = [[cosine, -sine], [sine, cosine]]
    return turn @ transform
