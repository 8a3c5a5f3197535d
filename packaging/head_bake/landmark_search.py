"""Find MediaPipe's 468 mesh landmarks on the average head.

The landmarker runs on random textured heads; each landmark goes to the median place it hits.
That is wrong at the inner lips and lids, where a picture's edge hides the surface: those
landmarks are put on the rim of the eye opening and on the line between the lips.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from head_bake.identity import COMPONENTS, IdentitySpace
from head_bake.makehuman import Floats, Ints
from head_bake.views import TexturedHead, portrait, read_skin
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER, LID_LEFT, LID_RIGHT
from models.render.zbuffer import Hits

COUNT = 468
_HEADS = 60
_SIZE = 768
_CLOSE_SIZE, _CLOSE_SCALE = 1400, 900.0
_LID_CORNERS = (33, 133, 263, 362)
_INNER_CORNERS = (133, 362)
_BESIDE_INNER_CORNER = (155, 173, 382, 398)
_LIP_PAIRS = tuple(zip(INNER_LIPS_UPPER[1:-1], INNER_LIPS_LOWER[1:-1], strict=True))
_LIP_HALF = ((415, 191), (324, 95))
"""Next to the left mouth corner the lip line cannot be told; the right side's place is mirrored."""
_MIDDLE_LIP = 13


class Landmarker:
    """MediaPipe's face landmarker at its default settings."""

    def __init__(self, model: Path) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._mediapipe: Any = mediapipe
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model))
        )
        self._task = vision.FaceLandmarker.create_from_options(options)

    def close(self) -> None:
        """Free the task; MediaPipe complains when the interpreter does it."""
        self._task.close()

    def detect(self, picture: Floats) -> Floats | None:
        """(478, 2) in pixels of an (H, W, 3) picture, or None when there is no face."""
        data = np.ascontiguousarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=data)
        faces = self._task.detect(image).face_landmarks
        if not faces:
            return None
        return np.array([[mark.x, mark.y] for mark in faces[0]]) * data.shape[1::-1]


def find_landmarks(
    space: IdentitySpace,
    head: TexturedHead,
    skins: list[Path],
    landmarker: Landmarker,
    jaw_open: Floats,
    *,
    seed: int = 1,
) -> tuple[Floats, NDArray[np.int64]]:
    """Places (468, 3) of the landmarks on the average head, and the mirrored landmark (468,).

    Args:
        space: identity space.
        head: the cut mesh.
        skins: textures; each random head wears one.
        landmarker: MediaPipe's.
        jaw_open: (n, 3) displacement that opens the jaw; it tells lower from upper lip.
        seed: of the random heads.
    """
    rough = _rough_landmarks(space, head, skins, landmarker, seed)
    flip = np.array([-1.0, 1.0, 1.0])
    mirror = _mirrored_landmarks(rough, rough * flip)
    view = _CloseView(space, head, read_skin(skins[0]), jaw_open)
    marks = view.on_lips(view.on_lids(rough))
    marks[list(_INNER_CORNERS)] = rough[list(_INNER_CORNERS)]
    beside = list(_BESIDE_INNER_CORNER)
    marks[beside] = 0.5 * (marks[beside] + rough[beside])
    for left, right in _LIP_HALF:
        marks[left] = marks[right] * flip
    return 0.5 * (marks + marks[mirror] * flip), mirror


def _mirrored_landmarks(marks: Floats, flipped: Floats) -> NDArray[np.int64]:
    """Landmark (468,) at the mirrored place of each.

    Nearest overall, except where lips or lids nearly touch and upper and lower could be confused.
    """
    distance = np.linalg.norm(marks[:, None] - flipped[None], axis=2)
    pairs = [
        *zip(LID_RIGHT, LID_LEFT, strict=True),
        *zip(INNER_LIPS_UPPER, INNER_LIPS_UPPER[::-1], strict=True),
        *zip(INNER_LIPS_LOWER, INNER_LIPS_LOWER[::-1], strict=True),
    ]
    for a, b in pairs:
        distance[a, b] = distance[b, a] = -1.0
    mirror: NDArray[np.int64] = linear_sum_assignment(distance)[1]
    if (mirror[mirror] != np.arange(COUNT)).any():
        raise RuntimeError("the landmarks found are not symmetric")
    return mirror


