"""Bake a surface and coloured samples into tri-planes for the constructed decoder.

Nothing is learned: geometry channels follow from the surface's height fields, colour channels
from regularised least squares on the samples (:mod:`models.reconstruct.colour_fit`). The meaning
of the channels is in :mod:`models.reconstruct.analytic_decoder`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.reconstruct.analytic_decoder import PATTERN, SOLIDITY, analytic_decoder
from models.reconstruct.colour_fit import ColourFit
from models.reconstruct.field_channels import write_colours, write_geometry, write_patterns
from models.reconstruct.field_decode import decode_raw
from models.reconstruct.heightfields import height_fields
from models.reconstruct.solidity import fit_solidity
from models.triplane.field import CHANNELS, TriplaneField

FloatArray = NDArray[np.float32]


#: Samples less opaque than this lie on a soft sheet unless the caller says which do.
_MARGIN = 1.03
"""Side of the cube of a field over the longest side of its surface."""
_SOFT = 0.985


@dataclass(frozen=True)
class SurfaceSamples:
    """Coloured points on the surface.

    Attributes:
        points: ``(N, 3)`` canonical; rgb: ``(N, 3)`` sRGB in 0..1.
        opacity: ``(N,)`` in 0..1 over the renderer's band; below 1 in soft hair.
        weight: ``(N,)`` trust, not negative; 1 for the photo, less for what was completed.
        soft: ``(N,)`` on the half-transparent sheet; only there does the opacity count.

    Raises:
        ValueError: if the arrays' lengths differ, if there is no sample, or if a value is not
            finite.
    """

    points: FloatArray
    rgb: FloatArray
    opacity: FloatArray
    weight: FloatArray
    soft: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self) -> None:
        count = len(self.points)
        shapes = {"points": (count, 3), "rgb": (count, 3), "opacity": (count,), "weight": (count,)}
        if count == 0:
            raise ValueError("a field cannot be baked without samples")
        for name, shape in shapes.items():
            array = np.ascontiguousarray(getattr(self, name), np.float32)
            if array.shape != shape:
                raise ValueError(f"samples' {name} must be {shape}, not {array.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"samples' {name} must be finite")
            object.__setattr__(self, name, array)
        soft = np.asarray(self.soft, bool)
        object.__setattr__(self, "soft", soft if len(soft) else self.opacity < _SOFT)

    def joined(self, others: SurfaceSamples) -> SurfaceSamples:
        """These samples and ``others``."""
        names = self.__annotations__
        return SurfaceSamples(
            *(np.concatenate([getattr(self, name), getattr(others, name)]) for name in names)
        )


@dataclass(frozen=True)
class BakedField:
    """Tri-planes in two branches; their sum is the field.

    Attributes:
        canonical_planes: ``(3, 32, R, R)`` geometry and smooth colours, T_c.
        appearance_planes: ``(3, 32, R, R)`` the photo's detail, T_p; decodes only on top of T_c.
        center: ``(3,)``; box_warp: side of the cube, canonical units.
    """

    canonical_planes: FloatArray
    appearance_planes: FloatArray
    center: FloatArray
    box_warp: float

    @property
    def field(self) -> TriplaneField:
        """Both branches together."""
        planes = self.canonical_planes + self.appearance_planes
        return TriplaneField(planes, self.center, self.box_warp)

    @property
    def canonical_field(self) -> TriplaneField:
        """The canonical branch alone."""
        return TriplaneField(self.canonical_planes, self.center, self.box_warp)


def box_around(points: FloatArray, resolution: int) -> tuple[FloatArray, float]:
    """Centre and side of the cube around ``points`` with a margin of a few texels."""
    low, high = points.min(0), points.max(0)
    side = float((high - low).max()) * _MARGIN * resolution / (resolution - 6)
    return ((low + high) / 2).astype(np.float32), side


def bake_field(
    vertices: FloatArray,
    faces: NDArray[np.int32],
    samples: SurfaceSamples,
    *,
    center: FloatArray,
    box_warp: float,
    resolution: int = 256,
    refinements: int = 1,
) -> BakedField:
    """Bake a surface with colours.

    Args:
        vertices: ``(V, 3)`` canonical; faces: ``(F, 3)``. Closed, or sheets that face the front.
        samples: colours, all over the surface; texels without any are filled smoothly.
        center: ``(3,)`` of the cube; box_warp: its side. The surface should stay two texels
            inside, or it is cut there.
        resolution: texels along a side of a plane.
        refinements: rounds of refitting what the decoder's gates, which the linear fit takes as
            sharp, leave over.

    Raises:
        ValueError: if the surface lies outside the cube or is not visible from the front.
    """
    middle = np.asarray(center, np.float32).reshape(3)
    relative = np.ascontiguousarray(vertices - middle, np.float32)
    heights = height_fields(relative, np.ascontiguousarray(faces, np.int32), box_warp, resolution)
    points = samples.points - middle
    planes = np.zeros((3, CHANNELS, resolution, resolution), np.float32)
    write_geometry(planes, heights, box_warp)
    write_patterns(planes, heights, box_warp)
    soft = samples.soft
    planes[:, SOLIDITY] = fit_solidity(
        points[soft], samples.opacity[soft], samples.weight[soft], box_warp, resolution
    )
    fit = ColourFit(points, samples.rgb, samples.weight, heights, planes[:, PATTERN], box_warp)
    fit.solve()
    origin = np.zeros(3, np.float32)
    for _ in range(refinements):
        write_colours(planes, fit.colours)
        decoded = decode_raw(
            TriplaneField(planes, origin, box_warp), analytic_decoder(), fit.points
        )
        fit.refine(decoded[1:4])
    write_colours(planes, fit.colours)
    canonical = planes.copy()
    write_colours(canonical, fit.colours.smoothed())
    return BakedField(canonical, planes - canonical, middle, float(box_warp))
