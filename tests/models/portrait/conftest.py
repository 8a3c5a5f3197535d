"""The sample portrait that every installation has."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from models.portrait.detect import Face, detect_faces


@pytest.fixture(scope="session")
def astronaut() -> NDArray[np.float32]:
    """(3, 512, 512) float32 0..1."""
    picture = data.astronaut().transpose(2, 0, 1).astype(np.float32) / 255.0
    return np.ascontiguousarray(picture)


@pytest.fixture(scope="session")
def astronaut_face(astronaut: NDArray[np.float32]) -> Face:
    """The astronaut's own face."""
    (face,) = detect_faces(astronaut)
    return face
