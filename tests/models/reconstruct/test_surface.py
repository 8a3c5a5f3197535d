from __future__ import annotations

from itertools import combinations

import numpy as np

from models.animate.proxy import Part
from models.head.assemble import Region
from models.reconstruct.normals import vertex_normals
from models.reconstruct.surface import BAKE_POSE
from tests.models.reconstruct import synthetic


def test_head_comes_first_and_the_shell_follows() -> None:
    surface, head = synthetic.surface(), synthetic.head()
    shell = surface.shell
    proxy, start = surface.proxy, surface.shell_start
    assert start == len(head.rig.rest)
    count = start + len(shell.vertices)
    lids = sum(len(veil.skin) for veil in surface.lids)
    assert surface.lid_starts[0] == count and lids > 0
    assert len(proxy.canonical) == len(surface.photo) == len(proxy.rig.rest) == count + lids
    assert len(proxy.part) == len(proxy.soft) == len(proxy.faces)
    assert proxy.faces.min() == 0 and proxy.faces.max() == count + lids - 1
    assert (proxy.faces[proxy.soft] >= start).all() and proxy.soft.any()
    of_shell = ((proxy.faces >= start) & (proxy.faces < count)).any(1)
    assert (proxy.part[of_shell] == Part.HEAD).all() and of_shell.sum() > 1000
    np.testing.assert_array_equal(proxy.faces[: len(head.faces)], head.faces)
    np.testing.assert_array_equal(proxy.rig.rest[start:count], shell.vertices)


def test_poses_are_the_rigs() -> None:
    surface = synthetic.surface()
    rig = surface.proxy.rig
    np.testing.assert_array_equal(surface.photo, rig.deform(synthetic.PHOTO))
    moved = np.abs(surface.proxy.canonical - rig.deform(BAKE_POSE)).max(1) > 1e-6
    mouth = np.zeros(len(moved), bool)
    head = surface.head
    mouth[head.mouth_start : head.mouth_start + len(head.mouth.vertices)] = True
    lids = np.arange(len(moved)) >= surface.lid_starts[0]
    canvas = synthetic.canvas()
    below = canvas.project(rig.deform(BAKE_POSE))[0][:, 1] > canvas.size - canvas.pad
    assert moved.any() and not moved[~mouth & ~lids & ~below].any()


def _displaced() -> np.ndarray:
    """(V,) how far the skin's rest was moved inward along its normals."""
    surface, head = synthetic.surface(), synthetic.head()
    moved = (surface.proxy.rig.rest[: len(head.rig.rest)] - head.rig.rest)[: head.skin_count]
    faces = head.faces[(head.faces < head.skin_count).all(1)]
    normals = vertex_normals(head.rig.rest[: head.skin_count], faces)
    return -np.einsum("ij,ij->i", moved, normals)


def test_hidden_scalp_is_sunk() -> None:
    head, depth = synthetic.head(), _displaced()
    rest = head.rig.rest[: head.skin_count]
    crown = (rest[:, 1] > 0.22) & (head.skin_region == Region.FACE)
    nape = (rest[:, 1] > 0.1) & (rest[:, 2] < -0.12)
    for scalp in (crown, nape):
        assert scalp.sum() > 50
        assert np.median(depth[scalp]) > 0.008 and depth[scalp].max() < 0.016


def test_visible_face_stays() -> None:
    head, depth = synthetic.head(), _displaced()
    rest = head.rig.rest[: head.skin_count]
    face = (rest[:, 2] > 0.1) & (rest[:, 1] < 0.1) & (head.skin_region == Region.FACE)
    # The outline moves onto the matte's.
    face &= (np.abs(rest[:, 0]) < 0.10) & (rest[:, 1] > -0.14)
    assert face.sum() > 2000 and np.abs(depth[face]).max() < 1e-3
    others = synthetic.surface().proxy.rig.rest[head.skin_count : len(head.rig.rest)]
    np.testing.assert_array_equal(others, head.rig.rest[head.skin_count :])


def test_parts_of_the_mouth_are_apart_in_canonical_space() -> None:
    """No two parts overlap in the front plane, whose texels would then mix their colours."""
    surface = synthetic.surface()
    head = surface.head
    rows = slice(head.mouth_start, head.mouth_start + len(head.mouth.vertices))
    canonical, region = surface.proxy.canonical[rows], head.mouth.region
    inner = np.unique(head.faces[head.part == Part.MOUTH])
    sack = surface.proxy.canonical[inner[inner < head.skin_count]]
    boxes = [canonical[region == part][:, :2] for part in np.unique(region)] + [sack[:, :2]]
    assert len(boxes) == 7 and len(sack) > 500
    for first, second in combinations(boxes, 2):
        apart = np.maximum(first.min(0) - second.max(0), second.min(0) - first.max(0)).max()
        assert apart > 0.005


def test_shell_leaves_the_mouth_free() -> None:
    """No solid of the shell lies between the lips and the teeth."""
    surface, canvas, hits = synthetic.surface(), synthetic.canvas(), synthetic.hits()
    faces = surface.proxy.faces[~surface.proxy.soft]
    head = surface.head
    opening, _ = canvas.project(surface.photo[np.unique(head.faces[head.part == Part.MOUTH])])
    low, high = np.floor(opening.min(0)).astype(int), np.ceil(opening.max(0)).astype(int)
    seen = hits.triangle[low[1] : high[1], low[0] : high[0]]
    assert (seen >= 0).all() and seen.size > 400
    assert (faces[seen, 0] < surface.shell_start).mean() > 0.97
