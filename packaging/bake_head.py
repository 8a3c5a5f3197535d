"""Bake the open head from MakeHuman's CC0 data.

    python packaging/bake_head.py MAKEHUMAN_FOLDER -o resources/head/open_head.safetensors

MAKEHUMAN_FOLDER holds ``base/`` (``base.obj``, ``head_targets.npz``, ``rig_default.json``,
``rig_default_weights.json``) and ``skins/*.png``.  Random numbers are seeded, so that the same
data, libraries and processor give the same file; ``resources/head/NOTICE.md`` names the sources.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before numpy is imported: the number of threads changes the last digits of sums.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import scipy.sparse as sp
import trimesh
from head_bake.control_mesh import (
    cut_neck,
    ear_motion,
    head_quads,
    seen_from_outside,
    skin_regions,
)
from head_bake.identity import IdentitySpace, identity_space
from head_bake.landmark_search import Landmarker, find_landmarks
from head_bake.makehuman import JOINTS, Floats, Ints, MakeHuman, read_makehuman
from head_bake.views import TexturedHead, textured_head
from numpy.typing import NDArray
from safetensors.numpy import save
from scipy.spatial import cKDTree
from trimesh.proximity import closest_point_naive
from trimesh.triangles import points_to_barycentric

from models.assets import asset_path
from models.head.subdivide import catmull_clark
from models.pose import ARKIT_NAMES

COMPONENTS = 64
EYE_DISTANCE = 0.145
"""Canonical units between the eyeballs of the average head: 63 mm at ``METRES_PER_UNIT``."""
METRES_PER_UNIT = 0.4345
EYE_PLACE = (0.041, 0.193)
"""Height and depth of the average eyeballs in canonical space."""
_MIDDLE_LIP = 13


@dataclass(frozen=True)
class _ToCanonical:
    """From MakeHuman's decimetres to canonical space."""

    scale: float
    origin: Floats

    def __call__(self, places: Floats) -> Floats:
        return np.asarray((places - self.origin) * self.scale)


def main() -> None:
    """Read the command line and bake."""
    parser = argparse.ArgumentParser(description="Bake the open head from MakeHuman's data.")
    parser.add_argument("folder", type=Path, help="folder that holds base/ and skins/")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--landmarker", type=Path, help="face_landmarker.task (default: carried)")
    arguments = parser.parse_args()
    model = arguments.landmarker or asset_path("face_landmarker")
    landmarker = Landmarker(model)
    try:
        arrays, metadata = bake(read_makehuman(arguments.folder), landmarker)
    finally:
        landmarker.close()
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(_file(arrays, metadata))
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1e6:.2f} MB")


