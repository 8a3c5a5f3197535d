"""What a renderer is given and what it returns, apart from how it draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.render.compiled import run_parallel
from models.render.packed import PackedDecoder, PackedField
from models.render.raster import project_vertices, set_up_triangles
from models.render.triangles import RECORD, describe_triangles

if TYPE_CHECKING:
    # Not loaded for rendering on the processor.
    import torch

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A rendered picture.

    Attributes:
        rgb: ``(3, H, W)`` straight sRGB, 0 where alpha is 0.
        alpha: ``(1, H, W)`` opacity.
        depth: ``(1, H, W)`` camera z of the surface in units, 0 where there is none; ``None``
            unless guides were asked for, as the next two.
        normals: ``(3, H, W)`` unit normals of the posed surface in canonical axes.
        canonical: ``(3, H, W)`` canonical position of the surface.
    """

    rgb: FloatArray
    alpha: FloatArray
    depth: FloatArray | None = None
    normals: FloatArray | None = None
    canonical: FloatArray | None = None


@dataclass
class FrameBuffers:
    """Scratch arrays kept between frames of the same proxy; not to be shared between threads."""

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    tensors: dict[tuple[int, str], tuple[PackedField, torch.Tensor]] = field(default_factory=dict)

    def take(self, name: str, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
        """Return the array ``name``, made anew only when its shape has changed."""
        array = self.arrays.get(name)
        if array is None or array.shape != shape:
            array = self.arrays[name] = np.empty(shape, dtype)
        return array

    def tensor(
        self, packed: PackedField, device: torch.device, make: Callable[[], torch.Tensor]
    ) -> torch.Tensor:
        """Return the tensor of a field on a device, made by ``make`` the first time."""
        key = (id(packed), str(device))
        if key not in self.tensors:
            # The field is kept as well, so that no other can get its id.
            self.tensors[key] = (packed, make())
        return self.tensors[key][1]

    def forget_tensors(self, keep: Sequence[PackedField]) -> None:
        """Drop the tensors of all fields but ``keep``."""
        wanted = {id(packed) for packed in keep}
        self.tensors = {key: value for key, value in self.tensors.items() if key[0] in wanted}


@dataclass(frozen=True)
class Scene:
    """Everything a renderer draws, checked and in the layout of the kernels."""

    canonical: FloatArray
    posed: FloatArray
    faces: NDArray[np.int32]
    part: NDArray[np.uint8]
    soft: NDArray[np.bool_]
    fields: Sequence[PackedField]
    decoder: PackedDecoder
    camera: Camera
    size: int
    samples: int
    band: float
    guides: bool


@dataclass(frozen=True)
class Prepared:
    """Triangles of a frame, set up for drawing.

    Attributes:
        edges: ``(F, 9)`` and boxes: ``(F, 4)``, see :func:`set_up_triangles`.
        records: ``(F, 32)`` of the triangles that are described so far, see
            :func:`models.render.triangles.describe_triangle`.
        eye: ``(3,)`` where the camera stands.
    """

    edges: NDArray[np.float64]
    boxes: NDArray[np.int32]
    records: FloatArray
    eye: NDArray[np.float64]


def prepare(scene: Scene, buffers: FrameBuffers) -> Prepared:
    """Project the posed proxy and set its triangles up; none is described yet."""
    count, grid = len(scene.faces), 2 * scene.size
    projected = buffers.take("projected", scene.posed.shape, np.float64)
    edges = buffers.take("edges", (count, 9), np.float64)
    boxes = buffers.take("boxes", (count, 4), np.int32)
    records = buffers.take("records", (count, RECORD), np.float32)
    project_vertices(scene.posed, sample_matrix(scene.camera, scene.size), projected)
    run_parallel(set_up_triangles, projected, scene.faces, grid, edges, boxes)
    eye = np.asarray(scene.camera.cam2world, np.float64)[:3, 3].copy()
    return Prepared(edges, boxes, records, eye)


def describe_all(scene: Scene, prepared: Prepared) -> None:
    """Describe every triangle that may show, for renderers that cannot while they draw."""
    run_parallel(
        describe_triangles,
        scene.posed,
        scene.canonical,
        scene.faces,
        prepared.edges,
        prepared.boxes,
        prepared.eye,
        prepared.records,
    )


def sample_matrix(camera: Camera, size: int) -> NDArray[np.float64]:
    """``(3, 4)`` world point to (column z, row z, z) of the 2x supersampled grid."""
    intrinsics = np.asarray(camera.intrinsics, np.float64)
    grid = np.array([[2.0 * size, 0, -0.5], [0, 2.0 * size, -0.5], [0, 0, 1.0]])
    matrix: NDArray[np.float64] = grid @ intrinsics @ np.asarray(camera.world2cam)[:3]
    return matrix


def ray_table(camera: Camera, size: int) -> FloatArray:
    """Direction of pixel (0, 0), its change per column and per row, pixel width at depth 1."""
    inverse = np.asarray(camera.cam2world)[:3, :3] @ np.linalg.inv(camera.intrinsics)
    first = inverse @ np.array([0.5 / size, 0.5 / size, 1.0])
    width = 1.0 / (size * float(camera.intrinsics[0, 0]))
    rows = [first, inverse[:, 0] / size, inverse[:, 1] / size, np.full(3, width)]
    return np.array(rows, np.float32)


def vertex_normals(vertices: FloatArray, faces: NDArray[np.int32]) -> FloatArray:
    """Area-weighted unit normals ``(V, 3)``."""
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    result = np.zeros_like(vertices)
    for axis in range(3):
        weights = np.repeat(normal[:, axis], 3)
        result[:, axis] = np.bincount(faces.reshape(-1), weights, minlength=len(vertices))
    length = np.linalg.norm(result, axis=1, keepdims=True)
    unit: FloatArray = result / np.maximum(length, np.float32(1e-12))
    return unit


def field_tables(fields: Sequence[PackedField]) -> tuple[NDArray[np.int64], FloatArray]:
    """Address, resolution; centre and scale of each field, as the kernels read them."""
    integers = [(f.planes.ctypes.data, f.resolution) for f in fields]
    floats = [(*f.center, 2.0 / f.box_warp) for f in fields]
    return np.array(integers, np.int64), np.array(floats, np.float32)
