"""Follow one face through a video or camera: frames in, observations out."""

from __future__ import annotations

import atexit
from functools import partial
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.detect import detect_faces
from models.portrait.resample import invert, similarity
from models.portrait.tasks import close_task, follow_landmarks, open_video_landmarker
from models.track.observation import Observation

_WINDOW_SIZE = 384
_WINDOW_IN_FACES = 3.0
_STRAY = 0.5
"""Way of the face from the window's middle, in faces, after which the window moves."""
_SEARCH_EVERY = 15
"""Lost frames between two thorough searches."""


class FaceTracker:
    """MediaPipe's landmarker with a memory, for one face; a context manager.

    Every tracker belongs to one source and one thread. The landmarker smooths its landmarks over
    time by itself (One Euro filter) and finds a lost face again.
    """

    def __init__(self, *, search: bool = True) -> None:
        """Load the landmarker. Raises MissingAsset without it.

        Args:
            search: look thoroughly, in tiles, for a face too small for the landmarker; that takes
                up to a second on the first frame and on every fifteenth lost one, so leave it out
                for live sources.
        """
        self._task: Any = open_video_landmarker()
        self._leave = partial(close_task, self._task, at_exit=True)
        atexit.register(self._leave)
        self._search = search
        self._milliseconds = 0
        self._following = False
        self._lost = 0
        self._window: NDArray[np.float64] | None = None

    def __enter__(self) -> Self:
        """Use the tracker for the length of a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Free the landmarker; the tracker cannot be used any more."""
        if self._task is not None:
            atexit.unregister(self._leave)
            close_task(self._task)
            self._task = None

    def read(self, rgb: NDArray[np.uint8], timestamp: float) -> Observation | None:
        """The face in the next frame, (H, W, 3) sRGB at ``timestamp`` seconds; None if it is lost.

        Times should grow; one that does not counts as a millisecond after the last.
        """
        found = self._read(rgb, timestamp)
        if found is None and self._window is not None:
            self._window = None
            found = self._read(rgb, timestamp)
        if found is None and self._search and self._lost % _SEARCH_EVERY == 0:
            self._window = _search_window(rgb)
            if self._window is not None:
                found = self._read(rgb, timestamp)
        if found is not None and not self._following:
            # The first reading comes from the detector's rough box, the next ones from the
            # landmarks before: settle, so that a rest frame is read as the following ones are.
            for _ in range(2):
                found = self._read(rgb, timestamp) or found
        self._following = found is not None
        self._lost = 0 if found is not None else self._lost + 1
        if found is not None and self._window is not None and self._strayed(found):
            self._window = _window_around(found.landmarks)
            self._read(rgb, timestamp)  # so that the landmarker's box belongs to the new window
        return found

    def _read(self, rgb: NDArray[np.uint8], timestamp: float) -> Observation | None:
        picture, matrix = rgb, self._window
        if matrix is not None:
            size = (_WINDOW_SIZE, _WINDOW_SIZE)
            picture = np.asarray(
                cv2.warpAffine(rgb, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
            )
        self._milliseconds = max(self._milliseconds + 1, round(timestamp * 1000))
        result = follow_landmarks(self._task, picture, self._milliseconds)
        if not result.face_landmarks:
            return None
        seen = _observation(result, picture.shape[1], picture.shape[0], timestamp)
        return seen if matrix is None else seen.mapped(invert(matrix))

    def _strayed(self, found: Observation) -> bool:
        assert self._window is not None
        middle = found.landmarks[:, :2].mean(0).astype(np.float64)
        inside = self._window[:, :2] @ middle + self._window[:, 2]
        away = np.linalg.norm(inside - _WINDOW_SIZE / 2) / _WINDOW_SIZE * _WINDOW_IN_FACES
        return bool(away > _STRAY)


def _observation(result: Any, width: int, height: int, timestamp: float) -> Observation:
    scale = np.array([width, height, width], np.float32)  # MediaPipe gives z in picture widths
    points = np.array([(p.x, p.y, p.z) for p in result.face_landmarks[0]], np.float32) * scale
    scores = [c.score for c in result.face_blendshapes[0] if c.category_name != "_neutral"]
    transform = np.asarray(result.facial_transformation_matrixes[0], np.float32)
    turn = transform[:3, :3]
    return Observation(
        timestamp=timestamp,
        landmarks=points,
        blendshapes=np.array([*scores, 0.0], np.float32),  # tongueOut is not estimated
        rotation=turn / np.linalg.norm(turn, axis=0, keepdims=True),
        translation=transform[:3, 3],
    )


def _search_window(rgb: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The window round the largest face of a thorough search."""
    faces = detect_faces(rgb.transpose(2, 0, 1).astype(np.float32) / np.float32(255))
    return _window_around(faces[0].landmarks) if faces else None


def _window_around(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    centre = ((low + high) / 2).astype(np.float64)
    side = _WINDOW_IN_FACES * float((high - low).max())
    return similarity(centre, np.array([1.0, 0.0]), side, _WINDOW_SIZE)
