"""The FLAME layer: zero pose, joints, skinning, gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.head.flame import FlameHead, rotation_matrix
from tests.models.head.flame_like import JOINTS, flame_arrays

F64 = torch.float64


@pytest.fixture(scope="module")
def head() -> FlameHead:
    return FlameHead(flame_arrays(), dtype=F64)


@pytest.fixture(scope="module")
def stiff() -> FlameHead:
    """Without pose correctives, so that skinning can be seen alone."""
    module = FlameHead(flame_arrays(), dtype=F64)
    module.pose_basis.zero_()
    return module


def _turn(*values: float) -> torch.Tensor:
    return torch.tensor([values], dtype=F64)


def test_zero_pose_is_the_template_plus_the_bases(head: FlameHead) -> None:
    torch.testing.assert_close(head()[0], head.template)
    shape, expression = torch.zeros(2, 300, dtype=F64), torch.zeros(2, 100, dtype=F64)
    shape[0, 3], expression[1, 99] = 2.0, -1.5
    vertices = head(shape, expression)
    torch.testing.assert_close(vertices[0], head.template + 2 * head.shape_basis[..., 3])
    torch.testing.assert_close(vertices[1], head.template - 1.5 * head.expression_basis[..., 99])
    torch.testing.assert_close(head(shape[:, :4])[0], vertices[0])
    with pytest.raises(ValueError, match="301"):
        head(torch.zeros(1, 301, dtype=F64))


def test_joints_are_regressed_from_the_shape(head: FlameHead) -> None:
    np.testing.assert_allclose(head.joints()[0], JOINTS, atol=1e-6)
    shape = torch.randn(1, 300, dtype=F64, generator=torch.Generator().manual_seed(0))
    moved = (head.shape_basis @ shape[0])[None]
    expected = head.joints() + torch.einsum("jv,bvc->bjc", head.joint_regressor, moved)
    torch.testing.assert_close(head.joints(shape), expected)


def test_the_jaw_moves_only_what_is_bound_to_it(stiff: FlameHead) -> None:
    moved = stiff(jaw=_turn(0.3, 0, 0))[0] - stiff.template
    bound = stiff.weights[:, 2] > 0
    assert 100 < int(bound.sum()) < 2500
    assert float(moved[~bound].abs().max()) < 1e-12
    assert float(moved[bound].norm(dim=1).min()) > 0
    full = stiff.weights[:, 2] > 0.99
    chin = stiff.template[full][:, 2] > 0.05
    assert bool((moved[full][chin][:, 1] < 0).all())  # positive x opens


def test_a_fully_bound_vertex_turns_rigidly(stiff: FlameHead) -> None:
    angles = np.array([0.1, -0.2, 0.15])
    bound = (stiff.weights[:, 3] > 0.1).numpy()
    assert bound.sum() > 5
    weight = stiff.weights[bound, 3].numpy()[:, None]
    rest = stiff.template.numpy()[bound]
    pivot = stiff.joints()[0, 3].numpy()
    turned = Rotation.from_rotvec(angles).apply(rest - pivot) + pivot
    eyes = torch.tensor([[*angles, 0, 0, 0]], dtype=F64)
    result = stiff(eyes=eyes)[0].numpy()[bound]
    np.testing.assert_allclose(result, weight * turned + (1 - weight) * rest, atol=1e-12)


def test_rotations_compose_along_the_chain(stiff: FlameHead) -> None:
    root, neck, jaw = (np.array(v) for v in ([0.1, 0.5, 0], [-0.2, 0.1, 0.3], [0.4, 0, 0.1]))
    joints = stiff.joints()[0].numpy()
    rest = stiff.template.numpy()
    r_root, r_neck, r_jaw = (Rotation.from_rotvec(v) for v in (root, neck, jaw))

    def at_root(x: np.ndarray) -> np.ndarray:
        return r_root.apply(x - joints[0]) + joints[0]

    def at_neck(x: np.ndarray) -> np.ndarray:
        return at_root(r_neck.apply(x - joints[1]) + joints[1])

    def at_jaw(x: np.ndarray) -> np.ndarray:
        return at_neck(r_jaw.apply(x - joints[2]) + joints[2])

    # The eyes do not turn themselves: they follow the neck.
    w = stiff.weights.numpy()
    expected = w[:, :1] * at_root(rest) + (w[:, 1:2] + w[:, 3:4] + w[:, 4:5]) * at_neck(rest)
    expected += w[:, 2:3] * at_jaw(rest)
    result = stiff(
        root=torch.tensor(root[None]), neck=torch.tensor(neck[None]), jaw=torch.tensor(jaw[None])
    )
    np.testing.assert_allclose(result[0], expected, atol=1e-12)


def test_the_root_and_translation_are_rigid(head: FlameHead) -> None:
    angles = np.array([0.3, -0.4, 0.2])
    expression = torch.ones(1, 100, dtype=F64) * 0.3
    jaw = _turn(0.2, 0.05, 0)
    before = head(expression=expression, jaw=jaw)[0].numpy()
    moved = head(
        expression=expression,
        jaw=jaw,
        root=torch.tensor(angles[None]),
        translation=_turn(1, 2, 3),
    )
    pivot = head.joints()[0, 0].numpy()
    expected = Rotation.from_rotvec(angles).apply(before - pivot) + pivot + (1, 2, 3)
    np.testing.assert_allclose(moved[0], expected, atol=1e-9)


def test_pose_correctives_follow_the_rotation_entries(head: FlameHead, stiff: FlameHead) -> None:
    # Without weights on the turned joint only the corrective remains.
    jaw = np.array([0.25, 0.1, -0.05])
    free = (head.weights[:, 2] == 0).numpy()
    entries = (Rotation.from_rotvec(jaw).as_matrix() - np.eye(3)).ravel()
    expected = head.pose_basis.numpy()[..., 9:18] @ entries
    moved = (head(jaw=torch.tensor(jaw[None]))[0] - head.template).numpy()
    np.testing.assert_allclose(moved[free], expected[free], atol=1e-12)


def test_batches_are_independent(head: FlameHead) -> None:
    generator = torch.Generator().manual_seed(1)
    expression = torch.randn(3, 100, dtype=F64, generator=generator)
    eyes = 0.3 * torch.randn(3, 6, dtype=F64, generator=generator)
    together = head(expression=expression, eyes=eyes)
    for i in range(3):
        single = head(expression=expression[i : i + 1], eyes=eyes[i : i + 1])
        torch.testing.assert_close(together[i], single[0])


@pytest.mark.parametrize("scale", [0.0, 1e-9, 9.9e-3, 1.01e-2, 0.5, 3.0])
def test_rotation_matrices_are_right_and_differentiable(scale: float) -> None:
    vectors = scale * torch.tensor([[0.6, -0.64, 0.48], [0, 0, 1]], dtype=F64)
    expected = Rotation.from_rotvec(vectors.numpy()).as_matrix()
    np.testing.assert_allclose(rotation_matrix(vectors), expected, atol=1e-12)
    assert torch.autograd.gradcheck(rotation_matrix, vectors.requires_grad_())


@pytest.mark.parametrize("scale", [0.0, 0.3])
def test_gradients_in_double_precision(head: FlameHead, scale: float) -> None:
    generator = torch.Generator().manual_seed(2)
    pick = torch.randint(0, 5023, (12,), generator=generator)

    def run(shape: torch.Tensor, expression: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        root, neck, jaw, eyes, translation = turns.split([3, 3, 3, 6, 3], dim=1)
        return head(
            shape, expression, root=root, neck=neck, jaw=jaw, eyes=eyes, translation=translation
        )[:, pick]

    inputs = [
        (scale * torch.randn(2, count, dtype=F64, generator=generator)).requires_grad_()
        for count in (4, 3, 18)
    ]
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)
