"""The open head as a differentiable layer: the batched twin of ``assemble_head`` and its rig."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.animate.rig import JOINTS, LOOK_PITCH, LOOK_YAW
from models.head.assemble import Identity, assemble_head
from models.head.eyeball import IRIS_RADIUS
from models.head.flame import rotation_matrix
from models.head.gaze import EYE_RADIUS
from models.head.open_head import OpenHeadData
from models.head.open_head_arrays import (
    all_uv,
    chin_vertices,
    dense_blendshapes,
    lid_vertices,
    linear_rows,
    region_masks,
)
from models.head.rotation_torch import gaze_rotation, rigid_fit, rotation_vector
from models.pose import ARKIT_INDEX, ARKIT_NAMES

_JAW_COEFFICIENTS = tuple(i for i, name in enumerate(ARKIT_NAMES) if name.startswith("jaw"))
_LID_REACH = 1.35 * EYE_RADIUS
"""Vertices farther from the eyeball's centre are no lids, as in ``assemble``."""


class OpenHead(nn.Module):
    """Identity, ARKit coefficients and joint turns to vertices, in canonical units and radians.

    Vertices are those of ``assemble_head``: V skin vertices, left eyeball, right eyeball, mouth;
    W in all. The eyeballs look ahead at gaze zero.

    Attributes:
        faces: (F, 3) int64 triangles.
        part: (F,) uint8 ``models.animate.proxy.Part`` of each triangle.
        uv: (W, 2) texture coordinates in 0..1. The skin's wrap a cylinder around the vertical
            axis (``corner_uv`` unwraps the triangles at its seam); eyeballs and mouth have
            pictures of their own, with the coordinates of ``eyeball`` and ``mouth_parts``.
        landmark_vertices: (468, 3) int64 corners of the triangle that carries each of
            MediaPipe's mesh landmarks.
        landmark_barycentric: (468, 3) its place in that triangle.
        skin_count: V.
        region_names: what ``region_mask`` knows.
    """

    faces: Tensor
    part: Tensor
    uv: Tensor
    landmark_vertices: Tensor
    landmark_barycentric: Tensor
    _mean: Tensor
    _shape_basis: Tensor
    _blend_basis: Tensor
    _weights: Tensor
    _eye: Tensor
    _mouth: Tensor
    _chin: Tensor
    _masks: Tensor
    _lids_left: Tensor
    _lids_right: Tensor

    def __init__(
        self,
        data: OpenHeadData,
        *,
        iris_ratio: float = IRIS_RADIUS,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Hold the head's arrays as buffers.

        Args:
            data: the open head; any number K of identity components.
            iris_ratio: iris radius over eyeball radius.
            dtype: of all floating buffers.
        """
        super().__init__()
        count = len(data.region)
        nobody = Identity(
            np.zeros(len(data.shape_basis), np.float32),
            np.zeros((count, 3), np.float32),
            iris_ratio,
            np.zeros((2, 2), np.float32),
        )
        mesh = assemble_head(data, nobody)
        self.skin_count = count
        masks = region_masks(mesh)
        self.region_names = tuple(masks)
        mean, basis = linear_rows(data)
        blend = dense_blendshapes(mesh)
        eye_start, mouth_start = mesh.eyes[0][0], mesh.mouth_start
        anchors = mean[count:]
        self._mouth_width = float(np.linalg.norm(anchors[5] - anchors[6]))
        self._lid_radius = float(mesh.rig.lid_sphere[0, 3])
        eyes = mesh.rig.rest[eye_start : mesh.eyes[1][0]]
        floats = {
            "_mean": mean,
            "_shape_basis": basis,
            "_blend_basis": blend,
            "_weights": mesh.rig.weights,
            "_eye": eyes - mesh.rig.pivots[JOINTS.index("eye_left")],
            "_mouth": mesh.rig.rest[mouth_start:] - anchors[7:9].mean(0),
            "uv": all_uv(mesh),
            "landmark_barycentric": data.landmark_barycentric,
        }
        integers = {
            "faces": mesh.faces,
            "landmark_vertices": data.skin_faces[data.landmark_triangle],
            "_chin": chin_vertices(data),
            "_lids_left": lid_vertices(data, blend, "eyeBlinkLeft"),
            "_lids_right": lid_vertices(data, blend, "eyeBlinkRight"),
        }
        for name, array in floats.items():
            self.register_buffer(name, torch.tensor(np.asarray(array), dtype=dtype))
        for name, array in integers.items():
            self.register_buffer(name, torch.tensor(array, dtype=torch.int64))
        self.register_buffer("part", torch.tensor(mesh.part))
        self.register_buffer("_masks", torch.tensor(np.stack(list(masks.values()))))

    def forward(
        self,
        shape: Tensor,
        blendshapes: Tensor | None = None,
        jaw: Tensor | None = None,
        neck: Tensor | None = None,
        head: Tensor | None = None,
        gaze_left: Tensor | None = None,
        gaze_right: Tensor | None = None,
        translation: Tensor | None = None,
        offsets: Tensor | None = None,
    ) -> Tensor:
        """Vertices of posed heads; all but ``shape`` may be left out and count as zero.

        Args:
            shape: (B, K) identity coefficients, about N(0, 1).
            blendshapes: (B, 52) ARKit coefficients in the order of ``ARKIT_NAMES``.
            jaw: (B, 3) axis-angle; positive x opens it.
            neck: (B, 3) axis-angle about the root of the neck.
            head: (B, 3) axis-angle of the head on the neck.
            gaze_left: (B, 2) yaw towards +X and pitch up of the subject's left eye in the head.
            gaze_right: (B, 2) the same for the right eye.
            translation: (B, 3) of everything.
            offsets: (V, 3) or (B, V, 3) neutral skin displacement beyond the identity space.

        Returns:
            (B, W, 3) vertices.
        """
        batch = len(shape)
        coefficients = self._or_zero(blendshapes, batch, len(ARKIT_NAMES))
        turns = [self._or_zero(turn, batch, 3) for turn in (neck, head, jaw)]
        gazes = [self._or_zero(gaze, batch, 2) for gaze in (gaze_left, gaze_right)]
        rest, anchors = self.neutral(shape, offsets)
        lifted = _lids_follow(coefficients, *gazes)
        moved = rest + torch.einsum("bk,kvc->bvc", lifted, self._blend_basis)
        for side, lids in ((3, self._lids_left), (4, self._lids_right)):
            moved = self._keep_outside(moved, rest, lids, anchors[:, side])
        bone = self._jaw_motion(rest[:, self._chin], anchors[:, 2], coefficients)
        eyes = _eye_turns(coefficients, *gazes)
        matrix, shift = _joint_transforms(anchors, turns, bone, eyes)
        matrix = torch.einsum("wj,bjxy->bwxy", self._weights, matrix)
        posed = (matrix @ moved[..., None])[..., 0]
        posed = posed + torch.einsum("wj,bjx->bwx", self._weights, shift)
        return posed if translation is None else posed + translation[:, None]

    def neutral(self, shape: Tensor, offsets: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Neutral vertices (B, W, 3), and anchors (B, 9, 3).

        The anchors are the joints neck, head, jaw, left eye and right eye, the right and left
        corner of the mouth, and the middle of upper and lower lip.
        """
        rows = self._mean + torch.einsum("bk,kvc->bvc", shape, self._shape_basis)
        skin, anchors = rows[:, : self.skin_count], rows[:, self.skin_count :]
        if offsets is not None:
            skin = skin + offsets
        eyes = [anchors[:, None, side] + self._eye for side in (3, 4)]
        width = torch.linalg.vector_norm(anchors[:, 5] - anchors[:, 6], dim=-1)
        line = anchors[:, 7:9].mean(1)
        mouth = line[:, None] + (width / self._mouth_width)[:, None, None] * self._mouth
        return torch.cat([skin, *eyes, mouth], 1), anchors

    def landmarks(self, vertices: Tensor) -> Tensor:
        """MediaPipe's mesh landmarks (B, 468, 3) on vertices (B, W, 3)."""
        corners = vertices[:, self.landmark_vertices]
        return torch.einsum("bnkc,nk->bnc", corners, self.landmark_barycentric)

    def region_mask(self, name: str) -> Tensor:
        """(W,) bool, vertices of one of ``region_names``.  Raises ``ValueError`` for others."""
        return self._masks[self.region_names.index(name)]

    def corner_uv(self) -> Tensor:
        """(F, 3, 2) texture coordinates by triangle; u exceeds 1 past the seam of the skin."""
        uv = self.uv[self.faces]
        on_skin = self.faces[:, :1] < self.skin_count
        across = on_skin & (uv[..., 0].amax(1, keepdim=True) - uv[..., 0] > 0.5)
        return torch.stack([uv[..., 0] + across.to(uv.dtype), uv[..., 1]], -1)

    def _or_zero(self, value: Tensor | None, batch: int, size: int) -> Tensor:
        return self._mean.new_zeros(batch, size) if value is None else value

    def _keep_outside(self, moved: Tensor, rest: Tensor, lids: Tensor, centre: Tensor) -> Tensor:
        """Push lid vertices out of the eyeball: linear shapes cut through it half-way."""
        centre = centre[:, None]
        near = ((rest[:, lids] - centre).detach() ** 2).sum(-1) < _LID_REACH**2
        arm = moved[:, lids] - centre
        squared = (arm * arm).sum(-1)
        inside = near & (squared < self._lid_radius**2) & (squared > 1e-12)
        distance = torch.where(inside, squared, torch.ones_like(squared)).sqrt()
        scale = torch.where(inside, self._lid_radius / distance, torch.ones_like(distance))
        return moved.index_copy(1, lids, centre + scale[..., None] * arm)

    def _jaw_motion(
        self, chin: Tensor, pivot: Tensor, coefficients: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Axis-angle (B, 3) and shift (B, 3) by which the jaw* coefficients carry the bone."""
        indices = list(_JAW_COEFFICIENTS)
        moved = chin[:, None] + self._blend_basis[indices][:, self._chin]
        rotation, shift = rigid_fit(chin[:, None].expand_as(moved), moved)
        about_pivot = pivot[:, None] - (rotation @ pivot[:, None, :, None])[..., 0]
        amounts = coefficients[:, indices, None]
        turn = (amounts * rotation_vector(rotation)).sum(1)
        return turn, (amounts * (shift - about_pivot)).sum(1)


def _joint_transforms(
    anchors: Tensor, turns: list[Tensor], bone: tuple[Tensor, Tensor], eyes: list[Tensor]
) -> tuple[Tensor, Tensor]:
    """Rotations (B, 7, 3, 3) and shifts (B, 7, 3) in the order of ``JOINTS``, without the root's.

    Args:
        anchors: (B, 9, 3), the first five the joints.
        turns: axis-angles (B, 3) of neck, head, jaw.
        bone: turn and shift of the jaw bone in the jaw.
        eyes: rotations (B, 3, 3) of the left and the right eyeball.
    """
    batch = len(anchors)
    root = torch.eye(3, dtype=anchors.dtype, device=anchors.device).expand(batch, 3, 3)
    chain = [(root, torch.zeros_like(anchors[:, 0]))]
    for joint, turn in enumerate(turns):
        chain.append(_about(chain[-1], rotation_matrix(turn), anchors[:, joint]))
    head, jaw = chain[2], chain[3]
    carried = (jaw[0], jaw[1] + (jaw[0] @ bone[1][..., None])[..., 0])
    chain.append(_about(carried, rotation_matrix(bone[0]), anchors[:, 2]))
    chain += [_about(head, eye, anchors[:, 3 + side]) for side, eye in enumerate(eyes)]
    return torch.stack([turn for turn, _ in chain], 1), torch.stack([s for _, s in chain], 1)


def _about(parent: tuple[Tensor, Tensor], turn: Tensor, pivot: Tensor) -> tuple[Tensor, Tensor]:
    """A parent's transform after a rotation about a pivot."""
    rotation, shift = parent
    local = pivot - (turn @ pivot[..., None])[..., 0]
    return rotation @ turn, shift + (rotation @ local[..., None])[..., 0]


def _lids_follow(coefficients: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Coefficients (B, 52) with the lids following the gaze up and down."""
    extra = torch.zeros_like(coefficients)
    for side, gaze in (("Left", left), ("Right", right)):
        extra[:, ARKIT_INDEX[f"eyeLookUp{side}"]] = (gaze[:, 1] / LOOK_PITCH).clamp(min=0)
        extra[:, ARKIT_INDEX[f"eyeLookDown{side}"]] = (-gaze[:, 1] / LOOK_PITCH).clamp(min=0)
    return coefficients + extra


def _eye_turns(coefficients: Tensor, left: Tensor, right: Tensor) -> list[Tensor]:
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
