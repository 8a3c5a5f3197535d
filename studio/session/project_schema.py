"""What may stand in a `.triptych` file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.avatar_schema import FiniteJson
from studio.session.look import (
    RESOLUTION_RANGE,
    SAMPLES_RANGE,
    BackgroundKind,
    Branch,
    ViewMode,
)
from studio.session.view import FOV_RANGE, PAN_RANGE, ZOOM_RANGE

PROJECT_VERSION = 2
"""1 is everything but ``shape`` and ``driving``, which came with 2."""

_Path = Annotated[str, Field(min_length=1, max_length=4000)]
_Name = Annotated[str, Field(max_length=200)]
_Shape = Annotated[float, Field(ge=-100, le=100)]
_Pan = Annotated[float, Field(ge=PAN_RANGE[0], le=PAN_RANGE[1])]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AvatarReference(_Strict):
    """Which avatar a project shows.

    A relative path (with forward slashes) is relative to the project's folder. ``unsaved`` marks
    the copy of an avatar that its user never saved, in a recovery folder.
    """

    path: _Path
    name: _Name = ""
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    unsaved: bool = False


class ViewDocument(_Strict):
    """``studio.session.view.View``."""

    base: Literal["source", "front"] = "source"
    yaw: Annotated[float, Field(ge=-180, le=180)] = 0.0
    pitch: Annotated[float, Field(ge=-180, le=180)] = 0.0
    zoom: Annotated[float, Field(ge=ZOOM_RANGE[0], le=ZOOM_RANGE[1])] = 1.0
    pan_x: _Pan = 0.0
    pan_y: _Pan = 0.0


class LookDocument(_Strict):
    """``studio.session.look.Look``."""

    mode: ViewMode = ViewMode.FINAL
    background: BackgroundKind = BackgroundKind.PHOTO
    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] = "#808080"
    image: _Path | None = None
    fov: Annotated[float, Field(ge=FOV_RANGE[0], le=FOV_RANGE[1])] | None = None
    samples: Annotated[int, Field(ge=SAMPLES_RANGE[0], le=SAMPLES_RANGE[1])] = 2
    resolution: Annotated[int, Field(ge=RESOLUTION_RANGE[0], le=RESOLUTION_RANGE[1])] = 512
    branches: Annotated[list[Branch], Field(max_length=len(Branch))] = Field(
        default_factory=lambda: list(Branch)
    )


class BehaviourDocument(_Strict):
    """``studio.session.state.Behaviour``."""

    eyes_linked: bool = True
    look_at_camera: bool = False
    auto_blink: bool = False
    sides_linked: bool = False


class ProjectDocument(_Strict):
    """A project.

    ``pose`` and ``presets`` are as ``Pose.to_json`` writes them. ``timeline`` and ``driving``
    are carried along unread, so that a program that knows nothing of takes loses none.
    """

    format: Literal["triptych project"]
    version: Annotated[int, Field(ge=1, strict=True)]
    made_with: _Name = ""
    avatar: AvatarReference | None = None
    shape: Annotated[list[_Shape], Field(max_length=100)] = Field(default_factory=list)
    pose: dict[str, FiniteJson] = Field(default_factory=dict)
    view: ViewDocument = Field(default_factory=ViewDocument)
    look: LookDocument = Field(default_factory=LookDocument)
    behaviour: BehaviourDocument = Field(default_factory=BehaviourDocument)
    presets: dict[str, FiniteJson] = Field(default_factory=dict)
    timeline: dict[str, FiniteJson] | None = None
    driving: dict[str, FiniteJson] | None = None
