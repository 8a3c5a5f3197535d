"""Points of the head that no expression moves, recognised in every frame by their looks.

Landmarks alone do not settle the head's pose: when a mouth opens or brows rise, MediaPipe's whole
mesh nods by two or three degrees. Ears, temples, hairline and the bridge of the nose do not, and
lie at other depths than the face. They are found again with the pyramidal tracker of Lucas and
Kanade (Bouguet 2001), always against the rest frame, so that nothing drifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.head.landmarks import FACE_OVAL
from models.render.zbuffer import rasterize

Matrix = NDArray[np.float64]
Grey = NDArray[np.uint8]

_SIDE = 256
_COUNT = 90
_FEWEST = 12
_APART = 6
_WINDOW = (15, 15)
_NOSE_BRIDGE = (168, 6, 197, 195)
_BRIDGE_REACH = 6.0
_EDGE = 3.0
"""Pixels kept from the silhouette, where what is behind shows through the hair."""
_FACE_MARGIN = 4.0
_LOWEST = 0.07
"""Canonical height below which jaw and neck move, below the eyes' line."""


@dataclass(frozen=True)
class Anchors:
    """What is remembered of the rest frame.

    Attributes:
        picture: (256,256) its grey square.
        pixels: (N, 2) the points in it, as OpenCV counts; points: (N, 3) on the head, canonical.
    """

    picture: Grey
    pixels: NDArray[np.float32]
    points: Matrix

    @classmethod
    def plant(
        cls,
        rgb: NDArray[np.uint8],
        square: Matrix,
        landmarks: Matrix,
        skin: NDArray[np.floating],
        faces: NDArray[np.int32],
        camera: Camera,
    ) -> Anchors | None:
        """Choose points in the rest frame; None when there are too few.

        Args:
            rgb: (H, W, 3) the frame; square: (2, 3) frame pixels to the 512 pixel square.
            landmarks: (468, 2) in 0..1 of the square.
            skin, faces: the posed head; camera: of the square.
        """
        flat, depth = camera.project(np.asarray(skin, np.float64))
        hits = rasterize(flat * _SIDE, depth, faces, _SIDE, _SIDE)
        allowed = _rigid(hits.triangle >= 0, landmarks * _SIDE)
        eyes = float(np.mean(landmarks[[33, 263], 1]))
        unit = float(camera.intrinsics[1, 1]) / float(depth.mean())
        allowed[int(np.clip((eyes + _LOWEST * unit) * _SIDE, 0, _SIDE)) :] = 0
        picture = grey_square(rgb, square)
        corners = cv2.goodFeaturesToTrack(picture, _COUNT, 0.01, _APART, mask=allowed, blockSize=5)
        if corners is None or len(corners) < _FEWEST:
            return None
        pixels = np.asarray(corners, np.float32).reshape(-1, 2)
        column, row = pixels.round().astype(int).T
        return cls(picture, pixels, _lifted(pixels, hits.depth[row, column], camera))

    def find(
        self, rgb: NDArray[np.uint8], square: Matrix, expected: Matrix
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """Where the points are in a frame (H, W, 3), (N, 2) in 0..1, and which were found.

        ``expected`` (N, 2) in 0..1 is where the search begins.
        """
        guess = (expected * _SIDE - 0.5).astype(np.float32)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            self.picture,
            grey_square(rgb, square),
            self.pixels,
            guess.copy(),
            winSize=_WINDOW,
            maxLevel=1,
            criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 12, 0.02),
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        near = np.linalg.norm(found - guess, axis=1) < _WINDOW[0]
        return (found.astype(np.float64) + 0.5) / _SIDE, (status[:, 0] > 0) & near


def grey_square(rgb: NDArray[np.uint8], square: Matrix) -> Grey:
    """The square (256,256) of a frame (H, W, 3); ``square`` (2, 3) leads to 512 pixels."""
    shift = square[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV puts pixel centres at whole numbers
    corner = np.column_stack([square[:, :2], square[:, 2] + shift])
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    cut = cv2.warpAffine(grey, corner, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(cut, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _rigid(head: NDArray[np.bool_], landmarks: Matrix) -> NDArray[np.uint8]:
    """Mask (256,256) of the head without its moving face, the nose's bridge put back."""
    inside = cv2.distanceTransform(np.pad(head, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    allowed = (inside > _EDGE).astype(np.uint8)
    oval = landmarks[list(FACE_OVAL)]
    middle = oval.mean(0)
    grown = oval + (oval - middle) / np.linalg.norm(oval - middle, axis=1)[:, None] * _FACE_MARGIN
    cv2.fillPoly(allowed, [grown.round().astype(np.int32)], 0)
    for point in landmarks[list(_NOSE_BRIDGE)]:
        centre = (round(float(point[0])), round(float(point[1])))
        cv2.circle(allowed, centre, round(_BRIDGE_REACH), 1, -1)
    return allowed


def _lifted(pixels: NDArray[np.float32], depth: NDArray[np.floating], camera: Camera) -> Matrix:
    """Canonical points (N, 3) that are seen at ``pixels`` of the rest square at ``depth``."""
    flat = np.column_stack([(pixels + 0.5) / _SIDE, np.ones(len(pixels))])
    rays = flat.astype(np.float64) @ np.linalg.inv(camera.intrinsics).T
    seen = rays * np.asarray(depth, np.float64)[:, None]
    return np.asarray(seen @ camera.cam2world[:3, :3].T + camera.cam2world[:3, 3])
