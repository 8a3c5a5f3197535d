"""What the machine can do at most: matrix products and memory traffic, with the same threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.bench.clock import Timing, measure
from models.render.compiled import compiled, run_parallel
from models.render.simd import take_number

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """The processor's limits on the threads that the renderer uses.

    Attributes:
        gflops: float32 matrix product, 10^9 operations a second (a multiply-add counts two).
        copy_gbs, triad_gbs: memory traffic, 10^9 bytes a second, read and written bytes added up,
            as STREAM counts them (McCalpin 1995: copy 2, triad 3 arrays).
        product, copy, triad: the timings behind them.
        product_size: rows and columns of the matrices; array_bytes: of each array.
    """

    gflops: float
    copy_gbs: float
    triad_gbs: float
    product: Timing
    copy: Timing
    triad: Timing
    product_size: int
    array_bytes: int


def measure_limits(product_size: int = 2048, array_bytes: int = 1 << 28, runs: int = 7) -> Limits:
    """Measure; the best run counts, as a limit is what can be reached.

    ``array_bytes`` should be many times the last cache.
    """
    a, b = (torch.rand(product_size, product_size) for _ in range(2))
    target = torch.empty_like(a)
    product = measure(lambda: torch.mm(a, b, out=target), runs)
    first, second, third = (np.ones(array_bytes // 4, np.float32) for _ in range(3))
    copy = measure(lambda: run_parallel(_copy, first, second), runs)
    triad = measure(lambda: run_parallel(_triad, first, second, third, np.float32(3.0)), runs)
    return Limits(
        gflops=2 * product_size**3 / product.fastest / 1e9,
        copy_gbs=2 * first.nbytes / copy.fastest / 1e9,
        triad_gbs=3 * first.nbytes / triad.fastest / 1e9,
        product=product,
        copy=copy,
        triad=triad,
        product_size=product_size,
        array_bytes=first.nbytes,
    )


@compiled
def _copy(
    counter: NDArray[np.int64], target: NDArray[np.float32], source: NDArray[np.float32]
) -> None:
    while True:
        start = take_number(counter.ctypes.data) * _CHUNK
        if start >= target.shape[0]:
            break
        for index in range(start, min(start + _CHUNK, target.shape[0])):
            target[index] = source[index]


@compiled
def _triad(
    counter: NDArray[np.int64],
    target: NDArray[np.float32],
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    factor: np.float32,
) -> None:
    while True:
        start = take_number(counter.ctypes.data) * _CHUNK
        if start >= target.shape[0]:
            break
        for index in range(start, min(start + _CHUNK, target.shape[0])):
            target[index] = first[index] + factor * second[index]
