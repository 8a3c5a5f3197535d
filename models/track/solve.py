"""Head pose and expression of one frame from its landmarks, for a known head.

Regularised Gauss-Newton on the reprojection, warm-started by the frame before: six numbers of
pose and the coefficients that landmarks can tell. Identity is fixed, so an open mouth does not
make the head larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.animate.rotation import axis_angle_matrix
from models.head.landmarks import (
    INNER_LIPS_LOWER,
    INNER_LIPS_UPPER,
    LID_LEFT,
    LID_RIGHT,
    landmark_weights,
)
from models.pose import ARKIT_NAMES
from models.track.landmark_head import LandmarkHead

Matrix = NDArray[np.float64]

PIXEL_SIGMA = 2.5 / 512
"""Trust in one landmark, as a share of the crop's side."""
EXPRESSION_SIGMA = 0.25
EYE_SIGMA = 0.5
"""Trust in MediaPipe's own coefficients; those of lids and brows are coarse."""
WORD_SIGMA = 0.1
"""The same for those below, of which landmarks on a head that is not quite the performer's tell
less: they would mix smiles with frowns and puckers with stretched lips."""
_BY_WORD = (
    *("mouthSmile", "mouthFrown", "mouthPucker", "mouthFunnel", "mouthStretch", "mouthDimple"),
    *("mouthPress", "mouthLeft", "mouthRight", "jawLeft", "jawRight", "jawForward"),
    *("cheekSquint", "noseSneer"),
)
LID_WEIGHT = 2.0
"""Lids count for more than in the fit of a whole head: a blink is a few pixels."""
LIP_SIGMA = 0.5 / 512
"""Trust in the gap between the inner lips: closed lips must close."""
ANCHOR_SIGMA = 0.5 / 512
"""The same for one anchor."""
DEPTH_DOUBT = 0.015
"""How deep in the hair an anchor may lie, canonical units: it is trusted less as the head turns.
At .03, true on average, real heads came out turned too far: landmarks were believed again."""
ANCHOR_DOUBT = 3.0
"""Multiple of the usual distance at which an anchor counts half (Cauchy)."""
DISTANCE_SIGMA = 0.01
"""How far the head may come closer between two frames, as a share of its distance."""

UNSEEN = tuple(
    i
    for i, name in enumerate(ARKIT_NAMES)
    if name.startswith("eyeLook") or name in ("tongueOut", "cheekPuff")
)
"""Coefficients that landmarks cannot tell, or that gaze explains."""
SEEN = tuple(i for i in range(len(ARKIT_NAMES)) if i not in UNSEEN)
LIMITS = np.array(
    [
        1.6 if name.startswith(("brow", "eyeWide")) else 1.25 if name == "jawOpen" else 1.0
        for name in ARKIT_NAMES
    ]
)
"""Largest coefficients. Where brows and lids stand at rest is a guess, and some mouths open wider
than the average head's: these get room above 1."""
_SEEN = np.array(SEEN)
_LIPS = np.array([INNER_LIPS_UPPER[1:-1], INNER_LIPS_LOWER[1:-1]])
_TOP = LIMITS[_SEEN]


@dataclass(frozen=True)
class Fit:
    """Where the head is and what the face does.

    Attributes:
        rotation, translation: (3, 3), (3,) canonical space to camera (OpenCV axes).
        coefficients: (52,) between 0 and ``LIMITS``.
    """

    rotation: Matrix
    translation: Matrix
    coefficients: Matrix


@dataclass(frozen=True)
class Sight:
    """Anchors (N, 3) on the head, canonical, and where they were found, (N, 2) in 0..1.

    ``rest`` (3, 3) is the head's rotation in the frame they were planted in.
    """

    points: Matrix
    target: Matrix
    rest: Matrix


