"""FLAME files that users bring: `generic_model.pkl`, `flame2023*.pkl`, or the same as `.npz`."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.head.flame_unpickler import SIZE_LIMIT, read_pickled_arrays
from models.pose import EXPRESSION_COUNT

VERTEX_COUNT = 5023
FACE_COUNT = 9976
SHAPE_COUNT = 300
JOINTS = ("root", "neck", "jaw", "eye_left", "eye_right")
PARENTS = (-1, 0, 1, 1, 1)

_SHAPES = {
    "v_template": (VERTEX_COUNT, 3),
    "shapedirs": (VERTEX_COUNT, 3, SHAPE_COUNT + EXPRESSION_COUNT),
    "posedirs": (VERTEX_COUNT, 3, 9 * (len(JOINTS) - 1)),
    "J_regressor": (len(JOINTS), VERTEX_COUNT),
    "weights": (VERTEX_COUNT, len(JOINTS)),
    "f": (FACE_COUNT, 3),
    "kintree_table": (2, len(JOINTS)),
}
_REMEDY = "use generic_model.pkl (FLAME 2020), flame2023.pkl or flame2023_Open.pkl"


@dataclass(frozen=True)
class FlameArrays:
    """The model of Li et al. 2017, in metres, +Y up, +Z out of the face.

    Attributes:
        template: (5023, 3) float32 mean head in the zero pose.
        shape_basis: (5023, 3, 300) float32 displacements at one standard deviation.
        expression_basis: (5023, 3, 100) float32 displacements at one standard deviation.
        pose_basis: (5023, 3, 36) float32 correctives, by the 9 entries of the rotations of neck,
            jaw, left and right eye.
        joint_regressor: (5, 5023) float32; joints are those of ``JOINTS``.
        weights: (5023, 5) float32 skinning weights; rows sum to 1.
        faces: (9976, 3) int32.
    """

    template: NDArray[np.float32]
    shape_basis: NDArray[np.float32]
    expression_basis: NDArray[np.float32]
    pose_basis: NDArray[np.float32]
    joint_regressor: NDArray[np.float32]
    weights: NDArray[np.float32]
    faces: NDArray[np.int32]


def load_flame(path: str | Path) -> FlameArrays:
    """Read a FLAME file; unknown entries are ignored.

    Raises ``BadInput`` with one sentence that names the file, for hostile and damaged files and for
    models that are not FLAME.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        arrays = _read_npz(path)
    elif path.suffix.lower() in (".pkl", ".pickle"):
        arrays = read_pickled_arrays(path)
    else:
        raise BadInput(f"{path} is neither .pkl nor .npz; {_REMEDY}.")
    _check(path, arrays)
    basis = _float32(arrays["shapedirs"])
    return FlameArrays(
        template=_float32(arrays["v_template"]),
        shape_basis=np.ascontiguousarray(basis[..., :SHAPE_COUNT]),
        expression_basis=np.ascontiguousarray(basis[..., SHAPE_COUNT:]),
        pose_basis=_float32(arrays["posedirs"]),
        joint_regressor=_float32(arrays["J_regressor"]),
        weights=_float32(arrays["weights"]),
        faces=np.ascontiguousarray(arrays["f"], np.int32),
    )


def _float32(array: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(array, np.float32)


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        wanted = [name for name in _SHAPES if f"{name}.npy" in sizes]
        if sum(sizes[f"{name}.npy"] for name in wanted) > SIZE_LIMIT:
            raise BadInput(f"{path} unpacks to more than {SIZE_LIMIT // 2**20} MiB; {_REMEDY}.")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in wanted}
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadInput(
            f"{path} is damaged or holds something else than plain arrays; {_REMEDY}."
        ) from error


def _check(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    for name, shape in _SHAPES.items():
        if name not in arrays:
            raise BadInput(f"{path} is not a FLAME model, {name} is missing; {_REMEDY}.")
        array = arrays[name]
        if array.shape != shape:
            raise BadInput(
                f"{path} is not a FLAME model, {name} has shape {array.shape} "
                f"instead of {shape}; {_REMEDY}."
            )
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise BadInput(f"{path} is damaged, {name} holds no finite numbers; {_REMEDY}.")
    faces, weights = arrays["f"], arrays["weights"]
    if faces.dtype.kind == "f" or faces.min() < 0 or faces.max() >= VERTEX_COUNT:
        raise BadInput(f"{path} is damaged, its triangles name unknown vertices; {_REMEDY}.")
    if not np.allclose(weights.sum(axis=1), 1.0, atol=1e-3) or weights.min() < -1e-6:
        raise BadInput(f"{path} is damaged, its skinning weights do not sum to 1; {_REMEDY}.")
    # The root's parent is written as -1 or as the largest unsigned number.
    if tuple(int(parent) for parent in arrays["kintree_table"][0][1:]) != PARENTS[1:]:
        raise BadInput(f"{path} is not a FLAME model, its joints are others; {_REMEDY}.")
