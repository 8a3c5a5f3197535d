"""Regularised least squares of one plane's texels to scattered samples.

Samples are sorted by texel row, so that rows can be handled in parallel: a sample touches its own
row and the next, hence all even rows run together, then all odd ones, always with the same sums.
The normal equations of bilinear interpolation are a nine-point stencil, kept explicitly; solving
them by conjugate gradients costs less than one pass over the samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled, run_parallel
from models.render.simd import take_number

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Lattice:
    """Where samples lie among the texels of one plane, in the order of their texel rows.

    Attributes:
        order: ``(n,)`` number of each sample in the caller's arrays.
        starts: ``(R,)`` first sample of each texel row, then the end.
        column: ``(n,)`` left texel; along, up: ``(n,)`` position between texels, 0..1.
    """

    order: NDArray[np.int32]
    starts: NDArray[np.int64]
    column: NDArray[np.int32]
    along: FloatArray
    up: FloatArray

    @property
    def resolution(self) -> int:
        """Texels along a side of the plane."""
        return len(self.starts)


def make_lattice(
    columns: FloatArray, rows: FloatArray, chosen: NDArray[np.bool_], resolution: int
) -> Lattice:
    """Sort the chosen samples by texel row.

    Args:
        columns, rows: ``(N,)`` continuous texel coordinates; 0 is the centre of texel 0.
        chosen: ``(N,)`` which samples to use; resolution: texels along a side.
    """
    numbers = np.flatnonzero(chosen).astype(np.int32)
    limit = np.float32(resolution - 1)
    v = np.clip(rows[numbers], 0, limit)
    row = np.minimum(v.astype(np.int16), resolution - 2)
    sorting = np.argsort(row, kind="stable")
    numbers, v, row = numbers[sorting], v[sorting], row[sorting]
    u = np.clip(columns[numbers], 0, limit)
    column = np.minimum(u.astype(np.int32), resolution - 2)
    starts = np.searchsorted(row, np.arange(resolution)).astype(np.int64)
    return Lattice(
        numbers, starts, column, (u - column).astype(np.float32), (v - row).astype(np.float32)
    )


class PlaneFit:
    """Normal equations of one set of samples on one plane; repeated fits share them.

    Args:
        lattice: the samples.
        weights: ``(N,)`` weight of every sample of the caller.
        gain: ``(n,)`` factor of the texels' influence on each sample of the lattice, or None.
        channels: values at a texel.
        smoothness: weight of differences of neighbouring texels, relative to observed texels.
        ridge: weight of the values themselves, likewise.

    Attributes:
        values: ``(channels, R, R)`` the texels as fitted so far.
    """

    def __init__(
        self,
        lattice: Lattice,
        weights: FloatArray,
        gain: FloatArray | None = None,
        *,
        channels: int,
        smoothness: float,
        ridge: float,
    ) -> None:
        size = lattice.resolution
        self.lattice = lattice
        self.values = np.zeros((channels, size, size), np.float32)
        self._gain = np.ones(len(lattice.order), np.float32) if gain is None else gain
        self._factor = weights[lattice.order] * self._gain
        stencil = np.zeros((5, size, size), np.float32)
        for phase in range(2):
            run_parallel(
                _sum_stencil, phase, *_geometry(lattice), self._factor * self._gain, stencil
            )
        self._mass = stencil.sum(0)
        observed = stencil[0][stencil[0] > 0]
        scale = float(observed.mean()) if len(observed) else 1.0
        self._smoothness, self._ridge = smoothness * scale, ridge * scale + 1e-9
        stencil[0] += self._ridge
        for index, (here, there) in enumerate(_NEIGHBOURS):
            stencil[0][here] += self._smoothness
            stencil[0][there] += self._smoothness
            stencil[1 + index][here] -= self._smoothness
        self.stencil = stencil

    def start_from_mean(self, residual: FloatArray) -> None:
        """Begin with weighted means, spread into texels without samples (push-pull)."""
        sums = self._sum(residual)
        self.add(residual, push_pull(sums, self._mass))

    def right_side(self, residual: FloatArray) -> FloatArray:
        """Return ``(channels, R, R)`` of the normal equations of an update of the values."""
        sums = self._sum(residual)
        sums -= np.float32(self._ridge) * self.values
        for here, there in _NEIGHBOURS:
            steps = self.values[:, *there] - self.values[:, *here]
            steps *= np.float32(self._smoothness)
            sums[:, *here] += steps
            sums[:, *there] -= steps
        return sums

    def add(self, residual: FloatArray, update: FloatArray) -> None:
        """Add ``update (C, R, R)`` to the values and take its effect off ``residual (C, N)``."""
        self.values += update
        run_parallel(_subtract_samples, *_geometry(self.lattice), self._gain, update, residual)

    def limit(self, residual: FloatArray, largest: float) -> None:
        """Clip the values to ``+-largest`` and put the effect back into the residual."""
        self.add(residual, np.clip(self.values, -largest, largest) - self.values)

    def _sum(self, residual: FloatArray) -> FloatArray:
        sums = np.zeros_like(self.values)
        for phase in range(2):
            run_parallel(
                _sum_residuals, phase, *_geometry(self.lattice), self._factor, residual, sums
            )
        return sums


#: The neighbour to the right and the one below, as pairs of slices of a plane.
_NEIGHBOURS = (
    ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
    ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
)


def improve(
    fits: list[PlaneFit], residual: FloatArray, iterations: int, relaxation: float = 1.0
) -> None:
    """Update independent ``fits`` so that they reduce ``residual (C, N)``, both in place.

    Fits that are updated in turn again and again converge faster with a ``relaxation`` above 1,
    the factor of each update (successive over-relaxation).
    """
    right_sides = [fit.right_side(residual) for fit in fits]
    updates = np.zeros((len(fits), *right_sides[0].shape), np.float32)
    stencils = np.stack([fit.stencil for fit in fits])
    run_parallel(_conjugate_gradients, iterations, stencils, np.stack(right_sides), updates)
    for fit, update in zip(fits, updates, strict=True):
        fit.add(residual, np.float32(relaxation) * update)


def push_pull(sums: FloatArray, mass: FloatArray) -> FloatArray:
    """Return ``sums / mass``, continued smoothly to where ``mass`` vanishes (Gortler et al. 1996).

    Args:
        sums: ``(C, R, R)`` weighted values; mass: ``(R, R)`` weights.
    """
    size = mass.shape[0]
    values = sums / np.maximum(mass, 1e-12)
    if size <= 2:
        return np.where(
            mass > 0, values, (sums.sum((1, 2)) / max(mass.sum(), 1e-12))[:, None, None]
        )
    typical = np.mean(mass[mass > 0]) if (mass > 0).any() else 1.0
    trust = np.minimum(mass / (0.1 * typical), 1).astype(np.float32)
    half = (size + 1) // 2
    padded = np.zeros((len(sums) + 1, 2 * half, 2 * half), np.float32)
    padded[:-1, :size, :size], padded[-1, :size, :size] = values * trust, trust
    coarse = padded.reshape(len(padded), half, 2, half, 2).sum((2, 4))
    below = _double(push_pull(coarse[:-1], coarse[-1]))[:, :size, :size]
    filled: FloatArray = trust * values + (1 - trust) * below
    return filled


def _double(planes: FloatArray) -> FloatArray:
    """Double the resolution of ``(C, R, R)`` bilinearly."""
    for axis in (1, 2):
        before = np.concatenate(
            [planes.take([0], axis), planes.take(range(planes.shape[axis] - 1), axis)], axis
        )
        after = np.concatenate(
            [planes.take(range(1, planes.shape[axis]), axis), planes.take([-1], axis)], axis
        )
        pair = np.stack([0.75 * planes + 0.25 * before, 0.75 * planes + 0.25 * after], axis + 1)
        shape = list(planes.shape)
        shape[axis] *= 2
        planes = pair.reshape(shape).astype(np.float32)
    return planes


def _geometry(lattice: Lattice) -> tuple[NDArray[np.int64] | NDArray[np.int32] | FloatArray, ...]:
    return lattice.starts, lattice.order, lattice.column, lattice.along, lattice.up


@compiled
def _rows(starts: NDArray[np.int64], row: int, count: int) -> tuple[int, int]:
    """First sample of a texel row and the one after its last."""
    last = starts[row + 1] if row + 1 < starts.shape[0] else count
    return starts[row], last


@compiled
def _sum_stencil(
    counter: NDArray[np.int64],
    phase: int,
    starts: NDArray[np.int64],
    order: NDArray[np.int32],
    column: NDArray[np.int32],
    along: FloatArray,
    up: FloatArray,
    weights: FloatArray,
    stencil: FloatArray,
) -> None:
    """Add the products of bilinear weights: own, right, below, right below, left below."""
    while True:
        j = 2 * take_number(counter.ctypes.data) + phase
        if j >= starts.shape[0] - 1:
            break
        first, last = _rows(starts, j, order.shape[0])
        for n in range(first, last):
            i, fx, fy, w = column[n], along[n], up[n], weights[n]
            a, b = (1 - fx) * (1 - fy), fx * (1 - fy)
            c, d = (1 - fx) * fy, fx * fy
            stencil[0, j, i] += w * a * a
            stencil[0, j, i + 1] += w * b * b
            stencil[0, j + 1, i] += w * c * c
            stencil[0, j + 1, i + 1] += w * d * d
            stencil[1, j, i] += w * a * b
            stencil[1, j + 1, i] += w * c * d
            stencil[2, j, i] += w * a * c
            stencil[2, j, i + 1] += w * b * d
            stencil[3, j, i] += w * a * d
            stencil[4, j, i + 1] += w * b * c


@compiled
def _sum_residuals(
    counter: NDArray[np.int64],
    phase: int,
    starts: NDArray[np.int64],
    order: NDArray[np.int32],
    column: NDArray[np.int32],
    along: FloatArray,
    up: FloatArray,
    factor: FloatArray,
    residual: FloatArray,
    sums: FloatArray,
) -> None:
    """Add weighted residuals ``(C, N)`` to the four texels around each sample."""
    while True:
        j = 2 * take_number(counter.ctypes.data) + phase
        if j >= starts.shape[0] - 1:
            break
        first, last = _rows(starts, j, order.shape[0])
        for n in range(first, last):
            i, fx, fy, sample = column[n], along[n], up[n], order[n]
            for channel in range(residual.shape[0]):
                value = factor[n] * residual[channel, sample]
                sums[channel, j, i] += (1 - fx) * (1 - fy) * value
                sums[channel, j, i + 1] += fx * (1 - fy) * value
                sums[channel, j + 1, i] += (1 - fx) * fy * value
                sums[channel, j + 1, i + 1] += fx * fy * value


@compiled
def _subtract_samples(
    counter: NDArray[np.int64],
    starts: NDArray[np.int64],
    order: NDArray[np.int32],
    column: NDArray[np.int32],
    along: FloatArray,
    up: FloatArray,
    gain: FloatArray,
    update: FloatArray,
    residual: FloatArray,
) -> None:
    """Subtract the interpolated update from the residuals of the lattice's samples."""
    while True:
        j = take_number(counter.ctypes.data)
        if j >= starts.shape[0] - 1:
            break
        first, last = _rows(starts, j, order.shape[0])
        for n in range(first, last):
            i, fx, fy, sample = column[n], along[n], up[n], order[n]
            for channel in range(residual.shape[0]):
                upper = (1 - fx) * update[channel, j, i] + fx * update[channel, j, i + 1]
                lower = (1 - fx) * update[channel, j + 1, i] + fx * update[channel, j + 1, i + 1]
                residual[channel, sample] -= gain[n] * ((1 - fy) * upper + fy * lower)


