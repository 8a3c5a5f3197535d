"""How the person drives, kept from one start to the next."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from models.errors import BadInput
from studio.drive.settings import DriveSettings
from studio.drive.settings_json import read_settings, settings_document
from studio.session.folders import config_folder
from studio.session.stored import read_json, set_aside, write_json
from studio.ui.drive.choice import SourceChoice

_LARGEST = 1_000_000
_CHOICE = TypeAdapter(SourceChoice)


def keep(choice: SourceChoice, settings: DriveSettings) -> None:
    """Write what is set. Raises ``BadInput`` when that fails."""
    source = _CHOICE.dump_python(choice, mode="json")
    write_json(_path(), {"choice": source, **settings_document(settings)})


def kept() -> tuple[SourceChoice, DriveSettings]:
    """What was set last; a file that cannot be used is put aside, and all is as at first.

    The network is never opened by itself: that switch is off again.
    """
    try:
        found = dict(read_json(_path(), _LARGEST))
        choice = _CHOICE.validate_python(found.pop("choice"))
        settings = read_settings(found)
    except FileNotFoundError:
        return SourceChoice(), DriveSettings()
    except (OSError, KeyError, TypeError, ValueError, BadInput):
        with contextlib.suppress(OSError):
            set_aside(_path())
        return SourceChoice(), DriveSettings()
    return replace(choice, opened=False), settings


def _path() -> Path:
    return config_folder() / "drive.json"
