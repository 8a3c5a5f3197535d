"""Preferences: one model whose fields carry title, range and description.

The preferences window is generated from ``Settings.model_fields``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.session.folders import config_folder
from studio.session.stored import read_json, set_aside, write_json

_SIZE_LIMIT = 1_000_000


def _group(name: str) -> dict[str, Any]:
    return {"group": name}


_WINDOW, _PICTURE, _FILES = _group("Window"), _group("Picture"), _group("Files")
_HIDDEN: dict[str, Any] = {"group": None}


class Settings(BaseModel):
    """Preferences, with what their window shows of a field.

    ``json_schema_extra`` has its page as ``group`` (None is not shown), what 0 means as ``zero``,
    and for a path the patterns of its ``files``; ``examples`` are offered, others can be typed.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    theme: Literal["system", "dark", "light"] = Field(
        default="system",
        title="Theme",
        description="Colours of the window; system follows the desktop.",
        json_schema_extra=_WINDOW,
    )
    undo_limit: int = Field(
        default=200,
        ge=10,
        le=2000,
        title="Undo steps",
        description="How many steps can be taken back.",
        json_schema_extra=_WINDOW,
    )
    auto_blink: bool = Field(
        default=False,
        title="Blink by itself",
        description="New sessions begin with eyes that blink now and then.",
        json_schema_extra=_WINDOW,
    )
    device: str = Field(
        default="auto",
        max_length=40,
        title="Device",
        description="Where pictures are computed; auto takes the fastest that works.",
        examples=["auto", "cpu", "cuda", "mps"],
        json_schema_extra=_PICTURE,
    )
    full_resolution: int = Field(
        default=512,
        ge=128,
        le=2048,
        multiple_of=32,
        title="Full resolution",
        description="Pixels along a side of the picture at rest.",
        json_schema_extra=_PICTURE,
    )
    interactive_resolution: int = Field(
        default=0,
        ge=0,
        le=1024,
        multiple_of=32,
        title="Resolution while moving",
        description="Pixels along a side while something moves.",
        json_schema_extra={**_PICTURE, "zero": "As fast as this computer allows"},
    )
    samples: int = Field(
        default=2,
        ge=1,
        le=16,
        title="Samples per ray",
        description="More samples are smoother and slower.",
        json_schema_extra=_PICTURE,
    )
    rest_delay_ms: int = Field(
        default=60,
        ge=0,
        le=1000,
        title="Rest delay (ms)",
        description="How long everything must stand still before full resolution is rendered.",
        json_schema_extra=_PICTURE,
    )
    autosave_minutes: float = Field(
        default=1.0,
        ge=0,
        le=60,
        title="Autosave (minutes)",
        description="How often unsaved work is kept for recovery after a crash.",
        json_schema_extra={**_FILES, "zero": "Never"},
    )
    recent_limit: int = Field(
        default=24,
        ge=0,
        le=100,
        title="Recent files",
        description="How many files the library remembers.",
        json_schema_extra=_FILES,
    )
    head_file: str = Field(
        default="",
        max_length=1000,
        title="FLAME file",
        description=(
            "A FLAME head (.pkl or .npz) of yours for new avatars, and for FLAME motion that moves "
            "others; empty is the open head."
        ),
        json_schema_extra={**_FILES, "files": "*.pkl *.npz"},
    )
    consent_shown: bool = Field(
        default=False, title="Consent notice seen", json_schema_extra=_HIDDEN
    )

    @property
    def flame_file(self) -> Path | None:
        """``head_file`` as a path, None without one."""
        return Path(self.head_file) if self.head_file else None


def settings_path() -> Path:
    """The file of this user."""
    return config_folder() / "settings.json"


def load_settings(path: Path | None = None) -> tuple[Settings, str | None]:
    """The settings, and a sentence to show when the file was damaged and set aside."""
    path = settings_path() if path is None else path
    try:
        document = read_json(path, _SIZE_LIMIT)
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        reason = error.strerror or error
        return Settings(), f"{path} cannot be read ({reason}); the defaults are used."
    except ValueError:
        return Settings(), _damaged(path, "is not JSON")
    try:
        return Settings.model_validate(document), None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:80]
        return Settings(), _damaged(path, f"{place}: {first['msg']}" if place else first["msg"])


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the settings. Raises ``BadInput`` when that fails."""
    write_json(settings_path() if path is None else path, settings.model_dump(mode="json"))


def changed_settings(settings: Settings, **values: Any) -> Settings:
    """A checked copy with other values. Raises ``pydantic.ValidationError`` for a bad one."""
    return Settings.model_validate({**settings.model_dump(), **values})


def _damaged(path: Path, what: str) -> str:
    try:
        kept = f"it was kept as {set_aside(path).name}"
    except OSError:
        kept = "it could not be moved away"
    return f"{path} is damaged ({what}); {kept} and the defaults are used."
