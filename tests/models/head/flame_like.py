"""A made-up model with FLAME's names, shapes and joints: a smooth egg with a neck."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from models.head.flame_file import FACE_COUNT, VERTEX_COUNT, FlameArrays

JOINTS = np.array(
    [
        [0.0, -0.14, -0.02],
        [0.0, -0.08, -0.02],
        [0.0, -0.01, 0.0],
        [0.031, 0.03, 0.05],
        [-0.031, 0.03, 0.05],
    ]
)


def spiral(count: int = VERTEX_COUNT) -> NDArray[np.float64]:
    """(count, 3) points spread evenly over the unit sphere."""
    index = np.arange(count) + 0.5
    y = 1.0 - 2.0 * index / count
    angle = np.pi * (1.0 + np.sqrt(5.0)) * index
    radius = np.sqrt(1.0 - y * y)
    return np.stack([radius * np.cos(angle), y, radius * np.sin(angle)], axis=1)


@functools.cache
def flame_dictionary() -> dict[str, NDArray]:
    """The arrays under the names of the official files."""
    random = np.random.default_rng(7)
    vertices = spiral() * (0.075, 0.11, 0.09)
    nose = np.exp(-np.sum((vertices - (0.0, 0.0, 0.09)) ** 2, 1) / 0.018**2)
    vertices[:, 2] += 0.02 * nose
    centres = random.normal(size=(400, 3)) * (0.05, 0.08, 0.03) + (0.0, 0.0, 0.06)
    bumps = np.exp(-((vertices[:, None] - centres) ** 2).sum(-1) / 0.03**2)
    shapedirs = bumps[:, None, :] * random.normal(scale=0.004, size=(3, 400))
    distance = ((vertices[None] - JOINTS[:, None]) ** 2).sum(-1)
    regressor = np.exp(-distance / 0.09**2)
    regressor = _reproduce(regressor / regressor.sum(1, keepdims=True), vertices)
    faces = random.integers(0, VERTEX_COUNT, (FACE_COUNT, 3))
    return {
        "v_template": vertices,
        "shapedirs": shapedirs,
        "posedirs": random.normal(scale=1e-3, size=(VERTEX_COUNT, 3, 36)),
        "J_regressor": regressor,
        "weights": _weights(vertices),
        "f": faces.astype(np.uint32),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.uint32),
    }


def flame_arrays() -> FlameArrays:
    """The same as loaded."""
    d = flame_dictionary()
    return FlameArrays(
        template=d["v_template"].astype(np.float32),
        shape_basis=d["shapedirs"][..., :300].astype(np.float32),
        expression_basis=d["shapedirs"][..., 300:].astype(np.float32),
        pose_basis=d["posedirs"].astype(np.float32),
        joint_regressor=d["J_regressor"].astype(np.float32),
        weights=d["weights"].astype(np.float32),
        faces=d["f"].astype(np.int32),
    )


def _reproduce(regressor: NDArray, vertices: NDArray) -> NDArray:
    """Least change of the regressor that puts the joints where they belong."""
    system = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1)
    wanted = np.concatenate([JOINTS, np.ones((5, 1))], axis=1)
    return regressor + (wanted - regressor @ system) @ np.linalg.pinv(system)


def _weights(vertices: NDArray) -> NDArray:
    x, y, z = vertices.T
    neck = 1.0 / (1.0 + np.exp(-(y + 0.07) / 0.01))
    jaw = np.clip((-0.015 - y) / 0.02, 0, 1) * np.clip((z - 0.01) / 0.02, 0, 1)
    eyes = [(((vertices - JOINTS[j]) ** 2).sum(1) < 0.034**2).astype(np.float64) for j in (3, 4)]
    raw = np.stack([1.0 - neck, neck, 3.0 * jaw, 20 * eyes[0], 20 * eyes[1]], axis=1)
    raw[:, :2] *= 1.0 - np.maximum.reduce([jaw, *eyes])[:, None]
    return raw / raw.sum(1, keepdims=True)
