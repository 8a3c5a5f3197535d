from __future__ import annotations

import numpy as np

from models.reconstruct.hem import hem_height, hem_looks
from models.reconstruct.relief import HEM
from tests.models.reconstruct import synthetic


def test_hem_goes_on_where_the_body_is_cut() -> None:
    shell, canvas = synthetic.shell(), synthetic.canvas()
    hem = shell.sheet == HEM
    assert (shell.pixels[hem, 1] > canvas.size - 4).all()
    lowest = shell.pixels[hem, 1].max() - (canvas.size - canvas.pad)
    assert 0.25 * synthetic.SIZE < lowest < 0.35 * synthetic.SIZE
    cut = ~hem & (shell.pixels[:, 1] > canvas.size - 4)
    np.testing.assert_allclose(
        np.ptp(shell.pixels[hem, 0]), np.ptp(shell.pixels[cut & (shell.sheet < 2), 0]), atol=8
    )
    assert shell.soft[hem[shell.faces].any(1)].all()


def test_hem_is_closed() -> None:
    """Each edge of the hem that does not hang from the solid has two triangles."""
    shell = synthetic.shell()
    hem = shell.sheet == HEM
    faces = shell.faces[hem[shell.faces].any(1)]
    place = np.unique(shell.vertices.round(5), axis=0, return_inverse=True)[1].ravel()
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    own = hem[sides].any(1)
    ends = np.sort(place[sides[own]], 1)
    ends = ends[ends[:, 0] != ends[:, 1]]
    _, uses = np.unique(ends, axis=0, return_counts=True)
    assert len(uses) > 100 and (uses % 2 == 0).all()


def test_hem_has_one_height_a_row_in_the_field() -> None:
    surface = synthetic.surface()
    shell, start = surface.shell, surface.shell_start
    hem = np.flatnonzero(shell.sheet == HEM)
    height = surface.proxy.canonical[start + hem, 1]
    others = surface.proxy.canonical[start : start + len(shell.sheet), 1]
    assert height.max() < np.delete(others, hem).min()
    assert len(np.unique(height.round(4))) < 40 and np.ptp(height) < 0.05


def test_hem_fades_out_of_the_colours_above_it() -> None:
    canvas = synthetic.canvas()
    size, height = canvas.size, hem_height(canvas)
    rgb = np.full((size, size, 3), 0.25, np.float32)
    rgb[:, size // 2 :] = 0.75
    pixels = np.array([[20.0, size + share * height] for share in (0.02, 0.5, 0.98)], np.float32)
    colour, opacity = hem_looks(rgb, rgb, pixels, height)
    np.testing.assert_allclose(colour, 0.25, atol=0.02)
    assert opacity[0] == 1 and 0.2 < opacity[1] < 0.8 and opacity[2] == 0
