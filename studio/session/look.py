"""How the avatar is shown: view mode, background, lens and quality."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ViewMode(StrEnum):
    """What the viewport shows."""

    FINAL = "final"
    CANONICAL = "canonical"
    CANONICAL_EXPRESSION = "canonical-expression"
    APPEARANCE = "appearance"
    COMPENSATION = "compensation"
    DEPTH = "depth"
    NORMALS = "normals"
    OPACITY = "opacity"
    RAW = "raw"
    MESH = "mesh"
    RIG = "rig"


class BackgroundKind(StrEnum):
    """What stands behind the head."""

    PHOTO = "photo"
    BLURRED = "blurred"
    COLOUR = "colour"
    IMAGE = "image"
    TRANSPARENT = "transparent"


class Branch(StrEnum):
    """The terms of T = T_c + T_p + T_e + T_m."""

    CANONICAL = "canonical"
    APPEARANCE = "appearance"
    EXPRESSION = "expression"
    COMPENSATION = "compensation"


ALL_BRANCHES = frozenset(Branch)
SAMPLES_RANGE = (1, 16)
RESOLUTION_RANGE = (128, 2048)


@dataclass(frozen=True)
class Look:
    """The look of the picture.

    Attributes:
        mode: what is shown.
        background, colour, image: the layer behind; ``#RRGGBB`` for a colour, a path for an image.
        fov: vertical field of view in degrees, None is the photo's.
        samples: samples per ray, 1..16.
        resolution: pixels along a side at full quality, 128..2048.
        branches: the branches that the final picture adds up.
    """

    mode: ViewMode = ViewMode.FINAL
    background: BackgroundKind = BackgroundKind.PHOTO
    colour: str = "#808080"
    image: str | None = None
    fov: float | None = None
    samples: int = 2
    resolution: int = 512
    branches: frozenset[Branch] = ALL_BRANCHES
