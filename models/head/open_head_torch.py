"""The open head as a differentiable layer: the batched twin of ``assemble_head`` and its rig."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.animate.proxy import Part
from models.animate.rig import JOINTS
from models.head.assemble import LIP_WIDTHS, Identity, assemble_head
from models.head.eyeball import IRIS_RADIUS
from models.head.gaze import EYE_RADIUS
from models.head.lids import lid_maps
from models.head.lips import lip_seal
from models.head.open_head import OpenHeadData
from models.head.open_head_arrays import (
    MOUTH_LANDMARKS,
    all_uv,
    chin_vertices,
    dense_blendshapes,
    lid_vertices,
    linear_rows,
    mouth_frame,
    region_masks,
    tongue_reach,
)
from models.head.open_head_motion import eye_turns, joint_transforms, lids_follow, seal_share
from models.head.rotation_torch import rigid_fit, rotation_vector
from models.head.tidy import tuck_behind
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
    _tongue: Tensor
    _tongue_reach: Tensor
    _chin: Tensor
    _masks: Tensor
    _lids_left: Tensor
    _lids_right: Tensor

    def __init__(
        self,
        data: OpenHeadData,
        *,
        iris_ratio: float = IRIS_RADIUS,
        seal_release: float = Identity.seal_release,
        repair: bool = True,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Hold the head's arrays as buffers.

        Args:
            data: the open head; any number K of identity components.
            iris_ratio: iris radius over eyeball radius.
            seal_release: mouth opening at which the lips need no closing any more.
            repair: close the neutral lips, move the mouth behind the skin and make blinks just
                close the eyes, as ``assemble_head`` does. It costs a rasterisation a head;
                gradients take all three as constant.
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
        tongue, reach = tongue_reach(mesh)
        blend[:, mesh.mouth_start :] = 0.0
        self._lid_maps = lid_maps(data)
        for lids in self._lid_maps:
            blend[lids.blink, :count] = 0.0
            blend[lids.blink, lids.moved] = lids.delta
        self._repair = repair
        self._seal_release = seal_release
        outer = (mesh.part == Part.HEAD) & (mesh.faces < count).all(1)
        self._outer = mesh.faces[outer]
        self._mouth_start = mesh.mouth_start
        eye_start = mesh.eyes[0][0]
        mouth, self._lip_width = mouth_frame(data)
        self._lid_radius = float(mesh.rig.lid_sphere[0, 3])
        eyes = mesh.rig.rest[eye_start : mesh.eyes[1][0]]
        floats = {
            "_mean": mean,
            "_shape_basis": basis,
            "_blend_basis": blend,
            "_weights": mesh.rig.weights,
            "_eye": eyes - mesh.rig.pivots[JOINTS.index("eye_left")],
            "_mouth": mouth,
            "_tongue_reach": reach,
            "uv": all_uv(mesh),
            "landmark_barycentric": data.landmark_barycentric,
        }
        integers = {
            "faces": mesh.faces,
            "landmark_vertices": data.skin_faces[data.landmark_triangle],
            "_chin": chin_vertices(data),
            "_tongue": tongue,
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
        rest, joints, seal = self.neutral(shape, offsets)
        lifted = lids_follow(coefficients, *gazes)
        moved = rest + torch.einsum("bk,kvc->bvc", lifted, self._blend_basis)
        moved = self._tongue_out(moved, rest, coefficients)
        if self._repair:
            moved = moved + self._padded(self._blink_corrections(rest, lifted))
        moved = moved + self._padded(seal_share(lifted, self._seal_release) * seal)
        for side, lids in ((3, self._lids_left), (4, self._lids_right)):
            moved = self._keep_outside(moved, rest, lids, joints[:, side])
        bone = self._jaw_motion(rest[:, self._chin], joints[:, 2], coefficients)
        eyes = eye_turns(coefficients, *gazes)
        matrix, shift = joint_transforms(joints, turns, bone, eyes)
        matrix = torch.einsum("wj,bjxy->bwxy", self._weights, matrix)
        posed = (matrix @ moved[..., None])[..., 0]
        posed = posed + torch.einsum("wj,bjx->bwx", self._weights, shift)
        return posed if translation is None else posed + translation[:, None]

    def neutral(
        self, shape: Tensor, offsets: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The head before any motion.

        Returns:
            (B, W, 3) vertices; (B, 5, 3) joints neck, head, jaw, left eye, right eye; and the
            displacement (B, V, 3) of the skin that closes the lips.
        """
        rows = self._mean + torch.einsum("bk,kvc->bvc", shape, self._shape_basis)
        skin, joints = rows[:, : self.skin_count], rows[:, self.skin_count :]
        if offsets is not None:
            skin = skin + offsets
        seal = self._seal(skin) if self._repair else torch.zeros_like(skin)
        lips = self.landmarks(skin + seal)[:, list(MOUTH_LANDMARKS)]
        width = torch.linalg.vector_norm(lips[:, 0] - lips[:, 1], dim=-1)
        line = lips[:, 2:].mean(1)
        mouth = (
            line[:, None]
            + (width.clamp(*LIP_WIDTHS) / self._lip_width)[:, None, None] * self._mouth
        )
        if self._repair:
            mouth = mouth + self._tuck(mouth, skin + seal)
        eyes = [joints[:, None, side] + self._eye for side in (3, 4)]
        return torch.cat([skin, *eyes, mouth], 1), joints, seal

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

    def _padded(self, skin: Tensor) -> Tensor:
        """A displacement (B, V, 3) of the skin as one of all vertices (B, W, 3)."""
        return nn.functional.pad(skin, (0, 0, 0, len(self._weights) - self.skin_count))

    def _or_zero(self, value: Tensor | None, batch: int, size: int) -> Tensor:
        return self._mean.new_zeros(batch, size) if value is None else value

    def _seal(self, skin: Tensor) -> Tensor:
        """Displacement (B, V, 3), without gradient, that closes the lips of each skin."""
        jaw = _plain(self._weights[: self.skin_count, JOINTS.index("jaw")])
        pairs = zip(_plain(self.landmarks(skin)), _plain(skin), strict=True)
        return torch.as_tensor(np.stack([lip_seal(*pair, jaw, self._outer) for pair in pairs])).to(
            skin
        )

    def _blink_corrections(self, rest: Tensor, coefficients: Tensor) -> Tensor:
        """Displacement (B, V, 3), its size without gradient, that blinks lack to close the eyes."""
        landmarks = _plain(self.landmarks(rest))
        total = torch.zeros_like(rest[:, : self.skin_count])
        for lids in self._lid_maps:
            margins = [lids.correction(one[lids.margins].astype(np.float64)) for one in landmarks]
            amount = coefficients[:, lids.blink, None, None]
            where = torch.as_tensor(lids.moved, device=rest.device)
            total = total.index_add(1, where, amount * torch.as_tensor(np.stack(margins)).to(rest))
        return total

    def _tuck(self, mouth: Tensor, skin: Tensor) -> Tensor:
        """Displacement (B, N, 3), without gradient, that moves each mouth behind its skin."""
        teeth = self.region_mask("upper_teeth") | self.region_mask("lower_teeth")
        rigid = teeth[self._mouth_start :].cpu().numpy()
        outer = self.faces[self.part == Part.HEAD].to(torch.int32).cpu().numpy()
        before = _plain(mouth)
        after = [
            tuck_behind(own, rigid, around, outer)
            for own, around in zip(before, _plain(skin), strict=True)
        ]
        return torch.as_tensor(np.stack(after) - before).to(mouth)

    def _tongue_out(self, moved: Tensor, rest: Tensor, coefficients: Tensor) -> Tensor:
        """Slide the tongue out over the lower lip, its tip farthest."""
        rows = self._mouth_start + self._tongue
        depth = rest[:, rows, 2]
        low, high = depth.amin(1, keepdim=True), depth.amax(1, keepdim=True)
        share = ((depth - low) / (high - low)) ** 2
        amount = coefficients[:, ARKIT_INDEX["tongueOut"], None, None]
        return moved.index_add(1, rows, amount * share[..., None] * self._tongue_reach)

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


def _plain(values: Tensor) -> NDArray[np.float32]:
    """A float32 array without gradient."""
    array: NDArray[np.float32] = values.detach().float().cpu().numpy()
    return array
