"""From a fitted head to a person: skull inside the hair, iris size, the eyes' rest directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.animate.rig import effective_blendshapes, mouth_opening
from models.camera import Camera
from models.head.assemble import Identity, Region, laid_ear
from models.head.cranium import cranium_offsets
from models.head.fit import HeadFit
from models.head.gaze import EYE_RADIUS, eye_centre
from models.head.landmarks import IRIS_LEFT, IRIS_RIGHT, LID_LEFT, LID_RIGHT
from models.head.neck import neck_offsets
from models.head.open_head import OpenHeadData
from models.head.photo_samples import openness
from models.head.scalp import scalp_offsets
from models.pose import Pose

FloatArray = NDArray[np.float32]

IRIS_RATIO = 0.365
"""Iris radius over the open head's eyeball radius where no iris can be measured."""
IRIS_RANGE = (0.28, 0.50)

_SKULL_MARGIN = 0.012
"""Least thickness of hair over the skull, as a share of the picture's side."""
_EAR_BARE = 0.40
_EAR_OUT = 0.06
_EAR_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3)
_EAR_HIDDEN_YAW = 18.0
_SHUT = 0.10
_LEAST_OPENING = 0.02
_DISAGREEMENT = 1.3
"""Two irises whose sizes differ by more are not both measured well."""


def identity_of(
    head: OpenHeadData,
    fit: HeadFit,
    landmarks: FloatArray,
    alpha: FloatArray,
    hair_probability: FloatArray,
) -> tuple[Identity, Pose]:
    """The person of a fitted photo and what the face does in it.

    Args:
        head: the open head that was fitted.
        fit: the fit.
        landmarks: (478, 3) MediaPipe landmarks in pixels of the crop.
        alpha: (S, S) matte of the crop.
        hair_probability: (S, S).

    Returns:
        Identity, and the photo's pose relative to its eye axes.
    """
    control = head.points(fit.shape)[: head.control_count]
    fitted = np.asarray(head.subdivision @ control + fit.offsets, np.float32)
    scalp = scalp_offsets(head, fitted)
    skin, neck_weight = fitted + scalp, head.skin_weights[:, 0] + head.skin_weights[:, 1]
    skull = cranium_offsets(skin, head.landmark_map @ control, fit.camera, alpha, _SKULL_MARGIN)
    neck = neck_offsets(skin, neck_weight, fit.camera, alpha)
    axis = rest_axes(fit.pose)
    pose = fit.pose.replace(
        gaze_left=fit.pose.gaze_left - axis[0], gaze_right=fit.pose.gaze_right - axis[1]
    )
    lids = lids_of_photo(head, pose)
    identity = Identity(
        shape=fit.shape,
        offsets=(fit.offsets + scalp + skull + neck + lids).astype(np.float32),
        iris_ratio=iris_ratio(head, fit, landmarks, alpha.shape[-1]),
        eye_axis=axis,
        ears=ear_shares(head, skin, fit.camera, alpha, hair_probability),
        seal_release=max(mouth_opening(fit.pose.blendshapes), _LEAST_OPENING),
    )
    return identity, pose


def lids_of_photo(head: OpenHeadData, pose: Pose) -> FloatArray:
    """Neutral skin displacement (V, 3) that keeps the lids of the photo's ``pose`` as fitted.

    The fit knows nothing of lids that follow the gaze; neutral ones give way for what the rig
    adds, so that someone who looks down in the photo opens the eyes when looking ahead.
    """
    added = effective_blendshapes(pose) - pose.blendshapes
    control = np.tensordot(added, head.blendshapes[:, : head.control_count], 1)
    return np.asarray(-(head.subdivision @ control), np.float32)


def ear_shares(
    head: OpenHeadData, skin: FloatArray, camera: Camera, alpha: FloatArray, hair: FloatArray
) -> tuple[float, float]:
    """How far the left and the right ear of ``skin`` (V, 3) stand off; see ``Identity.ears``.

    An ear is laid back until it stays inside the matte, and hidden when hair is there. An ear on
    the far side of a turned head is taken as the near one. ``alpha`` and ``hair``,
    which is whatever may cover an ear, are (S, S).
    """
    shares = [_ear_share(head, skin, side, camera, alpha, hair) for side in (1.0, -1.0)]
    aside = float(np.degrees(np.arctan2(camera.position[0], camera.position[2])))
    if abs(aside) > _EAR_HIDDEN_YAW:
        near = shares[0] if aside > 0 else shares[1]
        shares = [near, near]
    return shares[0], shares[1]


def _ear_share(
    head: OpenHeadData,
    skin: FloatArray,
    side: float,
    camera: Camera,
    alpha: FloatArray,
    hair: FloatArray,
) -> float:
    size = alpha.shape[-1]
    ear = np.nonzero((head.region == Region.EAR) & (skin[:, 0] * side > 0))[0]
    # The rim stands out; what lies behind it is skull, which hair may cover.
    rim = ear[np.abs(skin[ear, 0]) > np.percentile(np.abs(skin[ear, 0]), 60)]

    def read(picture: FloatArray, vertices: FloatArray) -> FloatArray:
        column, row = np.clip((camera.project(vertices)[0] * size).astype(int), 0, size - 1).T
        return np.asarray(picture[row, column], np.float32)

    for share in _EAR_SHARES:
        laid = laid_ear(head, skin, side, share)[rim]
        if float((read(alpha, laid) < 0.5).mean()) < _EAR_OUT:
            break
    # What lies outside the matte is not covered, but neither is it an ear that is seen.
    bare = read(alpha, laid) * (1 - read(hair, laid))
    return share if float(bare.mean()) > _EAR_BARE else 0.0


def rest_axes(pose: Pose) -> FloatArray:
    """Yaw and pitch (2, 2) of the left and right eyeball at gaze zero, radians.

    Eyes that are seen to diverge do not really: the landmarks place the iris a little outward in
    that face. Half of the angle goes to each eye's rest direction, so that gaze zero looks as
    parallel as the photo does. What both eyes share (yaw, pitch) is gaze and stays in the pose.
    """
    outward = max(float(pose.gaze_left[0] - pose.gaze_right[0]) / 2, 0.0)
    return np.array([[outward, 0.0], [-outward, 0.0]], np.float32)


def iris_ratio(head: OpenHeadData, fit: HeadFit, landmarks: FloatArray, size: int) -> float:
    """Iris radius over the eyeball's, from MediaPipe's iris rims; ``size`` pixels make the crop."""
    ratios = []
    usual = IRIS_RATIO * EYE_RADIUS / head.eye_radius
    for side, iris, lids in (("left", IRIS_LEFT, LID_LEFT), ("right", IRIS_RIGHT, LID_RIGHT)):
        if openness(landmarks[list(lids), :2].astype(np.float64)) < _SHUT:
            continue
        rim = landmarks[list(iris[1:]), :2] / size
        # A turned iris is foreshortened in one direction only.
        across = max(np.linalg.norm(rim[0] - rim[2]), np.linalg.norm(rim[1] - rim[3]))
        _, depth = fit.camera.project(eye_centre(head, fit.shape, side)[None])
        radius = float(across) / 2 * (float(depth[0]) - head.eye_radius)
        ratios.append(radius / float(fit.camera.intrinsics[0, 0]) / head.eye_radius)
    if not ratios:
        return float(np.clip(usual, *IRIS_RANGE))
    if max(ratios) > _DISAGREEMENT * min(ratios):
        ratios = [min(ratios, key=lambda ratio: abs(ratio - usual))]
    return float(np.clip(np.mean(ratios), *IRIS_RANGE))
