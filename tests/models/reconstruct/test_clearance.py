from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.head.assemble import Region
from models.reconstruct.bareness import bare_skin, outer_skin, skin_share
from models.reconstruct.clearance import clear_bare_skin
from models.reconstruct.contact import below_bare_skin, make_ground
from models.reconstruct.outline import onto_outline
from models.render.zbuffer import rasterize
from tests.models.reconstruct import synthetic


def _sheet(height: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A flat patch of skin towards +Z, 21 x 21 vertices, 0.4 wide."""
    count = 21
    x, y = np.meshgrid(*[np.linspace(-0.2, 0.2, count)] * 2)
    vertices = np.stack([x, y, np.full_like(x, height)], -1).reshape(-1, 3).astype(np.float32)
    a = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
    quads = np.stack([a, a + 1, a + count + 1, a + count], 1)
    return vertices, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def test_only_what_shows_skin_over_bare_skin_goes_below_it() -> None:
    skin, faces = _sheet()
    bare = (skin[:, 0] > 0).astype(np.float32)
    over = np.float32([[0.08, 0, 0.05], [0.08, 0, 0.05], [-0.08, 0, 0.05], [0.08, 0, 0.5]])
    share = np.float32([1, 0, 1, 1])
    moved, gone = below_bare_skin(over, share, make_ground(skin, faces), bare)
    assert -0.02 < moved[0, 2] < 0 and gone[0] == 1
    np.testing.assert_array_equal(moved[1:], over[1:])
    assert not gone[1:].any()


def test_the_rim_of_the_skin_keeps_its_shell() -> None:
    skin, faces = _sheet()
    over = np.float32([[0.2, 0.0, 0.02], [0.0, 0.0, 0.02]])
    ground = make_ground(skin, faces)
    args = (over, np.ones(2, np.float32), ground, np.ones(len(skin), np.float32))
    moved, gone = below_bare_skin(*args)
    assert gone[0] == 0 and gone[1] == 1
    hugging, _ = below_bare_skin(*args, 0.01)
    np.testing.assert_allclose(hugging[:, 2], 0.01, atol=1e-5)


def test_bareness_follows_the_photo() -> None:
    head, canvas = synthetic.head(), synthetic.canvas()
    rest = head.rig.rest[: head.skin_count]
    bare, known = bare_skin(head, canvas, synthetic.posed())
    outer = np.isin(np.arange(head.skin_count), outer_skin(head))
    seen = np.zeros(head.skin_count, bool)
    faces = outer_skin(head)
    where, depth = canvas.project(synthetic.posed())
    hits = rasterize(where, depth, faces, canvas.size, canvas.size).triangle
    seen[faces[hits[hits >= 0]]] = True
    cheek = seen & (rest[:, 2] > 0.12) & (np.abs(rest[:, 1] - 0.02) < 0.08)
    cheek &= np.abs(rest[:, 0]) < 0.12
    scalp = outer & (rest[:, 1] > 0.22) & (rest[:, 2] > 0.05)
    nape = outer & (rest[:, 2] < -0.14) & (rest[:, 1] > 0.05)
    assert min(cheek.sum(), scalp.sum(), nape.sum()) > 50
    assert np.percentile(bare[cheek], 10) > 0.9 and np.median(known[cheek]) == 1
    assert np.percentile(bare[scalp], 95) < 0.1
    assert np.median(known[nape]) == 0


def test_the_far_side_is_judged_by_the_near_one() -> None:
    """Hair on one half only: the hidden other half is taken as its mirror image."""
    head, canvas = synthetic.head(), synthetic.canvas()
    # The photo, but from the subject's left: what lies on the right is turned away.
    camera = canvas.camera.orbited(60.0, 0.0, 1.0)
    everywhere = np.ones_like(canvas.alpha)
    nothing = np.zeros_like(everywhere)
    classes = dict.fromkeys(canvas.classes, nothing) | {"face_skin": everywhere}
    turned = replace(canvas, camera=camera, classes=classes)
    rest = head.rig.rest[: head.skin_count]
    far = (rest[:, 0] < -0.14) & (rest[:, 2] > 0.02) & (rest[:, 2] < 0.12)
    far &= (np.abs(rest[:, 1]) < 0.12) & (head.skin_region == Region.FACE)
    bare, known = bare_skin(head, turned, synthetic.posed())
    assert far.sum() > 30
    assert np.median(known[far]) > 0.9 and np.median(bare[far]) > 0.9


def test_share_of_skin_is_relative_to_what_covers() -> None:
    """On the outline most is background, which says nothing."""
    flat = np.full((32, 32), 0.1, np.float32)
    pixels = np.float32([[16, 16]])
    skin = synthetic.flat_canvas(flat, face_skin=flat, background=1 - flat)
    hair = synthetic.flat_canvas(flat, hair=flat, background=1 - flat)
    assert skin_share(skin, pixels)[0] == 1 and skin_share(hair, pixels)[0] == 0


@pytest.mark.parametrize("grown", [3, -3])
def test_outline_of_bare_skin_moves_onto_the_mattes(grown: int) -> None:
    head, canvas = synthetic.head(), synthetic.canvas()
    photo, faces = synthetic.posed(), outer_skin(head)
    where, depth = canvas.project(photo)
    own = rasterize(where, depth, faces, canvas.size, canvas.size).triangle >= 0
    matte = np.roll(own.astype(np.float32), grown, 1)
    classes = {name: np.full_like(matte, name == "face_skin") for name in canvas.classes}
    shifted = replace(canvas, alpha=matte, classes=classes)
    offsets = onto_outline(head, shifted, photo, faces, np.ones(head.skin_count, np.float32))
    x, y, z = head.rig.rest[: head.skin_count].T
    cheeks = (x > 0.16) & (np.abs(y + 0.02) < 0.06) & (z > 0.02)
    front = (np.abs(x) < 0.08) & (z > 0.15) & (np.abs(y) < 0.15)
    unit = 2.7 / (canvas.camera.intrinsics[0, 0] * canvas.size)
    moved = offsets[cheeks, 0] / unit
    assert cheeks.sum() > 20 and front.sum() > 500
    assert np.sign(np.median(moved)) == np.sign(grown)
    assert 0.6 * abs(grown) < np.abs(moved).max() < abs(grown) + 1.5
    assert np.abs(offsets[front]).max() < 0.1 * unit


def test_nothing_of_the_shell_stands_over_the_face() -> None:
    head, canvas, shell = synthetic.head(), synthetic.canvas(), synthetic.shell()
    photo = synthetic.posed()
    still = np.zeros((head.skin_count, 3), np.float32)
    bareness = bare_skin(head, canvas, photo)
    cleared = clear_bare_skin(shell, head, canvas, photo, still, bareness)
    assert len(cleared.vertices) == len(shell.vertices)
    assert len(shell.faces) > len(cleared.faces) > 0.5 * len(shell.faces)
    np.testing.assert_array_equal(cleared.soft.sum(), shell.soft.sum())
    hair = canvas.sample(canvas.classes["hair"], shell.pixels) > 0.9
    np.testing.assert_array_equal(cleared.vertices[hair], shell.vertices[hair])
