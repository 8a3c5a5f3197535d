"""Where the photo shows teeth, the generated rows are moved and scaled until they cover them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.animate.rotation import rigid_fit
from models.head.assemble import HeadMesh
from models.head.mouth import MouthRegion
from models.head.photo_samples import LUMA
from models.head.teeth_colour import tooth_pixels
from models.reconstruct.canvas import Canvas
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_UPPER_LIFTS = np.linspace(-0.012, 0.014, 14)
_LOWER_LIFTS = np.linspace(-0.024, 0.024, 17)
"""Canonical units; the upper row hangs from the skull, the lower one follows an uncertain jaw."""
_TILTS = (0.0, -0.15, -0.3)
"""Slopes tried with each lift: photos from below show the molars above the front teeth."""
_STEPS = {"tilt": 0.08, "tall": 0.08, "wide": 0.04, "aside": 0.0025, "lift": 0.001}
"""First steps of the search; the last ones are half as long."""
_FARTHEST = {"tilt": 0.3, "tall": 0.3, "wide": 0.14, "aside": 0.01, "lift": 0.024}
_EFFORT = {"tilt": 0.06, "tall": 0.04, "wide": 0.08, "aside": 1.5, "lift": 1.5}
"""Cost of a change by one, as a share of the opening."""
_ROUNDS = 2
_FEWEST_PIXELS = 60
_LEAST_SHARE = 0.06
_WIDE_OPEN = 0.004
"""Share of the canvas from which an opening without teeth means that the lips hide them."""
_DARK = 0.45
"""Brightness, over that of the teeth that show, below which nothing is a tooth for sure."""
_DARK_PRICE, _UNSURE_PRICE = 0.45, 0.15
"""Cost of covering what is dark (perhaps a tooth in the shade), and what is neither that nor
tooth, over the gain of covering a tooth."""
_LOOK = 96
"""Cells along the longer side of the opening in which rows are compared with the photo."""
_ROWS = (
    (
        MouthRegion.UPPER_TEETH,
        (MouthRegion.UPPER_TEETH, MouthRegion.UPPER_GUM, MouthRegion.PALATE),
    ),
    (
        MouthRegion.LOWER_TEETH,
        (MouthRegion.LOWER_TEETH, MouthRegion.LOWER_GUM, MouthRegion.TONGUE),
    ),
)


@dataclass(frozen=True)
class _Change:
    """A row lifted and moved aside (canonical units), and scaled about its biting edge.

    ``tilt`` is the slope by which the row falls towards the molars.
    """

    lift: float = 0.0
    tilt: float = 0.0
    tall: float = 0.0
    wide: float = 0.0
    aside: float = 0.0

    def displacement(self, rest: FloatArray, edge: Floats, teeth: Mask) -> Floats:
        """(N, 3) of vertices ``rest``; ``teeth`` (N,) also grow, from ``edge`` (3,)."""
        away = rest - edge
        up = self.lift + (self.tall * away[:, 1] + self.tilt * away[:, 2]) * teeth
        return np.stack([self.aside + self.wide * away[:, 0], up, np.zeros(len(rest))], 1)

    def effort(self) -> float:
        """What the change costs, as a share of the opening."""
        return float(sum(weight * abs(getattr(self, name)) for name, weight in _EFFORT.items()))


class _Row:
    """One row of teeth with all that moves with it, as the photo's camera sees it."""

    def __init__(
        self,
        head: HeadMesh,
        photo: FloatArray,
        region: MouthRegion,
        members: tuple[MouthRegion, ...],
    ) -> None:
        kind = head.mouth.region
        self.vertices = head.mouth_start + np.nonzero(np.isin(kind, members))[0]
        self._rest = head.rig.rest[self.vertices]
        own = kind[self.vertices - head.mouth_start]
        self._grows = np.isin(own, members[:2])
        self._row = own == region
        teeth = self._rest[self._row]
        top = teeth[:, 1].min() if region == MouthRegion.UPPER_TEETH else teeth[:, 1].max()
        self._edge = np.array([teeth[:, 0].mean(), top, teeth[:, 2].max()])
        self._photo = photo[self.vertices][self._row]
        self._turn = rigid_fit(teeth, self._photo)[0]
        place = np.full(len(head.rig.rest), -1)
        place[self.vertices[self._row]] = np.arange(len(teeth))
        faces = place[head.faces]
        self._faces = faces[(faces >= 0).all(1)].astype(np.int32)

    def displacement(self, change: _Change) -> Floats:
        """(N, 3) of ``vertices`` at rest."""
        return change.displacement(self._rest, self._edge, self._grows)

    def covers(self, change: _Change, look: _Look) -> Mask:
        """Cells (H, W) that the row covers."""
        moved = self.displacement(change)[self._row] @ self._turn.T
        return look.cells(self._photo + moved, self._faces)


