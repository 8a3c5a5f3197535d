"""Reading films: times, turns, shrinking, and files that are damaged or no films at all."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.errors import BadInput
from models.track import video
from models.track.video import read_video
from tests.models.track.films import write_film


def grey_steps(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    return [np.full((height, width, 3), 20 + 8 * i, np.uint8) for i in range(count)]


def test_frames_come_in_order_at_their_times(tmp_path: Path) -> None:
    times = (0.0, 0.04, 0.2, 0.24, 0.5)
    film = write_film(tmp_path / "film.mp4", grey_steps(5), times)
    frames = list(read_video(film))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.seconds for frame in frames] == pytest.approx(times, abs=2e-3)
    levels = [float(frame.rgb.mean()) for frame in frames]
    assert levels == pytest.approx([20, 28, 36, 44, 52], abs=3)
    assert frames[0].rgb.shape == (48, 64, 3)


def test_large_frames_are_shrunk(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", grey_steps(2, 64, 128))
    assert next(read_video(film, longest=32)).rgb.shape == (16, 32, 3)


@pytest.mark.parametrize("rotation", [0, 90, 180, -90])
def test_the_display_matrix_turns_the_frame(rotation: int) -> None:
    stored = np.zeros((20, 30, 3), np.uint8)
    stored[:5, :5, 0] = 255  # the corner at the upper left
    frame = SimpleNamespace(
        width=30, height=20, rotation=rotation, to_ndarray=lambda **_: stored.copy()
    )
    turned = video._pixels(frame, 1280)
    assert turned.shape == ((20, 30, 3) if rotation in (0, 180) else (30, 20, 3))
    corner = {0: (0, 0), 90: (-1, 0), 180: (-1, -1), -90: (0, -1)}[rotation]  # counter-clockwise
    assert turned[corner][0] == 255
    assert (turned[..., 0] == 255).sum() == 25


def test_a_film_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (96, 96, 3), np.uint8) for _ in range(30)]
    film = write_film(tmp_path / "film.mkv", frames)
    content = film.read_bytes()
    film.write_bytes(content[: len(content) // 2])
    assert 5 < len(list(read_video(film))) < 30


def test_no_film_is_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a film")
    whole = write_film(tmp_path / "whole.mp4", grey_steps(4)).read_bytes()
    headless = tmp_path / "headless.mp4"
    headless.write_bytes(whole[: len(whole) // 3])  # the index stands at the end
    for path in (text, headless, tmp_path / "absent.mp4", tmp_path):
        with pytest.raises(BadInput, match=path.name) as caught:
            next(read_video(path))
        assert str(caught.value).endswith(".")
        assert ". " not in str(caught.value)
        assert "\n" not in str(caught.value)
