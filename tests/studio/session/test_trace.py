"""The ring of timed samples."""

from __future__ import annotations

import numpy as np
import pytest

from studio.session.trace import Trace, moving


def sample(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_a_window_holds_values_to_both_of_its_sides():
    trace = Trace(1)
    trace.add(0.0, sample(0.1))
    trace.add(0.05, sample(0.2))
    trace.add(0.1, sample(0.3))
    times, values = trace.window(0.04, 0.5)
    assert times == pytest.approx([0.04, 0.05, 0.1, 0.5])
    assert values[:, 0] == pytest.approx([0.1, 0.2, 0.3, 0.3])


def test_what_was_held_stays_a_step():
    trace = Trace(1)
    trace.add(0.0, sample(0.0))
    trace.add(5.0, sample(1.0))
    times, values = trace.window(1.0, 6.0)
    between = np.interp([2.0, 4.9], times, values[:, 0])
    assert between == pytest.approx([0.0, 0.0], abs=0.03)


def test_the_oldest_are_forgotten_and_order_is_kept():
    trace = Trace(2, capacity=8)
    for i in range(30):
        trace.add(i * 0.01, sample(i, -i))
    assert len(trace) == 8
    times, values = trace.window(0.0, 0.29)
    assert list(values[:, 0]) == list(range(22, 30))
    assert np.all(np.diff(times) >= 0)


def test_a_sample_at_the_same_time_takes_the_place_of_the_last():
    trace = Trace(1)
    trace.add(1.0, sample(0.1))
    trace.add(1.0, sample(0.2))
    trace.add(0.5, sample(0.3))
    assert len(trace) == 1 and trace.last_time == 1.0
    assert trace.window(0.0, 1.0)[1][0, 0] == pytest.approx(0.3)


def test_empty_and_cleared():
    trace = Trace(3)
    assert trace.last_time is None and trace.window(0, 1)[1].shape == (0, 3)
    trace.add(0.0, sample(1, 2, 3))
    trace.clear()
    assert len(trace) == 0 and trace.window(0, 1)[0].shape == (0,)


def test_samples_are_copied():
    trace = Trace(1)
    value = sample(0.5)
    trace.add(0.0, value)
    value[0] = 9.0
    assert trace.window(-1.0, 0.0)[1][-1, 0] == pytest.approx(0.5)


def test_moving_channels_come_by_how_far_they_move():
    values = np.array([[0, 0, 0, 1], [0.2, 0, 0.9, 1], [0.1, 0, 0.3, 1]], np.float32)
    assert list(moving(values, 8)) == [2, 0]
    assert list(moving(values, 1)) == [2]
    assert len(moving(values[:0], 8)) == 0
