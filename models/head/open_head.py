"""The open head: MakeHuman's CC0 head, baked, with eyeballs and a mouth of our own.

The file (``resources/head/open_head.safetensors``, written by ``packaging/bake_head.py``) holds a
control mesh.  One Catmull-Clark step makes the skin; eyeballs and mouth are generated and placed
by points that move with the identity.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors import safe_open

from models.assets import asset_path
from models.head.flame_expression import FlameExpression
from models.head.subdivide import catmull_clark
from models.pose import ARKIT_NAMES

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]


_LEAST_WAY = 2e-5
"""Canonical units; what a coefficient moves less stays."""


@dataclass(frozen=True, eq=False)
class OpenHeadData:
    """Arrays of the open head.  ``C`` control vertices, ``P = C + points``, ``V`` skin vertices.

    Attributes:
        template: (P, 3) neutral average: control vertices, then named points.
        shape_basis: (64, P, 3) identity components, unit variance each.
        blendshapes: (52, P, 3) ARKit displacements in the order of ``ARKIT_NAMES``.
        quads: (Q, 4) control quads.
        joint_weights: (C, 4) for root, neck, head, jaw.
        mirror: (C,) control vertex at the mirrored place.
        region: (V,) ``Region`` of each skin vertex.
        landmark_triangle, landmark_barycentric: (468,), (468, 3) MediaPipe's mesh landmarks on
            the skin triangles.
        landmark_mirror: (468,) landmark at the mirrored place.
        point_names: names of the last rows of ``template``.
        metres_per_unit: metric size of an average adult.
        eye_radius: of the eyeballs that the lids are modelled round, canonical units. MakeHuman's
            are larger than life; the iris is not.
        expression: FLAME's components, for heads made from a FLAME file.
    """

    template: FloatArray
    shape_basis: FloatArray
    blendshapes: FloatArray
    quads: IntArray
    joint_weights: FloatArray
    mirror: IntArray
    region: NDArray[np.uint8]
    landmark_triangle: IntArray
    landmark_barycentric: FloatArray
    landmark_mirror: IntArray
    point_names: tuple[str, ...]
    metres_per_unit: float
    eye_radius: float = 0.0369
    expression: FlameExpression | None = None

    @property
    def control_count(self) -> int:
        """Number of control vertices C."""
        return len(self.template) - len(self.point_names)

    def point(self, name: str) -> int:
        """Row of a named point in ``template``."""
        return self.control_count + self.point_names.index(name)

    @cached_property
    def subdivision(self) -> sp.csr_matrix:
        """(V, C) map from control vertices to skin vertices."""
        return self._subdivided[0]

    @cached_property
    def skin_quads(self) -> IntArray:
        """(4 Q, 4) skin quads."""
        return self._subdivided[1]

    @cached_property
    def skin_faces(self) -> IntArray:
        """(8 Q, 3) skin triangles, two for each quad in order."""
        quads = self.skin_quads
        return np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], 1).reshape(-1, 3)

    @cached_property
    def skin_weights(self) -> FloatArray:
        """(V, 4) skinning weights for root, neck, head, jaw."""
        weights = self.subdivision @ self.joint_weights
        return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)

    @cached_property
    def skin_blendshapes(self) -> tuple[tuple[NDArray[np.intp], FloatArray], ...]:
        """Skin vertices (M,) that each of the 52 coefficients moves, and their ways (M, 3)."""
        found = []
        for shape in self.blendshapes[:, : self.control_count]:
            way = np.asarray(self.subdivision @ shape, np.float32)
            moved = np.nonzero(np.abs(way).max(1) > _LEAST_WAY)[0]
            found.append((moved, way[moved]))
        return tuple(found)

    @cached_property
    def skin_mirror(self) -> IntArray:
        """(V,) skin vertex nearest to the mirrored place of each skin vertex."""
        from scipy.spatial import cKDTree

        skin = self.subdivision @ self.template[: self.control_count]
        nearest = cKDTree(skin).query(skin * (-1.0, 1.0, 1.0))[1]
        return np.asarray(nearest, np.int32)

    @cached_property
    def landmark_map(self) -> sp.csr_matrix:
        """(468, C) map from control vertices to landmarks."""
        corners = self.skin_faces[self.landmark_triangle]
        rows = np.repeat(np.arange(len(corners)), 3)
        shape = (len(corners), self.subdivision.shape[0])
        on_skin = sp.csr_matrix((self.landmark_barycentric.ravel(), (rows, corners.ravel())), shape)
        return (on_skin @ self.subdivision).tocsr()

    def points(self, shape: NDArray[np.floating]) -> FloatArray:
        """Neutral control vertices and named points (P, 3) for identity ``shape`` (64,)."""
        moved = self.template + np.tensordot(shape, self.shape_basis, 1)
        return np.asarray(moved, np.float32)

    @cached_property
    def _subdivided(self) -> tuple[sp.csr_matrix, IntArray]:
        step = catmull_clark(self.quads, self.control_count)
        return step.matrix.astype(np.float32), step.quads


def read_open_head(path: Path) -> OpenHeadData:
    """Read a baked head file."""
    with safe_open(path, framework="numpy") as file:
        arrays: dict[str, Any] = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    names = json.loads(metadata["blendshapes"])
    assert tuple(names) == tuple(ARKIT_NAMES), "the head file's coefficients are in another order"
    template = arrays["template"]
    blendshapes = np.zeros((len(names), *template.shape), np.float32)
    starts, scales = arrays["blend_start"], arrays["blend_scale"]
    for i, scale in enumerate(scales):
        rows = slice(starts[i], starts[i + 1])
        blendshapes[i, arrays["blend_vertex"][rows]] = arrays["blend_delta"][rows] * scale
    weights = arrays["joint_weights"].astype(np.float32)
    return OpenHeadData(
        template=template,
        shape_basis=arrays["shape_basis"] * arrays["shape_scale"][:, None, None],
        blendshapes=blendshapes,
        quads=arrays["quads"].astype(np.int32),
        joint_weights=weights / weights.sum(1, keepdims=True),
        mirror=arrays["mirror"].astype(np.int32),
        region=arrays["region"],
        landmark_triangle=arrays["landmark_triangle"],
        landmark_barycentric=arrays["landmark_barycentric"],
        landmark_mirror=arrays["landmark_mirror"].astype(np.int32),
        point_names=tuple(json.loads(metadata["points"])),
        metres_per_unit=float(metadata["metres_per_unit"]),
    )


@lru_cache(maxsize=1)
def load_open_head() -> OpenHeadData:
    """The head that ships with Triptych.  Raises ``MissingAsset`` when it is not installed."""
    return read_open_head(asset_path("open_head"))
