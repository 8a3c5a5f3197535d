"""A video played as a camera, again and again."""

from __future__ import annotations

import pytest

from studio.drive.camera_source import PlayedVideo
from tests.studio.drive.test_driving import follower, write_film

__all__ = ["follower"]


def test_a_loop_goes_on_in_time_with_the_same_performer(tmp_path, follower):
    source = PlayedVideo(write_film(tmp_path / "a.mp4", 6, 20), loop=True)
    samples = []
    for sample in source.samples():
        samples.append(sample)
        if sample.seconds > 0.55:
            source.close()
    times = [sample.seconds for sample in samples]
    assert times == sorted(set(times))
    assert times[0] == 0.0 and any(time == pytest.approx(0.3) for time in times)
    assert source.duration is None
