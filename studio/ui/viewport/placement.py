"""Where the square picture lies in its widget, and where the photo lies on the picture."""

from __future__ import annotations

from dataclasses import dataclass

from models.camera import Camera
from studio.session.view import View


@dataclass(frozen=True)
class Square:
    """The largest square in the middle of a widget, in device pixels, y down."""

    left: int
    top: int
    side: int

    @classmethod
    def within(cls, width: float, height: float, ratio: float = 1.0) -> Square:
        """For a widget of ``width`` x ``height`` at ``ratio`` device pixels for one of them."""
        across, down = round(width * ratio), round(height * ratio)
        side = max(min(across, down), 0)
        return cls((across - side) // 2, (down - side) // 2, side)

    def share(self, x: float, y: float, ratio: float = 1.0) -> tuple[float, float]:
        """A widget's point as shares of the picture; 0..1 inside it."""
        side = max(self.side, 1)
        return (x * ratio - self.left) / side, (y * ratio - self.top) / side

    def point(self, share_x: float, share_y: float, ratio: float = 1.0) -> tuple[float, float]:
        """The widget's point of shares of the picture: the inverse of ``share``."""
        return (
            (self.left + share_x * self.side) / ratio,
            (self.top + share_y * self.side) / ratio,
        )


@dataclass(frozen=True)
class PhotoPlace:
    """The photo's square in shares of the picture."""

    left: float = 0.0
    top: float = 0.0
    side: float = 1.0


def photo_place(view: View, source: Camera) -> PhotoPlace | None:
    """Where the photo lies so that it meets the picture; None once the head is turned.

    Zoom and pan only scale and shift what the source camera sees, so the photo can follow them:
    a point q of it comes to (q - c) zoom + c + pan, c being the camera's principal point.
    """
    if view.base != "source" or view.yaw or view.pitch:
        return None
    across, down = (float(value) for value in source.intrinsics[:2, 2])
    return PhotoPlace(
        across * (1.0 - view.zoom) + view.pan_x,
        down * (1.0 - view.zoom) + view.pan_y,
        view.zoom,
    )
