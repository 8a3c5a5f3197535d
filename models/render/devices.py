"""Which device a picture is computed on."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

from models.errors import BadInput


@cache
def choose_device(name: str = "auto") -> str:
    """Return ``cpu`` (the compiled kernels) or a torch device for ``auto``, ``cpu``, ``cuda:0`` ...

    ``auto`` is CUDA where there is one, else the processor.

    Raises:
        BadInput: for a device that torch does not know or this machine does not have.
    """
    if name == "cpu" or (name == "auto" and not _has_cuda_driver()):
        return "cpu"
    # Not sooner: where it is of no use it would take 200 MB of memory and seconds to load.
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(name).type
    except RuntimeError:
        raise BadInput(f"There is no device {name!r}; use auto, cpu, cuda or mps.") from None
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(kind, False):
        raise BadInput(f"This machine has no device {name!r}; use --device cpu.")
    return "cpu" if kind == "cpu" else name


def _has_cuda_driver() -> bool:
    """Tell whether NVIDIA's driver is installed, without loading torch."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
