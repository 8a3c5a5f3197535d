"""Pictures of the tri-planes themselves: features reduced to three colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLANES = ("XY", "XZ", "ZY")
_PIXELS_FITTED = 20_000


@dataclass(frozen=True, eq=False)
class PlanePictures:
    """Pictures of the head's planes by branch.

    Attributes:
        pictures: (3, R, R, 3) uint8 by branch (canonical, appearance, expression, compensation,
            fused); planes in the order of ``PLANES``, up (of XZ: the front) at the top.
        empty: branches that this avatar does not hold; their pictures are plain.
    """

    pictures: Mapping[str, NDArray[np.uint8]]
    empty: frozenset[str]


def plane_pictures(avatar: Any, check: Callable[[], None] = lambda: None) -> PlanePictures:
    """Draw the planes of every branch and of the sum.

    The three colours are the first principal components (PCA) of the features of the sum, so
    that a colour means the same on every plane and branch. ``check`` is called between steps.
    """
    # Not above: kernels come with it, which the window does not wait for.
    from models.animate.proxy import Part

    field = avatar.parts.fields[Part.HEAD]
    branches: dict[str, NDArray[np.float32]] = {}
    for name in ("canonical", "appearance"):
        planes = field.empty()
        getattr(field, name).add_to(planes)
        branches[name] = planes
        check()
    nothing = field.empty()
    fused = branches["canonical"] + branches["appearance"]
    check()
    scale, basis = _basis(fused)
    check()
    shown = {**branches, "expression": nothing, "compensation": nothing, "fused": fused}
    reduced = {}
    for name, planes in shown.items():
        reduced[name] = np.einsum("pcij,ck->pijk", planes / scale, basis, optimize=True)
        check()
    low, high = np.percentile(reduced["fused"], (1, 99), axis=(0, 1, 2))
    reach = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-6)
    pictures = {name: _coloured(values / reach) for name, values in reduced.items()}
    return PlanePictures(pictures, frozenset(n for n, p in shown.items() if not p.any()))


def _basis(
    planes: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scale (32, 1, 1) of each channel and the first three principal axes (32, 3)."""
    pixels = planes.transpose(0, 2, 3, 1).reshape(-1, planes.shape[1])
    used = pixels[np.abs(pixels).sum(1) > 0]
    if len(used) < 4:
        used = pixels
    used = used[:: max(1, len(used) // _PIXELS_FITTED)]
    scale = np.maximum(used.std(0), 1e-6)
    _, axes = np.linalg.eigh(np.cov(used / scale, rowvar=False))
    basis = axes[:, :-4:-1]
    # An axis may point either way: the sign of its largest part decides, always the same.
    signs = np.sign(basis[np.abs(basis).argmax(0), range(3)])
    return scale[:, None, None].astype(np.float32), (basis * signs).astype(np.float32)


def _coloured(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """(3, R, R, 3) bytes of values in -1..1; zero is mid grey; rows run downwards."""
    shares = np.clip(0.5 + 0.5 * values, 0, 1)
    return np.ascontiguousarray(np.rint(255 * shares).astype(np.uint8)[:, ::-1])
