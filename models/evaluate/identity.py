"""CSIM: does the picture still show the same person?

The cosine of two face embeddings, as in Zakharov et al. (ICCV 2019) and the tables of GOHA and
Portrait4D, with SFace (Zhong et al., "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face
Recognition", IEEE TIP 2021) in the place of ArcFace. Roughly: above .9 the same picture, .75 the
same person, below .36 two people. Faces are aligned to 112 x 112 crops by five points, from the
YuNet detector where that asset is installed and otherwise from the face landmarker.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.assets import asset_path, find_asset
from models.errors import BadInput
from models.evaluate.metrics import Image
from models.portrait.detect import detect_faces

Embedding = NDArray[np.float32]
FivePoints = NDArray[np.float32]

_SCORE = 0.6
_IRIS_RIGHT, _IRIS_LEFT, _NOSE_TIP, _MOUTH_RIGHT, _MOUTH_LEFT = 468, 473, 1, 61, 291


class FaceEmbedder:
    """SFace behind a five-point aligner; one instance serves any number of pictures."""

    def __init__(
        self, recognizer: cv2.FaceRecognizerSF, detector: cv2.FaceDetectorYN | None
    ) -> None:
        """Take loaded networks; without a detector the face landmarker finds the points."""
        self._recognizer = recognizer
        self._detector = detector

    @classmethod
    def load(cls, sface: Path, yunet: Path | None) -> FaceEmbedder:
        """Load the networks of two files. Raises BadInput for a file that is no such network."""
        level = cv2.utils.logging.getLogLevel()
        # OpenCV 5 warns on every load that its new engine ignores a default it sets itself.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        try:
            recognizer = cv2.FaceRecognizerSF.create(str(sface), "")
            if yunet is None:
                return cls(recognizer, None)
            detector = cv2.FaceDetectorYN.create(str(yunet), "", (320, 320), _SCORE)
            return cls(recognizer, detector)
        except cv2.error as error:
            names = sface.name if yunet is None else f"{sface.name} or {yunet.name}"
            raise BadInput(
                f"{names} in {sface.parent} is not a usable network file; fetch it again with "
                "`triptych assets fetch sface yunet`."
            ) from error
        finally:
            cv2.utils.logging.setLogLevel(level)

    def five_points(self, image: Image) -> FivePoints | None:
        """Eyes, nose and mouth corners (5,2) of the largest face in (3,H,W), in pixels.

        The subject's right eye comes first, then left eye, nose tip, right and left mouth corner.
        None when there is no face.
        """
        if self._detector is None:
            return _points_from_landmarker(image)
        pixels = _bgr(image)
        self._detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        _, faces = self._detector.detect(pixels)
        if faces is None or len(faces) == 0:
            return None
        largest = max(faces, key=lambda row: float(row[2] * row[3]))
        return np.asarray(largest[4:14], np.float32).reshape(5, 2)

    def embed(self, image: Image) -> Embedding | None:
        """Unit embedding (128,) of the largest face in (3,H,W) sRGB 0..1, None without a face."""
        points = self.five_points(image)
        if points is None:
            return None
        # OpenCV takes a detection row; its alignment reads only the ten point coordinates.
        row = np.concatenate((np.zeros(4, np.float32), points.reshape(-1), np.ones(1, np.float32)))
        crop = self._recognizer.alignCrop(_bgr(image), row.reshape(1, -1))
        feature = np.asarray(self._recognizer.feature(crop), np.float32).reshape(-1)
        return feature / max(float(np.linalg.norm(feature)), 1e-12)


def _bgr(image: Image) -> NDArray[np.uint8]:
    pixels = (np.clip(image, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(pixels[::-1].transpose(1, 2, 0))


def _points_from_landmarker(image: Image) -> FivePoints | None:
    faces = detect_faces(image)
    if not faces:
        return None
    order = (_IRIS_RIGHT, _IRIS_LEFT, _NOSE_TIP, _MOUTH_RIGHT, _MOUTH_LEFT)
    return np.asarray(faces[0].landmarks[list(order), :2], np.float32)


@lru_cache(maxsize=2)
def _embedder(sface: Path, yunet: Path | None) -> FaceEmbedder:
    return FaceEmbedder.load(sface, yunet)


def load_embedder() -> FaceEmbedder:
    """The embedder of the installed assets. Raises MissingAsset when ``sface`` is absent."""
    return _embedder(asset_path("sface"), find_asset("yunet"))


def cosine(a: Embedding | None, b: Embedding | None) -> float | None:
    """Cosine similarity of two unit embeddings, None when either picture had no face."""
    return None if a is None or b is None else float(np.dot(a, b))


def identity_similarity(a: Image, b: Image) -> float | None:
    """CSIM of the largest faces of two images (3,H,W), -1..1; None when either has no face.

    Raises MissingAsset when the asset ``sface`` is absent.
    """
    embedder = load_embedder()
    return cosine(embedder.embed(a), embedder.embed(b))