class LandmarkSolver:
    """Fits one head to landmarks seen through one pinhole camera."""

    def __init__(self, head: LandmarkHead, intrinsics: Matrix) -> None:
        """Take the head and the (3, 3) normalised intrinsics."""
        self.head = head
        self._focal = np.array([intrinsics[0, 0], intrinsics[1, 1]])
        self._centre = intrinsics[:2, 2]
        self._weights = landmark_weights() / PIXEL_SIGMA
        self._weights[list(LID_LEFT + LID_RIGHT)] *= LID_WEIGHT
        self._stiffness = np.array([_trust(ARKIT_NAMES[i]) for i in SEEN]) ** -2.0

    def project(self, points: Matrix, fit: Fit) -> Matrix:
        """(N, 2) in 0..1 of canonical ``points`` (N, 3)."""
        seen = points @ fit.rotation.T + fit.translation
        return np.asarray(seen[:, :2] / seen[:, 2:] * self._focal + self._centre)

    def step(
        self,
        start: Fit,
        target: Matrix,
        prior: Matrix,
        pitches: Matrix,
        depth: float,
        sight: Sight | None = None,
    ) -> Fit:
        """One Gauss-Newton step from ``start``.

        Args:
            start: where to linearise.
            target: (468, 2) landmarks in 0..1.
            prior: (52,) expected coefficients.
            pitches: (2,) of the eyes, see ``LandmarkHead.posed``.
            depth: expected distance of the head's origin.
            sight: anchors that were found.
        """
        points, moves = self.head.posed(start.coefficients, pitches)
        turned = points @ start.rotation.T
        seen = turned + start.translation
        flat = seen[:, :2] / seen[:, 2:] * self._focal + self._centre
        residual = ((flat - target) * self._weights[:, None]).reshape(-1)
        by_point = self._by_point(seen) * self._weights[:, None, None]
        moved = np.empty((len(points), 2, 6 + len(SEEN)))
        moved[:, :, :3] = by_point @ _minus_cross(turned)
        moved[:, :, 3:6] = by_point
        within = by_point @ start.rotation
        moves = moves[:, :, _SEEN]
        for row in range(2):  # written out, as products of many tiny matrices are slow
            x, y, z = within[:, row].T[:, :, None]
            moved[:, row, 6:] = x * moves[:, 0] + y * moves[:, 1] + z * moves[:, 2]
        jacobian = moved.reshape(len(residual), -1)
        normal = jacobian.T @ jacobian
        gradient = jacobian.T @ residual
        self._add_lips(normal, gradient, jacobian, residual)
        if sight is not None:
            self._add_anchors(normal, gradient, start, sight)
        tie = 1.0 / (DISTANCE_SIGMA * depth)
        normal[5, 5] += tie**2
        gradient[5] += tie**2 * (start.translation[2] - depth)
        now = start.coefficients[_SEEN]
        normal[6:, 6:] += np.diag(self._stiffness)
        gradient[6:] += self._stiffness * (now - prior[_SEEN])
        change = _bounded_step(normal, gradient, now)
        coefficients = start.coefficients.copy()
        coefficients[_SEEN] = np.clip(now + change[6:], 0.0, _TOP)
        return Fit(
            axis_angle_matrix(change[:3]) @ start.rotation,
            start.translation + change[3:6],
            coefficients,
        )

    def _by_point(self, seen: Matrix) -> Matrix:
        """(N, 2, 3) derivative of the projection by the camera-space point."""
        x, y, z = seen.T
        jacobian = np.zeros((len(seen), 2, 3))
        jacobian[:, 0, 0], jacobian[:, 0, 2] = 1 / z, -x / z**2
        jacobian[:, 1, 1], jacobian[:, 1, 2] = 1 / z, -y / z**2
        return np.asarray(jacobian * self._focal[:, None])

    def _add_lips(
        self, normal: Matrix, gradient: Matrix, jacobian: Matrix, residual: Matrix
    ) -> None:
        """Add the normal equations of the lips' gap; both arguments are weighted by landmark."""
        scale = 1.0 / (self._weights[_LIPS] * LIP_SIGMA)
        by_landmark = jacobian.reshape(len(self._weights), 2, -1)[_LIPS] * scale[..., None, None]
        away = residual.reshape(-1, 2)[_LIPS] * scale[..., None]
        rows = (by_landmark[0] - by_landmark[1]).reshape(-1, jacobian.shape[1])
        normal += rows.T @ rows
        gradient += rows.T @ (away[0] - away[1]).reshape(-1)

    def _add_anchors(self, normal: Matrix, gradient: Matrix, start: Fit, sight: Sight) -> None:
        """Add the normal equations (of the pose alone) of the anchors, doubtful ones less."""
        turned = sight.points @ start.rotation.T
        seen = turned + start.translation
        residual = seen[:, :2] / seen[:, 2:] * self._focal + self._centre - sight.target
        cosine = (np.trace(start.rotation @ sight.rest.T) - 1.0) / 2.0
        slide = DEPTH_DOUBT * np.sqrt(max(0.0, 1.0 - cosine**2)) * self._focal[0] / seen[:, 2]
        sigma = np.hypot(ANCHOR_SIGMA, slide)
        distance = np.linalg.norm(residual, axis=1)
        # Doubt is relative to the usual distance: all anchors together outvote the landmarks.
        usual = np.maximum(sigma, float(np.median(distance)) if len(distance) else 0.0)
        trust = 1.0 / (sigma * np.sqrt(1.0 + (distance / (ANCHOR_DOUBT * usual)) ** 2))
        by_point = self._by_point(seen) * trust[:, None, None]
        rows = np.concatenate([by_point @ _minus_cross(turned), by_point], axis=2).reshape(-1, 6)
        normal[:6, :6] += rows.T @ rows
        gradient[:6] += rows.T @ (residual * trust[:, None]).reshape(-1)


def _trust(name: str) -> float:
    """How far a coefficient may lie from MediaPipe's."""
    if name.startswith(_BY_WORD):
        return WORD_SIGMA
    return EYE_SIGMA if name.startswith(("brow", "eye")) else EXPRESSION_SIGMA


def _bounded_step(normal: Matrix, gradient: Matrix, now: Matrix) -> Matrix:
    """Solve for the step, coefficients that would leave their range held at its end."""
    held = np.zeros(len(gradient), bool)
    for _ in range(2):
        free = ~held
        step = np.zeros(len(gradient))
        step[free] = -np.linalg.solve(normal[np.ix_(free, free)], gradient[free])
        moved = now + step[6:]
        leaving = (now <= 0.0) & (moved < 0.0) | (now >= _TOP) & (moved > _TOP)
        if not (leaving & ~held[6:]).any():
            break
        held[6:] |= leaving
    return step


def _minus_cross(points: Matrix) -> Matrix:
    """(N, 3, 3) with ``d (w x p) / d w = -[p]x``."""
    x, y, z = points.T
    zero = np.zeros_like(x)
    return np.stack([zero, z, -y, -z, zero, x, y, -x, zero], -1).reshape(-1, 3, 3)
