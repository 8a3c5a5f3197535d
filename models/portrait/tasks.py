"""The two MediaPipe tasks that read a portrait, created once per process and kept.

MediaPipe and absl write start-up notes to the process's standard error from C++; they are
silenced here, so that the command line's own messages stay readable.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.assets import asset_path

MAX_FACES = 16
# One lock for both: the tasks are not re-entrant, and redirecting standard error is process-wide.
_lock = threading.RLock()


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send file descriptor 2 to the null device for the length of the block."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all, as in a windowed application
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(null)
        os.close(kept)


def _mediapipe() -> Any:
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import mediapipe

    return mediapipe


def _image(rgb: NDArray[np.uint8]) -> Any:
    mediapipe = _mediapipe()
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def _abandon(task: Any) -> None:
    """Leave a task's memory to the operating system when the interpreter ends.

    MediaPipe closes a task through a thread pool, which Python has shut down by then; without its
    handle the task has nothing to close and stays silent.
    """
    task._handle = None


@cache
def _landmarker(faces: int) -> Any:
    model = str(asset_path("face_landmarker"))
    with _quiet_stderr():
        _mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        task = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=model),
                num_faces=faces,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
        # The first call initialises more of the graph and writes notes of its own.
        task.detect(_image(np.zeros((64, 64, 3), np.uint8)))
    atexit.register(_abandon, task)
    return task


@cache
def _segmenter() -> Any:
    model = str(asset_path("selfie_multiclass"))
    with _quiet_stderr():
        _mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        task = vision.ImageSegmenter.create_from_options(
            vision.ImageSegmenterOptions(
                base_options=BaseOptions(model_asset_path=model),
                output_confidence_masks=True,
                output_category_mask=False,
            )
        )
        task.segment(_image(np.zeros((64, 64, 3), np.uint8)))
    atexit.register(_abandon, task)
    return task


def open_video_landmarker() -> Any:
    """A new MediaPipe FaceLandmarker that follows one face from frame to frame.

    Unlike the shared tasks it has a memory, so every video needs its own; close it after use.
    """
    model = str(asset_path("face_landmarker"))
    with _lock, _quiet_stderr():
        _mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        task = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=model),
                running_mode=vision.RunningMode.VIDEO,
                num_faces=1,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
        task.detect_for_video(_image(np.zeros((64, 64, 3), np.uint8)), 0)
    return task


def follow_landmarks(task: Any, rgb: NDArray[np.uint8], milliseconds: int) -> Any:
    """MediaPipe's FaceLandmarkerResult for the next (H, W, 3) frame; times must grow."""
    return task.detect_for_video(_image(rgb), milliseconds)


def close_task(task: Any, *, at_exit: bool = False) -> None:
    """Free a task's memory; ``at_exit``, when threads are gone, leave it to the system."""
    if at_exit:
        _abandon(task)
    else:
        task.close()


def detect_landmarks(rgb: NDArray[np.uint8], faces: int = MAX_FACES) -> Any:
    """MediaPipe's FaceLandmarkerResult for one (H, W, 3) sRGB picture."""
    with _lock:
        return _landmarker(faces).detect(_image(rgb))


def segment_classes(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Class probabilities (6, H, W) of one (H, W, 3) sRGB picture.

    Order: background, hair, body skin, face skin, clothes, other (glasses, jewellery, hats).
    """
    with _lock:
        result = _segmenter().segment(_image(rgb))
        masks = [np.array(m.numpy_view(), np.float32) for m in result.confidence_masks]
    return np.stack([m.reshape(rgb.shape[:2]) for m in masks])