def _rough_landmarks(
    space: IdentitySpace,
    head: TexturedHead,
    skins: list[Path],
    landmarker: Landmarker,
    seed: int,
) -> Floats:
    """Median place (468, 3) on the average head over random heads, skins and views."""
    textures = [read_skin(path) for path in skins]
    average = space.mean[: space.skin_count]
    rng = np.random.default_rng(seed)
    places: list[list[Floats]] = [[] for _ in range(COUNT)]
    for _ in range(_HEADS):
        shape = rng.normal(0, 0.6, COMPONENTS)
        yaw, pitch = rng.uniform(-18, 18), rng.uniform(-12, 12)
        skin = textures[rng.integers(len(textures))]
        picture, hits = portrait(space, head, skin, shape, yaw=yaw, pitch=pitch, size=_SIZE)
        marks = landmarker.detect(picture)
        if marks is None:
            continue
        for place, (column, row) in zip(places, marks[:COUNT].astype(int), strict=True):
            if 0 <= column < _SIZE and 0 <= row < _SIZE:
                triangle = hits.triangle[row, column]
                if 0 <= triangle < len(head.faces):
                    weights = hits.barycentric[row, column]
                    place.append(weights @ average[head.faces[triangle]])
    sparse = [i for i, place in enumerate(places) if len(place) < 6]
    if sparse:
        raise RuntimeError(f"landmarks {sparse} were seen on fewer than 6 heads")
    return np.array([np.median(place, axis=0) for place in places])


class _CloseView:
    """A large frontal picture of the average head: which place each pixel shows."""

    def __init__(
        self, space: IdentitySpace, head: TexturedHead, skin: Floats, jaw_open: Floats
    ) -> None:
        _, hits = portrait(
            space, head, skin, np.zeros(COMPONENTS), size=_CLOSE_SIZE, scale=_CLOSE_SCALE
        )
        on_skin = (hits.triangle >= 0) & (hits.triangle < len(head.faces))
        self._skin = on_skin
        self._eye = hits.triangle >= len(head.faces)
        self._place = _spread(hits, head.faces, on_skin, space.mean[: space.skin_count])
        self._jaw = _spread(hits, head.faces, on_skin, jaw_open)[..., 1]
        self._eyes = [space.mean[space.point(f"eye_{side}")] for side in ("right", "left")]

    def on_lids(self, marks: Floats) -> Floats:
        """Put the lid landmarks on the rim of the eye opening, in their direction from the eye."""
        beside = cv2.dilate(self._eye.astype(np.uint8), np.ones((3, 3))) > 0
        rim = self._place[beside & ~self._eye & self._skin]
        out = marks.copy()
        for ring, side, eye in zip((LID_RIGHT, LID_LEFT), (-1, 1), self._eyes, strict=True):
            own = rim[np.sign(rim[:, 0]) == side]
            angles = np.arctan2(own[:, 1] - eye[1], own[:, 0] - eye[0])
            for i in ring:
                if i in _LID_CORNERS:
                    extreme = np.argmin if marks[i, 0] < eye[0] else np.argmax
                    out[i] = own[extreme(own[:, 0])]
                    continue
                angle = np.arctan2(marks[i, 1] - eye[1], marks[i, 0] - eye[0])
                apart = np.abs((angles - angle + np.pi) % (2 * np.pi) - np.pi)
                out[i] = own[np.argsort(apart)[:5]].mean(0)
        return out

    def on_lips(self, marks: Floats) -> Floats:
        """Put inner-lip landmarks just above and below the place where the jaw's motion jumps."""
        middle = marks[_MIDDLE_LIP, 1]
        near = self._skin & (np.abs(self._place[..., 1] - middle) < 0.3)
        across = self._column_positions(middle)
        out = marks.copy()
        for upper, lower in _LIP_PAIRS:
            wanted = 0.5 * (marks[upper, 0] + marks[lower, 0])
            column = int(np.nanargmin(np.abs(across - wanted)))
            rows = np.nonzero(near[:, column])[0]
            jump = int(np.argmin(np.diff(self._jaw[rows, column])))
            out[upper] = self._place[rows[jump] - 1, column]
            out[lower] = self._place[rows[jump + 1] + 1, column]
        return out

    def _column_positions(self, middle: float) -> Floats:
        """Median x (W,) of each pixel column at the height of the mouth, NaN off the face."""
        close = self._skin & (np.abs(self._place[..., 1] - middle) < 0.25)
        columns = [self._place[close[:, i], i, 0] for i in range(_CLOSE_SIZE)]
        return np.array([np.median(x) if len(x) else np.nan for x in columns])


def _spread(hits: Hits, faces: Ints, where: NDArray[np.bool_], values: Floats) -> Floats:
    """Vertex values (n, 3) at the pixels in ``where``, zero elsewhere."""
    out = np.zeros((*where.shape, 3))
    corners = values[faces[hits.triangle[where]]]
    out[where] = np.einsum("nc,ncd->nd", hits.barycentric[where], corners)
    return out
