"""Which device renders, and what to call it."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path


def choose(name: str) -> str:
    """A device for ``auto``, ``cpu``, ``cuda`` ... Raises ``BadInput`` for one that is not there.

    Loads torch, which takes seconds, only where there may be a GPU: not for the window's thread.
    """
    from models.render.devices import choose_device

    return choose_device(name)


@cache
def device_name(device: str) -> str:
    """A name for the HUD, such as ``CPU (AMD Ryzen 7, 16 threads)``."""
    if device == "cpu":
        return f"CPU ({_processor()}, {os.cpu_count() or 1} threads)"
    import torch

    if device.startswith("cuda"):
        return str(torch.cuda.get_device_name(device))
    return device.upper()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(
                    line.partition(":")[2].replace("(R)", "").replace("(TM)", "").split()
                )
    except OSError:
        pass
    return platform.processor() or platform.machine()
