from __future__ import annotations

import numpy as np
import pytest

from models.camera import Camera
from models.reconstruct.canvas import Canvas
from models.reconstruct.hair_look import HairLook, hair_look

SIZE = 240
BROWN, BLUE = np.array([0.4, 0.25, 0.15]), np.array([0.1, 0.3, 0.8])
SKIN = np.array([[0, 0.4, -0.05], [0.15, 0, -0.05], [-0.15, 0, 0.1], [0, 0.2, -0.2]], np.float32)


def _photo(noise: float = 0.0) -> tuple[Canvas, np.ndarray]:
    """A ring of brown hair round a face, with a blue clip in it."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    radius = np.hypot(x - 120, y - 120)
    hair = ((radius > 50) & (radius < 110)).astype(np.float32)
    rgb = np.where(hair[..., None] > 0, BROWN, [0.9, 0.7, 0.6])
    rgb[20:40, 110:130] = BLUE
    grain = np.random.default_rng(0).normal(0, noise, (SIZE, SIZE, 1))
    rgb = np.clip(rgb * (1 + grain), 0, 1)
    canvas = Canvas(
        (radius < 110).astype(np.float32),
        np.moveaxis(rgb, -1, 0).astype(np.float32),
        {},
        Camera.orbit(),
        0,
    )
    return canvas, hair


def _look(noise: float = 0.0) -> HairLook:
    canvas, hair = _photo(noise)
    look = hair_look(canvas, hair, hair > 0, SKIN)
    assert look is not None
    return look


def test_tone_is_the_hairs_everywhere_without_skin_and_clips() -> None:
    np.testing.assert_allclose(_look().tone, np.broadcast_to(BROWN, (60, 60, 3)), atol=0.03)


def test_strands_are_as_strong_as_the_photos() -> None:
    assert _look(0.15).contrast > 2 * _look(0.05).contrast
    angle = np.linspace(0, 2 * np.pi, 4000)
    ring = np.stack([0.15 * np.sin(angle), 0 * angle + 0.1, 0.15 * np.cos(angle) - 0.1], 1)
    look = _look(0.15)
    colour = look.colours(np.full((4000, 2), 120, np.float32), ring.astype(np.float32))
    relative = colour.mean(1) / colour.mean()
    assert relative.std() == pytest.approx(look.contrast, rel=0.35)


def test_strands_run_down() -> None:
    look = _look(0.15)
    step = np.arange(200, dtype=np.float32) * 0.0005
    pixels = np.full((200, 2), 120, np.float32)
    down = np.stack([0 * step, 0.1 - step, 0 * step - 0.25], 1)
    around = np.stack([step - 0.05, 0 * step + 0.1, 0 * step - 0.25], 1)
    changes = [np.abs(np.diff(look.colours(pixels, p)[:, 0])).sum() for p in (down, around)]
    assert changes[1] > 2 * changes[0]


def test_without_hair_there_is_no_look() -> None:
    canvas, hair = _photo()
    assert hair_look(canvas, 0 * hair, hair > 0, SKIN) is None
