from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models.reconstruct.relief import BACK, FRINGE, FRONT, Relief, ReliefMesh, relief_mesh

COUNT = 40
LEVEL, FAINT = 0.5, 0.04
DEPTH = 2.7


def _disc(
    centre: tuple[float, float] = (19.3, 20.6), radius: float = 12.2, *, hole: float = 0.0
) -> tuple[Relief, np.ndarray]:
    """A disc (or ring) that crosses ``LEVEL`` at its radius, as a ball; and each node's radius."""
    y, x = np.mgrid[0:COUNT, 0:COUNT].astype(np.float32)
    from_centre = np.hypot(x - centre[0], y - centre[1])
    inner = (
        radius - from_centre if not hole else np.minimum(radius - from_centre, from_centre - hole)
    )
    alpha = np.clip(0.5 + inner / 4, 0, 1).astype(np.float32)
    lift = 0.02 * np.sqrt(np.clip(inner, 0, None)).astype(np.float32)
    middle = np.full_like(alpha, DEPTH)
    nothing = np.zeros(alpha.shape, bool)
    sheets = (middle - lift, middle + lift, middle)
    relief = Relief(alpha, *sheets, nothing, nothing, LEVEL, FAINT, alpha, sheets[2] + 0.003)
    return relief, from_centre