def bake(
    source: MakeHuman, landmarker: Landmarker
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Arrays and metadata of the head file; ``models.head.open_head`` says what they mean."""
    quads, head, used = _cut_body(source)
    space = identity_space(source, used)
    count = space.skin_count
    jaw_open = space.target(source.targets, "faceunits01/jawOpen")[:count]
    marks, mark_mirror = find_landmarks(space, head, source.skin_paths(), landmarker, jaw_open)
    canonical = _canonical_space(space)
    cut, control_quads = cut_neck(space, quads)
    with_points = sp.block_diag([cut, sp.identity(len(space.point_names))]).tocsr()
    template = canonical(with_points @ space.mean)
    basis = np.stack([with_points @ row for row in space.basis[:COMPONENTS]]) * canonical.scale
    blendshapes = canonical.scale * np.stack(
        [with_points @ space.target(source.targets, f"faceunits01/{name}") for name in ARKIT_NAMES]
    )
    joints = source.joint_weights[used]
    weights = cut @ (joints / joints.sum(1, keepdims=True))
    arrays: dict[str, NDArray[Any]] = {
        "template": template.astype(np.float32),
        "quads": control_quads.astype(np.int16),
        "joint_weights": np.round(weights * 255).astype(np.uint8),
        "mirror": _mirror(template, blendshapes, cut.shape[0]).astype(np.int16),
        "landmark_mirror": mark_mirror.astype(np.int16),
        **_quantised_basis(basis),
        **_sparse_blendshapes(blendshapes),
    }
    ear = cut @ ear_motion(source.targets, len(source.mesh.vertices))[used]
    arrays |= _skin_arrays(space, template, control_quads, weights, ear, canonical(marks))
    metadata = {
        "points": json.dumps(space.point_names),
        "blendshapes": json.dumps(ARKIT_NAMES),
        "joints": json.dumps(JOINTS),
        "metres_per_unit": str(METRES_PER_UNIT),
        "licence": "CC0-1.0",
    }
    return arrays, metadata


def _file(arrays: dict[str, NDArray[Any]], metadata: dict[str, str]) -> bytes:
    """A safetensors file with its metadata in order; the library shuffles it at each run."""
    content = save(arrays, metadata=metadata)
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end]) | {"__metadata__": metadata}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + bytes(content[end:])


def _cut_body(source: MakeHuman) -> tuple[Ints, TexturedHead, Ints]:
    """Quads among the skin vertices, the textured triangles, and the base vertices used."""
    mesh = source.mesh
    kept = head_quads(mesh)
    used, quads = np.unique(mesh.quads["body"][kept], return_inverse=True)
    local: Ints = quads.reshape(-1, 4).astype(np.int32)
    return local, textured_head(local, mesh.uv_quads["body"][kept], mesh.uv), used


def _canonical_space(space: IdentitySpace) -> _ToCanonical:
    """Scale by the eye distance; put the average eyes at ``EYE_PLACE``."""
    left, right = (space.mean[space.point(f"eye_{side}")] for side in ("left", "right"))
    scale = EYE_DISTANCE / float(np.linalg.norm(left - right))
    height, depth = EYE_PLACE
    return _ToCanonical(scale, np.array([0.0, left[1] - height / scale, left[2] - depth / scale]))


def _skin_arrays(
    space: IdentitySpace,
    template: Floats,
    control_quads: Ints,
    weights: Floats,
    ear: Floats,
    marks: Floats,
) -> dict[str, NDArray[Any]]:
    """What lies on the subdivided skin: regions and landmarks."""
    count = len(template) - len(space.point_names)
    step = catmull_clark(control_quads, count)
    skin = step.matrix @ template[:count]
    corners = step.quads
    faces = np.stack([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]], 1).reshape(-1, 3)
    seen = seen_from_outside(skin, faces)
    eyes = [template[count + space.point_names.index(f"eye_{side}")] for side in ("left", "right")]
    region = skin_regions(
        skin,
        faces,
        seen,
        mouth=marks[_MIDDLE_LIP],
        eyes=eyes,
        ear=step.matrix @ ear,
        weights=step.matrix @ weights,
    )
    outside = np.nonzero(seen)[0]
    surface: Any = trimesh.Trimesh(skin, faces[outside], process=False)
    nearest, _, triangle = closest_point_naive(surface, marks)  # type: ignore[no-untyped-call]
    inside = points_to_barycentric(  # type: ignore[no-untyped-call]
        skin[faces[outside[triangle]]], nearest
    )
    return {
        "region": region,
        "landmark_triangle": outside[triangle].astype(np.int32),
        "landmark_barycentric": inside.astype(np.float32),
    }


def _mirror(template: Floats, blendshapes: Floats, count: int) -> NDArray[np.integer]:
    """Control vertex (C,) at the mirrored place, in the neutral face and with mouth and lids moved.

    Touching lips and lids lie at one place in the neutral face.
    """
    jaw, *blinks = (
        blendshapes[ARKIT_NAMES.index(name), :count]
        for name in ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight")
    )
    control = template[:count]
    places = np.concatenate([control, control + jaw, control + sum(blinks)], axis=1)
    nearest: NDArray[np.integer] = cKDTree(places).query(places * np.tile([-1.0, 1.0, 1.0], 3))[1]
    if (nearest[nearest] != np.arange(count)).any():
        raise RuntimeError("the control mesh is not symmetric")
    return nearest


def _quantised_basis(basis: Floats) -> dict[str, NDArray[Any]]:
    """The identity basis as 16-bit integers with one scale a component."""
    scale = np.abs(basis).reshape(len(basis), -1).max(1) / 32767 + 1e-12
    return {
        "shape_basis": np.round(basis / scale[:, None, None]).astype(np.int16),
        "shape_scale": scale.astype(np.float32),
    }


def _sparse_blendshapes(blendshapes: Floats) -> dict[str, NDArray[Any]]:
    """Displacements above 1e-5 units as 16-bit integers with one scale a coefficient."""
    vertex, delta, starts, scales = [], [], [0], []
    for shape in blendshapes:
        moved = np.nonzero(np.abs(shape).max(1) > 1e-5)[0]
        scale = max(float(np.abs(shape).max()) / 32767, 1e-12)
        vertex.append(moved.astype(np.int16))
        delta.append(np.round(shape[moved] / scale).astype(np.int16))
        starts.append(starts[-1] + len(moved))
        scales.append(scale)
    return {
        "blend_vertex": np.concatenate(vertex),
        "blend_delta": np.concatenate(delta),
        "blend_start": np.array(starts, np.int32),
        "blend_scale": np.array(scales, np.float32),
    }


if __name__ == "__main__":
    main()
