"""FLAME as a differentiable layer.

After Li, Bolkart, Black, Li and Romero, "Learning a model of facial shape and expression from 4D
scans", 2017; equations are numbered as there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.head.flame_file import PARENTS, SHAPE_COUNT, FlameArrays
from models.pose import EXPRESSION_COUNT


class FlameHead(nn.Module):
    """FLAME: identity, expression and joint rotations to vertices.

    All rotations are axis-angle in radians, all lengths metres. Arguments share one batch size B;
    those left out are zero.
    """

    template: Tensor
    shape_basis: Tensor
    expression_basis: Tensor
    pose_basis: Tensor
    joint_regressor: Tensor
    weights: Tensor
    faces: Tensor

    def __init__(self, arrays: FlameArrays, *, dtype: torch.dtype = torch.float32) -> None:
        """Hold the arrays of a FLAME file as buffers of ``dtype``."""
        super().__init__()
        for name in (
            "template",
            "shape_basis",
            "expression_basis",
            "pose_basis",
            "joint_regressor",
            "weights",
        ):
            self.register_buffer(name, torch.tensor(getattr(arrays, name), dtype=dtype))
        # Files hold weights in single precision: make rows sum to 1, or rotations would scale.
        self.weights /= self.weights.sum(dim=1, keepdim=True)
        self.register_buffer("faces", torch.tensor(arrays.faces, dtype=torch.int64))

    def forward(
        self,
        shape: Tensor | None = None,
        expression: Tensor | None = None,
        *,
        root: Tensor | None = None,
        neck: Tensor | None = None,
        jaw: Tensor | None = None,
        eyes: Tensor | None = None,
        translation: Tensor | None = None,
    ) -> Tensor:
        """Vertices of posed heads, eq. 1: M = W(T_P(shape, pose, expression), J(shape), pose).

        Args:
            shape: (B, <=300) identity coefficients in standard deviations.
            expression: (B, <=100) expression coefficients in standard deviations.
            root: (B, 3) global rotation about the root joint.
            neck: (B, 3) rotation of the neck.
            jaw: (B, 3) rotation of the jaw; positive x opens it.
            eyes: (B, 6) rotations of the left, then the right eyeball.
            translation: (B, 3) added last.

        Returns:
            (B, 5023, 3) vertices.
        """
        arguments = (shape, expression, root, neck, jaw, eyes, translation)
        given = [argument for argument in arguments if argument is not None]
        batch = given[0].shape[0] if given else 1
        identity = self.template + self._blend(shape, self.shape_basis, SHAPE_COUNT, batch)
        joints = torch.einsum("jv,bvc->bjc", self.joint_regressor, identity)
        rotations = self._rotations(root, neck, jaw, eyes, batch)
        offsets = self._blend(expression, self.expression_basis, EXPRESSION_COUNT, batch)
        shaped = identity + offsets + self._pose_correctives(rotations)
        vertices = self._skin(shaped, joints, rotations)
        return vertices if translation is None else vertices + translation[:, None]

    def joints(self, shape: Tensor | None = None) -> Tensor:
        """(B, 5, 3) joints J(shape) in the zero pose, in the order of ``JOINTS``."""
        batch = 1 if shape is None else shape.shape[0]
        identity = self.template + self._blend(shape, self.shape_basis, SHAPE_COUNT, batch)
        return torch.einsum("jv,bvc->bjc", self.joint_regressor, identity)

    def _blend(self, coefficients: Tensor | None, basis: Tensor, limit: int, batch: int) -> Tensor:
        """Eq. 3 and 5: sum of coefficient times displacement, (B, V, 3)."""
        if coefficients is None:
            return torch.zeros_like(self.template).expand(batch, -1, -1)
        count = coefficients.shape[-1]
        if count > limit:
            raise ValueError(f"{count} coefficients given, the model has {limit}")
        return torch.einsum("bn,vcn->bvc", coefficients, basis[..., :count])

    def _rotations(
        self,
        root: Tensor | None,
        neck: Tensor | None,
        jaw: Tensor | None,
        eyes: Tensor | None,
        batch: int,
    ) -> Tensor:
        """(B, 5, 3, 3) rotation of each joint relative to its parent."""
        zero = self.template.new_zeros(batch, 3)
        turns = [zero if turn is None else turn for turn in (root, neck, jaw)]
        left, right = (zero, zero) if eyes is None else (eyes[:, :3], eyes[:, 3:])
        return rotation_matrix(torch.stack([*turns, left, right], dim=1))

    def _pose_correctives(self, rotations: Tensor) -> Tensor:
        """Eq. 4: correctives linear in the entries of R(pose) - R(zero pose), without the root."""
        identity = torch.eye(3, dtype=rotations.dtype, device=rotations.device)
        features = (rotations[:, 1:] - identity).flatten(1)
        return torch.einsum("bn,vcn->bvc", features, self.pose_basis)

    def _skin(self, vertices: Tensor, joints: Tensor, rotations: Tensor) -> Tensor:
        """Linear blend skinning W: each vertex follows the weighted joints."""
        turns: list[Tensor] = []
        places: list[Tensor] = []
        for joint, parent in enumerate(PARENTS):
            if parent < 0:
                turns.append(rotations[:, joint])
                places.append(joints[:, joint])
                continue
            bone = (joints[:, joint] - joints[:, parent])[..., None]
            places.append(places[parent] + (turns[parent] @ bone)[..., 0])
            turns.append(turns[parent] @ rotations[:, joint])
        turn, place = torch.stack(turns, 1), torch.stack(places, 1)
        shift = place - (turn @ joints[..., None])[..., 0]
        blended_turn = torch.einsum("vj,bjxy->bvxy", self.weights, turn)
        blended_shift = torch.einsum("vj,bjx->bvx", self.weights, shift)
        return torch.einsum("bvxy,bvy->bvx", blended_turn, vertices) + blended_shift


def rotation_matrix(axis_angle: Tensor) -> Tensor:
    """Rodrigues' formula, smooth at zero.

    Args:
        axis_angle: (..., 3) radians.

    Returns:
        (..., 3, 3) rotations.
    """
    squared = (axis_angle * axis_angle).sum(-1)[..., None, None]
    small = squared < 1e-4
    # Both branches of where() are differentiated: keep the unused one away from 0 / 0.
    safe = torch.where(small, torch.ones_like(squared), squared)
    angle = safe.sqrt()
    first = torch.where(small, 1 - squared / 6 + squared**2 / 120, angle.sin() / angle)
    second = torch.where(small, 0.5 - squared / 24 + squared**2 / 720, (1 - angle.cos()) / safe)
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1)
    cross = cross.reshape(*axis_angle.shape, 3)
    identity = torch.eye(3, dtype=axis_angle.dtype, device=axis_angle.device)
    rotation: Tensor = identity + first * cross + second * (cross @ cross)
    return rotation
