"""The sound of one film under the pictures of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

_CHUNK = 1024
"""Samples of one AAC frame."""
_LAYOUTS = {1: "mono"}
_RATES = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_BITS = 160_000


class Soundtrack:
    """Sound of a film, encoded as AAC beside pictures, from its first picture on.

    Sound that begins later gets silence before it, what comes before the first picture is cut.
    """

    def __init__(self, path: Path) -> None:
        """Open the film; it must have sound and picture (``film_facts``)."""
        self._source = av.open(str(path), metadata_errors="ignore")
        stream = self._source.streams.audio[0]
        self._first = _first_picture(path)
        self.rate = stream.rate if stream.rate in _RATES else _RATES[0]
        self.layout = _LAYOUTS.get(stream.channels, "stereo")
        self._pieces = self._decoded(stream)
        self._waiting: list[NDArray[np.float32]] = []
        self._count = 0
        self._sent = 0
        self._out: Any = None

    def join(self, film: Any) -> None:
        """Give an open film of PyAV, before anything is written, the track."""
        self._out = film.add_stream("aac", rate=self.rate, layout=self.layout)
        self._out.bit_rate = _BITS

    def write_until(self, film: Any, seconds: float) -> None:
        """Write the sound up to a time of the pictures."""
        wanted = int(seconds * self.rate) - self._sent
        while self._count < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting.append(piece)
            self._count += piece.shape[1]
        wanted = min(wanted, self._count)
        if wanted < 1:
            return
        sound = np.concatenate(self._waiting, axis=1)
        self._waiting, self._count = [sound[:, wanted:]], self._count - wanted
        for start in range(0, wanted, _CHUNK):
            self._encode(film, sound[:, start : min(start + _CHUNK, wanted)])

    def finish(self, film: Any) -> None:
        """Write what the encoder still holds, and let go of the source."""
        film.mux(self._out.encode(None))
        self.close()

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _encode(self, film: Any, sound: NDArray[np.float32]) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound), format="fltp", layout=self.layout
        )
        frame.rate, frame.pts = self.rate, self._sent
        self._sent += sound.shape[1]
        film.mux(self._out.encode(frame))

    def _decoded(self, stream: Any) -> Iterator[NDArray[np.float32]]:
        """(channels, n) samples from the first picture on, until the sound ends or breaks off."""
        resampler = av.AudioResampler(format="fltp", layout=self.layout, rate=self.rate)
        begun = False
        try:
            for frame in self._source.decode(stream):
                ahead = 0 if frame.time is None else round((frame.time - self._first) * self.rate)
                for piece in resampler.resample(frame):
                    sound = np.asarray(piece.to_ndarray(), np.float32)
                    if not begun and ahead + sound.shape[1] <= 0:
                        continue
                    if not begun:
                        sound = sound[:, max(-ahead, 0) :]
                        silence = np.zeros((len(sound), max(ahead, 0)), np.float32)
                        sound, begun = np.concatenate([silence, sound], axis=1), True
                    yield sound
        except (av.FFmpegError, OSError, ValueError):
            return


def _first_picture(path: Path) -> float:
    """Seconds at which the first picture is shown."""
    with av.open(str(path), metadata_errors="ignore") as film:
        for frame in film.decode(film.streams.video[0]):
            return float(frame.time) if frame.time is not None else 0.0
    return 0.0
