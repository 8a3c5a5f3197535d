"""Decode a baked field at points on the processor, for the bake's own refinement and checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled, run_parallel
from models.render.simd import take_number
from models.triplane.decoder import COLOUR_MARGIN, Decoder
from models.triplane.field import TriplaneField
from models.triplane.sampling import PLANE_AXES

FloatArray = NDArray[np.float32]
_BLOCK = 2048
#: Beyond this argument softplus is straight, in single precision.
_CURVED = np.float32(16)


def decode_points(
    field: TriplaneField, decoder: Decoder, points: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return density ``(N,)`` per canonical unit and sRGB ``(N, 3)`` at ``points (N, 3)``."""
    raw = decode_raw(field, decoder, points)
    sigma = np.logaddexp(np.float32(0), raw[0] - 1)
    rgb = (1 + 2 * COLOUR_MARGIN) / (1 + np.exp(-raw[1:4].T)) - COLOUR_MARGIN
    return sigma, rgb.astype(np.float32)


def decode_raw(field: TriplaneField, decoder: Decoder, points: FloatArray) -> FloatArray:
    """Return the decoder's first four outputs ``(4, N)``: raw density, logits of sRGB."""
    planes = np.asarray(field.planes, np.float32)
    live = np.flatnonzero(np.abs(decoder.w2[:4]).max(0) > 0)
    used = np.abs(planes).max((0, 2, 3)) * np.abs(decoder.w1[live]).max(0, initial=0) > 0
    channels = np.flatnonzero(used)
    packed = np.ascontiguousarray(planes[:, channels].transpose(0, 2, 3, 1))
    w1 = np.ascontiguousarray(decoder.w1[np.ix_(live, channels)].T) / np.float32(3)
    w2 = np.ascontiguousarray(decoder.w2[:4, live])
    resolution = field.resolution
    scale = np.float32(resolution / field.box_warp)
    shift = np.float32(resolution / 2 - 0.5) - field.center * scale
    result = np.empty((4, len(points)), np.float32)
    axes = np.array(PLANE_AXES)
    located = np.ascontiguousarray(points, np.float32)
    run_parallel(
        _decode, packed, located, scale, shift, axes, w1, decoder.b1[live], w2, decoder.b2, result
    )
    return result


@compiled
def _decode(
    counter: NDArray[np.int64],
    planes: FloatArray,
    points: FloatArray,
    scale: np.float32,
    shift: FloatArray,
    axes: NDArray[np.int64],
    w1: FloatArray,
    b1: FloatArray,
    w2: FloatArray,
    b2: FloatArray,
    result: FloatArray,
) -> None:
    """Decode blocks of points; ``planes`` are ``(3, R, R, C)``, ``w1`` is ``(C, H)``."""
    channels, hidden = w1.shape
    limit = np.float32(planes.shape[1] - 1)
    feature, unit = np.empty(channels, np.float32), np.empty(hidden, np.float32)
    zero = np.float32(0)
    while True:
        first = _BLOCK * take_number(counter.ctypes.data)
        if first >= points.shape[0]:
            break
        for n in range(first, min(first + _BLOCK, points.shape[0])):
            feature[:] = 0
            for plane in range(3):
                p, q = axes[plane]
                u = min(max(points[n, p] * scale + shift[p], zero), limit)
                v = min(max(points[n, q] * scale + shift[q], zero), limit)
                i, j = min(int(u), planes.shape[1] - 2), min(int(v), planes.shape[1] - 2)
                fx, fy = u - np.float32(i), v - np.float32(j)
                a, b = (1 - fx) * (1 - fy), fx * (1 - fy)
                c, d = (1 - fx) * fy, fx * fy
                for k in range(channels):
                    feature[k] += a * planes[plane, j, i, k] + b * planes[plane, j, i + 1, k]
                    feature[k] += (
                        c * planes[plane, j + 1, i, k] + d * planes[plane, j + 1, i + 1, k]
                    )
            unit[:] = b1
            for k in range(channels):
                for h in range(hidden):
                    unit[h] += feature[k] * w1[k, h]
            for h in range(hidden):
                if abs(unit[h]) < _CURVED:
                    unit[h] = np.log1p(np.exp(unit[h]))
                else:
                    unit[h] = max(unit[h], zero)
            for output in range(4):
                total = b2[output]
                for h in range(hidden):
                    total += w2[output, h] * unit[h]
                result[output, n] = total
