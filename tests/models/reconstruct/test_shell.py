from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.animate.rig import JOINTS
from models.reconstruct.relief import BACK, FRINGE, FRONT, HEM
from models.reconstruct.shell import STEP, build_shell
from models.render.zbuffer import rasterize
from tests.models.reconstruct import synthetic


@pytest.mark.parametrize("radius", [50.0, 72.0])
def test_shell_of_a_disc_is_round(radius: float) -> None:
    """Without a head in sight: depths are those of an ellipsoid of revolution."""
    centre = (128.0, 100.0)
    canvas = synthetic.flat_canvas(synthetic.disc(centre, radius))
    shell = build_shell(canvas, synthetic.head(), synthetic.posed() + np.float32([3, 0, 0]))
    pixels, depth = canvas.project(shell.vertices)
    across = np.hypot(*(pixels - centre).T)
    unit = depth / canvas.camera.intrinsics[0, 0] / canvas.size
    # The axis leans a little below the chin; look above it.
    upper = (shell.sheet == FRONT) & (pixels[:, 1] < centre[1] + 10)
    rim = upper & (np.abs(across - radius) < 0.5 * STEP)
    middle = depth[rim].mean()
    assert rim.sum() > 20 and np.ptp(depth[rim]) < 0.02
    inner = upper & (across < 0.9 * radius)
    ratio = (middle - depth[inner]) / (np.sqrt(radius**2 - across[inner] ** 2) * unit[inner])
    assert inner.sum() > 200
    assert 0.6 < ratio.mean() < 1.1
    assert ratio.std() < 0.05 * ratio.mean()


def test_vertices_lie_on_their_pixels_rays() -> None:
    shell, canvas = synthetic.shell(), synthetic.canvas()
    np.testing.assert_allclose(canvas.project(shell.vertices)[0], shell.pixels, atol=0.01)
    assert set(np.unique(shell.sheet)) == {FRONT, BACK, FRINGE, HEM}
    np.testing.assert_array_equal(shell.soft, (shell.sheet[shell.faces] >= FRINGE).any(1))


def test_back_lies_behind_the_front() -> None:
    shell, canvas = synthetic.shell(), synthetic.canvas()
    _, depth = canvas.project(shell.vertices)
    near, far = np.full((2, canvas.size, canvas.size), np.nan, np.float32)
    column, row = np.clip(shell.pixels, 0, canvas.size - 1).astype(int).T
    for image, sheet in ((near, FRONT), (far, BACK)):
        own = shell.sheet == sheet
        image[row[own], column[own]] = depth[own]
    both = np.isfinite(near) & np.isfinite(far)
    assert both.sum() > 500
    assert (far - near)[both].min() > -1e-4 and np.median((far - near)[both]) > 0.1


def test_silhouette_is_the_mattes() -> None:
    canvas, hits = synthetic.canvas(), synthetic.hits()
    seen = hits.triangle >= 0
    seen[-STEP // 2 :] = True  # the outermost half cell of the pad
    assert seen[canvas.alpha > 0.95].mean() > 0.98
    # A pixel or two where the bare head's own outline is notched.
    assert seen[: -STEP // 2][canvas.alpha[: -STEP // 2] < 0.05].sum() < 5
    # The fringe goes on until the matte is faint.
    surface = synthetic.surface()
    where, depth = canvas.project(surface.photo)
    soft = surface.proxy.faces[surface.proxy.soft]
    fringe = rasterize(where, depth, soft, canvas.size, canvas.size).triangle >= 0
    assert (seen | fringe)[canvas.alpha > 0.1].mean() > 0.98


def test_hair_lies_before_the_scalp_and_behind_the_face() -> None:
    canvas, head, shell = synthetic.canvas(), synthetic.head(), synthetic.shell()
    where, depth = canvas.project(synthetic.posed())
    size = canvas.size
    skin = rasterize(where, depth, head.faces[head.part == 0], size, size)
    own = shell.faces[(shell.sheet[shell.faces] == FRONT).all(1)]
    front = rasterize(shell.pixels, canvas.project(shell.vertices)[1], own, size, size)
    both = (front.triangle >= 0) & (skin.triangle >= 0)
    hair = both & (canvas.classes["hair"] > 0.9) & (np.arange(size)[:, None] < 0.3 * size)
    assert hair.sum() > 500
    assert (front.depth < skin.depth)[hair].mean() > 0.9
    # Where hair meets skin, a cell or two of hair stand out.
    bare = cv2.erode(canvas.classes["face_skin"], np.ones((4 * STEP + 1, 4 * STEP + 1))) > 0.9
    reach = bare & (skin.triangle >= 0)
    assert reach.sum() > 3000
    assert (front.depth > skin.depth)[reach].mean() > 0.99


def test_hair_follows_the_head_and_shoulders_stay() -> None:
    shell = synthetic.shell()
    np.testing.assert_allclose(shell.weights.sum(1), 1, atol=1e-5)
    assert shell.weights.min() >= 0
    high, low = shell.vertices[:, 1] > 0.05, shell.vertices[:, 1] < -0.42
    assert high.sum() > 500 and low.sum() > 100
    assert (shell.weights[high, JOINTS.index("head")] > 0.99).all()
    assert (shell.weights[low, JOINTS.index("root")] > 0.9).all()
    between = (shell.weights > 0.01).sum(1) > 1
    assert between.any(), "the neck blends"


def test_arc_grows_from_the_outline() -> None:
    shell = synthetic.shell()
    own = shell.sheet != FRINGE
    assert (shell.arc[own] >= 0).all() and (shell.arc[own] < 0.5).any()
    distance = synthetic.canvas().sample(_to_outline(), shell.pixels)
    assert np.corrcoef(shell.arc[own], distance[own])[0, 1] > 0.4
    assert (shell.arc[own] > 0.7 * distance[own] - 1.5 * STEP).mean() > 0.95


def _to_outline() -> np.ndarray:
    return cv2.distanceTransform((synthetic.canvas().alpha > 0.6).astype(np.uint8), cv2.DIST_L2, 5)


def test_head_outside_the_picture_leaves_a_shell() -> None:
    """Hair without a head under it: its thickness cannot be measured, and need not be."""
    mask = synthetic.disc((128.0, 100.0), 60.0)
    canvas = synthetic.flat_canvas(mask, hair=mask)
    shell = build_shell(canvas, synthetic.head(), synthetic.posed() + np.float32([3, 0, 0]))
    assert len(shell.faces) > 500 and np.isfinite(shell.vertices).all()


def test_bare_outline_has_no_fringe() -> None:
    """The soft sheet stands behind hair, not behind a cheek."""
    shell, canvas = synthetic.shell(), synthetic.canvas()
    height = shell.pixels[shell.faces[shell.soft]].mean(1)[:, 1]
    places = np.float32([[0, 0.20, 0], [0, 0.12, 0], [0, -0.11, 0], [0, -0.17, 0]])
    top, low, cheek, chin = canvas.project(places)[0][:, 1]
    assert ((height > top) & (height < low)).sum() > 100
    assert ((height > cheek) & (height < chin)).sum() < 15
