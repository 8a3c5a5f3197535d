"""Between gaze (radians) and places on the pad (pixels)."""

from __future__ import annotations

import math
from dataclasses import dataclass

LIMIT_YAW, LIMIT_PITCH = math.radians(35.0), math.radians(25.0)
"""How far eyes turn to either side, and up or down."""


@dataclass(frozen=True)
class PadGeometry:
    """The pad's rectangle of reachable gazes: x to the right, y down, in pixels.

    Yaw grows to the viewer's right, pitch upwards.
    """

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def within(cls, width: float, height: float, margin: float) -> PadGeometry:
        """The largest one of true proportions in a widget, with a margin for the handle."""
        room_x, room_y = width - 2 * margin, height - 2 * margin
        scale = max(min(room_x / LIMIT_YAW, room_y / LIMIT_PITCH), 1e-6)
        wide, high = scale * LIMIT_YAW, scale * LIMIT_PITCH
        return cls((width - wide) / 2, (height - high) / 2, wide, high)

    def place(self, yaw: float, pitch: float) -> tuple[float, float]:
        """Pixels of a gaze; one beyond the limits lies on the edge."""
        yaw, pitch = limited(yaw, pitch)
        x = self.left + self.width * (0.5 + 0.5 * yaw / LIMIT_YAW)
        y = self.top + self.height * (0.5 - 0.5 * pitch / LIMIT_PITCH)
        return x, y

    def gaze(self, x: float, y: float) -> tuple[float, float]:
        """Yaw and pitch of a place, within the limits."""
        yaw = (2.0 * (x - self.left) / self.width - 1.0) * LIMIT_YAW
        pitch = (1.0 - 2.0 * (y - self.top) / self.height) * LIMIT_PITCH
        return limited(yaw, pitch)


def limited(yaw: float, pitch: float) -> tuple[float, float]:
    """The nearest gaze within the limits."""
    return (
        min(max(yaw, -LIMIT_YAW), LIMIT_YAW),
        min(max(pitch, -LIMIT_PITCH), LIMIT_PITCH),
    )
