"""What the person drops or pastes: files, pictures, poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from studio.ui.pixels import array_of

AVATAR_SUFFIX, PROJECT_SUFFIX = ".avatar", ".triptych"
PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".bmp"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif"),
)
_PATH_LIMIT = 4000


def can_open(path: Path) -> bool:
    """Whether the name looks like something that can be opened."""
    return path.suffix.lower() in (AVATAR_SUFFIX, PROJECT_SUFFIX, *PHOTO_SUFFIXES)


def file_in(data: QMimeData) -> Path | None:
    """The first file that can be opened: from a file manager, or written as a path."""
    for url in data.urls():
        if url.isLocalFile() and can_open(Path(url.toLocalFile())):
            return Path(url.toLocalFile())
    text = data.text().strip().strip("\"'") if data.hasText() else ""
    if not text or len(text) > _PATH_LIMIT or "\n" in text:
        return None
    path = Path(QUrl(text).toLocalFile() if text.startswith("file:") else text).expanduser()
    return path if can_open(path) and path.is_file() else None


def picture_in(data: QMimeData) -> NDArray[np.uint8] | None:
    """A copied picture as (H, W, 3) RGB uint8."""
    if not data.hasImage():
        return None
    image = data.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return None
    return array_of(image)
