"""What shading needs to know of a triangle: where its pixels lie in canonical space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.render.compiled import compiled
from models.render.simd import take_number

#: Floats that describe a triangle; see :func:`describe_triangle`.
RECORD = 32
_JOB = 1024
_Vector = tuple[float, float, float]


@compiled
def describe_triangles(
    counter: NDArray[np.int64],
    posed: NDArray[np.float32],
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    eye: NDArray[np.float64],
    records: NDArray[np.float32],
) -> None:
    """Write the record of each triangle with a box; see :func:`describe_triangle`."""
    count = faces.shape[0]
    while True:
        start = take_number(counter.ctypes.data) * _JOB
        if start >= count:
            break
        for face in range(start, min(start + _JOB, count)):
            if boxes[face, 3] >= boxes[face, 2]:
                describe_triangle(posed, canonical, faces, face, edges, boxes, eye, records)


@compiled
def describe_seen(
    owner: NDArray[np.int32],
    number: int,
    noted: NDArray[np.int32],
    posed: NDArray[np.float32],
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    eye: NDArray[np.float64],
    records: NDArray[np.float32],
) -> None:
    """Write the records of the triangles that show in a band of samples ``owner``.

    ``noted (F,)`` holds the last band for which the caller's thread described each triangle;
    ``number`` is this band's. A triangle of two bands may be described by two threads at once:
    both write the same.
    """
    before = np.int32(-1)
    for line in range(owner.shape[0]):
        for across in range(owner.shape[1]):
            face = owner[line, across]
            if face != before:
                before = face
                if face >= 0 and noted[face] != number:
                    noted[face] = number
                    describe_triangle(posed, canonical, faces, face, edges, boxes, eye, records)


@compiled
def describe_triangle(
    posed: NDArray[np.float32],
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    face: int,
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    eye: NDArray[np.float64],
    records: NDArray[np.float32],
) -> None:
    """Write one record ``(32,)``.

    0..8: the planes of canonical x, y, z over depth; 9..11: the plane of 1/depth, both relative
    to the sample (22, 23); 12..20: matrix that pulls a world direction back to canonical space;
    21: 1 where ``eye (3,)`` sees the back of the triangle, else 0; 24..26: canonical position of
    its first corner; 27: its longest edge from there, canonical units. (The rest makes two cache
    lines of it.)
    """
    _surface_planes(canonical, faces, face, edges, boxes, records)
    _pull_back(posed, canonical, faces, face, eye, records)


@compiled
def _surface_planes(
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    face: int,
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    records: NDArray[np.float32],
) -> None:
    column, row = float(boxes[face, 0]), float(boxes[face, 2])
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    for term in range(3):
        e0, e1, e2 = edges[face, term], edges[face, 3 + term], edges[face, 6 + term]
        if term == 2:
            e0 += edges[face, 0] * column + edges[face, 1] * row
            e1 += edges[face, 3] * column + edges[face, 4] * row
            e2 += edges[face, 6] * column + edges[face, 7] * row
        for axis in range(3):
            records[face, 3 * axis + term] = (
                e0 * canonical[i, axis] + e1 * canonical[j, axis] + e2 * canonical[k, axis]
            )
        records[face, 9 + term] = e0 + e1 + e2
    records[face, 22], records[face, 23] = column, row


@compiled
def _dot(a: _Vector, b: _Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def _combine(scale: float, a: _Vector, other: float, b: _Vector) -> _Vector:
    return (
        scale * a[0] + other * b[0],
        scale * a[1] + other * b[1],
        scale * a[2] + other * b[2],
    )


@compiled
def _corner(vertices: NDArray[np.float32], vertex: int) -> _Vector:
    return float(vertices[vertex, 0]), float(vertices[vertex, 1]), float(vertices[vertex, 2])


@compiled
def _normal(u: _Vector, v: _Vector) -> _Vector:
    """Unit normal of the edges ``u`` and ``v``."""
    x, y, z = u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
    scale = 1.0 / np.sqrt(max(x * x + y * y + z * z, 1e-60))
    return x * scale, y * scale, z * scale


@compiled
def _pull_back(
    posed: NDArray[np.float32],
    canonical: NDArray[np.float32],
    faces: NDArray[np.int32],
    face: int,
    eye: NDArray[np.float64],
    records: NDArray[np.float32],
) -> None:
    """The linear map from the frame (edge, edge, unit normal) posed to the same canonical.

    On the back of a triangle the direction is mirrored in the surface as well: marching then
    leads below the skin, where the colour is, from either side.
    """
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    origin = _corner(posed, i)
    u = _combine(1.0, _corner(posed, j), -1.0, origin)
    v = _combine(1.0, _corner(posed, k), -1.0, origin)
    n = _normal(u, v)
    start = _corner(canonical, i)
    a = _combine(1.0, _corner(canonical, j), -1.0, start)
    b = _combine(1.0, _corner(canonical, k), -1.0, start)
    m = _normal(a, b)
    back = _dot(n, origin) > n[0] * eye[0] + n[1] * eye[1] + n[2] * eye[2]
    records[face, 21] = 1.0 if back else 0.0
    side = -1.0 if back else 1.0
    for axis in range(3):
        records[face, 24 + axis] = start[axis]
    records[face, 27] = np.sqrt(max(_dot(a, a), _dot(b, b)))
    uu, uv, vv = _dot(u, u), _dot(u, v), _dot(v, v)
    inverse = 1.0 / max(uu * vv - uv * uv, 1e-30)
    # Scalar products with p and q read off a direction's two edge coordinates.
    p = _combine(vv * inverse, u, -uv * inverse, v)
    q = _combine(uu * inverse, v, -uv * inverse, u)
    for row in range(3):
        for column in range(3):
            records[face, 12 + 3 * row + column] = (
                a[row] * p[column] + b[row] * q[column] + side * m[row] * n[column]
            )
