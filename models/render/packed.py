"""Tri-plane fields and decoder laid out for the fast kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.render.simd import LANES
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class PackedField:
    """A tri-plane field with channels last and without unused channels.

    float32: half the memory as int16 was tried and costs a third of the shading time for the
    conversions; half precision is too coarse for channels that hold coordinates.

    Attributes:
        planes: ``(3, R, R, C)`` float32 thirds of the features, so that three lookups add up to
            their mean; aligned to cache lines; C is a multiple of 16.
        center: ``(3,)`` centre of the cube, canonical units.
        box_warp: side of the cube, canonical units.
    """

    planes: FloatArray
    center: FloatArray
    box_warp: float

    @property
    def resolution(self) -> int:
        """Texels along a side of a plane."""
        return int(self.planes.shape[1])


@dataclass(frozen=True)
class PackedDecoder:
    """The decoder's live part: used channels, live hidden units, density and colour rows.

    Attributes:
        w1: ``(C, H)``; b1: ``(H,)``; w2: ``(4, H)``; b2: ``(4,)`` float32. The density's shift
            by one is folded into ``b2[0]``. C and H are multiples of 16, filled up with zeros.
    """

    w1: FloatArray
    b1: FloatArray
    w2: FloatArray
    b2: FloatArray


def pack(
    fields: Sequence[TriplaneField], decoder: Decoder
) -> tuple[list[PackedField], PackedDecoder]:
    """Pack ``fields`` that share ``decoder``; they must be used together.

    Channels that are zero in every field or that no live hidden unit reads are left out, and so
    are hidden units that neither density nor colour depends on.
    """
    live = np.abs(decoder.w2[:4]).max(0) > 0
    planes = [field.array() for field in fields]
    used = np.zeros(decoder.w1.shape[1], bool)
    for stack in planes:
        used |= np.abs(stack).max((0, 2, 3)) > 0
    used &= np.abs(decoder.w1[live]).max(0, initial=0) > 0
    channels = np.flatnonzero(used)
    packed = [
        _pack_field(field, stack, channels) for field, stack in zip(fields, planes, strict=True)
    ]
    return packed, _pack_decoder(decoder, channels, np.flatnonzero(live))


def _pack_field(
    field: TriplaneField, planes: FloatArray, channels: NDArray[np.intp]
) -> PackedField:
    resolution, used = field.resolution, len(channels)
    packed = aligned_empty((3, resolution, resolution, _padded(used)), np.float32)
    packed[..., used:] = 0
    for source, target in zip(planes, packed, strict=True):
        np.multiply(source[channels].transpose(1, 2, 0), np.float32(1 / 3), out=target[..., :used])
    return PackedField(packed, field.center, float(field.box_warp))


def _pack_decoder(
    decoder: Decoder, channels: NDArray[np.intp], units: NDArray[np.intp]
) -> PackedDecoder:
    inputs, hidden = len(channels), len(units)
    w1 = aligned_empty((_padded(inputs), _padded(hidden)), np.float32)
    b1 = aligned_empty((_padded(hidden),), np.float32)
    w2 = aligned_empty((4, _padded(hidden)), np.float32)
    for array in (w1, b1, w2):
        array[...] = 0
    w1[:inputs, :hidden] = decoder.w1[np.ix_(units, channels)].T
    b1[:hidden] = decoder.b1[units]
    w2[:, :hidden] = decoder.w2[:4, units]
    b2 = decoder.b2[:4].copy()
    b2[0] -= 1
    return PackedDecoder(w1, b1, w2, b2)


def _padded(count: int) -> int:
    """Round up to whole vectors, one at least."""
    return max(1, -(-count // LANES)) * LANES


def aligned_empty(shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """Return an uninitialised array that starts on a cache line (64 bytes)."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)
