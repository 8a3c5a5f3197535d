from __future__ import annotations

import numpy as np

from models.reconstruct.middle_sheet import through_outline

COUNT = 96
CHIN = 70.0


def _tilted_ellipsoid(slant: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Front and back depth of a ball whose outline lies on a slanted plane, its plane, and it."""
    y, x = np.mgrid[0:COUNT, 0:COUNT].astype(np.float32)
    reach = 1 - ((x - 48) / 24) ** 2 - ((y - 40) / 28) ** 2
    half = 0.15 * np.sqrt(np.maximum(reach, 0))
    plane = 2.7 + slant * (40 - y) / 28
    return plane - half, plane + half, plane, reach > 0


def test_sheet_meets_the_outline_of_a_raised_head() -> None:
    front, back, plane, ball = _tilted_ellipsoid(0.06)
    axis = np.full((COUNT, COUNT), 2.7, np.float32)
    sheet = through_outline(axis, front, back, ball, ball, CHIN)
    edge = ball & (np.abs(np.indices(ball.shape)[0] - 30) < 16)
    rim = edge & ~np.roll(ball, 3, 1) | edge & ~np.roll(ball, -3, 1)
    assert rim.sum() > 60
    assert np.abs(sheet - plane)[rim].max() < 0.02 < np.abs(axis - plane)[rim].max()
    assert np.abs(np.diff(sheet, axis=1)).max() < 0.01, "smooth"


def test_body_keeps_its_axis() -> None:
    front, back, _, ball = _tilted_ellipsoid(0.06)
    axis = np.full((COUNT, COUNT), 2.7, np.float32)
    sheet = through_outline(axis, front, back, ball, ball, CHIN)
    np.testing.assert_array_equal(sheet[int(CHIN) :], axis[int(CHIN) :])
