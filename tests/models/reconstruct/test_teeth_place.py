"""Telling teeth from lips and tongue."""

from __future__ import annotations

import numpy as np
import pytest

from models.head.teeth_colour import tooth_pixels

IVORY, TONGUE, DARK = (0.80, 0.74, 0.66), (0.60, 0.34, 0.33), (0.10, 0.04, 0.03)


@pytest.mark.parametrize("light", [0.5, 0.8, 1.1])
def test_teeth_are_told_from_tongue_and_dark(light: float) -> None:
    rgb = light * np.array([IVORY] * 20 + [TONGUE] * 40 + [DARK] * 40)
    teeth = tooth_pixels(rgb, light * np.array([0.62, 0.33, 0.30]))
    assert teeth[:20].all() and not teeth[20:].any()


def test_warm_light_on_dark_skin_leaves_teeth_teeth() -> None:
    rgb = np.array([(0.75, 0.53, 0.30)] * 10 + [(0.20, 0.09, 0.05)] * 10)
    teeth = tooth_pixels(rgb, np.array([0.27, 0.09, 0.05]))
    assert teeth[:10].all() and not teeth[10:].any()


def test_no_teeth_without_any_bright_pixel() -> None:
    assert not tooth_pixels(np.full((50, 3), TONGUE), np.array([0.62, 0.33, 0.30])).any()
