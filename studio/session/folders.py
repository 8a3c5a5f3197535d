"""Where the studio keeps what is the user's but no document."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def state_folder() -> Path:
    """Recovery, recent files and layout. The variable TRIPTYCH_STATE puts it elsewhere."""
    chosen = os.environ.get("TRIPTYCH_STATE")
    if chosen:
        return Path(chosen)
    return Path(platformdirs.user_state_dir("triptych", appauthor=False))


def config_folder() -> Path:
    """Settings and own presets; with TRIPTYCH_STATE its folder ``config``."""
    chosen = os.environ.get("TRIPTYCH_STATE")
    if chosen:
        return Path(chosen) / "config"
    return Path(platformdirs.user_config_dir("triptych", appauthor=False))
