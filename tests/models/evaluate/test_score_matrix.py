"""Equations 11 to 15 of Triplane Fusion on matrices small enough for mental arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.evaluate.score_matrix import (
    ViewScores,
    input_view_variation,
    mean_matrix,
    novel_view_variation,
    nvs_quality,
    synthesis_quality,
    view_scores,
)

FRAME = np.array([[30.0, 20.0, 10.0], [22.0, 32.0, 24.0], [8.0, 14.0, 26.0]])
ONE = FRAME[None]


def test_synthesis_quality_is_the_mean_of_all_entries() -> None:
    assert synthesis_quality(ONE) == pytest.approx(186 / 9)
    assert synthesis_quality(np.stack([FRAME, FRAME + 9])) == pytest.approx(186 / 9 + 4.5)


def test_nvs_quality_leaves_the_diagonal_out() -> None:
    assert nvs_quality(ONE) == pytest.approx((20 + 10 + 22 + 24 + 8 + 14) / 6)
    assert nvs_quality(np.stack([FRAME, FRAME + 2])) == pytest.approx(98 / 6 + 1)


def test_nvv_goes_along_rows_and_ivv_along_columns() -> None:
    by_view = np.array([[1.0, 5.0], [1.0, 5.0]])[None]
    assert novel_view_variation(by_view) == pytest.approx(2)
    assert input_view_variation(by_view) == pytest.approx(0)
    by_input = by_view.swapaxes(1, 2)
    assert novel_view_variation(by_input) == pytest.approx(0)
    assert input_view_variation(by_input) == pytest.approx(2)


def test_deviations_are_the_population_s_and_averaged() -> None:
    rows = [math.sqrt(200 / 3), math.sqrt(56 / 3), math.sqrt(56)]
    assert novel_view_variation(ONE) == pytest.approx(sum(rows) / 3)
    columns = [math.sqrt(248 / 3), math.sqrt(56), math.sqrt(152 / 3)]
    assert input_view_variation(ONE) == pytest.approx(sum(columns) / 3)
    two = np.stack([FRAME, np.zeros((3, 3))])
    assert novel_view_variation(two) == pytest.approx(sum(rows) / 6)


def test_sequences_count_alike_whatever_their_length() -> None:
    long, short = np.full((9, 2, 2), 10.0), np.full((1, 2, 2), 30.0)
    assert view_scores([long, short]) == ViewScores(20.0, 20.0, 0.0, 0.0)


def test_a_failed_input_view_is_left_out() -> None:
    failed = FRAME.copy()
    failed[2] = math.nan
    assert synthesis_quality(failed[None]) == pytest.approx(138 / 6)
    assert nvs_quality(failed[None]) == pytest.approx(76 / 4)
    assert input_view_variation(failed[None]) == pytest.approx((4 + 6 + 7) / 3)
    matrix = mean_matrix([failed[None], FRAME[None] + 4])
    assert matrix[0] == pytest.approx(FRAME[0] + 2)
    assert matrix[2] == pytest.approx(FRAME[2] + 4)
    nothing = np.full((1, 2, 2), math.nan)
    assert view_scores([nothing]) == ViewScores(None, None, None, None)
    assert view_scores([nothing, np.ones((1, 2, 2))]).synthesis_quality == 1


def test_refuses_other_shapes() -> None:
    for shape in ((3, 3), (1, 2, 3), (0, 2, 2)):
        with pytest.raises(ValueError, match=r"\(T, N, N\)"):
            synthesis_quality(np.zeros(shape))
