"""What an avatar is made of: the plain data behind the facade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Proxy
from models.camera import Camera
from models.plane_storage import StoredField
from models.pose import Pose
from models.triplane.decoder import Decoder

FloatArray = NDArray[np.float32]

STAGES = ("portrait", "fit", "reconstruct", "bake")
"""The stages of a build, in order."""


@dataclass(frozen=True)
class BuildReport:
    """How a build went.

    Attributes:
        seconds: by stage, in order.
        fit_error_percent: mean landmark distance over the distance of the outer eye corners.
        warnings: one sentence each.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    fit_error_percent: float = 0.0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourcePhoto:
    """The photo an avatar was built from, in eight bits as the file keeps it.

    Attributes:
        crop: (3, S, S) uint8 sRGB; matte: (1, S, S) uint8; valid: (1, S, S) bool, where the photo
            has pixels; background: (3, S, S) uint8, the scene without the person.
        camera: of the crop; pose: of the face in it.
    """

    crop: NDArray[np.uint8]
    matte: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    background: NDArray[np.uint8]
    camera: Camera
    pose: Pose


@dataclass(frozen=True)
class Origin:
    """Where an avatar comes from, for people and reports; JSON-ready.

    Attributes:
        name: of the photo, without folder and suffix.
        head: ``open`` or ``flame``; head_file: the FLAME file's name.
        shape: identity coefficients of that head.
        metres_per_unit: metric scale.
        made_with: program and version.
        licences: of what went into it, one sentence each.
        details: measurements by name.
    """

    name: str
    head: str
    head_file: str | None
    shape: tuple[float, ...]
    metres_per_unit: float
    made_with: str
    licences: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AvatarParts:
    """Everything that is saved and rendered.

    Attributes:
        proxy: the mesh and its rig.
        fields: by ``Part``.
        decoder: shared by all fields.
        source, origin, report: see there.
    """

    proxy: Proxy
    fields: tuple[StoredField, ...]
    decoder: Decoder
    source: SourcePhoto
    origin: Origin
    report: BuildReport
