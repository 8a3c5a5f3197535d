"""How large to render while moving and at rest."""

from __future__ import annotations

import pytest

from studio.engine.pacer import LIVE_TARGET_MS, SIZES, TARGET_MS, Pacer, Quality


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settle(pacer: Pacer, per_megapixel: float, frames: int = 60) -> Quality:
    """Orbit on a machine of a certain speed."""
    for _ in range(frames):
        quality = pacer.moved()
        pacer.measured(quality, 4.0 + per_megapixel * quality.size**2 / 1e6)
    return pacer.moved()


def test_full_quality_follows_a_rest(clock):
    pacer = Pacer(full=1024, samples=3, rest_seconds=0.06, clock=clock)
    assert pacer.rest_in() is None
    moving = pacer.moved()
    assert moving.size < 1024 and moving.samples == 3 and not moving.final
    assert pacer.rest_in() == pytest.approx(0.06)
    clock.now += 0.04
    pacer.moved()
    clock.now += 0.04
    assert pacer.rest_in() == pytest.approx(0.02)
    clock.now += 0.04
    assert pacer.rest_in() == 0
    assert pacer.rested() == Quality(1024, 3, final=True)
    assert pacer.rest_in() is None


def test_nothing_follows_when_full_size_was_rendered_anyway(clock):
    pacer = Pacer(full=192, clock=clock)
    assert pacer.moved().size == 192 and pacer.rest_in() is None


@pytest.mark.parametrize("speed", [20.0, 100.0, 250.0, 600.0])
def test_the_size_settles_at_the_largest_that_keeps_up(clock, speed):
    pacer = Pacer(full=2048, clock=clock)
    size = settle(pacer, speed).size
    expected = 4.0 + speed * size**2 / 1e6
    assert expected <= 1.15 * TARGET_MS
    larger = SIZES[SIZES.index(size) + 1]
    assert 4.0 + speed * larger**2 / 1e6 > TARGET_MS / 1.2
    # It stays there.
    assert {settle(pacer, speed, 1).size for _ in range(50)} == {size}


def test_it_follows_a_machine_that_gets_slower_and_quicker(clock):
    pacer = Pacer(full=1024, clock=clock)
    first = settle(pacer, 100).size
    slow = settle(pacer, 800).size
    assert slow < first and settle(pacer, 100).size == first


def test_one_hiccup_changes_nothing(clock):
    pacer = Pacer(full=1024, clock=clock)
    size = settle(pacer, 150).size
    pacer.measured(pacer.moved(), 900.0)
    assert settle(pacer, 150, 10).size == size


def test_a_slow_machine_never_goes_below_the_least_size(clock):
    assert settle(Pacer(full=1024, clock=clock), 1e5).size == SIZES[0]


def test_a_small_viewport_shrinks_when_even_that_is_too_slow(clock):
    pacer = Pacer(full=224, clock=clock)
    assert settle(pacer, 1500).size < 224 and pacer.rest_in() is not None


def test_pictures_at_rest_do_not_count(clock):
    pacer = Pacer(full=1024, clock=clock)
    size = settle(pacer, 150).size
    for _ in range(10):
        pacer.measured(pacer.rested(), 400.0)
    assert pacer.moved().size == size


def test_a_fixed_size_is_kept(clock):
    pacer = Pacer(full=1024, interactive=320, clock=clock)
    assert settle(pacer, 5000).size == 320


def test_a_performer_is_shown_at_full_size_where_that_keeps_up(clock):
    # 38 ms at 512: too slow for a mouse, quick enough for a camera.
    pacer, speed = Pacer(full=512, clock=clock), 34.0 / 0.512**2
    assert settle(pacer, speed).size < 512
    pacer.follow(live=True)
    assert pacer.moved().size == 512
    assert {settle(pacer, speed, 1).size for _ in range(50)} == {512}
    pacer.follow(live=False)
    assert settle(pacer, speed).size < 512


def test_a_slow_machine_shows_a_performer_smaller(clock):
    pacer = Pacer(full=512, clock=clock)
    pacer.follow(live=True)
    size = settle(pacer, 400.0).size
    assert size < 512 and 4.0 + 400.0 * size**2 / 1e6 <= 1.15 * LIVE_TARGET_MS
    pacer.follow(live=True)
    assert pacer.moved().size == size
