from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.head.assemble import Identity, assemble_head, skin_landmarks
from models.head.lids import LidMap, lid_maps
from models.head.open_head import load_open_head
from models.pose import Pose
from tests.models.head.people import identity

FloatArray = NDArray[np.floating]
TOUCH = 0.0012
"""Canonical units: a lid margin is six times as deep."""


def _gaps(someone: Identity, **coefficients: float) -> list[FloatArray]:
    """Height (6,) of the upper above the lower margin between the corners, of both eyes."""
    head = load_open_head()
    mesh = assemble_head(head, someone)
    both = {name + side: v for name, v in coefficients.items() for side in ("Left", "Right")}
    posed = mesh.rig.deform(Pose.neutral().with_blendshapes(both))
    landmarks = skin_landmarks(head, posed[: mesh.skin_count])
    return [_gap(landmarks, lids) for lids in lid_maps(head)]


def _gap(landmarks: FloatArray, lids: LidMap) -> FloatArray:
    upper, lower = landmarks[list(lids.upper)], landmarks[list(lids.lower)]
    order = np.argsort(lower[:, 0])
    gap: FloatArray = upper[:, 1] - np.interp(upper[:, 0], lower[order, 0], lower[order, 1])
    return gap[1:-1]


def _squinting(seed: int) -> Identity:
    """Someone whose upper lids hang: the residual of the fit brings them down by 0.004."""
    head, someone = load_open_head(), identity(seed)
    for lids in lid_maps(head):
        upper = lids.share[:, 1:7].sum(1) * lids.near
        someone.offsets[lids.moved, 1] -= (0.004 * upper).astype(np.float32)
    return someone


@pytest.mark.parametrize("someone", [identity(0), identity(1), identity(3), _squinting(2)])
def test_a_full_blink_just_closes_the_eye(someone: Identity) -> None:
    before, half, after = (_gaps(someone, eyeBlink=amount) for amount in (0.0, 0.5, 1.0))
    for start, middle, end in zip(before, half, after, strict=True):
        assert start.max() > 0.004
        assert np.abs(end).max() < TOUCH
        assert np.abs(middle - start / 2).max() < TOUCH


@pytest.mark.parametrize("other", ["eyeSquint", "eyeLookDown", "eyeWide", "eyeLookUp"])
def test_other_shapes_neither_cross_nor_open_shut_lids(other: str) -> None:
    for amount in (0.5, 0.8, 1.0):
        for gap in _gaps(identity(1), eyeBlink=amount, **{other: 1.0}):
            assert gap.min() > -2 * TOUCH
    assert max(gap.max() for gap in _gaps(identity(1), eyeBlink=1.0, **{other: 1.0})) < TOUCH


def test_closing_is_monotone() -> None:
    steps = [_gaps(identity(0), eyeBlink=amount) for amount in np.linspace(0, 1, 6)]
    for earlier, later in zip(steps, steps[1:], strict=False):
        for a, b in zip(earlier, later, strict=True):
            assert (b < a + 1e-4).all()


def test_lower_lid_comes_up_a_little() -> None:
    head, someone = load_open_head(), identity(0)
    mesh = assemble_head(head, someone)
    shut = mesh.rig.deform(Pose.neutral().with_blendshapes({"eyeBlinkLeft": 1.0}))
    moved = skin_landmarks(head, (shut - mesh.rig.rest)[: mesh.skin_count])
    left, right = lid_maps(head)
    lower = moved[list(left.lower[2:5]), 1]
    upper = moved[list(left.upper[2:5]), 1]
    assert (lower > 0.0005).all() and (lower < -0.2 * upper).all()
    assert np.abs(moved[right.margins]).max() < 1e-4
