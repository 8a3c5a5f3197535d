"""Lips that open in the photo's pose just as far as the photo shows.

Landmarks lie on the lips, not on the edge that is seen, and their residual is smoothed. Seen
from the camera the mesh's opening is therefore compared with the inner lip line column by
column, and the edges move up or down in the picture to where the photo has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from models.animate.proxy import Part
from models.camera import Camera
from models.head.assemble import HeadMesh, Identity, assemble_head
from models.head.lip_line import LOWER, UPPER
from models.head.open_head import OpenHeadData
from models.pose import Pose
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]

_ROUNDS = 3
_COLUMNS = 160
"""Cells over the width of the mouth in which the opening is measured."""
_FARTHEST = 0.2
"""Most that an edge may move, as a share of the mouth's width."""
_REACH = 0.036
"""Distance from the edge, canonical units, at which the skin stays."""
_BLEND = 0.15
"""Share of the jaw's weight over which the upper lip's motion becomes the lower one's."""
_SMOOTH = 3.0
_PRESSED = 1.0
"""Cells by which lips overlap where the photo's touch."""


@dataclass(frozen=True)
class _Frame:
    """The mouth upright: x along the line of its corners, y down; one unit is a cell."""

    origin: Floats
    axes: Floats
    scale: float

    def place(self, pixels: NDArray[np.floating]) -> Floats:
        """Cells (N, 2) of pixels (N, 2)."""
        return np.asarray((pixels - self.origin) @ self.axes.T * self.scale)


def lips_onto_photo(
    head: OpenHeadData,
    identity: Identity,
    pose: Pose,
    camera: Camera,
    contour: NDArray[np.floating],
    size: int,
) -> Identity:
    """The person with offsets that open the lips in ``pose`` as far as in the photo.

    Args:
        head: the open head.
        identity, pose, camera: as fitted.
        contour: (20, 2) inner lip line in pixels, in the order of ``INNER_LIPS``.
        size: pixels along a side of the picture.
    """
    line = np.asarray(contour, np.float64)
    mesh = assemble_head(head, identity)
    count = mesh.skin_count
    posed = np.asarray(mesh.rig.deform(pose), np.float64)
    moved = posed.copy()
    jaw = head.skin_weights[:, 3]
    side = np.clip((jaw / float(jaw.max()) - 0.5) / _BLEND, -1, 1)
    frame = _frame(line)
    for _ in range(_ROUNDS):
        moved[:count] += _step(mesh, moved, side, camera, frame, line, size)
    shift = (moved - posed)[:count].astype(np.float32)
    return replace(identity, offsets=identity.offsets + shift)


def _frame(line: Floats) -> _Frame:
    along = line[10] - line[0]
    width = float(np.linalg.norm(along))
    across = along / width
    axes = np.stack([across, [-across[1], across[0]]])
    return _Frame(line[0], axes, _COLUMNS / width)


def _step(
    mesh: HeadMesh,
    posed: Floats,
    side: FloatArray,
    camera: Camera,
    frame: _Frame,
    contour: Floats,
    size: int,
) -> Floats:
    """Displacement (S, 3) of the skin in the photo's pose.

    ``posed`` (V, 3) are all vertices, skin first; ``side`` (S,) is negative on the upper lip.
    """
    where, depth = camera.project(posed)
    cells = frame.place(where * size)
    column = np.arange(_COLUMNS) + 0.5
    target = frame.place(contour)
    edges = _edges(mesh, cells, depth, target)
    cells, depth = cells[: len(side)], depth[: len(side)]
    lips = np.hypot(*(cells - [_COLUMNS / 2, target[:, 1].mean()]).T) < 0.6 * _COLUMNS
    front = float(np.percentile(depth[lips], 30))
    shift = np.zeros(len(side))
    unit = depth / (float(camera.intrinsics[1, 1]) * size * frame.scale)
    lines = [np.interp(column, *target[[0, *range(20)[rows], 10]].T) for rows in (UPPER, LOWER)]
    shut = lines[1] - lines[0] < _PRESSED
    for line, current, share, pressed in (
        (lines[0], edges[0], np.maximum(-side, 0), _PRESSED),
        (lines[1], edges[1], np.maximum(side, 0), -_PRESSED),
    ):
        wanted = line + np.where(shut, pressed, 0.0)
        known = np.isfinite(current)
        if known.sum() < 0.2 * _COLUMNS:
            return np.zeros((len(side), 3))
        edge = np.interp(column, column[known], current[known])
        limit = _FARTHEST * _COLUMNS
        way = gaussian_filter1d(np.clip(wanted - edge, -limit, limit), _SMOOTH, mode="nearest")
        ends = np.clip(np.minimum(column, _COLUMNS - column) / (0.06 * _COLUMNS), 0, 1)
        here = np.interp(cells[:, 0], column, way * ends, left=0, right=0)
        height = (cells[:, 1] - np.interp(cells[:, 0], column, edge)) * unit
        away = np.hypot(height, 0.5 * np.maximum(depth - front, 0)) / _REACH
        near = np.clip(1 - away, 0, 1)
        shift += share * near * near * (3 - 2 * near) * here
    down = camera.cam2world[:3, :2] @ frame.axes[1]
    return np.asarray((shift * unit)[:, None] * down)


def _edges(mesh: HeadMesh, cells: Floats, depth: Floats, target: Floats) -> Floats:
    """Rows (2, columns) where the opening that is seen begins and ends, NaN where it is shut."""
    margin = 0.2 * _COLUMNS
    top = float(target[:, 1].min()) - margin
    rows = int(target[:, 1].max() + margin - top)
    seen = rasterize(cells - [0.0, top], depth, mesh.faces, rows, _COLUMNS).triangle
    inside = (seen >= 0) & (mesh.part[np.maximum(seen, 0)] == Part.MOUTH)
    first = inside.argmax(0) + top
    last = rows - inside[::-1].argmax(0) + top
    edges = np.stack([first, last]).astype(np.float64)
    edges[:, ~inside.any(0)] = np.nan
    return edges
