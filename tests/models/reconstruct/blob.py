"""A head-like blob with a known colour everywhere, and what a ray that enters it sees."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray

from models.reconstruct.analytic_decoder import analytic_decoder
from models.reconstruct.field_bake import SurfaceSamples
from models.reconstruct.field_decode import decode_points
from models.triplane.field import TriplaneField

FloatArray = NDArray[np.float32]
BAND = 0.006


def blob(subdivisions: int = 5) -> trimesh.Trimesh:
    """An ellipsoid with a nose, ears and sunken eyes, about 0.4 wide."""
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions)
    x, y, z = sphere.vertices.T
    front, nose = np.clip(z, 0, 1), ((x / 0.15) ** 2 + ((y + 0.05) / 0.2) ** 2)
    radius = 1 + 0.2 * np.exp(-nose) * front
    for side in (-1, 1):
        radius -= 0.05 * np.exp(-(((x - side * 0.35) / 0.15) ** 2 + ((y - 0.2) / 0.1) ** 2)) * front
        ear = np.exp(-(((z + 0.1) / 0.15) ** 2 + ((y - 0.05) / 0.25) ** 2))
        radius += 0.15 * ear * np.clip(side * x, 0, 1) ** 8
    vertices = sphere.vertices * radius[:, None] * (0.2, 0.25, 0.2)
    return trimesh.Trimesh(vertices, sphere.faces, process=False)


def sphere(radius: float = 0.2) -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=5, radius=radius)


def paint(points: FloatArray, normals: FloatArray) -> FloatArray:
    """Stripes of a colour of their own on every side, blended by the normal."""
    waves = 0.5 + 0.5 * np.sin(points @ np.array([[30, 0, 20], [0, 40, 15], [25, 25, -25]]).T)
    tints = np.array([[0.9, 0.2, 0.1], [0.1, 0.8, 0.2], [0.2, 0.2, 0.9]])
    share = normals**2
    flip = np.sign(normals)[:, :, None] * np.array([0.0, 0.3, -0.1])
    colour = (share[:, :, None] * (tints + flip)).sum(1)
    return np.clip(0.7 * colour + 0.3 * waves, 0, 1).astype(np.float32)


def draw_samples(mesh: trimesh.Trimesh, count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Random surface points and their normals."""
    points, faces = trimesh.sample.sample_surface(mesh, count, seed=seed)
    return np.asarray(points, np.float32), np.asarray(mesh.face_normals[faces], np.float32)


def solid_samples(points: FloatArray, rgb: FloatArray) -> SurfaceSamples:
    ones = np.ones(len(points), np.float32)
    return SurfaceSamples(points, rgb, ones, ones)


def look(
    field: TriplaneField, points: FloatArray, directions: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Straight colour ``(N, 3)`` and opacity ``(N,)`` of rays that start on the surface."""
    through, colour = np.ones(len(points)), np.zeros((len(points), 3))
    for step in range(4):
        place = (points + directions * BAND * (step + 0.5) / 4).astype(np.float32)
        sigma, rgb = decode_points(field, analytic_decoder(), place)
        share = -np.expm1(-sigma * BAND / 4)
        colour += (through * share)[:, None] * rgb
        through *= 1 - share
    return colour / np.maximum(1 - through, 1e-6)[:, None], 1 - through


def psnr(first: FloatArray, second: FloatArray) -> float:
    return float(-10 * np.log10(np.mean((first - second) ** 2)))
