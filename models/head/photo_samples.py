"""Reading colours out of a photo inside landmark contours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Rec. 601 weights, applied to sRGB values: a cheap measure of perceived brightness.
LUMA = np.array([0.299, 0.587, 0.114])


def bilinear(image: NDArray[np.float32], points: Floats) -> Floats:
    """Samples (N, 3) of an image (3, H, W) at pixel positions (N, 2); edges are repeated."""
    planar = np.ascontiguousarray(image.transpose(1, 2, 0), np.float32)
    # Landmarks count from the corner of the first pixel, cv2 from its centre.
    grid = (points - 0.5).astype(np.float32)[:, None]
    picked = cv2.remap(
        planar, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(picked.reshape(len(points), 3), np.float64)


def inside_polygon(points: Floats, polygon: Floats) -> Floats:
    """Signed distance (N,) in pixels of points (N, 2) to a polygon (M, 2), positive inside."""
    start, end = polygon, np.roll(polygon, -1, axis=0)
    edge = end - start
    offset = points[:, None] - start[None]
    along = (offset * edge).sum(2) / np.maximum((edge**2).sum(1), 1e-12)
    nearest = offset - np.clip(along, 0, 1)[..., None] * edge
    distance = np.linalg.norm(nearest, axis=2).min(1)
    above = (start[None, :, 1] > points[:, None, 1]) != (end[None, :, 1] > points[:, None, 1])
    slope = edge[:, 0] / np.where(edge[:, 1] == 0, 1e-12, edge[:, 1])
    crossing = offset[..., 0] < slope * offset[..., 1]
    odd = (above & crossing).sum(1) % 2 == 1
    return np.asarray(np.where(odd, distance, -distance))


def openness(contour: Floats) -> float:
    """Mean opening of a closed contour over its greatest width."""
    x, y = contour[:, 0], contour[:, 1]
    area = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    span = np.linalg.norm(contour[:, None] - contour[None], axis=2).max()
    return area / max(float(span) ** 2, 1e-9)
