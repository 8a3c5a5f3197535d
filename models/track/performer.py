"""A performer: the driver's own head, fitted once to a rest frame, then followed cheaply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import mouth_opening
from models.camera import Camera
from models.head.assemble import Identity, assemble_head
from models.head.fit import HeadFit, fit_head
from models.head.gaze import gaze_about
from models.head.identity import IRIS_RATIO, rest_axes
from models.head.landmarks import IRIS_LEFT, IRIS_RIGHT
from models.head.open_head import load_open_head
from models.portrait.crop import head_square
from models.portrait.resample import similarity
from models.pose import ARKIT_INDEX
from models.track.anchors import Anchors
from models.track.landmark_head import LandmarkHead
from models.track.motion import Motion
from models.track.observation import Observation
from models.track.solve import Fit, LandmarkSolver, Sight
from models.track.steady import settled

FloatArray = NDArray[np.float32]
Matrix = NDArray[np.float64]

_SIDE = 512
_MARGIN = 1.3
_STEPS = 3
_SHUT, _NEARLY_SHUT = 0.085, 0.14
"""Lid gaps over eye width (see ``Observation.openness``): certainly shut, and about to be."""
_GAZE_GAIN = np.array([1.45, 2.0], np.float32)
"""Yaw and pitch of the eyes over what the iris landmarks show of them.

