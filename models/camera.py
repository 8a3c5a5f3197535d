"""Cameras: EG3D's 25 numbers, orbits, projection and rays.

Canonical space is right-handed: +X to the viewer's right, +Y up, +Z out of the face. A camera has
OpenCV axes (x right, y down, z forward) and normalised intrinsics: a point ``p`` in camera space
lands at ``K @ p / p.z`` in 0..1 of the image, so pixel ``i`` of ``size`` has its centre at
``(i + 0.5) / size``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_RADIUS = 2.7
DEFAULT_FOV = 18.837
"""Vertical field of view in degrees.

EG3D prints the same number for a normalised focal length of 4.2647, because its helper divides by
1.414 where the pinhole formula has 2. Here it is the true vertical angle (focal length 3.014).
"""

_OPENCV_FROM_CANONICAL = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera.

    Attributes:
        cam2world: (4, 4) float64 rigid transform from camera to canonical space.
        intrinsics: (3, 3) float64 normalised intrinsics, last row ``0 0 1``.

    Both arrays are copied and made read-only. Raises ``ValueError`` for wrong shapes, values that
    are not finite, a rotation that is not one, or a focal length that is not positive.
    """

    cam2world: NDArray[np.float64]
    intrinsics: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Copy, freeze and check both matrices."""
        for name, shape in (("cam2world", (4, 4)), ("intrinsics", (3, 3))):
            matrix = np.array(getattr(self, name), dtype=np.float64)
            if matrix.shape != shape:
                raise ValueError(f"{name} has shape {matrix.shape}, expected {shape}")
            if not np.isfinite(matrix).all():
                raise ValueError(f"{name} has values that are not finite")
            matrix.setflags(write=False)
            object.__setattr__(self, name, matrix)
        rotation = self.cam2world[:3, :3]
        if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3) or (
            np.linalg.det(rotation) < 0
        ):
            raise ValueError("cam2world does not begin with a rotation")
        if not np.allclose(self.cam2world[3], (0, 0, 0, 1), atol=1e-6):
            raise ValueError("cam2world does not end with the row 0 0 0 1")
        if not np.allclose(self.intrinsics[2], (0, 0, 1), atol=1e-6):
            raise ValueError("intrinsics do not end with the row 0 0 1")
        if self.intrinsics[0, 0] <= 0 or self.intrinsics[1, 1] <= 0:
            raise ValueError("the focal length must be positive")

    def __eq__(self, other: object) -> bool:
        """Cameras are equal when all their numbers are."""
        if not isinstance(other, Camera):
            return NotImplemented
        return np.array_equal(self.cam2world, other.cam2world) and np.array_equal(
            self.intrinsics, other.intrinsics
        )

    def __hash__(self) -> int:
        """Hash of the numbers, so that a camera can key a cache."""
        # Adding 0.0 turns -0.0 into 0.0, which compares equal and must hash equal.
        return hash(((self.cam2world + 0.0).tobytes(), (self.intrinsics + 0.0).tobytes()))

    @classmethod
    def orbit(
        cls,
        yaw: float = 0.0,
        pitch: float = 0.0,
        radius: float = DEFAULT_RADIUS,
        fov: float = DEFAULT_FOV,
        target: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> Camera:
        """Camera on a sphere of ``radius`` around ``target``, looking at it, upright.

        Angles are degrees. Positive ``yaw`` moves the camera towards +X, positive ``pitch`` raises
        it; ``fov`` is the vertical field of view of a square image, between 0 and 180.
        """
        if not 0.0 < fov < 180.0:
            raise ValueError(f"the field of view must lie between 0 and 180 degrees, not {fov}")
        rotation = _about_y(yaw) @ _about_x(-pitch)
        cam2world = np.eye(4)
        cam2world[:3, :3] = rotation @ _OPENCV_FROM_CANONICAL
        cam2world[:3, 3] = np.asarray(target, np.float64) + rotation @ (0.0, 0.0, radius)
        return cls(cam2world, _intrinsics(0.5 / math.tan(math.radians(fov) / 2.0)))

    @classmethod
    def from_vector(cls, vector: ArrayLike) -> Camera:
        """Camera from EG3D's 25 numbers: cam2world row by row, then intrinsics row by row."""
        numbers = np.asarray(vector, np.float64).reshape(-1)
        if numbers.shape != (25,):
            raise ValueError(f"a camera has 25 numbers, not {numbers.size}")
        return cls(numbers[:16].reshape(4, 4), numbers[16:].reshape(3, 3))

    def to_vector(self) -> NDArray[np.float64]:
        """EG3D's 25 numbers."""
        return np.concatenate([self.cam2world.reshape(-1), self.intrinsics.reshape(-1)])

    @property
    def world2cam(self) -> NDArray[np.float64]:
        """(4, 4) inverse of ``cam2world``."""
        rotation = self.cam2world[:3, :3]
        inverse = np.eye(4)
        # A general inverse, as rotations read from float32 files are not exactly orthonormal.
        inverse[:3, :3] = np.linalg.inv(rotation)
        inverse[:3, 3] = -inverse[:3, :3] @ self.cam2world[:3, 3]
        return inverse

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) camera centre in canonical space."""
        return self.cam2world[:3, 3].copy()

    @property
    def forward(self) -> NDArray[np.float64]:
        """(3,) unit viewing direction in canonical space."""
        return self.cam2world[:3, 2].copy()

    def orbited(self, yaw: float = 0.0, pitch: float = 0.0, zoom: float = 1.0) -> Camera:
        """This camera turned about the canonical origin.

        ``pitch`` (degrees, positive raises the camera) turns about the horizontal axis across the
        view, ``yaw`` (degrees, positive towards +X) about +Y. Distance, aim offset and roll stay as
        they are. ``zoom`` multiplies the focal length and must be positive.
        """
        if not zoom > 0.0:
            raise ValueError(f"zoom must be positive, not {zoom}")
        backward = -self.forward
        azimuth = math.degrees(math.atan2(backward[0], backward[2]))
        turn = np.eye(4)
        turn[:3, :3] = _about_y(yaw + azimuth) @ _about_x(-pitch) @ _about_y(-azimuth)
        intrinsics = self.intrinsics.copy()
        intrinsics[:2, :2] *= zoom
        return Camera(turn @ self.cam2world, intrinsics)

    def project(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Project canonical points.

        Args:
            points: (N, 3) canonical coordinates.

        Returns:
            (N, 2) image coordinates (x right, y down, 0..1 inside the image) and (N,) depth along
            the viewing axis in canonical units. Points with depth <= 0 lie behind the camera and
            their image coordinates mean nothing (they may be infinite).
        """
        positions = np.asarray(points, np.float64)
        world2cam = self.world2cam
        local = positions @ world2cam[:3, :3].T + world2cam[:3, 3]
        depth = local[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            image = (local / depth[:, None]) @ self.intrinsics[:2].T
        return image, depth

    def rays(self, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Rays through all pixel centres.

        Returns:
            (3,) common origin and (H, W, 3) unit directions, canonical space, float32.
        """
        x = (np.arange(width) + 0.5) / width
        y = (np.arange(height) + 0.5) / height
        image = np.stack([*np.meshgrid(x, y), np.ones((height, width))], axis=-1)
        to_world = self.cam2world[:3, :3] @ np.linalg.inv(self.intrinsics)
        directions = image @ to_world.T
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        return self.position.astype(np.float32), directions.astype(np.float32)


def _intrinsics(focal: float) -> NDArray[np.float64]:
    return np.array([[focal, 0.0, 0.5], [0.0, focal, 0.5], [0.0, 0.0, 1.0]])


def _about_x(degrees: float) -> NDArray[np.float64]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _about_y(degrees: float) -> NDArray[np.float64]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
