"""What the other process can do. Arguments and results are plain values, arrays and paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tell = Callable[[str, float], None]
_FACE_SIDE = 128


@dataclass(frozen=True, eq=False)
class FoundFace:
    """A face in a photo.

    Attributes:
        index: for ``Avatar.build``; 0 is the largest.
        box: left, top, right, bottom as shares 0..1 of the photo.
        picture: (128, 128, 3) uint8, the face with some surroundings.
    """

    index: int
    box: tuple[float, float, float, float]
    picture: NDArray[np.uint8]


def prepare(tell: Tell) -> None:
    """Import and load what the other tasks need, ahead of time."""
    import models.avatar
    import models.build  # noqa: F401


def find_faces(tell: Tell, photo: Path | NDArray[np.generic]) -> tuple[FoundFace, ...]:
    """The faces of a photo, the largest first. Raises ``BadInput`` for an unusable photo."""
    from models.portrait.detect import detect_faces
    from models.portrait.read import picture_from_array, read_image

    tell("reading the photo", 0.0)
    picture = read_image(photo) if isinstance(photo, Path) else picture_from_array(photo)
    rgb = picture.over()
    tell("finding faces", 0.2)
    size = np.array([rgb.shape[2], rgb.shape[1]] * 2)
    found = []
    for index, face in enumerate(detect_faces(rgb)):
        left, top, right, bottom = (float(share) for share in face.box / size)
        found.append(FoundFace(index, (left, top, right, bottom), _around(rgb, face.box)))
    return tuple(found)


def build(
    tell: Tell,
    photo: Path | NDArray[np.generic],
    out: Path,
    face: int | None = None,
    head: str = "open",
    resolution: int = 256,
    device: str = "auto",
) -> None:
    """Build an avatar and save it as ``out``."""
    tell("loading the models", 0.0)
    from models.avatar import Avatar

    avatar = Avatar.build(
        photo, face=face, head=head, resolution=resolution, device=device, progress=tell
    )
    tell("saving", 1.0)
    avatar.save(out)


def _around(rgb: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A square of the photo around a face, with the edge repeated where it reaches beyond."""
    import cv2

    side = 1.7 * float(max(box[2] - box[0], box[3] - box[1]))
    left, top = (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2
    scale = _FACE_SIDE / side
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float64)
    pixels = np.ascontiguousarray(rgb.transpose(1, 2, 0))
    cut = cv2.warpAffine(
        pixels,
        matrix,
        (_FACE_SIDE, _FACE_SIDE),
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.rint(np.clip(cut, 0, 1) * 255).astype(np.uint8)


TASKS: Mapping[str, Callable[..., Any]] = {
    "prepare": prepare,
    "find_faces": find_faces,
    "build": build,
}
