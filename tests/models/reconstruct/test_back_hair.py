from __future__ import annotations

import numpy as np

from models.reconstruct.back_hair import hung_depth, long_hair, scalp_hair

COUNT = 120
LOBES, CHIN = 60.0, 76.0


def _person(length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hair, matte and head of a face whose hair hangs beside it down to a row."""
    y, x = np.mgrid[0:COUNT, 0:COUNT]
    head = (np.hypot((x - 60) / 18, (y - 50) / 26) < 1) | ((abs(x - 60) < 9) & (y > 60) & (y < 95))
    hair = np.hypot((x - 60) / 28, (y - 46) / 34) < 1
    hair = (hair & (y < 50)) | ((abs(x - 60) < 28) & (y >= 50) & (y < length))
    shoulders = (y > 90) & (abs(x - 60) < 55)
    face = np.hypot((x - 60) / 16, (y - 54) / 24) < 1
    person = head | hair | shoulders
    return (hair & ~face).astype(np.float32), person.astype(np.float32), head


def test_long_hair_hangs_behind_the_neck_and_short_hair_does_not() -> None:
    neck = (slice(82, 90), slice(53, 67))
    hair, alpha, head = _person(length=100)
    assert long_hair(hair, alpha, head, LOBES)[neck].min() > 0.9
    hair, alpha, head = _person(length=52)
    assert long_hair(hair, alpha, head, LOBES)[neck].max() == 0
    scalp = scalp_hair(hair, alpha, head, LOBES, CHIN)
    assert scalp[30:55].min() == 1 and scalp[neck].max() == 0


def test_hair_on_one_side_covers_that_side() -> None:
    hair, alpha, head = _person(length=100)
    hair[:, :60] *= np.arange(COUNT)[:, None] < 55
    long = long_hair(hair, alpha, head, LOBES)
    assert long[85, 68] > 0.9 and long[85, 50] == 0


def test_a_bald_head_has_none() -> None:
    hair, alpha, head = _person(length=100)
    assert not scalp_hair(0 * hair, alpha, head, LOBES, CHIN).any()


def test_hanging_hair_bridges_the_nape() -> None:
    head = _person(length=100)[2]
    rows = np.arange(COUNT, dtype=np.float32)[:, None]
    depth = np.where(head, 2.9 - 0.15 * (rows > 65), 0).astype(np.float32)
    long = np.broadcast_to((rows < 88).astype(np.float32), head.shape)
    bridged = hung_depth(depth, head, long, unit=0.007)
    middle = bridged[:, 60]
    assert middle[60] > 2.89
    # It comes nearer to the neck by and by only, and lets the neck go below its end.
    assert (middle[64:85] > 2.85).all() and (np.diff(middle[30:85]) > -0.01).all()
    np.testing.assert_allclose(middle[91:94], depth[91:94, 60], atol=1e-6)
    np.testing.assert_array_equal(hung_depth(depth, head, 0 * depth, 0.007), depth)
