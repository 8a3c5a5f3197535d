"""MediaPipe's landmarks on FLAME's skin: nearest points, and lids where their edge is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.head.flame_register import Registration, lifted, unit_jaw
from models.head.landmarks import LID_LEFT, LID_RIGHT
from models.head.mesh_match import SurfacePoints, closest_on_mesh
from models.head.open_head import OpenHeadData
from models.render.zbuffer import rasterize

Floats = NDArray[np.floating]

_PIXEL = 0.0005
"""Canonical size of a pixel of the front views."""
_MARGIN = 0.02
_DEEP = 0.06
_JUMP = 0.012
"""How far from its first guess a margin may lie."""


def place_landmarks(
    open_head: OpenHeadData,
    registration: Registration,
    skin: Floats,
    jaw: Floats,
    faces: NDArray[np.int32],
    eyes: Floats,
    eye_radius: float,
) -> SurfacePoints:
    """Where the 468 landmarks lie on another head's skin.

    Args:
        open_head: has them.
        registration: the open head in the other head's shape.
        skin, jaw, faces: (V, 3), unit jaw weights (V,), (F, 3) of the other head.
        eyes, eye_radius: (2, 3) centres, left, right, and the eyeballs' radius.
    """
    corners = open_head.skin_faces[open_head.landmark_triangle]
    weights = open_head.landmark_barycentric
    points = np.einsum("nc,ncd->nd", weights, registration.skin[corners]).astype(np.float64)
    open_jaw = np.einsum("nc,nc->n", weights, unit_jaw(open_head.skin_weights[:, 3])[corners])
    found = closest_on_mesh(lifted(points, open_jaw), lifted(skin, jaw), faces)
    first = found.interpolate(skin, faces)
    for ring, eye in zip((LID_LEFT, LID_RIGHT), eyes, strict=True):
        found = _seen_lids(found, first, ring, eye, eye_radius, skin, faces)
    return found


def _seen_lids(
    found: SurfacePoints,
    first: Floats,
    ring: tuple[int, ...],
    eye: Floats,
    eye_radius: float,
    skin: Floats,
    faces: NDArray[np.int32],
) -> SurfacePoints:
    """Lid landmarks on the edge of what is seen of the eyeball from the front."""
    view = _FrontView(first, ring, skin, faces)
    x, y = view.centres()
    inside = 1.0 - ((x - eye[0]) ** 2 + (y - eye[1]) ** 2) / eye_radius**2
    ball = eye[2] + eye_radius * np.sqrt(np.maximum(inside, 0.0))
    seen = (inside > 0) & (ball > view.height)
    marks = {}
    for place, landmark in enumerate(ring):
        column = view.column(first[landmark, 0])
        rows = np.nonzero(seen[:, column])[0]
        # The corners stay: there the ball ends before the lids do.
        if place not in (0, 8) and len(rows):
            marks[landmark] = int(rows[-1] + 1 if place < 8 else rows[0] - 1), column
    return view.moved(found, marks)


class _FrontView:
    """What a parallel projection along -Z sees around some points; rows count upwards."""

    def __init__(
        self, first: Floats, around: tuple[int, ...], skin: Floats, faces: NDArray[np.int32]
    ) -> None:
        self._first = first
        points = first[list(around)]
        self._low = points.min(0)[:2] - _MARGIN
        width, height = np.ceil((points.max(0)[:2] + _MARGIN - self._low) / _PIXEL).astype(int)
        pixels = (skin[:, :2] - self._low) / _PIXEL
        corners = pixels[faces]
        within = ((corners.max(1) >= 0) & (corners.min(1) < (width, height))).all(1)
        # Through an open slit one would see the back of the head.
        within &= skin[faces, 2].min(1) > points[:, 2].min() - _DEEP
        self._members = np.nonzero(within)[0]
        self._faces = np.ascontiguousarray(faces[within], np.int32)
        self._hits = rasterize(pixels, 10.0 - skin[:, 2], self._faces, int(height), int(width))
        self.height = 10.0 - self._hits.depth
        """(H, W) z of the skin, -inf where there is none."""

    def centres(self) -> tuple[Floats, Floats]:
        """x (1, W) and y (H, 1) of the pixels."""
        rows, columns = self.height.shape
        x, y = (np.arange(n) + 0.5 for n in (columns, rows))
        return self._low[0] + _PIXEL * x[None], self._low[1] + _PIXEL * y[:, None]

    def column(self, x: float) -> int:
        """Column of a canonical x."""
        return int(np.clip((x - self._low[0]) / _PIXEL, 0, self.height.shape[1] - 1))

    def row(self, y: float) -> int:
        """Row of a canonical y."""
        return int(np.clip((y - self._low[1]) / _PIXEL, 0, self.height.shape[0] - 1))

    def moved(self, found: SurfacePoints, marks: dict[int, tuple[int, int]]) -> SurfacePoints:
        """``found`` with some points at pixels (row, column), where these show skin nearby."""
        triangle, weights = found.triangle.copy(), found.barycentric.copy()
        for index, pixel in marks.items():
            near = abs(pixel[0] - self.row(self._first[index, 1])) < _JUMP / _PIXEL
            inside = all(0 <= p < n for p, n in zip(pixel, self.height.shape, strict=True))
            if near and inside and abs(self.height[pixel] - self._first[index, 2]) < _JUMP:
                triangle[index] = self._members[self._hits.triangle[pixel]]
                weights[index] = self._hits.barycentric[pixel]
        return SurfacePoints(triangle, weights, found.distance)
