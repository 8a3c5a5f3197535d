"""What the face landmarker reads off a picture, in the form that the motion metrics compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluate.metrics import Image
from models.portrait.resample import to_bytes
from models.portrait.tasks import detect_landmarks
from models.pose import ARKIT_INDEX

_FULL_LOOK = np.radians(30.0)
"""Eye turn that an ARKit eyeLook coefficient of 1 stands for."""


@dataclass(frozen=True)
class FaceReading:
    """One face of one picture.

    Attributes:
        landmarks: (478, 2) in 0..1 of the picture's width and height.
        blendshapes: (52,) ARKit coefficients, 0..1.
        rotation: (3, 3) head rotation relative to the camera.
        gaze: (2, 2) yaw and pitch in radians in the head, subject's left eye then right eye.
    """

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    rotation: NDArray[np.float32]
    gaze: NDArray[np.float32]

    @property
    def yaw(self) -> float:
        """Degrees by which the face turns to the viewer's right."""
        return float(np.degrees(np.arctan2(self.rotation[0, 2], self.rotation[2, 2])))

    @property
    def blinks(self) -> NDArray[np.float32]:
        """(2,) how shut the left and the right eye are, 0..1."""
        return self.blendshapes[[ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"]]]


def read_face(image: Image) -> FaceReading | None:
    """Read the face of a head-and-shoulders crop (3,H,W) in 0..1; None when there is none.

    Raises MissingAsset when the face landmarker is absent.
    """
    result = detect_landmarks(to_bytes(image), faces=1)
    if not result.face_landmarks:
        return None
    scores = [c.score for c in result.face_blendshapes[0] if c.category_name != "_neutral"]
    blendshapes = np.array([*scores, 0.0], np.float32)  # tongueOut is not estimated
    points = np.array([(p.x, p.y) for p in result.face_landmarks[0]], np.float32)
    transform = np.asarray(result.facial_transformation_matrixes[0], np.float32)
    return FaceReading(
        landmarks=points,
        blendshapes=blendshapes,
        rotation=_turn(transform),
        gaze=gaze_from_blendshapes(blendshapes),
    )


def _turn(transform: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rotation (3,3) of a transform (4,4) that may also scale."""
    turn = transform[:3, :3]
    return np.asarray(turn / np.linalg.norm(turn, axis=0, keepdims=True), np.float32)


def gaze_from_blendshapes(blendshapes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaze (2,2) in radians, left eye then right eye, from the eight eyeLook coefficients.

    The subject's left lies at +X: a left eye that looks out, and a right eye that looks in, have a
    positive yaw.
    """

    def coefficient(name: str) -> float:
        return float(blendshapes[ARKIT_INDEX[name]])

    rows = []
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        yaw = sign * (coefficient(f"eyeLookOut{side}") - coefficient(f"eyeLookIn{side}"))
        pitch = coefficient(f"eyeLookUp{side}") - coefficient(f"eyeLookDown{side}")
        rows.append((yaw, pitch))
    return np.multiply(rows, _FULL_LOOK, dtype=np.float32)
