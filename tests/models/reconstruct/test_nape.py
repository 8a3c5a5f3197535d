from __future__ import annotations

import numpy as np

from models.head.assemble import Region
from models.reconstruct.nape import hair_above, strands_and_shade
from tests.models.reconstruct import synthetic


def test_strands_get_sparse_and_skin_lighter_away_from_hair() -> None:
    away = np.linspace(0, 0.2, 60, dtype=np.float32)
    strands = np.random.default_rng(3).normal(size=(400, 1)).astype(np.float32)
    cover, light = strands_and_shade(np.broadcast_to(away, (400, 60)), strands)
    mean = cover.mean(0)
    assert mean[0] > 0.99 and (np.diff(mean) < 1e-6).all() and mean[-1] == 0
    edge = int(np.argmin(np.abs(mean - 0.5)))
    assert cover[:, edge].std() > 0.2  # not a line
    assert (np.diff(light[0]) >= 0).all() and light[0, 0] < 0.8 and light[0, -1] == 1


def test_only_unseen_skin_behind_the_ears_lies_below_the_hair() -> None:
    surface, canvas = synthetic.surface(), synthetic.canvas()
    head = surface.head
    shown = np.zeros(head.skin_count, np.float32)
    away = hair_above(surface, canvas, shown)
    near = np.flatnonzero(away < 0.045)
    behind = np.median(head.rig.rest[: head.skin_count][head.skin_region == Region.EAR, 2])
    assert len(near) and (near < head.skin_count).all()
    assert (head.rig.rest[near, 2] < behind).all()
    assert np.isinf(hair_above(surface, canvas, shown + 1)).all()
