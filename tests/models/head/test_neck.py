from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.head.neck import neck_offsets
from models.head.open_head import load_open_head

SIZE = 256
CAMERAS = (Camera.orbit(), Camera.orbit(20.0, 5.0))


def _skin() -> tuple[np.ndarray, np.ndarray]:
    """Average skin, and its weight of neck and root."""
    head = load_open_head()
    skin = np.asarray(head.subdivision @ head.template[: head.control_count], np.float32)
    return skin, head.skin_weights[:, 0] + head.skin_weights[:, 1]


def _full(weight: np.ndarray) -> np.ndarray:
    return weight > 0.65


def _strip(camera: Camera, shift: float, width: float) -> np.ndarray:
    """A matte: an upright strip about the neck's middle, ``width`` of the neck's own width."""
    skin, weight = _skin()
    column = camera.project(skin[_full(weight)])[0][:, 0]
    middle, half = np.median(column) + shift, width * np.ptp(column) / 2
    x = (np.arange(SIZE) + 0.5) / SIZE
    return np.tile(np.abs(x - middle) < half, (SIZE, 1)).astype(np.float32)


def _outside(camera: Camera, skin: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Pixels by which vertices lie outside the strip, sideways."""
    columns = np.nonzero(alpha[0] > 0.5)[0]
    x = camera.project(skin)[0][:, 0] * SIZE
    return np.maximum(np.maximum(columns[0] - x, x - columns[-1] - 1), 0)


@pytest.mark.parametrize("camera", CAMERAS)
def test_neck_is_squeezed_into_the_matte(camera: Camera) -> None:
    skin, weight = _skin()
    alpha = _strip(camera, 0.0, 0.75)
    full = _full(weight)
    offsets = neck_offsets(skin, weight, camera, alpha)
    before, after = (_outside(camera, s[full], alpha) for s in (skin, skin + offsets))
    assert before.max() > 6 and (before > 1).mean() > 0.1
    assert after.max() < 2.5 and (after > 1.5).mean() < 0.05


def test_neck_leans_with_the_matte() -> None:
    """A strip to one side pulls the neck over, and not the other edge with it."""
    camera = CAMERAS[0]
    skin, weight = _skin()
    alpha = _strip(camera, 0.04, 1.0)
    full = _full(weight)
    offsets = neck_offsets(skin, weight, camera, alpha)
    assert _outside(camera, (skin + offsets)[full], alpha).max() < 2.5
    left, right = full & (skin[:, 0] < -0.08), full & (skin[:, 0] > 0.08)
    assert left.sum() > 20 and right.sum() > 20
    assert offsets[left, 0].min() > 0 and offsets[left, 0].mean() > 0.01
    assert np.abs(offsets[right, 0]).max() < 0.5 * offsets[left, 0].mean()


def test_wide_or_empty_matte_moves_nothing() -> None:
    skin, weight = _skin()
    for alpha in (np.ones((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE), np.float32)):
        assert np.abs(neck_offsets(skin, weight, CAMERAS[1], alpha)).max() < 1e-6


def test_face_stays_and_nothing_moves_in_depth() -> None:
    camera = CAMERAS[1]
    skin, weight = _skin()
    offsets = neck_offsets(skin, weight, camera, _strip(camera, 0.02, 0.7))
    assert not offsets[weight <= 0.25].any() and (weight <= 0.25).sum() > 1000
    assert np.abs(offsets).max() > 0.01
    across = offsets @ camera.cam2world[:3, 0]
    np.testing.assert_allclose(offsets, across[:, None] * camera.cam2world[:3, 0], atol=1e-6)


def test_neck_never_gets_thinner_than_it_may() -> None:
    camera = CAMERAS[0]
    skin, weight = _skin()
    offsets = neck_offsets(skin, weight, camera, _strip(camera, 0.0, 0.1))
    full = _full(weight)
    rows = np.abs(skin[:, 1] - np.median(skin[full, 1])) < 0.02
    widths = [np.ptp(s[full & rows, 0]) for s in (skin, skin + offsets)]
    assert 0.45 < widths[1] / widths[0] < 0.65