MediaPipe draws irises towards the middle of the eye: turned eyeballs of known angle, rendered for
three people, read as .55 to .8 of their yaw and .3 to .4 of their pitch. Pitch gets less than
all of that back, since its noise grows too."""
_VERGENCE = 0.35
"""How much of their difference in yaw the eyes keep; pitch they share."""
_LEAST_RELEASE = 0.02
_BLINKS = (ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"])
_CHEEK_PUFF = ARKIT_INDEX["cheekPuff"]
_FULLER = [
    ARKIT_INDEX[name]
    for name in ("mouthSmileLeft", "mouthSmileRight", "mouthPucker", "mouthFunnel")
]
_FULLER_SHARE = 0.5
"""Fitted smiles and puckers fall short, as no head bends quite as the performer's: this part of
what MediaPipe sees beyond the fit is added."""


class Performer:
    """Turns observations of one person into motion, frame after frame."""

    def __init__(
        self, rest: Observation, rgb: NDArray[np.uint8], square: NDArray[np.float64] | None = None
    ) -> None:
        """Fit the open head to a rest frame; takes about half a second.

        Args:
            rest: the face in the rest frame; rgb: (H, W, 3) that frame.
            square: (2, 3) similarity from frame pixels to the 512 pixel crop whose camera is
                meant; None takes a head-and-shoulders crop of the rest frame.

        Raises MissingAsset without the open head.
        """
        self.square = _square_of(rest) if square is None else square
        seen = rest.mapped(self.square)
        head = load_open_head()
        fit = fit_head(head, seen.landmarks, seen.blendshapes, _SIDE)
        axes = rest_axes(fit.pose)
        identity = Identity(
            shape=fit.shape,
            offsets=fit.offsets,
            iris_ratio=IRIS_RATIO,
            eye_axis=axes,
            seal_release=max(mouth_opening(fit.pose.blendshapes), _LEAST_RELEASE),
        )
        self.camera: Camera = fit.camera
        self._axes = axes
        self._expected = seen.blendshapes.astype(np.float64)
        start = _fit_of(fit)
        mesh = assemble_head(head, identity)
        reduced = LandmarkHead.of(head, mesh)
        solver = LandmarkSolver(reduced, fit.camera.intrinsics)
        self.head = _through(reduced, solver, start, fit, _target(seen))
        self._solver = LandmarkSolver(self.head, fit.camera.intrinsics)
        self._start = self._last = start
        self._anchors = Anchors.plant(
            rgb,
            self.square,
            _target(seen),
            mesh.rig.deform(fit.pose)[: mesh.skin_count],
            head.skin_faces,
            fit.camera,
        )
        self._gaze = np.stack([fit.pose.gaze_left, fit.pose.gaze_right]) - axes
        self.rest = Motion(
            rest.timestamp,
            start.coefficients.astype(np.float32),
            self._gaze,
            start.rotation,
            start.translation,
        )
        self._before = self.rest

    def follow(self, observation: Observation, rgb: NDArray[np.uint8]) -> Motion:
        """The motion in the next frame (H, W, 3) of the same source."""
        seen = observation.mapped(self.square)
        target = _target(seen)
        change = seen.blendshapes.astype(np.float64) - self._expected
        prior = np.clip(self._start.coefficients + change, 0.0, 1.0)
        fit = self._last
        depth = float(fit.translation[2])
        sight: Sight | None = None
        for _ in range(_STEPS):
            pitches = self._gaze[:, 1].astype(np.float64)
            fit = self._solver.step(fit, target, prior, pitches, depth, sight)
            self._gaze = self._look(seen, fit)
            sight = self._sight(fit, rgb) if sight is None else sight
        self._last = fit
        coefficients = self._refined(fit.coefficients, seen, prior)
        read = Motion(
            observation.timestamp, coefficients, self._gaze, fit.rotation, fit.translation
        )
        motion = self._before = settled(self._before, read)
        away = np.linalg.norm(self.landmarks(motion) - target, axis=1).mean()
        return replace(motion, error=100.0 * float(away) * _SIDE / seen.eye_distance)

    def landmarks(self, motion: Motion) -> Matrix:
        """(468, 2) where ``motion`` carries the landmarks, in 0..1 of the square."""
        fit = Fit(motion.rotation, motion.translation, motion.coefficients.astype(np.float64))
        points, _ = self.head.posed(fit.coefficients, motion.gaze[:, 1].astype(np.float64))
        return self._solver.project(points, fit)

    def _sight(self, fit: Fit, rgb: NDArray[np.uint8]) -> Sight | None:
        """The anchors found in a frame; a fit to the landmarks alone tells where to look."""
        if self._anchors is None:
            return None
        points = self._anchors.points
        found, good = self._anchors.find(rgb, self.square, self._solver.project(points, fit))
        return Sight(points[good], found[good], self._start.rotation)

    def _look(self, seen: Observation, fit: Fit) -> FloatArray:
        """Gaze (2, 2); a closing eye keeps the direction it had."""
        camera = _camera(fit, self.camera)
        change = np.zeros((2, 2), np.float32)
        trust = np.zeros(2, np.float32)
        for row, iris in enumerate((IRIS_LEFT, IRIS_RIGHT)):
            pixel = seen.landmarks[list(iris), :2].mean(0) / _SIDE
            measured = gaze_about(self.head.eyes[row], self.head.eye_radius, pixel, camera)
            change[row] = measured - self._axes[row] - self.rest.gaze[row]
            trust[row] = _ramp(float(seen.openness[row]), _SHUT, _NEARLY_SHUT)
        both = (trust[:, None] * change).sum(0) / max(float(trust.sum()), 1e-6)
        own = trust[:, None] * (change - both) * (_VERGENCE, 0.0)
        looking = self.rest.gaze + _GAZE_GAIN * (both + own)
        share = np.float32(trust.max())
        return np.asarray(self._gaze + share * (looking - self._gaze), np.float32)

    def _refined(self, coefficients: Matrix, seen: Observation, prior: Matrix) -> FloatArray:
        """Coefficients with what a sum of landmark distances does not settle."""
        result = coefficients.copy()
        for blink, openness in zip(_BLINKS, seen.openness, strict=True):
            shut = 1.0 - _ramp(float(openness), _SHUT, _NEARLY_SHUT)
            result[blink] += shut * (1.0 - result[blink])
        result[_FULLER] += _FULLER_SHARE * np.maximum(prior[_FULLER] - result[_FULLER], 0.0)
        result[_CHEEK_PUFF] = prior[_CHEEK_PUFF]
        return result.astype(np.float32)


def _through(
    head: LandmarkHead, solver: LandmarkSolver, start: Fit, fit: HeadFit, target: Matrix
) -> LandmarkHead:
    """The head moved by a last displacement that puts the rest frame's landmarks exactly there.

    The rig's lips and lids are not the fit's own; without this, every coefficient would first
    have to explain the difference.
    """
    pitches = np.array([fit.pose.gaze_left[1], fit.pose.gaze_right[1]], np.float64)
    points, _ = head.posed(start.coefficients, pitches)
    depth = (points @ start.rotation.T + start.translation)[:, 2:]
    focal = np.array([fit.camera.intrinsics[0, 0], fit.camera.intrinsics[1, 1]])
    away = (target - solver.project(points, start)) * depth / focal
    return replace(head, neutral=head.neutral + away @ start.rotation[:2])


def _fit_of(fit: HeadFit) -> Fit:
    world2cam = fit.camera.world2cam
    coefficients = fit.pose.blendshapes.astype(np.float64)
    return Fit(world2cam[:3, :3].copy(), world2cam[:3, 3].copy(), coefficients)


def _camera(fit: Fit, like: Camera) -> Camera:
    cam2world = np.eye(4)
    cam2world[:3, :3] = fit.rotation.T
    cam2world[:3, 3] = -fit.rotation.T @ fit.translation
    return Camera(cam2world, like.intrinsics)


def _target(seen: Observation) -> Matrix:
    return seen.landmarks[:468, :2].astype(np.float64) / _SIDE


def _square_of(rest: Observation) -> NDArray[np.float64]:
    centre, axis, side = head_square(rest.landmarks, rest.yaw)
    return similarity(centre, axis, _MARGIN * side, _SIDE)


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high``, smooth between."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
