"""What the face landmarker reads off a picture, in the form that the motion metrics compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluate.metrics import Image
from models.portrait.detect import detect_faces
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


def read_face(image: Image) -> FaceReading | None:
    """Read the largest face of an image (3,H,W) in 0..1; None when there is none.

    Raises MissingAsset when the face landmarker is absent.
    """
    faces = detect_faces(image)
    if not faces:
        return None
    face = faces[0]
    size = np.array([image.shape[2], image.shape[1]], np.float32)
    turn = face.transform[:3, :3]
    return FaceReading(
        landmarks=face.landmarks[:, :2] / size,
        blendshapes=face.blendshapes,
        rotation=turn / np.linalg.norm(turn, axis=0, keepdims=True),
        gaze=gaze_from_blendshapes(face.blendshapes),
    )


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
