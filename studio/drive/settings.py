"""What the user sets while driving; light to import, as panels hold it."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.pose import Pose
from studio.drive.arm import ALL
from studio.drive.calibration import Calibration

STEADINESS = 0.3
"""Where the slider "steady <-> quick" stands at first."""


@dataclass(frozen=True)
class DriveSettings:
    """What the user sets; may change at any time while driving.

    Attributes:
        calibration: see there.
        parts: what is armed (``pose_parts.PARTS``).
        steadiness: 0 (quick) to 1 (steady).
        rest: number of the performer's rest face; each "this is my rest face" has a new one.
        accent: a preset that is shown over it all, None for none.
    """

    calibration: Calibration = field(default_factory=Calibration)
    parts: frozenset[str] = ALL
    steadiness: float = STEADINESS
    rest: int = 0
    accent: Pose | None = None
