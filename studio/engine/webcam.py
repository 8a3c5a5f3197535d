"""Frames of a webcam, read in a thread of their own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import Fault

_PROBED = 4
_SYSFS = Path("/sys/class/video4linux")
_USUAL_SIZE = (1280, 720)
_MISSES_ALLOWED = 30
_MISS_SECONDS = 0.03


@dataclass(frozen=True)
class WebcamDevice:
    """A camera: its number for ``Webcam`` and its name."""

    number: int
    name: str


def webcam_devices() -> list[WebcamDevice]:
    """The cameras of this computer.

    Linux names them without touching them. Elsewhere nobody tells without opening each, which
    takes seconds: the first numbers are offered instead.
    """
    if not sys.platform.startswith("linux"):
        return [WebcamDevice(number, f"Camera {number + 1}") for number in range(_PROBED)]
    found, names = [], set()
    for folder in sorted(_SYSFS.glob("video*"), key=lambda path: int(path.name[5:])):
        try:
            name = (folder / "name").read_text(encoding="utf-8").strip()
        except OSError:
            continue
        # One camera often has several entries, of which the first is the picture.
        if name not in names and os.access(f"/dev/{folder.name}", os.R_OK):
            names.add(name)
            found.append(WebcamDevice(int(folder.name[5:]), name))
    return found


class Webcam:
    """Reads a camera until ``stop``.

    ``deliver`` is called in the reading thread with each frame (H, W, 3) RGB uint8, or once with a
    ``Fault``, after which nothing follows.
    """

    def __init__(
        self,
        device: int,
        deliver: Callable[[NDArray[np.uint8] | Fault], object],
        size: tuple[int, int] = _USUAL_SIZE,
    ) -> None:
        """``size`` is the wanted width and height; cameras take the nearest that they have."""
        self._device, self._deliver, self._size = device, deliver, size
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="webcam", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End the thread and let go of the camera. Harmless twice."""
        self._stopped.set()
        self._thread.join(timeout)

    def _serve(self) -> None:
        try:
            fault = self._read()
        except Exception as error:
            fault = Fault.of(error, "reading the webcam")
        if fault is not None and not self._stopped.is_set():
            self._deliver(fault)

    def _read(self) -> Fault | None:
        import cv2

        camera = cv2.VideoCapture(self._device)
        try:
            if not camera.isOpened():
                return Fault(
                    "The webcam cannot be opened.",
                    "Close other programs that use it, or choose another camera.",
                )
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
            misses = 0
            while not self._stopped.is_set():
                good, frame = camera.read()
                if good:
                    misses = 0
                    self._deliver(np.ascontiguousarray(frame[:, :, ::-1]))
                    continue
                misses += 1
                if misses > _MISSES_ALLOWED:
                    return Fault("The webcam sends no pictures.", "Plug it in again.")
                self._stopped.wait(_MISS_SECONDS)
        finally:
            camera.release()
        return None
