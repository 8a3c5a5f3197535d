"""A FLAME-shaped file with a real face: the open head's control mesh in FLAME's clothes.

5023 vertices, 9976 triangles, five joints, metres; eyeballs are its own, the mouth is a slit
without a sack, and the average is another person than the open head's.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from models.head.assemble import Region
from models.head.flame_file import FACE_COUNT, VERTEX_COUNT
from models.head.open_head import OpenHeadData, load_open_head
from models.pose import ARKIT_INDEX
from tests.models.head.flame_like import spiral

EYE_RADIUS = 0.0125
ORIGIN = np.array([0.0, 0.012, -0.03])
PERSON = 5
JAW_OPEN = 0.3


@functools.cache
def flame_from_open() -> dict[str, NDArray]:
    """The arrays under the names of the official files."""
    head = load_open_head()
    used, faces = _outer_skin(head)
    scale = head.metres_per_unit
    rng = np.random.default_rng(PERSON)
    points = head.points(0.7 * rng.normal(size=64))
    joints = (
        scale * points[[head.point(n) for n in ("neck", "head", "jaw", "eye_left", "eye_right")]]
    )
    skin = scale * points[used]
    balls = (VERTEX_COUNT - len(used) + 1) // 2, (VERTEX_COUNT - len(used)) // 2
    vertices, triangles, weights = [skin], [faces], [_skin_weights(head, used)]
    start = len(used)
    for side, count in enumerate(balls):
        direction = spiral(count)
        # The open head's lids lie round a larger ball: bring the front to the same depth.
        centre = joints[3 + side] + (0.0, 0.0, head.eye_radius * scale - EYE_RADIUS)
        joints[3 + side] = centre
        vertices.append(centre + EYE_RADIUS * direction)
        triangles.append(ConvexHull(direction).simplices + start)
        weights.append(np.eye(5)[np.full(count, 3 + side)])
        start += count
    faces = np.concatenate(triangles)
    faces = np.concatenate([faces, faces[-1:].repeat(max(FACE_COUNT - len(faces), 0), 0)])
    vertices = np.concatenate(vertices)
    weights = np.concatenate(weights)
    basis = np.zeros((VERTEX_COUNT, 3, 400))
    shapes = np.moveaxis(head.shape_basis, 0, -1)
    basis[: len(used), :, :64] = scale * shapes[used]
    for side in range(2):
        first = len(used) + sum(balls[:side])
        rows = slice(first, first + balls[side])
        basis[rows, :, :64] = scale * shapes[head.point(("eye_left", "eye_right")[side])]
    basis[: len(used), :, 300:352] = _expressions(
        head, used, skin, joints[2], weights[: len(used), 2]
    )
    return {
        "v_template": vertices + ORIGIN,
        "shapedirs": basis,
        "posedirs": np.zeros((VERTEX_COUNT, 3, 36)),
        "J_regressor": _regressor(vertices, joints, len(used), balls),
        "weights": weights,
        "f": faces[:FACE_COUNT].astype(np.uint32),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.uint32),
    }


def write_flame(path: Path) -> Path:
    """Write it as ``.npz``."""
    np.savez(path, **flame_from_open())
    return path


def _outer_skin(head: OpenHeadData) -> tuple[NDArray, NDArray]:
    """Control vertices of the outer skin and triangles among them, split the other way round."""
    hidden = np.isin(head.region[: head.control_count], (Region.INNER_MOUTH, Region.HIDDEN))
    quads = head.quads[~hidden[head.quads].all(1)]
    used, flat = np.unique(quads, return_inverse=True)
    quads = flat.reshape(-1, 4)
    return used, np.concatenate([quads[:, [0, 1, 3]], quads[:, [1, 2, 3]]])


def _skin_weights(head: OpenHeadData, used: NDArray) -> NDArray:
    root, neck, skull, jaw = head.joint_weights[used].T
    return np.stack([root, neck + skull, jaw, 0 * jaw, 0 * jaw], 1)


def _expressions(
    head: OpenHeadData, used: NDArray, skin: NDArray, pivot: NDArray, jaw: NDArray
) -> NDArray:
    """(C, 3, 52) orthogonal components of the ARKit shapes, without what the jaw joint does."""
    shapes = head.metres_per_unit * head.blendshapes[:, used].astype(np.float64)
    arms = skin - pivot
    cos, sin = np.cos(JAW_OPEN), np.sin(JAW_OPEN)
    turned = arms @ np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]).T
    shapes[ARKIT_INDEX["jawOpen"]] -= jaw[:, None] * (turned - arms)
    _, size, rows = np.linalg.svd(shapes.reshape(52, -1), full_matrices=False)
    return np.moveaxis((size[:, None] * rows / 7).reshape(52, -1, 3), 0, -1)


def _regressor(vertices: NDArray, joints: NDArray, skin: int, balls: tuple[int, int]) -> NDArray:
    """(5, N) rows that sum to one and give the joints."""
    regressor = np.zeros((5, len(vertices)))
    for row, joint in enumerate(joints[:3]):
        near = np.argsort(((vertices[:skin] - joint) ** 2).sum(1))[:200]
        system = np.concatenate([vertices[near].T, np.ones((1, len(near)))])
        regressor[row, near] = np.linalg.pinv(system) @ np.append(joint, 1.0)
    for side in range(2):
        first = skin + sum(balls[:side])
        rows = slice(first, first + balls[side])
        system = np.concatenate([vertices[rows].T, np.ones((1, balls[side]))])
        regressor[3 + side, rows] = np.linalg.pinv(system) @ np.append(joints[3 + side], 1.0)
    return regressor
