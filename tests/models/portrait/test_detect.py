"""Faces are found wherever they are, measured alike, and nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import BadInput
from models.portrait.detect import Face, choose_face, detect_faces
from models.portrait.plausible import Surroundings, disagreement, is_human_face

Floats = NDArray[np.float32]


def warped(picture: Floats, matrix: NDArray[np.float64], width: int, height: int) -> Floats:
    image = np.ascontiguousarray(picture.transpose(1, 2, 0))
    moved = cv2.warpAffine(image, matrix, (width, height), borderValue=(0.5, 0.5, 0.5))
    return np.ascontiguousarray(moved.transpose(2, 0, 1), np.float32)


def error(face: Face, expected: Floats) -> float:
    """Mean landmark distance as a share of the outer eye corners' distance."""
    eyes = float(np.hypot(*(expected[33] - expected[263])[:2]))
    distances = np.hypot(*(face.landmarks[:, :2] - expected[:, :2]).T)
    return float(distances.mean()) / eyes


def test_astronaut(astronaut_face: Face) -> None:
    face = astronaut_face
    assert face.landmarks.shape == (478, 3) and face.blendshapes.shape == (52,)
    assert face.transform.shape == (4, 4)
    nose = face.landmarks[1, :2]
    assert 200 < nose[0] < 250 and 90 < nose[1] < 150
    assert np.all((face.blendshapes >= 0) & (face.blendshapes <= 1))
    assert face.blendshapes[43:45].min() > 0.4, "she smiles: mouthSmileLeft and mouthSmileRight"
    assert not face.is_profile


@pytest.mark.parametrize("degrees", [25.0, -25.0, 90.0, 180.0])
def test_turned_pictures(astronaut: Floats, astronaut_face: Face, degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((255.5, 255.5), degrees, 0.8)
    (face, *_) = detect_faces(warped(astronaut, matrix, 512, 512))
    expected = astronaut_face.landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert error(face, expected.astype(np.float32)) < 0.04
    turned = (face.angles[2] - astronaut_face.angles[2] - degrees + 180) % 360 - 180
    assert abs(turned) < 4


def test_small_face_in_a_large_picture(astronaut: Floats, astronaut_face: Face) -> None:
    matrix = np.array([[0.6, 0.0, 1650.0], [0.0, 0.6, 1150.0]])
    (face,) = detect_faces(warped(astronaut, matrix, 2000, 1500))
    expected = astronaut_face.landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert error(face, expected.astype(np.float32)) < 0.04


def test_face_that_fills_the_frame(astronaut: Floats, astronaut_face: Face) -> None:
    left, top, right, bottom = astronaut_face.box.astype(int)
    tight = np.ascontiguousarray(astronaut[:, top - 4 : bottom + 4, left - 4 : right + 4])
    assert len(detect_faces(tight)) == 1


def test_several_faces_are_sorted_and_chosen(astronaut: Floats) -> None:
    matrix = np.array([[0.55, 0.0, 520.0], [0.0, 0.55, 200.0]])
    both = warped(astronaut, matrix, 820, 512)
    both[:, :, :512] = astronaut
    faces = detect_faces(both)
    assert len(faces) == 2 and faces[0].size > 1.5 * faces[1].size
    assert choose_face(faces, None, "both.png") is faces[0]
    assert choose_face(faces, 1, "both.png") is faces[1]
    with pytest.raises(BadInput, match=r"no face 2 in both\.png.*2 faces: use 0 to 1"):
        choose_face(faces, 2, "both.png")


def test_no_face() -> None:
    noise = np.random.default_rng(1).random((3, 200, 300), dtype=np.float32)
    assert detect_faces(noise) == []
    with pytest.raises(BadInput, match=r"no face found in noise\.png; try a larger"):
        choose_face([], None, "noise.png")


def test_implausible_readings_are_refused(astronaut_face: Face) -> None:
    steady = np.stack([astronaut_face.landmarks] * 3)
    assert disagreement(steady) == 0.0
    assert is_human_face(steady, astronaut_face.around)
    shaken = steady + np.array([0.0, 0.04, -0.04]).reshape(3, 1, 1) * astronaut_face.size
    assert not is_human_face(shaken.astype(np.float32), astronaut_face.around)
    scenery = np.zeros_like(astronaut_face.around.classes)
    scenery[0] = 1.0
    assert not is_human_face(steady, Surroundings(scenery, astronaut_face.around.matrix))
