"""CSIM plumbing with a fake recognizer, and the real one where its weights are."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from skimage.data import astronaut

from models.assets import find_asset
from models.errors import BadInput, MissingAsset
from models.evaluate import identity
from models.evaluate.identity import FaceEmbedder, cosine, identity_similarity


class FakeRecognizer:
    """Remembers the alignment rows; a crop's feature is its mean colour, BGR."""

    def __init__(self) -> None:
        self.rows: list[np.ndarray] = []

    def alignCrop(self, image: np.ndarray, row: np.ndarray) -> np.ndarray:
        self.rows.append(row)
        return image

    def feature(self, crop: np.ndarray) -> np.ndarray:
        return crop.reshape(-1, 3).mean(axis=0)[None].astype(np.float32)


class FakeDetector:
    """Finds a small face on the left and a large one on the right of every picture not black."""

    def setInputSize(self, size: tuple[int, int]) -> None:
        self.size = size

    def detect(self, image: np.ndarray) -> tuple[int, np.ndarray | None]:
        assert image.shape[:2] == self.size[::-1]
        if image.max() == 0:
            return 1, None
        small, large = np.zeros(15, np.float32), np.zeros(15, np.float32)
        small[:4], large[:4] = (0, 0, 5, 5), (10, 0, 20, 20)
        small[4:14], large[4:14] = 1, np.arange(10)
        return 1, np.stack((small, large))


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> FaceEmbedder:
    embedder = FaceEmbedder(FakeRecognizer(), FakeDetector())
    monkeypatch.setattr(identity, "load_embedder", lambda: embedder)
    return embedder


def plain(red: float, green: float, blue: float) -> np.ndarray:
    colour = np.array((red, green, blue), np.float32)[:, None, None]
    return np.broadcast_to(colour, (3, 24, 40)).copy()


def test_cosine_of_the_embeddings(embedder: FaceEmbedder) -> None:
    assert identity_similarity(plain(1, 0, 0), plain(0.5, 0, 0)) == pytest.approx(1)
    assert identity_similarity(plain(1, 0, 0), plain(0, 1, 0)) == pytest.approx(0)
    expected = np.cos(np.pi / 4)
    assert identity_similarity(plain(1, 0, 0), plain(1, 1, 0)) == pytest.approx(expected)


def test_embedding_is_unit_and_bgr(embedder: FaceEmbedder) -> None:
    found = embedder.embed(plain(0.2, 0, 0.6))
    assert found is not None
    assert found == pytest.approx(np.array((0.6, 0, 0.2)) / np.hypot(0.6, 0.2), abs=1e-3)


def test_largest_face_is_aligned_by_its_points(embedder: FaceEmbedder) -> None:
    embedder.embed(plain(1, 1, 1))
    (row,) = embedder._recognizer.rows
    assert row.shape == (1, 15)
    assert row[0, 4:14].tolist() == list(range(10))


def test_no_face_is_none(embedder: FaceEmbedder) -> None:
    assert identity_similarity(plain(0, 0, 0), plain(1, 0, 0)) is None
    assert cosine(np.ones(128, np.float32), None) is None


def test_points_from_the_landmarker(
    embedder: FaceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = np.arange(478 * 3, dtype=np.float32).reshape(478, 3)
    monkeypatch.setattr(embedder, "_detector", None)
    monkeypatch.setattr(identity, "detect_faces", lambda image: [SimpleNamespace(landmarks=points)])
    found = embedder.five_points(plain(1, 1, 1))
    assert found is not None
    assert found.tolist() == points[[468, 473, 1, 61, 291], :2].tolist()
    monkeypatch.setattr(identity, "detect_faces", lambda image: [])
    assert embedder.embed(plain(1, 1, 1)) is None


def test_missing_and_damaged_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Path:
        raise MissingAsset(f"{name} is not installed.")

    monkeypatch.setattr(identity, "asset_path", absent)
    with pytest.raises(MissingAsset, match="sface"):
        identity_similarity(plain(1, 0, 0), plain(1, 0, 0))
    broken = tmp_path / "sface.onnx"
    broken.write_bytes(b"not a network")
    with pytest.raises(BadInput, match=r"sface\.onnx"):
        FaceEmbedder.load(broken, None)


@pytest.mark.skipif(
    find_asset("sface") is None or find_asset("yunet") is None, reason="optional weights"
)
def test_real_weights() -> None:
    face = astronaut()[:256, 96:352].transpose(2, 0, 1).astype(np.float32) / 255
    mirrored = np.ascontiguousarray(face[:, :, ::-1])
    assert identity_similarity(face, face) == pytest.approx(1, abs=1e-4)
    assert (identity_similarity(face, mirrored) or 0) > 0.8
    assert identity_similarity(face, np.full_like(face, 0.5)) is None
