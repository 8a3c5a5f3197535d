"""The layout of the window, kept from one start to the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from studio.session.folders import state_folder
from studio.session.stored import read_json, write_json
from studio.ui.docks import Docks

_SIZE_LIMIT = 1_000_000


def keep_layout(window: QMainWindow, docks: Docks) -> None:
    """Write size, place and docks for the next start. Raises ``BadInput`` when that fails."""
    parts = {"geometry": window.saveGeometry(), "docks": docks.arrangement()}
    document = {name: base64.b64encode(part.data()).decode() for name, part in parts.items()}
    write_json(_layout_path(), document)


def restore_layout(window: QMainWindow, docks: Docks) -> bool:
    """Bring back what ``keep_layout`` wrote; False when there is nothing usable."""
    try:
        document = read_json(_layout_path(), _SIZE_LIMIT)
        parts = {name: base64.b64decode(text) for name, text in _texts(document).items()}
    except (OSError, ValueError, binascii.Error):
        return False
    docks.restore(QByteArray(parts.get("docks", b"")))
    return window.restoreGeometry(QByteArray(parts.get("geometry", b"")))


def _texts(document: object) -> Mapping[str, str]:
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return {name: text for name, text in document.items() if isinstance(text, str)}


def _layout_path() -> Path:
    return state_folder() / "layout.json"