class _Look:
    """The opening in cells: what is tooth there, and what it costs to cover what is not."""

    def __init__(
        self, head: HeadMesh, canvas: Canvas, photo: FloatArray, opening: Mask, teeth: Mask
    ) -> None:
        rows, columns = np.nonzero(opening)
        self._canvas = canvas
        self._low = np.array([columns.min(), rows.min()], np.float64)
        size = np.array([columns.max(), rows.max()]) + 1 - self._low
        self._step = max(1.0, float(size.max()) / _LOOK)
        width, height = np.ceil(size / self._step).astype(int)
        self._shape = int(height), int(width)
        luma = np.moveaxis(canvas.rgb, 0, -1) @ LUMA
        shown = float(np.median(luma[teeth])) if teeth.any() else np.inf
        price = np.where(luma < _DARK * shown, _DARK_PRICE, _UNSURE_PRICE)
        price[teeth] = -1.0
        y, x = np.indices(self._shape)
        at = ((np.stack([x, y], 2) + 0.5) * self._step + self._low).astype(int)
        self._price = np.where(opening, price, 0.0)[at[..., 1], at[..., 0]]
        skin = head.faces[(head.faces < head.skin_count).all(1)]
        self._nearest = self._draw(photo[: head.skin_count], skin)

    def cells(self, points: Floats, faces: NDArray[np.int32]) -> Mask:
        """Cells in which a mesh is seen before the skin."""
        return np.asarray(self._draw(points, faces) < self._nearest)

    def _draw(self, points: NDArray[np.floating], faces: NDArray[np.int32]) -> FloatArray:
        where, depth = self._canvas.project(points)
        where = ((where - self._low) / self._step).astype(np.float32)
        return rasterize(where, depth, faces, *self._shape).depth

    def cost(self, covered: Mask) -> float:
        """What is covered wrongly, less what is covered rightly, as a share of the opening."""
        inside = max(int((self._price != 0).sum()), 1)
        return float(self._price[covered].sum()) / inside


def rows_onto_photo(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> FloatArray:
    """Displacement (V, 3) of the mouth that puts its rows of teeth over those in the photo.

    Zero where the lips are closed, or open a little without showing teeth. ``photo`` (V, 3) are
    the vertices in the photo.
    """
    displacement = np.zeros((len(head.rig.rest), 3), np.float32)
    where, depth = canvas.project(photo)
    seen = rasterize(where, depth, head.faces, canvas.size, canvas.size).triangle
    opening = (seen >= 0) & (head.part[np.maximum(seen, 0)] == Part.MOUTH)
    opening = cv2.morphologyEx(opening.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0
    if opening.sum() < _FEWEST_PIXELS:
        return displacement
    colours = np.moveaxis(canvas.rgb, 0, -1)
    wide = cv2.dilate(opening.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    lip = np.median(colours[wide & ~opening], 0)
    teeth = np.zeros(opening.shape, bool)
    teeth[opening] = tooth_pixels(colours[opening], lip)
    shown = teeth.sum() >= _LEAST_SHARE * opening.sum()
    if not shown and opening.mean() < _WIDE_OPEN:
        return displacement
    look = _Look(head, canvas, photo, opening, teeth)
    rows = [_Row(head, photo, region, members) for region, members in _ROWS]
    changes = _lifted(rows, look)
    if shown:
        changes = _refined(rows, look, changes)
    for row, change in zip(rows, changes, strict=True):
        displacement[row.vertices] = row.displacement(change)
    return displacement


def _lifted(rows: list[_Row], look: _Look) -> list[_Change]:
    """The best lifts and tilts of both rows."""
    tried = [
        [
            (change, row.covers(change, look))
            for change in (_Change(lift=lift, tilt=tilt) for lift in lifts for tilt in _TILTS)
        ]
        for row, lifts in zip(rows, (_UPPER_LIFTS, _LOWER_LIFTS), strict=True)
    ]
    pairs = [
        (look.cost(above | below) + upper.effort() + lower.effort(), upper, lower)
        for upper, above in tried[0]
        for lower, below in tried[1]
    ]
    return list(min(pairs, key=lambda pair: pair[0])[1:])


def _refined(rows: list[_Row], look: _Look, changes: list[_Change]) -> list[_Change]:
    """Changes of both rows after a search along one coordinate after the other."""
    best = list(changes)
    covered = [row.covers(change, look) for row, change in zip(rows, best, strict=True)]
    for turn in range(_ROUNDS):
        for index, row in enumerate(rows):
            other = covered[1 - index]
            least = look.cost(covered[index] | other) + best[index].effort()
            for name, step in _STEPS.items():
                for sign in (-1.0, 1.0):
                    while True:
                        value = getattr(best[index], name) + sign * step / (1 + turn)
                        change = replace(best[index], **{name: value})
                        mask = row.covers(change, look)
                        cost = look.cost(mask | other) + change.effort()
                        if abs(value) > _FARTHEST[name] or cost >= least:
                            break
                        best[index], covered[index], least = change, mask, cost
    return best
