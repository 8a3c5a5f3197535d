"""Transfer, arming and smoothing as JSON: what undo, projects and preferences keep of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from models.errors import BadInput
from models.pose import ARKIT_INDEX
from studio.drive.calibration import Calibration
from studio.drive.settings import STEADINESS, DriveSettings
from studio.session.pose_parts import PARTS


@dataclass(frozen=True)
class _Document:
    calibration: Calibration = field(default_factory=Calibration)
    parts: frozenset[str] = frozenset(PARTS)
    steadiness: Annotated[float, Field(ge=0, le=1)] = STEADINESS
    rest: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def __post_init__(self) -> None:
        """Refuse unknown parts and coefficients, ``ValueError``."""
        unknown = {*self.parts} - {*PARTS} | {*self.calibration.channels} - {*ARKIT_INDEX}
        if unknown:
            raise ValueError(f"nothing is called {min(unknown)[:80]}")


def settings_document(settings: DriveSettings) -> dict[str, Any]:
    """JSON-ready; the preset that is shown for a moment is not kept."""
    found = _Document(settings.calibration, settings.parts, settings.steadiness, settings.rest)
    document: dict[str, Any] = _adapter().dump_python(found, mode="json")
    # Sets have no order: equal settings are equal documents.
    return {**document, "parts": sorted(document["parts"])}


def read_settings(document: Mapping[str, Any]) -> DriveSettings:
    """Read what ``settings_document`` gives. Raises ``BadInput`` in one sentence."""
    try:
        found = _adapter().validate_python(dict(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:80]
        sentence = f"The settings of driving are damaged ({place}: {first['msg']}); set them anew."
        raise BadInput(sentence) from None
    return DriveSettings(found.calibration, found.parts, found.steadiness, found.rest)


@cache
def _adapter() -> TypeAdapter[_Document]:
    return TypeAdapter(_Document)
