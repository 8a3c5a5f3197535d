"""Clocks and memory: what a build and a frame cost, and on what machine."""

from __future__ import annotations

import ctypes
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

PACKAGES = ("triptych-studio", "torch", "numpy", "numba", "opencv-python-headless", "mediapipe")

_PROCESS = Path("/proc/self")


class StageClock:
    """Adds up the seconds of named stages; the next name ends the one before."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Start with no stage running."""
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._stage: str | None = None
        self._since = 0.0

    def start(self, stage: str) -> None:
        """End the running stage and begin ``stage``; the running one's own name changes nothing."""
        if stage != self._stage:
            self.stop()
            self._stage, self._since = stage, self._clock()

    def stop(self) -> None:
        """End the running stage, if any."""
        if self._stage is not None:
            spent = self._clock() - self._since
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + spent
        self._stage = None


def median_seconds(calls: list[Callable[[], object]], warm_up: int = 2) -> float:
    """Median time of ``calls``; the first ``warm_up`` of them are run once more, before the clock.

    Raises ValueError for an empty list.
    """
    for call in calls[:warm_up]:
        call()
    seconds = []
    for call in calls:
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def reset_peak_memory() -> bool:
    """Start the peak of `peak_memory_bytes` afresh; False where the system cannot (not Linux)."""
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_memory_bytes() -> int:
    """Largest resident memory of this process, libraries included, since the last reset."""
    try:
        for line in (_PROCESS / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _peak_on_windows() if sys.platform == "win32" else _peak_by_resource()


def _peak_by_resource() -> int:
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = [
        ("cb", ctypes.c_uint32),
        ("PageFaultCount", ctypes.c_uint32),
        ("PeakWorkingSetSize", ctypes.c_size_t),
        ("WorkingSetSize", ctypes.c_size_t),
        ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
        ("QuotaPagedPoolUsage", ctypes.c_size_t),
        ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
        ("QuotaNonPagedPoolUsage", ctypes.c_size_t),
        ("PagefileUsage", ctypes.c_size_t),
        ("PeakPagefileUsage", ctypes.c_size_t),
    ]


def _peak_on_windows() -> int:
    kernel = ctypes.CDLL("kernel32")
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    counters = _MemoryCounters()
    counters.cb = ctypes.sizeof(counters)
    handle = ctypes.c_void_p(kernel.GetCurrentProcess())
    kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
    return int(counters.PeakWorkingSetSize)


def environment() -> dict[str, str | int]:
    """Versions and machine that a number came from, JSON-ready."""
    facts: dict[str, str | int] = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
    }
    for package in PACKAGES:
        try:
            facts[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def _cores() -> int:
    return os.cpu_count() or 1


def _processor_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
