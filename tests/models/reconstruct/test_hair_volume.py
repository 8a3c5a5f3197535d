from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from models.head.assemble import Region
from models.reconstruct.canvas import Canvas
from models.reconstruct.hair_volume import hairy_head
from models.reconstruct.relief import BACK, FRONT
from models.reconstruct.shell import build_shell
from models.render.zbuffer import rasterize
from tests.models.reconstruct import synthetic

GROWN = 18


def _big_hair() -> Canvas:
    """The made-up portrait with hair standing off the skull by many more pixels."""
    canvas = synthetic.canvas()
    size = canvas.size
    upper = np.arange(size)[:, None] < 0.45 * size
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GROWN + 1, 2 * GROWN + 1))
    alpha = np.where(upper, cv2.dilate(canvas.alpha, kernel), canvas.alpha)
    classes = dict(canvas.classes)
    added = (alpha > 0) & (canvas.alpha < 0.5)
    classes["hair"] = np.where(added, 1, classes["hair"]).astype(np.float32)
    classes["background"] = np.where(added, 0, classes["background"]).astype(np.float32)
    return replace(canvas, alpha=alpha.astype(np.float32), classes=classes)


def test_without_hair_the_head_is_the_head() -> None:
    canvas, head = synthetic.canvas(), synthetic.head()
    bald = np.zeros((32, 32), np.float32)
    moved = hairy_head(canvas, head, synthetic.posed(), bald, 0.0)
    np.testing.assert_allclose(moved, synthetic.posed()[: head.skin_count], atol=1e-6)


def test_the_scalp_reaches_the_hairs_outline_and_the_chin_stays() -> None:
    canvas, head, posed = _big_hair(), synthetic.head(), synthetic.posed()
    moved = hairy_head(canvas, head, posed, canvas.classes["hair"], 0.02)
    count, size = head.skin_count, canvas.size
    ear = head.skin_region == Region.EAR
    faces = head.faces[(head.faces < count).all(1)]
    where, depth = canvas.project(moved)
    seen = rasterize(where, depth, faces, size, size).triangle >= 0
    crown = np.arange(size)[:, None] < 0.3 * size
    hair = (canvas.alpha > 0.6) & crown
    assert (seen & hair).sum() > 0.93 * hair.sum()
    assert (seen & ~hair & crown).sum() < 0.05 * hair.sum()
    low = np.percentile(head.rig.rest[:count][ear, 1], 5)
    chin = head.rig.rest[:count, 1] < low
    assert chin.sum() > 500
    np.testing.assert_allclose(moved[chin], posed[:count][chin], atol=1e-6)
    # The back goes out by what hair measures where it is seen straight.
    behind = posed[:count, 2].argmin()
    assert 0.01 < posed[behind, 2] - moved[behind, 2] < 0.04


def test_hair_above_the_skull_is_as_round_as_a_head() -> None:
    """Half-way between skull and outline the crown is thick: its profile is no wedge."""
    canvas, head = _big_hair(), synthetic.head()
    shell = build_shell(canvas, head, synthetic.posed())
    skull, _ = canvas.project(synthetic.posed()[: head.skin_count])
    outline = np.nonzero((canvas.alpha > 0.6).any(1))[0].min()
    row = (skull[:, 1].min() + outline) / 2
    near = np.abs(shell.pixels - [canvas.size / 2, row]).max(1) < 5
    depth = canvas.project(shell.vertices)[1]
    front, back = (np.median(depth[near & (shell.sheet == s)]) for s in (FRONT, BACK))
    width = np.ptp(np.nonzero(canvas.alpha[int(row)] > 0.6)[0])
    unit = front / canvas.camera.intrinsics[0, 0] / canvas.size
    assert 0.6 < (back - front) / (width * unit) < 1.8
