"""Random people for the tests of heads and rigs."""

from __future__ import annotations

import functools

import numpy as np

from models.head.assemble import HeadMesh, Identity, assemble_head
from models.head.open_head import load_open_head
from models.pose import Pose

IRIS_RATIO = 0.36


def identity(seed: int, *, offset: float = 0.0) -> Identity:
    """A random identity; seed 0 is the average. ``offset`` is the size of a residual."""
    head = load_open_head()
    rng = np.random.default_rng(seed)
    shape = rng.normal(0, 1.0, 64) * (seed > 0)
    offsets = rng.normal(0, 1.0, (len(head.region), 3)) * offset
    return Identity(
        shape.astype(np.float32),
        offsets.astype(np.float32),
        IRIS_RATIO,
        np.zeros((2, 2), np.float32),
    )


@functools.cache
def person(seed: int) -> HeadMesh:
    """An assembled head without residual."""
    return assemble_head(load_open_head(), identity(seed))


def random_pose(seed: int) -> Pose:
    """Every joint and about half of the coefficients moved."""
    rng = np.random.default_rng(seed)
    return Pose(
        blendshapes=rng.uniform(0, 1, 52) * (rng.random(52) < 0.5),
        jaw=rng.normal(0, 0.1, 3),
        neck=rng.normal(0, 0.2, 3),
        head=rng.normal(0, 0.2, 3),
        gaze_left=rng.normal(0, 0.3, 2),
        gaze_right=rng.normal(0, 0.3, 2),
        translation=rng.normal(0, 0.1, 3),
    )