def _edges(mesh: ReliefMesh) -> Counter[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Uses of each directed edge of the solid part, by the place of its ends.

    The two sheets meet in vertices of their own at one place.
    """
    places = np.round(np.column_stack([mesh.nodes, mesh.depth]), 4)
    uses: Counter[tuple[tuple[float, ...], tuple[float, ...]]] = Counter()
    for face in mesh.faces[~mesh.soft]:
        for k in range(3):
            uses[tuple(places[face[k]]), tuple(places[face[(k + 1) % 3]])] += 1
    return uses


def _unmatched(mesh: ReliefMesh) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Directed edges without an opposite."""
    uses = _edges(mesh)
    return [e for e, n in uses.items() if e[0] != e[1] and uses[e[1], e[0]] != n]


def _volume(mesh: ReliefMesh) -> float:
    """Signed volume of the solid part, axes as the viewer's (y up, z to the viewer)."""
    points = np.column_stack([mesh.nodes[:, 0], -mesh.nodes[:, 1], DEPTH - mesh.depth])
    a, b, c = np.moveaxis(points[mesh.faces[~mesh.soft]].astype(np.float64), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("hole", [0.0, 4.4])
def test_solid_part_is_closed(hole: float) -> None:
    relief, _ = _disc(hole=hole)
    mesh = relief_mesh(relief)
    assert (~mesh.soft).sum() > 500
    assert not _unmatched(mesh)


def test_solid_part_is_closed_where_the_border_cuts_it() -> None:
    relief, _ = _disc((2.0, 33.0), 15.0)
    mesh = relief_mesh(relief)
    solid = mesh.nodes[np.unique(mesh.faces[~mesh.soft])]
    assert solid[:, 0].min() == 0 and solid[:, 1].max() == COUNT - 1
    walls = [
        f
        for f in mesh.faces[~mesh.soft]
        if len(set(mesh.sheet[f])) == 2 and not np.isin(FRINGE, mesh.sheet[f])
    ]
    assert len(walls) > 20
    # The picture's top stays open nowhere, as the disc does not reach it.
    assert not _unmatched(mesh)
    assert _volume(mesh) > 0


def test_faces_look_outward() -> None:
    relief, _ = _disc()
    mesh = relief_mesh(relief)
    lift = DEPTH - relief.front
    expected = 2 * float(lift.sum())
    assert _volume(mesh) == pytest.approx(expected, rel=0.05)
    corners = mesh.nodes[mesh.faces] * (1, -1)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    turn = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    sheet = mesh.sheet[mesh.faces[:, 0]]
    assert (turn[sheet == FRONT] > 0).all() and (turn[sheet == FRINGE] > 0).all()
    assert (turn[sheet == BACK] < 0).all()


@pytest.mark.parametrize("centre", [(19.3, 20.6), (19.5, 19.5), (20.1, 18.9)])
@pytest.mark.parametrize("radius", [8.3, 12.2])
def test_outline_lies_on_the_contour(centre: tuple[float, float], radius: float) -> None:
    relief, from_centre = _disc(centre, radius)
    mesh = relief_mesh(relief)
    # The outline are the places that front and back sheet share.
    front, back = (
        {tuple(np.round(p, 4)) for p in mesh.nodes[(mesh.sheet == s) & (mesh.distance == 0)]}
        for s in (FRONT, BACK)
    )
    assert front == back and len(front) > 40
    away = np.abs(np.hypot(*(np.array(sorted(front)) - centre).T) - radius)
    assert away.max() < 0.5 and away.mean() < 0.15
    # Unmoved nodes of the grid would lie much further away.
    outside = from_centre[(from_centre > radius) & (from_centre < radius + 1)]
    assert (outside - radius).mean() > 2.5 * away.mean()
    rim = (mesh.distance == 0) & (mesh.sheet != FRINGE)
    np.testing.assert_array_equal(mesh.depth[rim], mesh.middle[rim])


def test_inside_nodes_keep_their_depth() -> None:
    relief, _ = _disc()
    mesh = relief_mesh(relief)
    for sheet, depth in ((FRONT, relief.front), (BACK, relief.back)):
        own = (mesh.sheet == sheet) & (mesh.distance > 0)
        column, row = mesh.nodes[own].astype(int).T
        assert own.sum() == (relief.solid > LEVEL).sum()
        np.testing.assert_array_equal(mesh.nodes[own], np.stack([column, row], 1))
        np.testing.assert_array_equal(mesh.depth[own], depth[row, column])


def test_fringe_reaches_to_the_faint_alpha() -> None:
    relief, from_centre = _disc()
    mesh = relief_mesh(relief)
    assert mesh.soft.any() and not mesh.soft.all()
    np.testing.assert_array_equal(mesh.soft, (mesh.sheet[mesh.faces] == FRINGE).any(1))
    column, row = mesh.nodes[mesh.sheet == FRINGE].astype(int).T
    drawn = np.zeros(relief.alpha.shape, bool)
    drawn[row, column] = True
    assert drawn[(relief.alpha > FAINT) & (relief.alpha < LEVEL)].all()
    assert not drawn[from_centre < 6].any(), "the middle needs no fringe"
    assert not drawn[from_centre > 20].any()


def test_hidden_cells_have_a_back_only() -> None:
    relief, from_centre = _disc()
    hidden = from_centre < 5
    mesh = relief_mesh(Relief(**{**vars(relief), "hidden": hidden}))
    whole = relief_mesh(relief)
    sheets = [Counter(m.sheet[m.faces[:, 0]].tolist()) for m in (mesh, whole)]
    assert sheets[0][BACK] == sheets[1][BACK]
    assert 80 < sheets[1][FRONT] - sheets[0][FRONT] < 2 * hidden.sum()
    middle = mesh.nodes[mesh.faces[mesh.sheet[mesh.faces[:, 0]] == FRONT]].mean(1)
    assert np.hypot(*(middle - (19.3, 20.6)).T).min() > 3.5


def test_crisp_nodes_have_no_fringe() -> None:
    relief, _ = _disc()
    left = np.zeros(relief.alpha.shape, bool)
    left[:, : COUNT // 2] = True
    mesh = relief_mesh(replace(relief, crisp=left))
    fringe = mesh.nodes[mesh.faces[mesh.soft]][..., 0]
    assert len(fringe) > 20 and fringe.max() > 30
    assert fringe.max(1).min() >= COUNT // 2, "a triangle with all corners crisp is left out"
