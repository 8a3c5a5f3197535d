from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from models.head.assemble import Region
from models.reconstruct.canvas import Canvas
from models.reconstruct.skin_fill import skin_colours
from tests.models.reconstruct import synthetic

BLUE = np.array([0.1, 0.2, 0.9], np.float32)
LEFT, RIGHT = 1.0, -1.0


def _rest() -> np.ndarray:
    head = synthetic.head()
    return head.rig.rest[: head.skin_count]


def _all_skin() -> np.ndarray:
    """No pixel is known to show something else."""
    return np.zeros((synthetic.canvas().size,) * 2, bool)


@cache
def _half_hidden() -> Canvas:
    """Blue hair over the subject's left half; the other half has a gradient over the rows."""
    canvas = synthetic.canvas()
    size = canvas.size
    left = np.arange(size)[None, :] >= size // 2
    y = np.broadcast_to(np.linspace(0.2, 0.8, size)[:, None], (size, size))
    skin = np.stack([y, 0.5 + 0 * y, 0.3 + 0 * y])
    rgb = np.where(left, BLUE[:, None, None], skin).astype(np.float32)
    classes = {
        name: np.where(left, np.float32(name == "hair") * canvas.alpha, plane)
        for name, plane in canvas.classes.items()
    }
    return replace(canvas, rgb=rgb, classes=classes)


def _inner(side: float) -> np.ndarray:
    """Cheek and jaw of one side, away from the middle and the outline."""
    rest, head = _rest(), synthetic.head()
    return (
        (rest[:, 0] * side > 0.04)
        & (rest[:, 0] * side < 0.11)
        & (rest[:, 2] > 0.15)
        & (np.abs(rest[:, 1] + 0.05) < 0.1)
        & (head.skin_region == Region.FACE)
    )


def test_visible_skin_has_the_photos_colour() -> None:
    canvas = synthetic.canvas()
    colours, seen = skin_colours(synthetic.surface(), canvas, synthetic.hits(), _all_skin())
    head = synthetic.head()
    assert colours.shape == (head.skin_count, 3) and seen.shape == (head.skin_count,)
    assert seen.min() >= 0 and seen.max() <= 1
    where, _ = canvas.project(synthetic.surface().photo[: head.skin_count])
    clear = seen > 0.95
    assert clear.sum() > 2000
    away = np.abs(colours - canvas.sample(canvas.rgb, where))[clear]
    assert np.percentile(away, 95) < 0.02


def test_what_the_camera_cannot_see_is_not_seen() -> None:
    _, seen = skin_colours(synthetic.surface(), synthetic.canvas(), synthetic.hits(), _all_skin())
    head = synthetic.head()
    photo = synthetic.surface().photo[: head.skin_count]
    assert not seen[photo[:, 2] < -0.1].any()
    assert (seen[head.skin_region == Region.INNER_MOUTH] == 0).mean() > 0.8
    assert np.median(seen[_inner(LEFT) | _inner(RIGHT)]) > 0.5


def test_mirrored_colour_fills_the_hidden_half() -> None:
    colours, seen = skin_colours(synthetic.surface(), _half_hidden(), synthetic.hits(), _all_skin())
    hidden, shown = _inner(LEFT), _inner(RIGHT)
    assert hidden.sum() > 200 and shown.sum() > 200
    assert seen[hidden].max() < 0.05 and np.median(seen[shown]) > 0.8
    mirror = synthetic.head().skin_mirror
    away = np.abs(colours[hidden] - colours[mirror[hidden]])
    assert np.median(away) < 0.02 and np.percentile(away, 95) < 0.06
    # The gradient is there too, not an average.
    height = _rest()[hidden, 1]
    assert np.corrcoef(colours[hidden, 0], height)[0, 1] < -0.95
    assert np.ptp(colours[hidden, 0]) > 0.08


def test_hair_does_not_colour_the_skin() -> None:
    colours, seen = skin_colours(synthetic.surface(), _half_hidden(), synthetic.hits(), _all_skin())
    away = np.abs(colours - BLUE).max(1)
    assert away[_inner(LEFT)].min() > 0.3
    # The back of the neck and the ears are filled from the skin around.
    behind = seen == 0
    assert behind.sum() > 3000 and (away[behind] > 0.25).mean() > 0.97
    assert np.isfinite(colours).all() and colours.min() >= 0 and colours.max() <= 1


def test_what_is_no_skin_gives_no_colour() -> None:
    """As if the whole half were an open mouth: its colours come from elsewhere."""
    canvas = synthetic.canvas()
    left = np.broadcast_to(np.arange(canvas.size)[None] >= canvas.size // 2, (canvas.size,) * 2)
    rgb = np.where(left, BLUE[:, None, None], canvas.rgb).astype(np.float32)
    blue = replace(canvas, rgb=rgb)
    colours, seen = skin_colours(synthetic.surface(), blue, synthetic.hits(), left)
    assert seen[_inner(LEFT)].max() == 0 and np.median(seen[_inner(RIGHT)]) > 0.5
    assert np.abs(colours - BLUE).max(1)[_inner(LEFT)].min() > 0.3
