"""Where teeth stand: the arch curve and the average sizes of the permanent teeth.

Crown sizes are the averages of Wheeler (Nelson, Wheeler's Dental Anatomy, 2014), in
millimetres; only their proportions are used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A superellipse a little squarer than an ellipse keeps the front teeth in a flatter row.
_ARCH_EXPONENT = 2.35
_CURVE_POINTS = 801


@dataclass(frozen=True)
class ToothKind:
    """Form of one crown.

    ``width`` across, ``height`` from neck to edge and ``thickness`` front to back in
    millimetres; ``edge`` is how far the biting edge lies beyond that of the central incisor
    (negative is shorter); ``labial`` and ``lingual`` give the front and back surfaces at
    neck, middle and edge as fractions of the thickness; ``square`` is the superellipse
    exponent of the cross-section; ``cusp`` how far the edge falls off to the sides as a
    fraction of the height; ``corner`` the rounding of the distal corner likewise.
    """

    width: float
    height: float
    thickness: float
    edge: float
    labial: tuple[float, float, float]
    lingual: tuple[float, float, float]
    square: float
    cusp: float
    corner: float


_INCISOR = ((0.12, 0.23, 0.14), (-0.70, -0.40, -0.13), 2.7)
_CANINE = ((0.20, 0.34, 0.12), (-0.65, -0.45, -0.16), 2.3)
_PREMOLAR = ((0.40, 0.46, 0.26), (-0.48, -0.50, -0.30), 2.5)
_MOLAR = ((0.44, 0.49, 0.34), (-0.46, -0.50, -0.36), 3.2)

UPPER_TEETH: tuple[ToothKind, ...] = (
    ToothKind(8.5, 10.5, 7.0, 0.0, *_INCISOR, 0.025, 0.05),
    ToothKind(6.6, 9.2, 6.0, -0.8, *_INCISOR, 0.035, 0.10),
    ToothKind(7.6, 10.2, 8.0, 0.1, *_CANINE, 0.17, 0.06),
    ToothKind(7.0, 8.7, 8.6, -0.8, *_PREMOLAR, 0.15, 0.03),
    ToothKind(6.7, 8.2, 8.8, -1.0, *_PREMOLAR, 0.12, 0.03),
    ToothKind(10.2, 7.5, 10.6, -1.0, *_MOLAR, 0.06, 0.03),
    ToothKind(9.5, 7.0, 10.4, -1.0, *_MOLAR, 0.05, 0.03),
)
LOWER_TEETH: tuple[ToothKind, ...] = (
    ToothKind(5.3, 8.8, 6.0, 0.0, *_INCISOR, 0.02, 0.02),
    ToothKind(5.9, 9.2, 6.3, 0.0, *_INCISOR, 0.02, 0.05),
    ToothKind(6.9, 10.5, 7.7, 0.3, *_CANINE, 0.15, 0.05),
    ToothKind(7.0, 8.6, 7.8, -0.7, *_PREMOLAR, 0.14, 0.03),
    ToothKind(7.2, 8.2, 8.2, -1.0, *_PREMOLAR, 0.10, 0.03),
    ToothKind(11.0, 7.6, 10.3, -1.0, *_MOLAR, 0.06, 0.03),
    ToothKind(10.5, 7.2, 10.0, -1.0, *_MOLAR, 0.05, 0.03),
)


@dataclass(frozen=True)
class ArchCurve:
    """The horizontal curve through the biting edges, symmetric in x = 0.

    Attributes:
        arc: (P,) distance along the curve from the midline, growing towards +X.
        points: (P, 2) positions (x, z); the front lies at z = 0 and the ends at z < 0.
    """

    arc: Floats
    points: Floats

    @property
    def half_length(self) -> float:
        """Length from the midline to one end."""
        return float(self.arc[-1])

    def frame(self, arc: Floats) -> tuple[Floats, Floats, Floats]:
        """Position, unit tangent (towards +X at the front) and outward normal, each (N, 2)."""
        position = self._sample(self.points, arc)
        step = 0.01 * self.half_length
        tangent = self._sample(self.points, arc + step) - self._sample(self.points, arc - step)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        return position, tangent, np.stack([-tangent[:, 1], tangent[:, 0]], 1)

    def _sample(self, values: Floats, arc: Floats) -> Floats:
        clipped = np.clip(arc, -self.half_length, self.half_length)
        columns = [np.interp(clipped, self.arc, values[:, i]) for i in range(2)]
        return np.stack(columns, 1)


def arch_curve(half_width: float, depth: float) -> ArchCurve:
    """Superellipse arch: ``|x / half_width|^n + |1 + z / depth|^n = 1`` for z in -depth..0."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, _CURVE_POINTS)
    power = 2.0 / _ARCH_EXPONENT
    x = half_width * np.sign(turn) * np.abs(np.sin(turn)) ** power
    z = depth * (np.abs(np.cos(turn)) ** power - 1.0)
    points = np.stack([x, z], 1)
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return ArchCurve(lengths - lengths[-1] / 2, points)


def tooth_centres(teeth: tuple[ToothKind, ...], half_length: float) -> tuple[Floats, Floats]:
    """Arc positions of the centres and the widths, (7,) each, of the teeth with x > 0.

    Widths are scaled so that the row of teeth fills the arch from the midline to its end.
    """
    widths = np.array([kind.width for kind in teeth])
    widths = widths * (half_length / widths.sum())
    return np.cumsum(widths) - widths / 2, widths
