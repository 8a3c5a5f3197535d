"""The entry point: a posed proxy, fields and a camera in, one picture out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.render.compiled import run_parallel
from models.render.narrowband import BAND, render_bands
from models.render.packed import PackedDecoder, PackedField, pack
from models.render.raster import count_bands, fill_bands
from models.render.scene import (
    Frame,
    FrameBuffers,
    Scene,
    field_tables,
    prepare,
    ray_table,
    vertex_normals,
)
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField

__all__ = ["DEFAULT_BAND", "Frame", "FrameBuffers", "band_lists", "render_frame", "warm_up"]

FloatArray = NDArray[np.float32]

#: Length of the band in which rays are sampled, in units.
DEFAULT_BAND = 0.006
_SAMPLES = range(1, 33)


def render_frame(
    *,
    proxy_canonical: FloatArray,
    proxy_posed: FloatArray,
    faces: NDArray[np.int32],
    part: NDArray[np.uint8],
    fields: Sequence[PackedField],
    decoder: PackedDecoder,
    camera: Camera,
    size: int,
    samples: int = 2,
    band: float = DEFAULT_BAND,
    soft: NDArray[np.bool_] | None = None,
    guides: bool = False,
    device: str = "cpu",
    buffers: FrameBuffers | None = None,
) -> Frame:
    """Render the avatar, ``size x size`` pixels.

    Args:
        proxy_canonical: ``(V, 3)`` proxy vertices in the pose the fields were baked in.
        proxy_posed: ``(V, 3)`` the same vertices now.
        faces: ``(F, 3)`` triangles, counter-clockwise seen from outside.
        part: ``(F,)`` number of the field behind each triangle.
        fields: packed fields; decoder: packed with them by :func:`models.render.packed.pack`.
        camera: the view; size: pixels along a side; samples: samples per ray, 1..32.
        band: how deep below the proxy rays are followed, in units. It colours the nearest solid
            triangle: nothing behind that shows, however thin the part is.
        soft: ``(F,)`` triangles as translucent as the field along the band (the hair's fringe):
            the nearest of them is composited over the nearest of the others, which are solid.
        guides: also return depth, normals and canonical positions.
        device: "cpu" for the numba kernels, else a torch device.
        buffers: scratch arrays to reuse from frame to frame.

    Raises:
        ValueError: for arrays that do not fit together.
    """
    scene = Scene(
        canonical=_plain(proxy_canonical, np.float32),
        posed=_plain(proxy_posed, np.float32),
        faces=_plain(faces, np.int32),
        part=_plain(part, np.uint8),
        soft=np.zeros(len(faces), np.bool_) if soft is None else _plain(soft, np.bool_),
        fields=fields,
        decoder=decoder,
        camera=camera,
        size=int(size),
        samples=int(samples),
        band=float(band),
        guides=guides,
    )
    _check(scene)
    buffers = buffers or FrameBuffers()
    if device != "cpu":
        # Not above: rendering on the processor does without torch.
        from models.render.torch_backend import render_torch

        return render_torch(scene, prepare(scene, buffers), buffers, device)
    return _render_numba(scene, buffers)


def _plain(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Return a contiguous, writable array: kernels are compiled for these only."""
    return np.require(array, dtype, ["C", "A", "W"])


def _check(scene: Scene) -> None:
    vertices, count = scene.canonical.shape, len(scene.faces)
    if len(vertices) != 2 or vertices[1] != 3 or scene.posed.shape != vertices:
        raise ValueError(f"proxy vertices {vertices} and {scene.posed.shape} must both be (V, 3)")
    if scene.faces.shape != (count, 3) or scene.part.shape != (count,):
        raise ValueError(f"faces {scene.faces.shape} and part {scene.part.shape} do not match")
    if scene.soft.shape != (count,):
        raise ValueError(f"soft {scene.soft.shape} must have one entry per face, {count}")
    if count and (scene.faces.min() < 0 or scene.faces.max() >= vertices[0]):
        raise ValueError("a face names a vertex that does not exist")
    if count and scene.part.max() >= len(scene.fields):
        raise ValueError(f"part {scene.part.max()} has no field, there are {len(scene.fields)}")
    width = scene.decoder.w1.shape[0]
    if any(packed.planes.shape[3] != width for packed in scene.fields):
        raise ValueError("fields and decoder were not packed together")
    if scene.size < 1 or scene.samples not in _SAMPLES or not scene.band > 0:
        raise ValueError("size must be positive, samples 1 to 32 and band positive")


def _render_numba(scene: Scene, buffers: FrameBuffers) -> Frame:
    size = scene.size
    prepared = prepare(scene, buffers)
    edges, boxes, records = prepared.edges, prepared.boxes, prepared.records
    starts, lists = band_lists(boxes, size, buffers)
    integers, floats = field_tables(scene.fields)
    image = np.empty((4, size, size), np.float32)
    guide = np.empty((7, size, size) if scene.guides else (7, 1, 1), np.float32)
    decoder = scene.decoder
    run_parallel(
        render_bands,
        size,
        starts,
        lists,
        scene.posed,
        scene.canonical,
        scene.faces,
        edges,
        boxes,
        prepared.eye,
        records,
        scene.part,
        scene.soft,
        bool(scene.soft.any()),
        ray_table(scene.camera, size),
        integers,
        floats,
        decoder.w1,
        decoder.b1,
        decoder.w2,
        decoder.b2,
        scene.samples,
        scene.band,
        vertex_normals(scene.posed, scene.faces) if scene.guides else scene.posed,
        scene.guides,
        image,
        guide,
        buffers.take("counts", (-(-size // BAND), 2), np.int64),
    )
    if not scene.guides:
        return Frame(image[:3], image[3:])
    return Frame(image[:3], image[3:], guide[:1], guide[1:4], guide[4:7])


def band_lists(
    boxes: NDArray[np.int32], size: int, buffers: FrameBuffers
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Triangles of each band of rows, one list after the other, and where each starts."""
    bands = -(-size // BAND)
    starts = buffers.take("starts", (bands + 1,), np.int64)
    total = count_bands(boxes, 2 * BAND, starts)
    capacity = buffers.arrays.get("lists")
    if capacity is None or len(capacity) < total:
        buffers.arrays["lists"] = np.empty(total + total // 4 + 1, np.int32)
    lists = buffers.arrays["lists"]
    fill_bands(boxes, 2 * BAND, starts, buffers.take("cursors", (bands,), np.int64), lists)
    return starts, lists


def warm_up() -> None:
    """Compile every kernel, or load it from the on-disk cache, by drawing a tiny frame.

    Takes about half a minute the first time on a machine and a fraction of a second afterwards.
    """
    corners = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 1, 3]], np.int32)
    field = TriplaneField(np.ones((3, 32, 2, 2), np.float32), np.zeros(3, np.float32), 1.0)
    layers = ((64, 32), (64,), (33, 64), (33,))
    fields, decoder = pack([field], Decoder(*(np.ones(shape, np.float32) for shape in layers)))
    render_frame(
        proxy_canonical=corners,
        proxy_posed=corners,
        faces=faces,
        part=np.zeros(2, np.uint8),
        fields=fields,
        decoder=decoder,
        camera=Camera.orbit(),
        size=16,
        soft=np.array([False, True]),
        guides=True,
    )
