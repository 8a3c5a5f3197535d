"""How kernels are compiled (numba) and spread over threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])

#: Reordering is allowed; the absence of NaN and infinity is not assumed, since guards rely on it.
_FAST = {"contract", "reassoc", "nsz", "arcp"}


def compiled(function: Function) -> Function:
    """Compile ``function`` on first use, without the GIL, kept in the on-disk cache."""
    kernel: Any = numba.njit(nogil=True, cache=True, fastmath=_FAST, error_model="numpy")(function)
    return cast(Function, kernel)


def inlined(function: Function) -> Function:
    """Like :func:`compiled`, but pasted into its callers.

    For helpers of inner loops: LLVM alone leaves calls, and each array passed costs seven words.
    """
    kernel: Any = numba.njit(
        nogil=True, cache=True, fastmath=_FAST, error_model="numpy", inline="always"
    )(function)
    return cast(Function, kernel)


def thread_count() -> int:
    """Return how many threads kernels use: the processors of this process, 16 at most."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    limit = int(asked) if asked.isdigit() and int(asked) > 0 else 16
    return max(1, min(available or os.cpu_count() or 1, limit, 16))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=thread_count(), thread_name_prefix="render")


def run_parallel(kernel: Callable[..., None], *arguments: Any) -> None:
    """Run ``kernel(counter, *arguments)`` on every thread at once and wait.

    ``counter`` is an int64 array of one zero; a kernel draws its next job from it with
    :func:`models.render.simd.take_number`. Unlike numba's own parallel loops this is safe when
    several Python threads render at the same time, and it needs the GIL once per thread only.
    """
    counter: NDArray[np.int64] = np.zeros(1, np.int64)
    others = [_pool().submit(kernel, counter, *arguments) for _ in range(thread_count() - 1)]
    kernel(counter, *arguments)
    for other in others:
        other.result()