@compiled
def _multiply(stencil: FloatArray, values: FloatArray, result: FloatArray) -> None:
    """Multiply ``values (R, R)`` by the symmetric nine-point ``stencil (5, R, R)``."""
    size = values.shape[0]
    for j in range(size):
        for i in range(size):
            result[j, i] = stencil[0, j, i] * values[j, i]
        for i in range(size - 1):
            result[j, i] += stencil[1, j, i] * values[j, i + 1]
            result[j, i + 1] += stencil[1, j, i] * values[j, i]
        if j + 1 < size:
            for i in range(size):
                result[j, i] += stencil[2, j, i] * values[j + 1, i]
            for i in range(size - 1):
                result[j, i] += stencil[3, j, i] * values[j + 1, i + 1]
                result[j, i + 1] += stencil[4, j, i + 1] * values[j + 1, i]
        if j > 0:
            for i in range(size):
                result[j, i] += stencil[2, j - 1, i] * values[j - 1, i]
            for i in range(size - 1):
                result[j, i + 1] += stencil[3, j - 1, i] * values[j - 1, i]
                result[j, i] += stencil[4, j - 1, i + 1] * values[j - 1, i + 1]


@compiled
def _conjugate_gradients(
    counter: NDArray[np.int64],
    iterations: int,
    stencils: FloatArray,
    right_sides: FloatArray,
    solutions: FloatArray,
) -> None:
    """Solve every channel of every fit by conjugate gradients (diagonal preconditioner)."""
    size = right_sides.shape[2]
    channels = right_sides.shape[1]
    product = np.empty((size, size), np.float32)
    while True:
        job = take_number(counter.ctypes.data)
        if job >= right_sides.shape[0] * channels:
            break
        stencil, solution = stencils[job // channels], solutions[job // channels, job % channels]
        rest = right_sides[job // channels, job % channels].copy()
        ahead = rest / stencil[0]
        energy = np.sum(rest * ahead)
        for _ in range(iterations):
            _multiply(stencil, ahead, product)
            curvature = np.sum(ahead * product)
            if curvature <= 0:
                break
            step = energy / curvature
            solution += step * ahead
            rest -= step * product
            before, energy = energy, np.sum(rest * rest / stencil[0])
            ahead = rest / stencil[0] + (energy / before) * ahead
