"""A performer's own head, reduced to MediaPipe's 468 mesh landmarks.

It moves as the avatar's rig does (person-fitted blinks, sealed lips, lids that follow the gaze), so
that coefficients fitted to it mean on an avatar what they meant on the performer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import (
    JOINTS,
    LID_SHAPES,
    LOOK_PITCH,
    Rig,
    mouth_opening,
    opening_weights,
)
from models.head.assemble import HeadMesh
from models.head.open_head import OpenHeadData
from models.pose import ARKIT_INDEX

Matrix = NDArray[np.float64]

_SIDES = ("Left", "Right")


@dataclass(frozen=True)
class LandmarkHead:
    """Landmarks of one person as a function of the ARKit coefficients, canonical units.

    Attributes:
        neutral: (468, 3) all coefficients zero, lips not yet sealed.
        shapes: (468, 3, 52) displacement at coefficient 1.
        seal: (468, 3) displacement that closes the neutral lips; release: see ``Rig``.
        eyes: (2, 3) centres of the left and right eyeball; eye_radius: of both.
        neck, skull: (3,) centres of the neck and head joints.
    """

    neutral: Matrix
    shapes: Matrix
    seal: Matrix
    release: float
    eyes: Matrix
    eye_radius: float
    neck: Matrix
    skull: Matrix

    @classmethod
    def of(cls, head: OpenHeadData, mesh: HeadMesh) -> LandmarkHead:
        """Reduce the assembled head of one person."""
        rig = mesh.rig
        count = mesh.skin_count
        corners = head.skin_faces[head.landmark_triangle]
        share = head.landmark_barycentric.astype(np.float64)

        def on_landmarks(skin: NDArray[np.floating]) -> Matrix:
            return np.asarray(np.einsum("nc,ncd->nd", share, skin[corners].astype(np.float64)))

        shapes = []
        for index in range(len(ARKIT_INDEX)):
            rows = slice(rig.blend_start[index], rig.blend_start[index + 1])
            full = np.zeros((len(rig.rest), 3))
            full[rig.blend_vertex[rows]] = rig.blend_delta[rows]
            shapes.append(on_landmarks(full[:count]))
        seal = np.zeros((len(rig.rest), 3))
        seal[rig.seal_vertex] = rig.seal_delta
        return cls(
            neutral=on_landmarks(rig.rest[:count]),
            shapes=np.ascontiguousarray(np.stack(shapes, axis=-1)),
            seal=on_landmarks(seal[:count]),
            release=max(float(rig.seal_release[0]), 1e-3),
            eyes=np.stack([_pivot(rig, "eye_left"), _pivot(rig, "eye_right")]),
            eye_radius=head.eye_radius,
            neck=_pivot(rig, "neck"),
            skull=_pivot(rig, "head"),
        )

    def posed(self, coefficients: Matrix, pitches: Matrix) -> tuple[Matrix, Matrix]:
        """Landmarks and how they follow the coefficients, in the head's axes.

        Args:
            coefficients: (52,) without what gaze does to the lids.
            pitches: (2,) of the left and the right eye, up is positive, radians.

        Returns:
            (468, 3) positions and (468, 3, 52) their derivative.
        """
        effective, jacobian = self._lids(coefficients, pitches)
        points = self.neutral + self.shapes @ effective
        closed = 1.0 - mouth_opening(coefficients) / self.release
        if closed > 0.0:
            points = points + closed * self.seal
            slope = opening_weights() * (coefficients >= 0) / self.release
            jacobian -= self.seal[:, :, None] * slope
        return points, jacobian

    def _lids(self, coefficients: Matrix, pitches: Matrix) -> tuple[Matrix, Matrix]:
        """Coefficients as the rig uses them, and the shapes that each given one moves along."""
        effective = coefficients.copy()
        slopes = self.shapes.copy()
        for side, pitch in zip(_SIDES, pitches, strict=True):
            blink = ARKIT_INDEX[f"eyeBlink{side}"]
            lift = float(pitch) / LOOK_PITCH
            effective[ARKIT_INDEX[f"eyeLookUp{side}"]] += max(lift, 0.0)
            effective[ARKIT_INDEX[f"eyeLookDown{side}"]] += max(-lift, 0.0)
            room = 1.0 - min(max(float(coefficients[blink]), 0.0), 1.0)
            for name in LID_SHAPES:
                index = ARKIT_INDEX[name + side]
                slopes[..., blink] -= effective[index] * self.shapes[..., index]
                slopes[..., index] *= room
                effective[index] *= room
        return effective, slopes


def _pivot(rig: Rig, joint: str) -> Matrix:
    return np.asarray(rig.pivots[JOINTS.index(joint)], np.float64)
