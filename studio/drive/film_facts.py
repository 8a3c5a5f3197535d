"""How long and how fast a film is, without decoding it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from models.errors import BadInput

_RATES = (1.0, 240.0)
_USUAL_RATE = Fraction(25)


@dataclass(frozen=True)
class FilmFacts:
    """Frames per second as a fraction, seconds where the file says so, and whether it sounds."""

    frame_rate: Fraction
    duration: float | None
    sound: bool

    @property
    def rate(self) -> float:
        """Frames per second."""
        return float(self.frame_rate)


def film_facts(path: Path) -> FilmFacts:
    """Look at a video file. Raises ``BadInput`` when it is none."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a video file.")
    if not path.is_file():
        raise BadInput(f"{path} does not exist; check the name.")
    if path.stat().st_size == 0:
        raise BadInput(f"{path} is empty; use another copy.")
    try:
        with av.open(str(path), metadata_errors="ignore") as film:
            if not film.streams.video:
                raise BadInput(f"{path} has no picture; name a video file.")
            stream = film.streams.video[0]
            rate = stream.average_rate or _USUAL_RATE
            rate = rate if _RATES[0] <= rate <= _RATES[1] else _USUAL_RATE
            seconds = _seconds(stream.duration, stream.time_base)
            if seconds is None:
                seconds = _seconds(film.duration, Fraction(1, av.time_base))
            return FilmFacts(Fraction(rate), seconds, bool(film.streams.audio))
    except (av.FFmpegError, OSError, ValueError):
        raise BadInput(
            f"{path} is not a video that can be read; convert it to MP4 (H.264)."
        ) from None


def _seconds(ticks: int | None, tick: Fraction | None) -> float | None:
    return float(ticks * tick) if ticks is not None and tick is not None and ticks > 0 else None
