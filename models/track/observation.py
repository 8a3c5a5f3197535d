"""What a face tracker sees in one frame, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.head.landmarks import EYE_CORNERS, IRIS_LEFT, IRIS_RIGHT
from models.portrait.resample import apply

FloatArray = NDArray[np.float32]

_EYES = (
    (263, 362, (387, 386, 385), (373, 374, 380), IRIS_LEFT),
    (33, 133, (160, 159, 158), (144, 145, 153), IRIS_RIGHT),
)
"""Left, then right eye: outer and inner corner, middle of the upper and of the lower lid, iris."""
_EYE_DIAMETER = 0.82
"""Of the eyeball's visible sphere in eye widths (corner to corner): 24 mm against 29 mm."""


@dataclass(frozen=True)
class Observation:
    """One face in one frame.

    Attributes:
        timestamp: seconds since the source began.
        landmarks: (478, 3) in pixels of the frame, x right, y down, z away from the viewer in the
            same scale; the last ten are the irises.
        blendshapes: (52,) MediaPipe's coefficients 0..1 in the order of ``ARKIT_NAMES``.
        rotation: (3, 3) head to camera, camera axes x right, y up, z to the viewer.
        translation: (3,) head in those axes, centimetres, by MediaPipe's guess of the lens.
    """

    timestamp: float
    landmarks: FloatArray
    blendshapes: FloatArray
    rotation: FloatArray
    translation: FloatArray

    @property
    def size(self) -> float:
        """Side of the square that holds the face, pixels."""
        return float(np.ptp(self.landmarks[:, :2], axis=0).max())

    @property
    def yaw(self) -> float:
        """Degrees by which the face turns to the viewer's right."""
        return float(np.degrees(np.arctan2(self.rotation[0, 2], self.rotation[2, 2])))

    @property
    def eye_distance(self) -> float:
        """Distance of the outer eye corners, pixels, turned heads included."""
        right, left = self.landmarks[list(EYE_CORNERS)]
        return float(np.linalg.norm(left - right))

    @property
    def openness(self) -> FloatArray:
        """(2,) gap of the lids over the eye's width, left and right: about .3 open, .05 shut.

        It does not tell a lowered gaze from half-closed lids; a fitted head does (see
        ``models.track.performer``).
        """
        points = self.landmarks.astype(np.float64)
        rows = []
        for outer, inner, upper, lower, _ in _EYES:
            gap = points[list(upper), :2].mean(0) - points[list(lower), :2].mean(0)
            rows.append(np.linalg.norm(gap) / np.linalg.norm(points[outer] - points[inner]))
        return np.asarray(rows, np.float32)

    @property
    def gaze(self) -> FloatArray:
        """(2, 2) yaw and pitch in the head, radians, left then right eye, read off the irises.

        The iris centre's way from the middle of the eye's corners, in the head's axes, is the sine
        of the angle times the eyeball's radius.
        """
        flip = np.array([1.0, -1.0, -1.0])  # to y up, z to the viewer
        points = self.landmarks.astype(np.float64) * flip @ self.rotation.astype(np.float64)
        rows = []
        for outer, inner, _, _, iris in _EYES:
            width = float(np.linalg.norm(points[outer] - points[inner]))
            away = points[list(iris)].mean(0) - (points[outer] + points[inner]) / 2
            sines = np.clip(away[:2] / (_EYE_DIAMETER / 2 * width), -0.9, 0.9)
            rows.append(np.arcsin(sines))
        return np.asarray(rows, np.float32)

    def mapped(self, matrix: NDArray[np.float64]) -> Observation:
        """The same face in pixels of another picture; ``matrix`` (2, 3) is a similarity."""
        return replace(self, landmarks=apply(matrix, self.landmarks))
