"""What the person drops or pastes: files, pictures, poses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from studio.drive.suffixes import MOTION_SUFFIXES, VIDEO_SUFFIXES
from studio.ui.pixels import array_of

AVATAR_SUFFIX, PROJECT_SUFFIX = ".avatar", ".triptych"
PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif"),
)
_KNOWN = (AVATAR_SUFFIX, PROJECT_SUFFIX, *PHOTO_SUFFIXES, *VIDEO_SUFFIXES, *MOTION_SUFFIXES)
_PATH_LIMIT = 4000


@dataclass(frozen=True, eq=False)
class Incoming:
    """What came; exactly one of ``path``, ``picture`` and ``address`` is there.

    Attributes:
        path: a file of this computer, of any kind.
        picture: (H, W, 3) RGB uint8.
        address: of something on the web, which this program never fetches.
        files: how many files came with it.
    """

    path: Path | None = None
    picture: NDArray[np.uint8] | None = None
    address: str = ""
    files: int = 1


def incoming(data: QMimeData) -> Incoming | None:
    """What there is to open in a drop or on the clipboard; None for anything else.

    Of several files the first whose name is known.
    """
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if files:
        known = [path for path in files if path.suffix.lower() in _KNOWN]
        return Incoming(path=(known or files)[0], files=len(files))
    text = _line(data)
    if text and (path := _path(text)) is not None:
        return Incoming(path=path)
    if (picture := _picture(data)) is not None:
        return Incoming(picture=picture)
    addresses = [url.toString() for url in data.urls()] or [text]
    if addresses[0].lower().startswith(("http://", "https://")):
        return Incoming(address=addresses[0])
    return None


def can_come(data: QMimeData) -> bool:
    """Whether ``incoming`` finds something; asked often while something is dragged."""
    return data.hasImage() or data.hasUrls() or incoming(data) is not None


def _line(data: QMimeData) -> str:
    """Text of one line, else nothing."""
    text = data.text().strip().strip("\"'") if data.hasText() else ""
    return "" if len(text) > _PATH_LIMIT or "\n" in text else text


def _path(text: str) -> Path | None:
    """The file that a text names; one that is missing too if the text can be nothing else."""
    path = Path(QUrl(text).toLocalFile() if text.startswith("file:") else text).expanduser()
    known = path.suffix.lower() in _KNOWN
    whole = path.is_absolute() or text.startswith("file:")
    return path if known and (whole or path.is_file()) else None


def _picture(data: QMimeData) -> NDArray[np.uint8] | None:
    if not data.hasImage():
        return None
    image = data.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return None
    return array_of(image)
