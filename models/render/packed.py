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
_STEPS = 65534


@dataclass(frozen=True)
class PackedField:
    """A tri-plane field as int16, channels last, without unused channels.

    The feature of channel ``c`` is ``offset[c] + scale[c] * (sum of the three lookups)``.

    Attributes:
        planes: ``(3, R, R, C)`` int16, aligned to cache lines; C is a multiple of 16.
        scale: ``(C,)`` feature units per step, a third for the mean of three planes included.
        offset: ``(C,)`` feature at the middle of the int16 range.
        center: ``(3,)`` centre of the cube, canonical units.
        box_warp: side of the cube, canonical units.
    """

    planes: NDArray[np.int16]
    scale: FloatArray
    offset: FloatArray
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
    planes = [field.tensor("cpu").detach().numpy() for field in fields]
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
    """Quantise each channel with one step size; every plane has its own offset, summed here."""
    chosen = planes[:, channels]
    low, high = chosen.min((2, 3)), chosen.max((2, 3))
    step = np.maximum((high - low).max(0) / _STEPS, 1e-20)
    middle = (low + high) / 2
    width, resolution = _padded(len(channels)), field.resolution
    packed = aligned_empty((3, resolution, resolution, width), np.int16)
    packed[..., len(channels) :] = 0
    for source, center, target in zip(chosen, middle, packed, strict=True):
        steps = np.rint((source - center[:, None, None]) / step[:, None, None])
        target[..., : len(channels)] = steps.transpose(1, 2, 0)
    scale, offset = np.zeros(width, np.float32), np.zeros(width, np.float32)
    scale[: len(channels)] = step / 3
    offset[: len(channels)] = middle.mean(0)
    return PackedField(packed, scale, offset, field.center, float(field.box_warp))


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
