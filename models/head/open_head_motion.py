"""Differentiable twins of the rig's rules: joints, eyes, lids that follow, lips that close."""

from __future__ import annotations

import torch
from torch import Tensor

from models.animate.rig import _OPENING, LID_SHAPES, LOOK_PITCH, LOOK_YAW
from models.head.flame import rotation_matrix
from models.head.rotation_torch import gaze_rotation
from models.pose import ARKIT_INDEX


def seal_share(coefficients: Tensor, release: float) -> Tensor:
    """Share (B, 1, 1) of the lip seal that acts under coefficients (B, 52).

    It is none from a mouth opening of ``release`` on.
    """
    names = [ARKIT_INDEX[name] for name in _OPENING]
    weights = coefficients.new_tensor(list(_OPENING.values()))
    opening = (coefficients[:, names].clamp(min=0) @ weights).clamp(min=0)
    return (1.0 - opening / max(release, 1e-3)).clamp(min=0)[:, None, None]


def joint_transforms(
    joints: Tensor, turns: list[Tensor], bone: tuple[Tensor, Tensor], eyes: list[Tensor]
) -> tuple[Tensor, Tensor]:
    """Rotations (B, 7, 3, 3) and shifts (B, 7, 3) in the order of ``JOINTS``, without the root's.

    Args:
        joints: (B, 5, 3) neck, head, jaw, left eye, right eye.
        turns: axis-angles (B, 3) of neck, head, jaw.
        bone: turn and shift of the jaw bone in the jaw.
        eyes: rotations (B, 3, 3) of the left and the right eyeball.
    """
    batch = len(joints)
    root = torch.eye(3, dtype=joints.dtype, device=joints.device).expand(batch, 3, 3)
    chain = [(root, torch.zeros_like(joints[:, 0]))]
    for joint, turn in enumerate(turns):
        chain.append(_about(chain[-1], rotation_matrix(turn), joints[:, joint]))
    head, jaw = chain[2], chain[3]
    carried = (jaw[0], jaw[1] + (jaw[0] @ bone[1][..., None])[..., 0])
    chain.append(_about(carried, rotation_matrix(bone[0]), joints[:, 2]))
    chain += [_about(head, eye, joints[:, 3 + side]) for side, eye in enumerate(eyes)]
    return torch.stack([turn for turn, _ in chain], 1), torch.stack([s for _, s in chain], 1)


def _about(parent: tuple[Tensor, Tensor], turn: Tensor, pivot: Tensor) -> tuple[Tensor, Tensor]:
    """A parent's transform after a rotation about a pivot."""
    rotation, shift = parent
    local = pivot - (turn @ pivot[..., None])[..., 0]
    return rotation @ turn, shift + (rotation @ local[..., None])[..., 0]


def lids_follow(coefficients: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Coefficients (B, 52) with the lids following the gaze, and no other shape in a shut eye."""
    extra = torch.zeros_like(coefficients)
    for side, gaze in (("Left", left), ("Right", right)):
        extra[:, ARKIT_INDEX[f"eyeLookUp{side}"]] = (gaze[:, 1] / LOOK_PITCH).clamp(min=0)
        extra[:, ARKIT_INDEX[f"eyeLookDown{side}"]] = (-gaze[:, 1] / LOOK_PITCH).clamp(min=0)
    share = torch.ones_like(coefficients)
    for side in ("Left", "Right"):
        blink = coefficients[:, ARKIT_INDEX[f"eyeBlink{side}"]].clamp(0, 1)
        for shape in LID_SHAPES:
            share[:, ARKIT_INDEX[shape + side]] = 1.0 - blink
    return (coefficients + extra) * share


def eye_turns(coefficients: Tensor, left: Tensor, right: Tensor) -> list[Tensor]:
    """Rotations (B, 3, 3) of the left and the right eyeball by gaze and eyeLook coefficients."""
    turns = []
    for side, gaze, outward in (("Left", left, 1.0), ("Right", right, -1.0)):
        out, inward, up, down = (
            coefficients[:, ARKIT_INDEX[f"eyeLook{way}{side}"]]
            for way in ("Out", "In", "Up", "Down")
        )
        look = torch.stack([outward * LOOK_YAW * (out - inward), LOOK_PITCH * (up - down)], -1)
        turns.append(gaze_rotation(gaze + look))
    return turns
