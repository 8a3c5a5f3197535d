"""The shading kernel: tri-plane lookups and decoder for many canonical points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
from models.render.simd import (
    LANES,
    add,
    broadcast,
    broadcast_load,
    divide,
    load,
    maximum,
    minimum,
    multiply,
    multiply_add,
    store,
    total,
)
from models.triplane.decoder import COLOUR_MARGIN

#: Samples decoded together: their sixteen-lane accumulators fill the registers.
GROUP = 4
#: Raw density of samples outside a field's cube; softplus of it is zero.
_EMPTY = np.float32(-1e4)

# Least-squares polynomials at Chebyshev nodes: log(1 + exp(-a)) ** (1/8) on 0..11 and
# exp(-a) ** (1/16) on 0..16. Squaring the result three and four times needs neither exponential
# nor logarithm; the errors stay below 6e-5 and 1e-5.
_SOFT_RANGE, _DECAY_RANGE = np.float32(11.0), np.float32(16.0)
_S0, _S1, _S2 = np.float32(0.955210648), np.float32(-0.085911238), np.float32(-0.00644076022)
_S3, _S4, _S5 = np.float32(0.0022900904), np.float32(-0.000223726844), np.float32(7.78351399e-06)
_E0, _E1, _E2 = np.float32(0.99999957), np.float32(-0.0624980379), np.float32(0.00195166746)
_E3, _E4, _E5 = np.float32(-4.02903852e-05), np.float32(5.85295602e-07), np.float32(-4.87070852e-09)
_MARGIN, _WIDTH = np.float32(-COLOUR_MARGIN), np.float32(1 + 2 * COLOUR_MARGIN)


@compiled
def softplus(value: Any) -> Any:
    """Return log(1 + exp(x)) of sixteen lanes, within 1e-4."""
    zero = broadcast(np.float32(0.0))
    positive = maximum(value, zero)
    size = minimum(
        add(positive, maximum(multiply(value, broadcast(np.float32(-1.0))), zero)),
        broadcast(_SOFT_RANGE),
    )
    root = multiply_add(size, broadcast(_S5), broadcast(_S4))
    root = multiply_add(size, root, broadcast(_S3))
    root = multiply_add(size, root, broadcast(_S2))
    root = multiply_add(size, root, broadcast(_S1))
    root = multiply_add(size, root, broadcast(_S0))
    root = multiply(root, root)
    root = multiply(root, root)
    return multiply_add(root, root, positive)


@compiled
def decay(value: Any) -> Any:
    """Return exp(-x) of sixteen lanes for x >= 0, within 1e-5."""
    size = minimum(value, broadcast(_DECAY_RANGE))
    root = multiply_add(size, broadcast(_E5), broadcast(_E4))
    root = multiply_add(size, root, broadcast(_E3))
    root = multiply_add(size, root, broadcast(_E2))
    root = multiply_add(size, root, broadcast(_E1))
    root = multiply_add(size, root, broadcast(_E0))
    root = multiply(root, root)
    root = multiply(root, root)
    root = multiply(root, root)
    return multiply(root, root)


@compiled
def sigmoid(value: Any) -> Any:
    """Return 1 / (1 + exp(-x)) of sixteen lanes, within 1e-5."""
    zero, one = broadcast(np.float32(0.0)), broadcast(np.float32(1.0))
    positive = maximum(value, zero)
    negative = maximum(multiply(value, broadcast(np.float32(-1.0))), zero)
    # exp(-|x|) over 1 + exp(-|x|) is the sigmoid of -|x|; the numerator is 1 for x > 0.
    return divide(decay(negative), add(one, decay(add(positive, negative))))


@compiled
def _bilinear(
    address: int,
    corner: int,
    row: int,
    width: int,
    across: np.float32,
    down: np.float32,
    value: Any,
) -> Any:
    """Add a bilinear lookup of sixteen channels to ``value``."""
    right, left = across, np.float32(1.0) - across
    low, high = np.float32(1.0) - down, down
    value = multiply_add(load(address, corner), broadcast(left * low), value)
    value = multiply_add(load(address, corner + width), broadcast(right * low), value)
    value = multiply_add(load(address, corner + row), broadcast(left * high), value)
    return multiply_add(load(address, corner + row + width), broadcast(right * high), value)


@compiled
def _texel(coordinate: np.float32, resolution: np.float32) -> tuple[int, np.float32]:
    """Lower texel and fraction of a coordinate -1..1 (align_corners=False, border padding)."""
    half, one = np.float32(0.5), np.float32(1.0)
    position = coordinate * (half * resolution) + half * (resolution - one)
    position = max(position, np.float32(0.0))
    lower = np.int32(min(position, resolution - np.float32(2.0)))
    return int(lower), min(position - np.float32(lower), one)


@compiled
def look_up(
    planes: int,
    resolution: int,
    width: int,
    x: np.float32,
    y: np.float32,
    z: np.float32,
    target: int,
    start: int,
) -> None:
    """Write the feature (``width`` channels) at normalised ``x, y, z`` to ``target[start:]``.

    ``planes`` and ``target`` are addresses of float32.
    """
    side = np.float32(resolution)
    column, along_x = _texel(x, side)
    line, along_y = _texel(y, side)
    deep, along_z = _texel(z, side)
    row, plane = resolution * width, resolution * resolution * width
    first = line * row + column * width
    second = plane + deep * row + column * width
    third = 2 * plane + line * row + deep * width
    for channel in range(0, width, LANES):
        zero = broadcast(np.float32(0.0))
        xy = _bilinear(planes, first + channel, row, width, along_x, along_y, zero)
        xz = _bilinear(planes, second + channel, row, width, along_x, along_z, zero)
        zy = _bilinear(planes, third + channel, row, width, along_z, along_y, zero)
        store(target, start + channel, add(add(xy, xz), zy))


@compiled
def decode_group(features: int, inputs: int, hidden: int, w1: int, b1: int, scratch: int) -> None:
    """Hidden layer of four samples: ``features (4, inputs)`` to ``scratch (4, hidden)``."""
    for unit in range(0, hidden, LANES):
        first = load(b1, unit)
        second, third, fourth = first, first, first
        for channel in range(inputs):
            weight = load(w1, channel * hidden + unit)
            first = multiply_add(broadcast_load(features, channel), weight, first)
            second = multiply_add(broadcast_load(features, inputs + channel), weight, second)
            third = multiply_add(broadcast_load(features, 2 * inputs + channel), weight, third)
            fourth = multiply_add(broadcast_load(features, 3 * inputs + channel), weight, fourth)
        store(scratch, unit, softplus(first))
        store(scratch, hidden + unit, softplus(second))
        store(scratch, 2 * hidden + unit, softplus(third))
        store(scratch, 3 * hidden + unit, softplus(fourth))


@compiled
def _project(scratch: int, start: int, hidden: int, w2: int, output: int) -> np.float32:
    """Scalar product of one sample's hidden units with one output row."""
    value = multiply(load(scratch, start), load(w2, output * hidden))
    for unit in range(LANES, hidden, LANES):
        value = multiply_add(load(scratch, start + unit), load(w2, output * hidden + unit), value)
    return np.float32(total(value))


