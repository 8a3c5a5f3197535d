from __future__ import annotations

import numpy as np

from models.head.open_head import load_open_head
from models.head.scalp import scalp_offsets


def _average() -> tuple[np.ndarray, np.ndarray]:
    head = load_open_head()
    control = head.template[: head.control_count]
    return np.asarray(head.subdivision @ control), np.asarray(head.landmark_map @ control)


def test_a_larger_average_head_stays() -> None:
    skin, _ = _average()
    large = skin * 1.2 + np.array([0.01, -0.03, 0.05])
    moved = scalp_offsets(load_open_head(), large.astype(np.float32))
    assert np.abs(moved).max() < 1e-4


def test_a_spiked_skull_becomes_the_usual_one_and_the_face_stays() -> None:
    usual, landmarks = _average()
    spiked = usual.copy()
    spiked[:, 1] += 3 * np.clip(usual[:, 1] - landmarks[:, 1].max() - 0.03, 0, None)
    spiked[:, 0] *= 1.1
    moved = spiked + scalp_offsets(load_open_head(), spiked.astype(np.float32))
    distance = np.linalg.norm(usual[:, None] - landmarks[None, ::4], axis=2).min(1)
    face = distance < 0.01
    assert face.sum() > 1000
    np.testing.assert_allclose(moved[face], spiked[face], atol=1e-6)
    back = usual[:, 2] < 0
    assert spiked[back, 1].max() > usual[back, 1].max() + 0.15
    # As wide as the face asks for.
    np.testing.assert_allclose(moved[back, 1], usual[back, 1], atol=0.01)
    np.testing.assert_allclose(moved[back, 0], 1.1 * usual[back, 0], atol=0.01)
