"""A video played as a camera, again and again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.errors import BadInput
from studio.drive import camera_source
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


def test_a_film_that_breaks_off_says_so_at_its_end(tmp_path, follower, monkeypatch):
    film = write_film(tmp_path / "a.mp4", 6, 20)
    facts = camera_source.film_facts(film)
    longer = replace(facts, duration=2.0)
    monkeypatch.setattr(camera_source, "film_facts", lambda path: longer)
    seen = []
    with pytest.raises(BadInput, match=r"a\.mp4 breaks off after 0\.3 of 2\.0 seconds"):
        seen.extend(PlayedVideo(film).samples())
    source = PlayedVideo(film)
    for _ in source.samples():  # whoever stops it early is told nothing
        source.close()
    assert seen
