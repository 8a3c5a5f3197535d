"""How the person drives, kept from one start to the next."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from models.pose import ARKIT_INDEX
from studio.drive.calibration import Calibration
from studio.drive.settings import STEADINESS, DriveSettings
from studio.session.folders import config_folder
from studio.session.pose_parts import PARTS
from studio.session.stored import read_json, set_aside, write_json
from studio.ui.drive.choice import SourceChoice

_LARGEST = 1_000_000


@dataclass(frozen=True)
class _Kept:
    choice: SourceChoice
    calibration: Calibration
    parts: frozenset[str] = frozenset(PARTS)
    steadiness: Annotated[float, Field(ge=0, le=1)] = STEADINESS


_ADAPTER = TypeAdapter(_Kept)


def keep(choice: SourceChoice, settings: DriveSettings) -> None:
    """Write what is set. Raises ``BadInput`` when that fails."""
    found = _Kept(choice, settings.calibration, settings.parts, settings.steadiness)
    write_json(_path(), _ADAPTER.dump_python(found, mode="json"))


def kept() -> tuple[SourceChoice, DriveSettings]:
    """What was set last; a file that cannot be used is put aside, and all is as at first.

    The network is never opened by itself: that switch is off again.
    """
    try:
        found = _ADAPTER.validate_python(read_json(_path(), _LARGEST))
        _check(found)
    except FileNotFoundError:
        return SourceChoice(), DriveSettings()
    except (OSError, ValueError):
        with contextlib.suppress(OSError):
            set_aside(_path())
        return SourceChoice(), DriveSettings()
    settings = DriveSettings(found.calibration, found.parts, found.steadiness)
    return replace(found.choice, opened=False), settings


def _check(found: _Kept) -> None:
    if not found.parts <= set(PARTS) or not set(found.calibration.channels) <= set(ARKIT_INDEX):
        raise ValueError("unknown parts or coefficients")


def _path() -> Path:
    return config_folder() / "drive.json"
