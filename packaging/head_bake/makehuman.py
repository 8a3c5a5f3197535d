"""Read MakeHuman's base mesh, shape targets, skeleton and skins.

MakeHuman's frame: decimetres, x to the subject's left, y up, z front; texture v runs upward.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

JOINTS = ("root", "neck", "head", "jaw")
_JOINT_POINTS = {"neck": "neck01____head", "head": "head____head", "jaw": "jaw____head"}


@dataclass(frozen=True)
class BaseMesh:
    """The whole-body mesh with its helpers.

    Attributes:
        vertices: (N, 3) positions.
        uv: (M, 2) texture coordinates.
        quads: group name -> (Q, 4) corners into ``vertices``.
        uv_quads: group name -> (Q, 4) corners into ``uv``.
    """

    vertices: Floats
    uv: Floats
    quads: dict[str, Ints]
    uv_quads: dict[str, Ints]


class Targets:
    """Sparse displacements of the base mesh by name."""

    def __init__(self, path: Path, vertex_count: int) -> None:
        with np.load(path) as file:
            self.names = tuple(str(name) for name in file["names"])
            self._starts = file["ptr"]
            self._index = file["index"].astype(np.int32)
            self._delta = file["delta"].astype(np.float64) * float(file["scale"])
        self._row = {name: i for i, name in enumerate(self.names)}
        self._vertex_count = vertex_count

    def sparse(self, name: str) -> tuple[Ints, Floats]:
        """Moved vertices (K,) and their displacements (K, 3)."""
        row = self._row[name]
        rows = slice(self._starts[row], self._starts[row + 1])
        return self._index[rows], self._delta[rows]

    def dense(self, name: str) -> Floats:
        """Displacement (N, 3) of every vertex."""
        moved = np.zeros((self._vertex_count, 3))
        index, delta = self.sparse(name)
        moved[index] = delta
        return moved


@dataclass(frozen=True)
class MakeHuman:
    """Everything that is read from a folder of MakeHuman data."""

    folder: Path
    mesh: BaseMesh
    targets: Targets
    rig: dict[str, Any]
    weights: dict[str, list[tuple[int, float]]]

    @cached_property
    def joint_weights(self) -> Floats:
        """(N, 4) share of ``JOINTS`` in each vertex: each bone counts for its nearest of them."""
        shares = np.zeros((len(self.mesh.vertices), len(JOINTS)))
        for bone, rows in self.weights.items():
            joint = self._joint_of(bone)
            for vertex, weight in rows:
                shares[vertex, joint] += weight
        return shares

    def named_points(self) -> tuple[tuple[str, ...], Floats]:
        """Names and (E, N) rows that give places inside the head as averages of vertices.

        Joints, eyeballs (centre and foremost vertices) and rows of teeth (foremost vertices and
        both ends), all from the base mesh's helpers, so that they move with every target.
        """
        vertices = self.mesh.vertices
        members: dict[str, NDArray[np.integer]] = {
            name: np.asarray(self.rig["joints"][joint]) for name, joint in _JOINT_POINTS.items()
        }
        for side, group in (("left", "helper-l-eye"), ("right", "helper-r-eye")):
            eye = np.unique(self.mesh.quads[group])
            members[f"eye_{side}"] = eye
            members[f"cornea_{side}"] = _foremost(vertices, eye, 4)
        for row in ("upper", "lower"):
            teeth = np.unique(self.mesh.quads[f"helper-{row}-teeth"])
            across = vertices[teeth, 0]
            members[f"incisor_{row}"] = _foremost(vertices, teeth, 6)
            members[f"molar_{row}_left"] = teeth[across > np.percentile(across, 90)]
            members[f"molar_{row}_right"] = teeth[across < np.percentile(across, 10)]
        rows = np.zeros((len(members), len(vertices)))
        for i, ids in enumerate(members.values()):
            rows[i, ids] = 1.0 / len(ids)
        return tuple(members), rows

    def skin_paths(self) -> list[Path]:
        """Pictures of whole-body skins in a fixed order."""
        return sorted((self.folder / "skins").glob("*.png"))

    def _joint_of(self, bone: str | None) -> int:
        while bone:
            if bone.startswith("neck"):
                return JOINTS.index("neck")
            if bone == "jaw":
                return JOINTS.index("jaw")
            if bone in ("head", "eye.L", "eye.R"):
                return JOINTS.index("head")
            bone = self.rig["bones"][bone]["parent"]
        return JOINTS.index("root")


def read_makehuman(folder: Path) -> MakeHuman:
    """Read ``base/`` of a folder that also holds ``skins/``.

    Raises ``FileNotFoundError`` when a file is missing.
    """
    base = folder / "base"
    mesh = _read_obj(base / "base.obj")
    weights = json.loads((base / "rig_default_weights.json").read_text(encoding="utf-8"))
    return MakeHuman(
        folder=folder,
        mesh=mesh,
        targets=Targets(base / "head_targets.npz", len(mesh.vertices)),
        rig=json.loads((base / "rig_default.json").read_text(encoding="utf-8")),
        weights=weights["weights"],
    )


def _foremost(vertices: Floats, ids: NDArray[np.integer], count: int) -> NDArray[np.integer]:
    return ids[np.argsort(-vertices[ids, 2])[:count]]


def _read_obj(path: Path) -> BaseMesh:
    vertices: list[list[float]] = []
    uv: list[list[float]] = []
    corners: dict[str, list[list[int]]] = {}
    uv_corners: dict[str, list[list[int]]] = {}
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            vertices.append([float(value) for value in values[:3]])
        elif kind == "vt":
            uv.append([float(value) for value in values[:2]])
        elif kind == "g":
            group = values[0]
        elif kind == "f":
            pairs = [value.split("/") for value in values]
            corners.setdefault(group, []).append([int(pair[0]) - 1 for pair in pairs])
            uv_corners.setdefault(group, []).append([int(pair[1]) - 1 for pair in pairs])
    return BaseMesh(
        np.array(vertices),
        np.array(uv),
        {name: np.array(rows, np.int32) for name, rows in corners.items()},
        {name: np.array(rows, np.int32) for name, rows in uv_corners.items()},
    )
