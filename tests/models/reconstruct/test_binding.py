"""What follows the head and what stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.animate.rig import JOINTS
from models.pose import Pose
from models.reconstruct.binding import bind_shell, onto_torso
from tests.models.reconstruct import synthetic


def _root_share(name: str, points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Share of the body's joint in the motion of points on cloth, hair, or bare skin alone."""
    canvas = synthetic.canvas()
    empty = np.zeros((canvas.size, canvas.size), np.float32)
    classes = {key: empty + (key == name) for key in canvas.classes}
    vertices = np.asarray(points, np.float32)
    pixels = canvas.project(vertices)[0].astype(np.float32)
    weights = bind_shell(replace(canvas, classes=classes), vertices, pixels, synthetic.head())
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    return weights[:, JOINTS.index("root")]


def _chin() -> float:
    head = synthetic.head()
    jaw = head.rig.weights[: head.skin_count, JOINTS.index("jaw")] > 0.5
    return float(head.rig.rest[: head.skin_count][jaw, 1].min())


def test_long_hair_lets_go_by_and_by() -> None:
    """No two neighbours on a strand differ so much that it would look shorn."""
    heights = _chin() + np.linspace(0.1, -0.4, 101)
    strand = np.column_stack([np.full(101, 0.12), heights, np.zeros(101)])
    share = _root_share("hair", strand)
    assert share[0] < 0.01 and share[-1] > 0.99
    assert np.diff(share).min() >= -1e-6 and np.diff(share).max() < 0.05
    assert np.diff(_root_share("face_skin", strand)).max() > 0.05


def test_shoulders_above_the_chin_stay_and_a_hat_does_not() -> None:
    places = np.array([[0.2, 0.03, 0.0], [0.2, 0.3, 0.0]]) + [0, _chin(), 0]
    shoulder, hat = _root_share("clothes", places)
    assert shoulder > 0.85 and hat < 0.01
    assert _root_share("hair", places).max() < 0.01


def test_bare_shoulders_stay_and_the_throat_turns() -> None:
    places = np.array([[0.3, 0.02, 0.0], [0.0, 0.02, 0.0]]) + [0, _chin(), 0]
    shoulder, throat = _root_share("body_skin", places)
    assert shoulder > 0.85 and throat < 0.05


def test_the_rim_of_the_neck_stays_when_the_head_turns() -> None:
    head = synthetic.head()
    weights = onto_torso(head)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    faces = head.faces[(head.faces < head.skin_count).all(1) & (head.part == Part.HEAD)]
    ends = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    edges, uses = np.unique(ends, axis=0, return_counts=True)
    rim = np.unique(edges[uses == 1])
    rim = rim[head.rig.rest[rim, 1] < _chin() - 0.02]
    assert len(rim) > 20
    turned = Pose.neutral().replace(neck=(-0.35, 0.3, 0.0))
    moved = replace(head.rig, weights=weights).deform(turned) - head.rig.rest
    assert np.abs(head.rig.deform(turned) - head.rig.rest)[rim].max() > 0.01
    assert np.abs(moved[rim]).max() < 1e-3
    # The face turns as it did.
    face = head.rig.rest[: head.skin_count, 1] > _chin() + 0.1
    np.testing.assert_allclose(
        weights[: head.skin_count][face], head.rig.weights[: head.skin_count][face]
    )
