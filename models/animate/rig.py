"""The rig: everything needed to turn a ``Pose`` into moved proxy vertices, without a head file.

A rig is baked once per avatar.  It holds sparse ARKit displacements, linear-blend-skinning
weights for seven joints, and the way each ``jaw*`` coefficient moves the jaw bone, so that teeth
and tongue follow the skin rigidly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.animate.expression_basis import ExpressionBasis
from models.animate.rig_kernels import add_blendshapes, keep_outside_spheres, skin
from models.animate.rotation import axis_angle_matrix, gaze_matrix
from models.animate.shape_basis import ShapeBasis
from models.animate.veils import Veils
from models.pose import ARKIT_INDEX, Pose

FloatArray = NDArray[np.float32]

JOINTS = ("root", "neck", "head", "jaw", "jaw_bone", "eye_left", "eye_right")
"""``jaw`` carries skin, which ARKit shapes already move; ``jaw_bone`` carries teeth and tongue."""

_BASES: Mapping[str, type[Any]] = {
    "expression": ExpressionBasis,
    "shape": ShapeBasis,
    "veils": Veils,
}

LOOK_YAW = float(np.radians(35.0))
LOOK_PITCH = float(np.radians(25.0))
"""Eye rotation at a coefficient of 1 for eyeLookIn/Out and eyeLookUp/Down."""


@dataclass(frozen=True)
class Rig:
    """Rest shape and motion of a proxy mesh with V vertices.

    Attributes:
        rest: (V, 3) neutral vertices, canonical units.
        blend_start: (53,) int32, displacements of coefficient ``i`` are rows
            ``blend_start[i]:blend_start[i + 1]`` of the next two.
        blend_vertex: (N,) int32 vertex of each displacement.
        blend_delta: (N, 3) displacement at coefficient 1.
        weights: (V, 7) skinning weights in the order of ``JOINTS``; rows sum to one.
        pivots: (7, 3) joint centres in the neutral pose.
        jaw_motion: (52, 6) rotation (axis-angle) and translation of the jaw bone per coefficient.
        lid_vertices: (L,) int32 vertices kept outside the eyeballs.
        lid_sphere: (L, 4) centre and radius of the eyeball below each of them.
        seal_vertex, seal_delta: (S,), (S, 3) displacement that closes the neutral lips.
        seal_release: (1,) mouth opening (see ``mouth_opening``) from which it no longer acts.
        expression: FLAME's expression components; None on the open head, which has none.
        shape: identity components; None where the person cannot be changed.
        veils: closed lids; None where the photo shows the eyes shut.
    """

    rest: FloatArray
    blend_start: NDArray[np.int32]
    blend_vertex: NDArray[np.int32]
    blend_delta: FloatArray
    weights: FloatArray
    pivots: FloatArray
    jaw_motion: FloatArray
    lid_vertices: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    lid_sphere: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    seal_vertex: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    seal_delta: FloatArray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    seal_release: FloatArray = field(default_factory=lambda: np.ones(1, np.float32))
    expression: ExpressionBasis | None = None
    shape: ShapeBasis | None = None
    veils: Veils | None = None

    def deform(self, pose: Pose) -> FloatArray:
        """Vertices (V, 3) in ``pose``."""
        coefficients = effective_blendshapes(pose)
        vertices = self.rest.copy()
        add_blendshapes(
            vertices, coefficients, self.blend_start, self.blend_vertex, self.blend_delta
        )
        opening = mouth_opening(coefficients)
        if self.expression is not None and pose.expression is not None:
            self.expression.add_to(vertices, pose.expression)
            opening = max(opening + float(self.expression.opening @ pose.expression), 0.0)
        closed = 1.0 - opening / max(float(self.seal_release[0]), 1e-3)
        if closed > 0.0 and len(self.seal_vertex):
            vertices[self.seal_vertex] += np.float32(closed) * self.seal_delta
        keep_outside_spheres(vertices, self.lid_vertices, self.lid_sphere)
        if self.veils is not None:
            self.veils.lay(vertices, coefficients)
        return np.asarray(skin(vertices, self.weights, self.joint_transforms(pose)))

    def joint_transforms(self, pose: Pose) -> FloatArray:
        """(7, 3, 4) world transforms of the joints relative to the neutral pose."""
        root = _translation(pose.translation)
        neck = root @ self._about("neck", axis_angle_matrix(pose.neck))
        head = neck @ self._about("head", axis_angle_matrix(pose.head))
        jaw = head @ self._about("jaw", axis_angle_matrix(pose.jaw))
        carried = self.jaw_motion.T @ pose.blendshapes
        bone = jaw @ _translation(carried[3:]) @ self._about("jaw", axis_angle_matrix(carried[:3]))
        transforms = [root, neck, head, jaw, bone]
        for side, gaze in zip(("left", "right"), eye_angles(pose), strict=True):
            transforms.append(head @ self._about(f"eye_{side}", gaze_matrix(*gaze)))
        return np.stack(transforms)[:, :3].astype(np.float32)

    def _about(self, joint: str, rotation: NDArray[np.float64]) -> NDArray[np.float64]:
        pivot = self.pivots[JOINTS.index(joint)].astype(np.float64)
        transform = np.eye(4)
        transform[:3, :3] = rotation
        transform[:3, 3] = pivot - rotation @ pivot
        return transform

    def reshaped(self, change: Sequence[float]) -> Rig:
        """The rig of a person whose identity coefficients differ by ``change``."""
        if self.shape is None or not any(change):
            return self
        moved, joints = self.shape.moved(change)
        sphere = self.lid_sphere.copy()
        eyes = [JOINTS.index("eye_left"), JOINTS.index("eye_right")]
        apart = np.linalg.norm(sphere[:, None, :3] - self.pivots[eyes], axis=2)
        sphere[:, :3] += joints[eyes][apart.argmin(1)]
        veils = self.veils
        if veils is not None:
            veils = veils.reshaped(self.pivots[eyes], joints[eyes])
        return replace(
            self,
            rest=self.rest + moved,
            pivots=self.pivots + joints,
            lid_sphere=sphere,
            veils=veils,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays by name, for a file; those of expression and shape as ``expression.NAME``."""
        own = {name: value for name, value in vars(self).items() if name not in _BASES}
        for name in _BASES:
            basis = getattr(self, name)
            if basis is not None:
                own |= {f"{name}.{each.name}": getattr(basis, each.name) for each in fields(basis)}
        return own

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Rig:
        """What ``arrays`` gives."""
        own: dict[str, Any] = {name: array for name, array in arrays.items() if "." not in name}
        for name, basis in _BASES.items():
            start = f"{name}."
            parts = {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
            own[name] = basis(**parts) if parts else None
        return cls(**own)


def eye_angles(pose: Pose) -> tuple[tuple[float, float], tuple[float, float]]:
    """Yaw and pitch (radians) of the left and the right eyeball.

    Gaze and the ARKit eyeLook coefficients add up; ``In`` is towards the nose, so the subject's
    left eye (at +X) looks in towards -X.
    """
    c = pose.coefficient
    left = (
        float(pose.gaze_left[0]) + LOOK_YAW * (c("eyeLookOutLeft") - c("eyeLookInLeft")),
        float(pose.gaze_left[1]) + LOOK_PITCH * (c("eyeLookUpLeft") - c("eyeLookDownLeft")),
    )
    right = (
        float(pose.gaze_right[0]) + LOOK_YAW * (c("eyeLookInRight") - c("eyeLookOutRight")),
        float(pose.gaze_right[1]) + LOOK_PITCH * (c("eyeLookUpRight") - c("eyeLookDownRight")),
    )
    return left, right


LID_SHAPES = ("eyeLookUp", "eyeLookDown", "eyeSquint", "eyeWide")
"""What else moves the margins of the lids; a blink leaves room for its own share only."""


def effective_blendshapes(pose: Pose) -> FloatArray:
    """Coefficients (52,) with the lids following the eyeballs up and down.

    A blink takes the lids the rest of the way: what other shapes do to their margins fades as
    it closes them, so that the sum neither crosses the margins nor leaves a shut eye ajar.
    """
    coefficients = pose.blendshapes.astype(np.float32).copy()
    for side, gaze in (("Left", pose.gaze_left), ("Right", pose.gaze_right)):
        lift = float(gaze[1]) / LOOK_PITCH
        coefficients[ARKIT_INDEX[f"eyeLookUp{side}"]] += max(lift, 0.0)
        coefficients[ARKIT_INDEX[f"eyeLookDown{side}"]] += max(-lift, 0.0)
        open_share = 1.0 - min(max(float(coefficients[ARKIT_INDEX[f"eyeBlink{side}"]]), 0.0), 1.0)
        for shape in LID_SHAPES:
            coefficients[ARKIT_INDEX[shape + side]] *= open_share
    return coefficients


_OPENING = {
    "jawOpen": 1.0,
    "mouthClose": -1.0,
    "mouthFunnel": 0.5,
    "mouthLowerDownLeft": 0.4,
    "mouthLowerDownRight": 0.4,
    "mouthUpperUpLeft": 0.4,
    "mouthUpperUpRight": 0.4,
    "mouthSmileLeft": 0.15,
    "mouthSmileRight": 0.15,
}


def mouth_opening(coefficients: NDArray[np.floating]) -> float:
    """How far coefficients (52,) part the lips; about 1 for a wide-open mouth."""
    return max(float(opening_weights() @ np.maximum(coefficients, 0.0)), 0.0)


@lru_cache(maxsize=1)
def opening_weights() -> NDArray[np.float64]:
    """(52,) share of each coefficient in ``mouth_opening``."""
    weights = np.zeros(len(ARKIT_INDEX))
    for name, weight in _OPENING.items():
        weights[ARKIT_INDEX[name]] = weight
    return weights


def _translation(offset: NDArray[np.floating]) -> NDArray[np.float64]:
    transform = np.eye(4)
    transform[:3, 3] = offset
    return transform
