"""Scores over all pairs of input and novel view.

Triplane Fusion (Wang et al., "Coherent 3D Portrait Video Reconstruction via Triplane Fusion",
CVPR 2025), section 4.2 and 4.4, equations 11 to 15. A score matrix ``S (T, N, N)`` holds
``S[t, i, j]``, the metric of the picture that was built from view ``i`` and rendered from view
``j`` at frame ``t`` (equation 11). NaN stands for what could not be computed; means and deviations
are taken over what could. The paper's "stddev" is the population's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class ViewScores:
    """The four numbers of one metric; None where no entry of the matrix is known."""

    synthesis_quality: float | None
    nvs_quality: float | None
    ivv: float | None
    nvv: float | None


def check_scores(scores: Scores) -> None:
    """Raise ValueError unless ``scores`` is (T, N, N)."""
    if scores.ndim != 3 or scores.shape[1] != scores.shape[2] or scores.size == 0:
        raise ValueError(f"scores must be (T, N, N), not {scores.shape}")


def synthesis_quality(scores: Scores) -> float | None:
    """Mean over all frames, input views and novel views (equation 12)."""
    check_scores(scores)
    return _mean(scores)


def nvs_quality(scores: Scores) -> float | None:
    """Mean over the entries whose input view is not the novel view (equation 13)."""
    check_scores(scores)
    return _mean(scores[:, ~np.eye(scores.shape[1], dtype=bool)])


def novel_view_variation(scores: Scores) -> float | None:
    """NVV: deviation over the novel views of one input view, averaged (equation 14)."""
    check_scores(scores)
    return _mean(_deviations(scores))


def input_view_variation(scores: Scores) -> float | None:
    """IVV: deviation over the input views of one novel view, averaged (equation 15)."""
    check_scores(scores)
    return _mean(_deviations(scores.swapaxes(1, 2)))


def view_scores(sequences: Sequence[Scores]) -> ViewScores:
    """All four numbers, each averaged over the sequences (section 4.2)."""

    def average(values: list[float | None]) -> float | None:
        return _mean(np.array([math.nan if value is None else value for value in values]))

    return ViewScores(
        synthesis_quality=average([synthesis_quality(scores) for scores in sequences]),
        nvs_quality=average([nvs_quality(scores) for scores in sequences]),
        ivv=average([input_view_variation(scores) for scores in sequences]),
        nvv=average([novel_view_variation(scores) for scores in sequences]),
    )


def mean_matrix(sequences: Sequence[Scores]) -> Scores:
    """(N, N) mean of each pair of views over all frames and sequences, NaN where none is known."""
    stacked = np.concatenate(list(sequences))
    known = np.isfinite(stacked)
    total = np.where(known, stacked, 0.0).sum(0)
    count = known.sum(0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), math.nan))


def _mean(values: Scores) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _deviations(scores: Scores) -> Scores:
    """Deviation along the last axis over the known entries, NaN where none is known."""
    rows = scores.reshape(-1, scores.shape[-1])
    spread = [row[np.isfinite(row)] for row in rows]
    return np.array([float(row.std()) if row.size else math.nan for row in spread])