@compiled
def shade_samples(
    positions: NDArray[np.float32],
    owners: NDArray[np.int32],
    count: int,
    field_integers: NDArray[np.int64],
    field_floats: NDArray[np.float32],
    w1: NDArray[np.float32],
    b1: NDArray[np.float32],
    w2: NDArray[np.float32],
    b2: NDArray[np.float32],
    features: NDArray[np.float32],
    scratch: NDArray[np.float32],
    raw: NDArray[np.float32],
) -> None:
    """Density and colour of ``count`` samples.

    Args:
        positions: ``(N, 3)`` canonical points; N at least ``count`` rounded up to 16.
        owners: ``(N,)`` field of each point.
        count: samples to shade.
        field_integers: ``(fields, 2)`` address and resolution of the planes.
        field_floats: ``(fields, 4)`` centre and 2 / side of the cube.
        w1: ``(C, H)``; b1: ``(H,)``; w2: ``(4, H)``; b2: ``(4,)``, packed decoder.
        features: ``(4, C)`` scratch; scratch: ``(4, H)`` scratch.
        raw: ``(4, N)`` result: density per unit, then sRGB.
    """
    inputs, hidden = w1.shape
    pf, ps = features.ctypes.data, scratch.ctypes.data
    p1, pb, p2 = w1.ctypes.data, b1.ctypes.data, w2.ctypes.data
    for group in range(0, count, GROUP):
        members = min(GROUP, count - group)
        for member in range(members):
            sample = group + member
            field = owners[sample]
            scale = field_floats[field, 3]
            x = (positions[sample, 0] - field_floats[field, 0]) * scale
            y = (positions[sample, 1] - field_floats[field, 1]) * scale
            z = (positions[sample, 2] - field_floats[field, 2]) * scale
            look_up(
                field_integers[field, 0],
                field_integers[field, 1],
                inputs,
                x,
                y,
                z,
                pf,
                member * inputs,
            )
            raw[0, sample] = 0.0 if max(abs(x), abs(y), abs(z)) <= 1.0 else _EMPTY
        decode_group(pf, inputs, hidden, p1, pb, ps)
        for member in range(members):
            sample, start = group + member, member * hidden
            raw[0, sample] += _project(ps, start, hidden, p2, 0) + b2[0]
            for output in range(1, 4):
                raw[output, sample] = _project(ps, start, hidden, p2, output) + b2[output]
    _activate(raw, count)


@compiled
def _activate(raw: NDArray[np.float32], count: int) -> None:
    """Turn raw decoder outputs into density and colour in place, sixteen at a time."""
    address, length = raw.ctypes.data, raw.shape[1]
    for start in range(0, count, LANES):
        store(address, start, softplus(load(address, start)))
        for output in range(1, 4):
            index = output * length + start
            colour = sigmoid(load(address, index))
            store(address, index, multiply_add(colour, broadcast(_WIDTH), broadcast(_MARGIN)))
